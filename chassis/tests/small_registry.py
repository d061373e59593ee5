"""A registry of a few lines on the real chassis, for the tests of the delivery, and looks into its database.

Nothing in it is imitated: its events are the wire's own, its handlers do what a service's do.
"""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, TypeVar
from uuid import uuid4

from pydantic import BaseModel
from sqlalchemy import event as listening
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import Field, SQLModel
from trama_chassis import access, outbox
from trama_chassis.database import Database, Router, Transaction
from trama_chassis.errors import Refused
from trama_chassis.handlers import ErasedStream, EventHandlers, Origin
from trama_chassis.runtime import Runtime
from trama_chassis.service import Service
from trama_chassis.settings import ServiceSettings
from trama_chassis.tables import OutboxRow, OwnStream, Position, Waiting
from trama_chassis.testing import OwnKeys
from trama_contracts.event import Event
from trama_contracts.opening import open_event
from trama_contracts.outcomes import Outcome
from trama_contracts.outcomes import Position as WirePosition
from trama_contracts.payload_fields import Basis, Party
from trama_contracts.record import Record
from trama_contracts.registry import (
    AuthorisationGiven,
    CaseManagerAssigned,
    PersonRegistered,
    RecordsLinked,
    ReferralPreview,
    ReferralSent,
    TakingInChargeOpened,
)
from trama_contracts.signature import CLOUDEVENT, headers_of

Row = TypeVar("Row", bound=SQLModel)
DAY = date(2013, 10, 14)


class HeardCopy(SQLModel, table=True):
    """One row per event heard, own events included."""

    __tablename__ = "heard_copy"
    event_id: str = Field(primary_key=True)
    source: str
    type: str
    stream: str
    seq: int
    record: str
    text: str


class OrderCopy(SQLModel, table=True):
    """One row per stream: how many events were applied, and whether each was the next one."""

    __tablename__ = "order_copy"
    stream: str = Field(primary_key=True)
    applied: int
    in_order: bool


class Effect(SQLModel, table=True):
    """One row each time a reaction ran: twice for one event would be seen here."""

    __tablename__ = "effect"
    number: int | None = Field(default=None, primary_key=True)
    event_id: str


@dataclass
class Faults:
    """Names at which the reaction raises, or at which its PostgreSQL session is ended."""

    poisonous: set[str]
    killing: set[str]


faults = Faults(set(), set())
handlers = EventHandlers()


@handlers.copy(PersonRegistered, CaseManagerAssigned, TakingInChargeOpened, ReferralSent, own=True)
async def copy_heard(session: AsyncSession, event: Event, origin: Origin) -> None:
    """Keep what was heard; a second time would break the primary key."""
    session.add(
        HeardCopy(
            event_id=origin.event_id,
            source=origin.source,
            type=event.wire_type,
            stream=origin.stream,
            seq=origin.seq,
            record=origin.record,
            text=json.dumps(event.payload(), sort_keys=True),
        )
    )


@handlers.copy(PersonRegistered, CaseManagerAssigned, TakingInChargeOpened, ReferralSent)
async def copy_order(session: AsyncSession, _: Event, origin: Origin) -> None:
    """Note whether events come one after the other."""
    row = await session.get(OrderCopy, origin.stream)
    if row is None:
        session.add(OrderCopy(stream=origin.stream, applied=1, in_order=origin.seq == 1))
    else:
        row.applied += 1
        row.in_order = row.in_order and row.applied == origin.seq
    await session.flush()


@handlers.copy(AuthorisationGiven, own=True)
async def learn_authorisation(session: AsyncSession, event: AuthorisationGiven, origin: Origin) -> None:
    """Tell the chassis of a reason to share, taken here or elsewhere."""
    await access.learn_authorisation(
        session,
        authorisation=event.authorisation,
        member=origin.member,
        record=origin.record,
        terms=event.payload(),
    )


