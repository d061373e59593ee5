"""The directory copy while it is loaded again, as the consumer does each time it begins."""

import asyncio
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import select
from trama_chassis import outbox
from trama_chassis.handlers import EventHandlers
from trama_chassis.service import Service
from trama_chassis.settings import ServiceSettings
from trama_chassis.tables import GrantGiven, OwnStream
from trama_chassis.testing import Territory, running, transaction
from trama_contracts.registry import PersonRegistered

REGISTRY = Service(
    name="registry",
    routers=[],
    handlers=EventHandlers(),
    tables=[],
    migrations=Path(),
    settings=ServiceSettings,
)


async def test_a_directory_being_loaded_again_is_never_seen_empty(database_url: str, tmp_path: Path) -> None:
    """INVARIANT: whoever commits while the directory is loaded again sees it whole. A stream begun against an
    empty directory is granted to nobody, and nothing ever decides about it again."""
    async with running(REGISTRY, database_url, tmp_path, member="sil") as runtime:
        everyone = runtime.directory.principals()
        assert len(everyone) > 1
        seen = []
        async with runtime.database.read() as session:
            loading = asyncio.create_task(runtime.directory.load(session))
            while not loading.done():
                seen.append(runtime.directory.principals())
                await asyncio.sleep(0)
        assert len(seen) > 2
        assert [names for names in seen if names != everyone] == []
        assert runtime.directory.principals() == everyone


async def test_nothing_is_published_before_the_directory_is_read(database_url: str, tmp_path: Path) -> None:
    """INVARIANT: a stream is begun only when it is known who there is. Nothing decides again about one begun
    before: whoever should have had its key would never be given it."""
    person, record = PersonRegistered(family_name="Esempio"), str(uuid4())
    async with running(REGISTRY, database_url, tmp_path, member="sil", known=False) as runtime:
        assert runtime.health.stalled() == ["directory"]
        with pytest.raises(outbox.DirectoryNotYetRead):
            async with transaction(runtime) as session:
                outbox.add(session, person, record=record, scope=record)
        async with runtime.database.read() as session:
            assert (await session.execute(select(OwnStream))).all() == []

        await runtime.take_directory(Territory().directory_records())
        assert runtime.health.stalled() == []
        async with transaction(runtime) as session:
            outbox.add(session, person, record=record, scope=record)
        async with runtime.database.read() as session:
            assert [one.recipient for one in (await session.scalars(select(GrantGiven))).all()] == [
                "sil.placement"
            ]
