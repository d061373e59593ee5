"""From one service to another without a broker: what is published opens, what is delivered is applied once."""

from pathlib import Path
from uuid import uuid4

import pytest
from sqlmodel import Field, SQLModel
from sqlalchemy.ext.asyncio import AsyncSession
from trama_chassis import access, outbox
from trama_chassis.handlers import EventHandlers, Origin
from trama_chassis.service import Service
from trama_chassis.settings import ServiceSettings
from trama_chassis.testing import Peer, Territory, deliver, published, running, transaction
from trama_contracts.registry import PersonRegistered, ReferralSent


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
            from sqlalchemy import select

            assert len((await session.execute(select(SeenCopy))).all()) == 1
        print(runtime.inbox.outcomes)
