"""Who gets a grant: one pure function, run by each source for its own streams. It reads no database."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from trama_contracts.directory import Directory

ACCOUNTABLE = "reporting"
"""The service that reads accountability facts, by law, and nothing else."""

SISTER_SCOPE = "sister"
"""The kind of scope that only services of the same member may open."""

PARTY_CIRCLES = frozenset({"referral", "host"})


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

    @classmethod
    def from_terms(cls, authorisation: str, terms: Mapping[str, Any]) -> "Authorisation":
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
        )

    def in_force(self, today: date) -> bool:
        """True from the first to the last day, both included."""
        return self.starts_on <= today and (self.ends_on is None or today <= self.ends_on)


@dataclass(frozen=True, slots=True)
class Knowledge:
    """What a source knows about one record when it decides."""

    directory: Directory
    today: date
    parties: Mapping[str, frozenset[str]] = field(default_factory=dict)
    linked: frozenset[str] = frozenset()
    authorisations: tuple[Authorisation, ...] = ()


@dataclass(frozen=True, slots=True)
class Verdict:
    """Permit or deny, with the reason in words and, if permitted, what the grant states."""

    permitted: bool
    reason: str
    authorisation: Authorisation | None = None
    purpose: str = ""
    basis: Mapping[str, str] = field(default_factory=dict)


def _deny(reason: str) -> Verdict:
    return Verdict(False, reason)


def _by_law(reason: str, purpose: str) -> Verdict:
    return Verdict(True, reason, purpose=purpose, basis={"kind": "law"})


def entitled(offered: Offered, recipient: str, known: Knowledge) -> Verdict:
    """Decide whether one other service may have the key of one stream of ours.

    `recipient` is a principal, `<member>.<service>`. Fails closed: what no rule permits is denied.
    """
    member, _, service = recipient.partition(".")
    if member not in known.directory.members:
        return _deny("not in the directory")
    if service not in known.directory.services(member):
        return _deny(f"{member} has no service {service}")
    for either in (offered.member, member):
        if offered.circle not in known.directory.circles(either):
            return _deny(f"{either} is not in circle {offered.circle}")
    if offered.circle == "accountability":
        if service != ACCOUNTABLE:
            return _deny("facts are read by reporting services only")
        return _by_law("reporting service, by law", "accountability")
    if service == ACCOUNTABLE:
        return _deny("reporting services read facts only")
    if member == offered.member:
        return _by_law("service of the same member", "own-work")
    if offered.scope_kind == SISTER_SCOPE:
        return _deny("for services of the same member only")
    if offered.circle in PARTY_CIRCLES:
        return _as_party(offered, recipient, known)
    return _authorised(offered, member, known)


def _as_party(offered: Offered, recipient: str, known: Knowledge) -> Verdict:
    if recipient in known.parties.get(offered.scope, frozenset()):
        return _by_law(f"party to {offered.scope_kind}", offered.scope_kind)
    return _deny(f"not party to {offered.scope_kind}")


def _authorised(offered: Offered, member: str, known: Knowledge) -> Verdict:
    if member not in known.linked:
        return _deny(f"{member} does not follow this person")
    controller = known.directory.controller(offered.member)
    reasons = []
    for given in known.authorisations:
        fault = _fault(given, offered, member, controller, known)
        if fault is None:
            reason = f"authorisation {given.authorisation}"
            return Verdict(True, reason, given, given.purpose, given.basis)
        reasons.append(fault)
    return _deny(reasons[-1] if reasons else "no authorisation for this record")


def _fault(
    given: Authorisation, offered: Offered, member: str, controller: str | None, known: Knowledge
) -> str | None:
    if not given.in_force(known.today):
        return "authorisation not in force"
    if offered.circle not in given.circles:
        return f"authorisation does not cover circle {offered.circle}"
    if member not in given.recipients:
        return f"authorisation does not name {member}"
    if controller not in given.controllers:
        return f"authorisation does not cover data of {controller}"
    if given.purpose not in known.directory.members[member].purposes:
        return f"{member} does not act for purpose {given.purpose}"
    return None