@handlers.copy(RecordsLinked, own=True)
async def learn_link(session: AsyncSession, event: RecordsLinked, _: Origin) -> None:
    """Tell the chassis that two records are of one person."""
    a, b = ((end.member, end.record) for end in (event.a, event.b))
    await access.learn_link(session, link=event.link, a=a, b=b)


@handlers.react(PersonRegistered, CaseManagerAssigned, TakingInChargeOpened, ReferralSent)
async def act_upon(session: AsyncSession, event: Event, origin: Origin) -> None:
    """Have an effect, then fail if told so: the effect must go with the failure."""
    session.add(Effect(event_id=origin.event_id))
    await session.flush()
    name = getattr(event, "family_name", "")
    if name in faults.killing:
        await session.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))
    if name in faults.poisonous:
        raise ValueError(f"a defect that quotes {name}")


@handlers.react(ReferralSent)
async def answer(session: AsyncSession, event: ReferralSent, origin: Origin) -> None:
    """Publish because of what was heard."""
    outbox.add(session, assignment(event.referral), record=origin.record, scope=event.referral)


class Registration(BaseModel):
    """What the HTTP commands of this registry take: events on streams in an order, perhaps in vain."""

    streams: list[tuple[str, str]]
    refuse: bool = False
    break_down: bool = False


class OutOfTheBlue(Refused):
    """The command thought better of it."""

    code = "out-of-the-blue"
    detail = "Questa registrazione non si può fare."


router = Router()


@router.post("/assignments", status_code=201)
async def assign(session: Transaction, asked: Registration) -> dict[str, list[str]]:
    """Publish one event on each stream, in the order asked for."""
    ids = [
        outbox.add(session, assignment(scope), record=record, scope=scope) for record, scope in asked.streams
    ]
    session.add(Effect(event_id=ids[0]))
    await session.flush()
    if asked.refuse:
        raise OutOfTheBlue
    if asked.break_down:
        raise RuntimeError("a defect of the command")
    return {"events": ids}


SERVICE = Service(
    name="registry",
    routers=[router],
    handlers=handlers,
    tables=[HeardCopy, OrderCopy, Effect],
    migrations=Path("nowhere"),
    settings=ServiceSettings,
)


plain_handlers = EventHandlers()
plain_handlers.copy(PersonRegistered)(copy_heard)

PLAIN = Service(
    name="registry",
    routers=[],
    handlers=plain_handlers,
    tables=[HeardCopy],
    migrations=Path("nowhere"),
    settings=ServiceSettings,
)
"""A registry that only keeps copies, in a handler that asks the database nothing."""


def new_id() -> str:
    """A fresh id of a record, a scope, anything."""
    return str(uuid4())


def person(name: str = "Prova", **more: Any) -> PersonRegistered:
    """A synthetic person's registration."""
    return PersonRegistered(family_name=name, **more)


def assignment(episode: str) -> CaseManagerAssigned:
    """A case manager's assignment: in care, not counted."""
    return CaseManagerAssigned(episode=episode, operator="op-1", name="Anna Prova", since=DAY)


def opening(episode: str) -> TakingInChargeOpened:
    """A taking in charge: in care, and counted."""
    return TakingInChargeOpened(episode=episode, sector="social", opened_on=DAY, need="lavoro")


def referral(to: str = "sil") -> ReferralSent:
    """A referral of a synthetic person."""
    return ReferralSent(
        referral=new_id(),
        to=to,
        sent_on=DAY,
        reason="inserimento",
        preview=ReferralPreview(family_name="Prova", need="lavoro"),
        answer_by=DAY,
        authorisation=new_id(),
    )


def consent(*recipients: str, **terms: Any) -> AuthorisationGiven:
    """The person's consent that these members may have sil's and the municipality's care data."""
    given: dict[str, Any] = {
        "authorisation": new_id(),
        "purpose": "work-integration",
        "basis": Basis(kind="consent"),
        "circles": ("care",),
        "recipients": recipients,
        "controllers": ("ass6", "comune-urbano"),
        "starts_on": date(2013, 1, 1),
        "notice_given_on": date(2013, 1, 1),
    }
    return AuthorisationGiven(**(given | terms))


