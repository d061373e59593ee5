"""What the acts of a story come to at the members, noun by noun: values, changed as it goes on. Pure."""

from dataclasses import dataclass, field
from datetime import date

from trama_simulation.acts import (
    ComeIn,
    FileDocument,
    GroundAct,
    HoldInterview,
    LookInUrgency,
    Prepare,
    Refer,
    SetStep,
    WriteNote,
)
from trama_simulation.members import SECTOR
from trama_simulation.oracle.sharing import Joined


@dataclass(slots=True)
class Number:
    """A number on a member's record of the person."""

    kind: str
    value: str
    ended: str | None = None
    """Why it is used no longer."""


@dataclass(slots=True)
class Certificate:
    """A certificate as a member knows it."""

    kind: str
    issuer: str
    starts_on: date
    ended: str | None = None


@dataclass(slots=True)
class Episode:
    """A taking in charge, or the relation proper to the member."""

    member: str
    opened_on: date
    state: str = "open"
    why: str | None = None
    """Why it rests or was closed."""
    competence: str = "ours"
    competent: str | None = None
    pact_until: date | None = None
    district: str = ""
    """Whose protocol makes it an integrated one."""
    since: date | None = None
    """Since when it is in its state."""

    @property
    def kind(self) -> str:
        """The relation proper to the sector."""
        return "registration" if SECTOR[self.member] == "employment" else "taking-in-charge"


@dataclass(slots=True)
class Referral:
    """A referral, the same at both its ends."""

    sent: Refer
    state: str = "sent"
    answer_by: date = date.min
    due: date = date.min
    """The term, or later if the receiver waited for the sender, or thinks again."""
    moves: int = 1
    seen: bool = False
    """Since it was last sent."""
    reminded_on: date | None = None
    question: str | None = None
    explanation: str | None = None
    because: str | None = None
    """Why it was not accepted or came to nothing, or what came of it."""
    told: set[str] = field(default_factory=set)
    """Who may read what the sender says of it."""
    heard: set[str] = field(default_factory=set)
    """Who may read what the receiver says of it after it has accepted."""


@dataclass(slots=True)
class Access:
    """Somebody asked at a door."""

    came: ComeIn
    is_known: bool
    """Whether it is on a record."""
    outcome: str | None = None
    named: bool = False
    """Whether it is known who asked."""


@dataclass(slots=True)
class Note:
    """Something written to those that follow the person."""

    written: WriteNote
    open_at: frozenset[str]
    """Who followed the person when it was written."""
    read: dict[str, str | None] = field(default_factory=dict)
    """By whom it was read, and what they answered."""


@dataclass(slots=True)
class Document:
    """A document that was filed."""

    filed: FileDocument
    protocol: str = ""
    struck: bool = False
    """Whether it was filed by mistake."""
    here: set[str] = field(default_factory=set)
    """Who asked for it and has it."""


@dataclass(slots=True)
class Step:
    """What a member said comes next."""

    set: SetStep
    outcome: str | None = None


@dataclass(slots=True)
class Life:
    """What a story has come to."""

    numbers: dict[str, list[Number]] = field(default_factory=dict)
    """By member, for all that have a record."""
    languages: dict[str, str] = field(default_factory=dict)
    """By member, the language that needs an interpreter."""
    certificates: dict[str, list[Certificate]] = field(default_factory=dict)
    groups: dict[tuple[str, str], tuple[str, ...]] = field(default_factory=dict)
    """By member and circle."""
    episodes: list[Episode] = field(default_factory=list)
    named: list[Episode] = field(default_factory=list)
    """Episodes in which a referente was named, in the order in which it was."""
    referrals: dict[tuple[str, str, int], Referral] = field(default_factory=dict)
    """By sender, receiver and number."""
    drafts: list[Prepare] = field(default_factory=list)
    """Referrals that nobody was sent."""
    accesses: dict[tuple[str, int], Access] = field(default_factory=dict)
    notes: dict[tuple[str, int], Note] = field(default_factory=dict)
    """By writer and number."""
    interviews: list[HoldInterview] = field(default_factory=list)
    struck: list[HoldInterview] = field(default_factory=list)
    """Interviews that were told wrongly."""
    documents: dict[tuple[str, str], Document] = field(default_factory=dict)
    """By who filed it, and name."""
    grounds: list[GroundAct] = field(default_factory=list)
    """What sharing rests on, but for authorisations: as it was told."""
    steps: dict[str, Step] = field(default_factory=dict)
    conflicts: list[tuple[str, str]] = field(default_factory=list)
    """Members and operators of theirs who find nothing of the person."""
    urgent: list[LookInUrgency] = field(default_factory=list)
    stood_in: set[str] = field(default_factory=set)
    """Members where all is done in the place of a colleague for the time being."""
    joined: Joined = field(default_factory=Joined)

    def followed_at(self, member: str) -> Episode | None:
        """The episode of a member that is not closed."""
        own = (one for one in self.episodes if one.member == member and one.state != "closed")
        return next(own, None)

    def last_at(self, member: str) -> Episode:
        """The last episode of a member."""
        return next(one for one in reversed(self.episodes) if one.member == member)

    def code_at(self, member: str) -> str | None:
        """The tax code, provisional or not, by which a member knows the person."""
        codes = (one.value for one in self.numbers[member] if "tax-code" in one.kind and not one.ended)
        return next(codes, None)
