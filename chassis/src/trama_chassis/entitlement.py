"""Who gets a grant: one pure function, run by each source for its own streams. It reads no database."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from trama_contracts.directory import Directory

ACCOUNTABLE = "reporting"
"""The service that reads accountability facts, by law, and nothing else."""

TELLING = "registry"
"""The service of a member that tells of authorisations."""

SISTER_SCOPE = "sister"
"""The kind of scope that only services of the same member may open."""

PARTY_CIRCLES = frozenset({"referral", "host"})

REASONS = (
    *("reporting-by-law", "same-member", "party", "authorised"),
    *("not-listed", "no-such-service", "not-in-circle", "facts-for-reporting", "reporting-reads-facts"),
    *("sister-only", "not-party", "not-linked", "restricted", "no-authorisation"),
    *("withdrawn", "opposed", "over", "not-begun", "closed", "silent"),
    *("other-circle", "other-recipients", "other-controllers", "other-purpose"),
)
"""Every code of a reason. Of several that deny, the one that stands first here is told."""


@dataclass(frozen=True, slots=True)
class Offered:
    """A stream to be shared: whose it is, of which circle and scope."""

    member: str
    service: str
    circle: str
    scope: str

    @property
    def scope_kind(self) -> str:
        """The kind in `<kind>:<uuid>`."""
        return self.scope.partition(":")[0]


@dataclass(frozen=True, slots=True)
class Authorisation:
    """A reason to share, given by the person (consent) or by a law: for what, whose data, whom, how long.

    Regulation (EU) 2016/679 articles 6, 9 and 10; before 25 May 2018, legislative decree 196/2003.
    """

    authorisation: str
    purpose: str
    basis: Mapping[str, str]
    circles: frozenset[str]
    recipients: frozenset[str]
    controllers: frozenset[str]
    starts_on: date
    ends_on: date | None = None
    after_closing: frozenset[str] = frozenset()
    """Recipients that go on reading when their last relation with the person has closed."""
    source: str = ""
    """The service that told us of it."""
    withdrawn_on: date | None = None
    opposed_on: date | None = None
    """The person opposes it: not decided yet, or found right (GDPR 21, 18(1)(d))."""

    @classmethod
    def from_terms(cls, authorisation: str, terms: Mapping[str, Any], **known: Any) -> "Authorisation":  # noqa: ANN401 - of the fields
        """Read the terms of an `authorisation-given` payload (JSON form, dates as text)."""
        ends_on = terms.get("ends_on")
        return cls(
            authorisation=authorisation,
            purpose=terms["purpose"],
            basis=terms["basis"],
            circles=frozenset(terms["circles"]),
            recipients=frozenset(terms["recipients"]),
            controllers=frozenset(terms["controllers"]),
            starts_on=date.fromisoformat(terms["starts_on"]),
            ends_on=date.fromisoformat(ends_on) if ends_on else None,
            after_closing=frozenset(terms.get("after_closing", ())),
            **known,
        )

    def in_force(self, today: date) -> bool:
        """True from the first to the last day, both included, unless withdrawn or opposed."""
        return self.stopped(today) is None

    def stopped(self, today: date) -> "Reason | None":
        """Why it gives nothing on a day."""
        if self.withdrawn_on is not None:
            return Reason("withdrawn", (self.withdrawn_on.isoformat(),))
        if self.opposed_on is not None:
            return Reason("opposed", (self.opposed_on.isoformat(),))
        if self.ends_on is not None and self.ends_on < today:
            return Reason("over", (self.ends_on.isoformat(),))
        if today < self.starts_on:
            return Reason("not-begun", (self.starts_on.isoformat(),))
        return None


@dataclass(frozen=True, slots=True)
class Knowledge:
    """What a source knows about one record when it decides."""

    directory: Directory
    today: date
    parties: Mapping[str, frozenset[str]] = field(default_factory=dict)
    linked: frozenset[str] = frozenset()
    authorisations: tuple[Authorisation, ...] = ()
    restricted_since: date | None = None
    """Since when what this member holds of the person is restricted (GDPR 18)."""
    closed: frozenset[str] = frozenset()
    """Members that had a relation with the person and have none now."""
    silent: frozenset[str] = frozenset()
    """Services that were not heard of for too long, or of which something is missing here."""


@dataclass(frozen=True, slots=True)
class Reason:
    """Why, as a code with what it is about; words for it are found where it is shown."""

    code: str
    about: tuple[str, ...] = ()

    def __str__(self) -> str:
        return " ".join((self.code, *self.about))

    @classmethod
    def read(cls, text: str) -> "Reason":
        """A reason as it was written down, of a stream or (`file <id>: `) of a file that its events tell of.

        Nothing it is about has a blank in it.
        """
        code, *about = text.rpartition(": ")[2].split(" ")
        return cls(code, tuple(about))


@dataclass(frozen=True, slots=True)
class Verdict:
    """Permit or deny, with the reason and, if permitted, what the grant states."""

    permitted: bool
    reason: Reason
    authorisation: Authorisation | None = None
    purpose: str = ""
    basis: Mapping[str, str] = field(default_factory=dict)


def _deny(code: str, *about: str) -> Verdict:
    return Verdict(False, Reason(code, about))


def _by_law(purpose: str, code: str, *about: str) -> Verdict:
    return Verdict(True, Reason(code, about), purpose=purpose, basis={"kind": "law"})


def entitled(offered: Offered, recipient: str, known: Knowledge, *, has_it: bool = False) -> Verdict:
    """Decide whether one other service may have the key of one stream of ours.

    `recipient` is a principal, `<member>.<service>`; `has_it` says that it reads what came so far: while the
    source of an authorisation is silent nobody new is let in, and nobody is turned away. Fails closed: what
    no rule permits is denied.
    """
    member, _, service = recipient.partition(".")
    if member not in known.directory.members:
        return _deny("not-listed", member)
    if service not in known.directory.services(member):
        return _deny("no-such-service", member, service)
    for either in (offered.member, member):
        if offered.circle not in known.directory.circles(either):
            return _deny("not-in-circle", either, offered.circle)
    if offered.circle == "accountability":
        if service != ACCOUNTABLE:
            return _deny("facts-for-reporting")
        return _by_law("accountability", "reporting-by-law")
    if service == ACCOUNTABLE:
        return _deny("reporting-reads-facts")
    if member == offered.member:
        return _by_law("own-work", "same-member")
    if offered.scope_kind == SISTER_SCOPE:
        return _deny("sister-only")
    if offered.circle in PARTY_CIRCLES:
        return _as_party(offered, recipient, known)
    return _authorised(offered, member, known, has_it=has_it)


def _as_party(offered: Offered, recipient: str, known: Knowledge) -> Verdict:
    if recipient in known.parties.get(offered.scope, frozenset()):
        return _by_law(offered.scope_kind, "party", offered.scope_kind)
    return _deny("not-party", offered.scope_kind)


def _authorised(offered: Offered, member: str, known: Knowledge, *, has_it: bool) -> Verdict:
    if member not in known.linked:
        return _deny("not-linked", member)
    if known.restricted_since is not None:
        return _deny("restricted", known.restricted_since.isoformat())
    controller = known.directory.controller(offered.member) or ""
    faults = []
    for given in known.authorisations:
        fault = _fault(given, offered, (member, controller), known, has_it=has_it)
        if fault is None:
            return Verdict(
                True, Reason("authorised", (given.authorisation,)), given, given.purpose, given.basis
            )
        faults.append(fault)
    if not faults:
        return _deny("no-authorisation")
    first = min(faults, key=lambda fault: REASONS.index(fault.code))
    return _deny(first.code, *first.about)


def _fault(
    given: Authorisation, offered: Offered, who: tuple[str, str], known: Knowledge, *, has_it: bool
) -> Reason | None:
    """Why one authorisation does not permit it: first what it never said, then what has become of it."""
    member, controller = who
    if member not in given.recipients:
        return Reason("other-recipients", (member,))
    if offered.circle not in given.circles:
        return Reason("other-circle", (offered.circle,))
    if controller not in given.controllers:
        return Reason("other-controllers", (controller,))
    if given.purpose not in known.directory.members[member].purposes:
        return Reason("other-purpose", (member, given.purpose))
    if (stopped := given.stopped(known.today)) is not None:
        return stopped
    if member in known.closed and member not in given.after_closing:
        return Reason("closed", (member,))
    if given.source in known.silent and not has_it:
        return Reason("silent", (given.source,))
    return None