def link(ours: tuple[str, str], theirs: tuple[str, str]) -> RecordsLinked:
    """Two records decided to be of one person."""
    a, b = (Party(member=member, record=record) for member, record in (ours, theirs))
    return RecordsLinked(link=new_id(), a=a, b=b, certainty="decided", decided_by="op-1")


async def rows(runtime: Runtime, model: type[Row], *where: Any) -> list[Row]:
    """What a table holds."""
    async with runtime.database.read() as session:
        return list((await session.execute(select(model).where(*where))).scalars())


async def heard(runtime: Runtime, stream: str) -> list[int]:
    """The sequence numbers of one stream that were applied, sorted."""
    return sorted(row.seq for row in await rows(runtime, HeardCopy, HeardCopy.stream == stream))


async def position(runtime: Runtime, stream: str) -> Position:
    """Where a foreign stream stands."""
    (row,) = await rows(runtime, Position, Position.stream == stream)
    return row


async def nothing_waits(runtime: Runtime) -> bool:
    """Whether no event waits and no position says that one does."""
    waiting = await rows(runtime, Waiting)
    said = await rows(runtime, Position, Position.waiting != 0)
    return not waiting and not said


async def chains(runtime: Runtime) -> dict[str, int]:
    """Verify every stream this service wrote as a stranger would, from 1 on; gives their lengths.

    Raises AssertionError for a gap, a fork, a bad seal, or a head that is not the last event's.
    """
    streams = {row.stream: row for row in await rows(runtime, OwnStream)}
    keys = OwnKeys(runtime, streams)
    ends: dict[str, WirePosition] = {stream: WirePosition.start() for stream in streams}
    sealed = await rows(runtime, OutboxRow, OutboxRow.stream.is_not(None))  # type: ignore[union-attr]
    for row in sorted(sealed, key=lambda row: (row.stream or "", row.seq or 0)):
        record = record_of(row)
        outcome, _, after = open_event(record, keys, runtime.directory.current, ends[row.stream or ""])
        assert (outcome, after and after.seq) == (Outcome.OK, row.seq), f"{row.topic} at {row.seq}: {outcome}"
        assert after is not None
        ends[row.stream or ""] = after
    for stream, end in ends.items():
        assert (end.seq, end.hash) == (streams[stream].seq, streams[stream].hash), "the head is not the end"
    return {stream: end.seq for stream, end in ends.items()}


def record_of(row: OutboxRow) -> Record:
    """A row of the outbox as it will be read from Kafka."""
    return Record(row.topic, row.key.encode(), row.value, headers_of(row.signature, CLOUDEVENT))


@contextmanager
def statements(database: Database) -> Iterator[list[str]]:
    """The SQL statements that are sent while the block runs; an executemany is one."""
    seen: list[str] = []

    def note(*said: Any) -> None:
        seen.append(" ".join(said[2].split()))

    engine = database.engine.sync_engine
    listening.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        listening.remove(engine, "before_cursor_execute", note)


def kinds(seen: Sequence[str]) -> list[str]:
    """The statements of a transaction, cut to what they do and to which table."""
    return [" ".join(statement.replace('"', "").split()[:3]) for statement in seen]


@handlers.forget
async def forget_heard(session: AsyncSession, erased: ErasedStream) -> int:
    """Take out what an erased stream told."""
    gone = await rows_of(session, HeardCopy, HeardCopy.stream == erased.stream)
    for row in [*gone, *await rows_of(session, OrderCopy, OrderCopy.stream == erased.stream)]:
        await session.delete(row)
    return len(gone)


async def rows_of(session: AsyncSession, model: type[Row], *where: Any) -> list[Row]:
    """What a table holds, in a transaction that is under way."""
    return list((await session.execute(select(model).where(*where))).scalars())
