"""First contacts at the two doors of this member, before any taking in charge."""

from datetime import date, timedelta
from typing import Final, Literal

from sqlalchemy import JSON, Column, Index, String
from sqlmodel import Field, SQLModel
from trama_contracts.registry import AccessOutcome, AccessRecorded, Door

from trama_registry.errors import AccessAlreadyConcluded, DayInFuture, DayTooEarly, NobodyToTakeInCharge

SPECIALIST: Final = "listening-specialist"
"""The role that alone sees what the listening centre (centro di ascolto) hears."""
CHANNELS: Final = (
    *("desk", "phone", "email", "letter", "home-visit"),
    *("other-service", "family", "outreach"),
)
RISK_FACTORS: Final = (
    *("low-schooling", "short-curriculum", "no-occupational-profile", "long-unemployment"),
    *("no-housing", "debts", "isolation", "care-burden", "language"),
)
"""What weighs on somebody at the door. No diagnosis, origin or measure of a court is one."""
AccessState = Literal["to-route", "due", "late", "concluded"]


class AccessRequest(SQLModel, table=True):
    """Somebody asked at a door of ours, known by name, in part or not at all; `record` once known whose.

    What the listening centre hears is `reserved`: it is never published, and its specialists alone see it.
    """

    __tablename__ = "access_request"
    __table_args__ = (
        Index("ix_access_request_concluded_on_route_by", "concluded_on", "route_by"),
        {"info": {"person": ("record", "access")}},
    )
    access: str = Field(primary_key=True)
    door: Door = Field(sa_type=String)
    channel: str
    need: str
    risk_factors: list[str] = Field(sa_column=Column(JSON, nullable=False))
    received_on: date
    received_by: str
    route_by: date
    reserved: bool = False
    record: str | None = Field(default=None, foreign_key="person.record", index=True)
    given_name: str | None = None
    family_name: str | None = None
    tax_code: str | None = None
    birth_date: date | None = None
    town: str | None = None
    phone: str | None = None
    language: str | None = None
    needs_interpreter: bool | None = None
    sort_name: str = ""
    outcome: AccessOutcome | None = Field(default=None, sa_type=String)
    concluded_on: date | None = None
    note: str | None = None
    reminded_on: date | None = None
    escalated_on: date | None = None
    version: int = 0
    changed_by: str | None = None

    @property
    def name(self) -> str:
        """Who asked, as far as they said."""
        return " ".join(part for part in (self.given_name, self.family_name) if part)

    def state(self, today: date) -> AccessState:
        """Whether it is still to be routed, and how pressing that is."""
        if self.concluded_on is not None:
            return "concluded"
        if today > self.route_by:
            return "late"
        return "due" if today >= self.route_by - timedelta(days=1) else "to-route"

    def may_be_seen_by(self, roles: frozenset[str]) -> bool:
        """Whether an operator with these roles may know of it at all."""
        return not self.reserved or SPECIALIST in roles

    def conclude(self, outcome: AccessOutcome, *, on: date, today: date, note: str | None) -> None:
        """Say what it led to.

        Raises AccessAlreadyConcluded, NobodyToTakeInCharge, DayInFuture, DayTooEarly.
        """
        if self.concluded_on is not None:
            raise AccessAlreadyConcluded("L'accesso ha già un esito, dal %(day)s.", day=self.concluded_on)
        if outcome == "taken-in-charge" and self.record is None:
            raise NobodyToTakeInCharge
        if on > today:
            raise DayInFuture(field="concluded_on")
        if on < self.received_on:
            raise DayTooEarly("L'esito non può venire prima dell'accesso.", field="concluded_on")
        self.outcome, self.concluded_on, self.note = outcome, on, note

    def watch(self, today: date) -> None:
        """Mark once that its term is near, and once that it has passed."""
        if self.concluded_on is None:
            if self.reminded_on is None and self.state(today) in ("due", "late"):
                self.reminded_on = today
            if self.escalated_on is None and self.state(today) == "late":
                self.escalated_on = today

    def told(self) -> AccessRecorded:
        """What is published of it."""
        return AccessRecorded(
            access=self.access,
            door=self.door,
            channel=self.channel,
            need=self.need,
            risk_factors=tuple(self.risk_factors) or None,
            received_on=self.received_on,
            route_by=self.route_by,
        )
