"""The test service: accounts with lines in them, published to the other member, which keeps a copy of each.

Its copy table forbids nothing, so that an event applied twice or out of order is seen and not prevented.
"""

from pathlib import Path
from typing import ClassVar

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import Field, SQLModel
from trama_chassis import outbox
from trama_chassis.handlers import EventHandlers, Origin
from trama_chassis.service import Service
from trama_chassis.settings import ServiceSettings
from trama_chassis.testing import Place
from trama_contracts.event import Event, Uuid

NORTH, SOUTH = "north", "south"
PLACES = {
    NORTH: Place(("ledger",), "controller-north", read_by=(SOUTH,)),
    SOUTH: Place(("ledger",), "controller-south", read_by=(NORTH,)),
}


class LineEntered(Event):
    """A line was entered in an account of the test ledger; published by the member that keeps the account."""

    wire_type: ClassVar[str] = "it.trama.ledger.line-entered.v1"
    circle: ClassVar = "referral"
    scope: ClassVar[str] = "account"

    line: Uuid
    amount: int
    note: str = ""


class Line(SQLModel, table=True):
    """A line of an own account, written in the transaction that publishes it."""

    __tablename__ = "ledger_line"
    line: str = Field(primary_key=True)
    account: str
    amount: int
    note: str


class LineCopy(SQLModel, table=True):
    """A line of another member's account. `number` is the order in which lines were applied here."""

    __tablename__ = "ledger_line_copy"
    number: int | None = Field(default=None, primary_key=True)
    event_id: str
    stream: str
    seq: int
    line: str
    account: str
    amount: int
    note: str


handlers = EventHandlers()


@handlers.copy(LineEntered)
async def copy_line(session: AsyncSession, event: LineEntered, origin: Origin) -> None:
    """Keep a copy, even of what was copied before."""
    session.add(
        LineCopy(
            event_id=origin.event_id,
            stream=origin.stream,
            seq=origin.seq,
            line=event.line,
            account=origin.record,
            amount=event.amount,
            note=event.note,
        )
    )


def enter(session: AsyncSession, account: str, line: LineEntered, recipients: tuple[str, ...]) -> None:
    """Write a line of an account and publish it, as a service's command does."""
    session.add(Line(line=line.line, account=account, amount=line.amount, note=line.note))
    outbox.add(session, line, record=account, scope=account, to=recipients)


LEDGER = Service(
    name="ledger",
    routers=[],
    handlers=handlers,
    tables=[Line, LineCopy],
    migrations=Path(),
    settings=ServiceSettings,
)
