"""From one service to another without a broker: what is published opens, what is delivered applies once."""

import asyncio
import dataclasses
from pathlib import Path
from uuid import uuid4

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import Field, SQLModel
from trama_chassis import clock, dead_letters, outbox
from trama_chassis.handlers import EventHandlers, Origin
from trama_chassis.service import Service
from trama_chassis.settings import ServiceSettings
from trama_chassis.tables import GrantReceived
from trama_chassis.testing import Peer, Territory, deliver, published, running, transaction
from trama_contracts.registry import PersonRegistered


class SeenCopy(SQLModel, table=True):
    __tablename__ = "seen_copy"
    event_id: str = Field(primary_key=True)
    type: str
    stream: str
    seq: int


handlers = EventHandlers()


@handlers.copy(PersonRegistered, own=True)
async def copy_seen(session: AsyncSession, event: PersonRegistered, origin: Origin) -> None:
    session.add(
        SeenCopy(event_id=origin.event_id, type=event.wire_type, stream=origin.stream, seq=origin.seq)
    )


SERVICE = Service(
    name="registry",
    routers=[],
    handlers=handlers,
    tables=[SeenCopy],
    migrations=Path(),
    settings=ServiceSettings,
)


async def test_an_event_is_sealed_and_granted_to_who_is_entitled(database_url: str, tmp_path: Path) -> None:
    async with running(SERVICE, database_url, tmp_path, member="sil") as runtime:
        record = str(uuid4())
        async with transaction(runtime) as session:
            outbox.add(session, PersonRegistered(family_name="Esempio"), record=record, scope=record)
        (one,) = await published(runtime)
        assert one.event == PersonRegistered(family_name="Esempio")
        assert one.granted_to == ("sil.placement",)


async def test_delivered_once_applied_once(database_url: str, tmp_path: Path) -> None:
    territory = Territory()
    async with running(SERVICE, database_url, tmp_path, member="sil", territory=territory) as runtime:
        peer = Peer(territory, "ambito-urbano.registry")
        record = str(uuid4())
        written = await deliver(runtime, peer, PersonRegistered(family_name="Esempio"), record=record)
        await runtime.inbox.deliver([written])
        async with runtime.database.read() as session:
            assert len((await session.execute(select(SeenCopy))).all()) == 1


async def test_poison_becomes_a_dead_letter_and_a_retry_of_what_was_ended_stops(
    database_url: str, tmp_path: Path
) -> None:
    failing = EventHandlers()

    @failing.copy(PersonRegistered)
    async def fail(session: AsyncSession, event: PersonRegistered, origin: Origin) -> None:
        raise LookupError(event.family_name)

    service = dataclasses.replace(SERVICE, handlers=failing)
    territory, record = Territory(), str(uuid4())
    async with running(service, database_url, tmp_path, member="sil", territory=territory) as runtime:
        peer = Peer(territory, "ambito-urbano.registry")
        await deliver(runtime, peer, PersonRegistered(family_name="Esempio"), record=record)
        async with runtime.bookkeeping() as session:
            (letter,) = await dead_letters.waiting_for_an_operator(session)
            assert letter.number is not None
            assert (letter.code, "Esempio" in letter.reason) == ("not-applied", False)
            await dead_letters.decide(session, letter.number, dead_letters.RETRY)
            await session.execute(update(GrantReceived).values(ended_at=clock.machine_now()))
            await session.commit()
        async with asyncio.timeout(10):
            assert await dead_letters.act(runtime, runtime.inbox) == 1
