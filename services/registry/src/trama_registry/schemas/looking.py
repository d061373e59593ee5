"""What the registry says of who looked, and of conflicts of interest."""

from datetime import date
from typing import Annotated

from pydantic import BaseModel, StringConstraints
from trama_chassis.bodies import Body


class TakeUrgentAccess(Body):
    """Why what the rules hide of a person must be seen now: the person, and their referente, can read it."""

    reason: Annotated[
        str,
        StringConstraints(
            strip_whitespace=True, min_length=10, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$"
        ),
    ]


class UrgentAccessView(BaseModel):
    """An urgent access, of ours or of another member."""

    member_name: str
    operator_name: str | None = None
    """Of ours alone."""
    reason: str
    taken_on: date
    holds: bool = False


class LookedView(BaseModel):
    """Looks of one day, service and role: how often, and why if a reason was written."""

    day: date
    service: str
    role: str
    kind: str
    kind_label: str
    times: int
    reason: str = ""


class MemberLooksView(BaseModel):
    """What one member says of who looked there."""

    member: str
    member_name: str
    asked_on: date | None = None
    told_on: date | None = None
    """None while the answer is awaited."""
    services: list[str]
    looks: list[LookedView]


class AccessesView(BaseModel):
    """The report on who looked at a person's data: ours first, then whoever was asked."""

    record: str
    since: date
    own: MemberLooksView
    others: list[MemberLooksView]
    urgent: list[UrgentAccessView]
    """Looks in urgency at what the rules hide: ours, and those we were told of as referente."""
    not_asked: list[str]
    """Names of members with a linked record that have not been asked yet."""


class ConflictView(BaseModel):
    """A conflict of interest as a supervisor sees it."""

    conflict: str
    record: str
    name: str
    operator: str
    operator_name: str
    declared_on: date
    lifted_on: date | None
