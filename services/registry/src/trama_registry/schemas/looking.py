"""What the registry says of who looked, and of conflicts of interest."""

from datetime import date

from pydantic import BaseModel


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
