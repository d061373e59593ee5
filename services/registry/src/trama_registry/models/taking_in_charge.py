"""Episodes of the relation proper to this member's sector."""

from datetime import date

from sqlalchemy import Index, String, text
from sqlmodel import Field, SQLModel
from trama_contracts.facts import ClosingReason
from trama_contracts.payload_fields import Sector
from trama_contracts.registry import CaseManagerAssigned, TakingInChargeOpened

from trama_registry.errors import AlreadyInCharge, DayInFuture, DayTooEarly


class TakingInCharge(SQLModel, table=True):
    """One episode of the relation proper to this member's sector. One is open at a time."""

    __tablename__ = "taking_in_charge"
    __table_args__ = (
        Index(
            "uq_taking_in_charge_open",
            "record",
            unique=True,
            sqlite_where=text("closed_on IS NULL"),
            postgresql_where=text("closed_on IS NULL"),
        ),
        {"info": {"contended": True}},
    )
    episode: str = Field(primary_key=True)
    record: str = Field(foreign_key="person.record", index=True)
    sector: Sector = Field(sa_type=String)
    need: str
    opened_on: date
    closed_on: date | None = None
    closing_reason: ClosingReason | None = Field(default=None, sa_type=String)
    case_manager: str | None = None
    case_manager_name: str | None = None
    case_manager_phone: str | None = None
    case_manager_since: date | None = None

    @classmethod
    def open(
        cls, record: str, opening: TakingInChargeOpened, *, last: "TakingInCharge | None", today: date
    ) -> "TakingInCharge":
        """Open an episode. Raises AlreadyInCharge, DayInFuture, DayTooEarly."""
        if last is not None and last.closed_on is None:
            raise AlreadyInCharge(
                f"La persona è già in carico al nostro servizio dal {last.opened_on:%d/%m/%Y}: "
                "si può aprire una nuova presa in carico solo dopo aver chiuso quella."
            )
        if opening.opened_on > today:
            raise DayInFuture(field="opened_on")
        if last is not None and last.closed_on is not None and opening.opened_on < last.closed_on:
            raise DayTooEarly(
                f"La presa in carico precedente è finita il {last.closed_on:%d/%m/%Y}: "
                "la nuova non può iniziare prima.",
                field="opened_on",
            )
        return cls(record=record, **opening.model_dump())

    def close(self, reason: ClosingReason, *, on: date, today: date) -> None:
        """End the episode. Raises DayInFuture, DayTooEarly."""
        self._must_lie_within(on, "closed_on", today)
        self.closed_on, self.closing_reason = on, reason

    def assign(self, assigned: CaseManagerAssigned, *, today: date) -> None:
        """Make somebody the referente; who was it before is so no longer. Raises DayInFuture, DayTooEarly."""
        self._must_lie_within(assigned.since, "since", today)
        if self.case_manager_since is not None and assigned.since < self.case_manager_since:
            raise DayTooEarly(
                f"Il referente attuale lo è dal {self.case_manager_since:%d/%m/%Y}: "
                "il nuovo non può iniziare prima.",
                field="since",
            )
        self.case_manager, self.case_manager_name = assigned.operator, assigned.name
        self.case_manager_phone, self.case_manager_since = assigned.phone, assigned.since

    def _must_lie_within(self, day: date, field: str, today: date) -> None:
        if day > today:
            raise DayInFuture(field=field)
        if day < self.opened_on:
            raise DayTooEarly(
                f"La presa in carico è iniziata il {self.opened_on:%d/%m/%Y}: "
                "indicate un giorno da allora in poi.",
                field=field,
            )
