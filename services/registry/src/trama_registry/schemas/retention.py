"""What is proposed to be erased since the time for which it is kept is over: asked and answered."""

from datetime import date

from pydantic import BaseModel
from trama_chassis.bodies import Body, Date, Line

from trama_registry.models.retention import CountedFrom, EntryKind, ProposalState
from trama_registry.schemas.fields import Sentences


class AcceptProposal(Body):
    """Have what is proposed erased, by which act of ours. It cannot be undone."""

    act: Line
    version: int | None = None


class PutOffProposal(Body):
    """Keep it longer: why, and until when. The reason stays in the register: it names nobody."""

    reason: Sentences
    until: Date
    version: int | None = None


class RetentionRuleView(BaseModel):
    """For how long one kind of entry is kept, in words, and by which act, if it is not our choice."""

    kind: EntryKind
    what: str
    years: int
    months: int
    after: CountedFrom
    kept: str
    basis: str
    why: str
    holds_from: date
    in_force: bool


class ProposalView(BaseModel):
    """What was proposed to be erased of one person, and what became of it."""

    proposal: str
    record: str
    name: str | None
    """Whose it is, while it is open or put off; what is erased names nobody."""
    href: str | None
    """Where they are read, if who decides may."""
    kind: EntryKind
    what: str
    count: int
    due_since: date
    kept: str
    basis: str
    why: str
    proposed_on: date
    state: ProposalState
    settled_on: date | None
    settled_by: str | None
    reason: str | None
    until: date | None
    order: str | None
    closed: bool | None = None
    """Of what was ordered: whether everybody who had it has answered."""
    counts: dict[str, int] = {}
    """Of what was ordered: what was destroyed here."""
    version: int
