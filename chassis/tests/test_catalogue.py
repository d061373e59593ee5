"""The open catalogue: told by one service, kept by another, and never taken back to an older version."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlmodel import col
from trama_chassis import catalogue, clock, outbox
from trama_chassis.catalogue import Entry
from trama_chassis.handlers import EventHandlers
from trama_chassis.runtime import Runtime
from trama_chassis.service import Service
from trama_chassis.settings import ServiceSettings
from trama_chassis.tables import CatalogueHeld, OutboxRow
from trama_chassis.testing import Territory, running, transaction
from trama_contracts.catalogue import HPKE_TYPE, catalogue_value
from trama_contracts.names import topic_of
from trama_contracts.outcomes import Outcome
from trama_contracts.record import Record
from trama_contracts.signature import PLAIN_JSON, headers_of, sign

TOLD = "it.trama.registry.capacity.v1"
DESK = "capacity:desk"


def service(name: str) -> Service:
    """A service with nothing of its own."""
    return Service(
        name=name,
        routers=[],
        handlers=EventHandlers(),
        tables=[],
        migrations=Path(),
        settings=ServiceSettings,
    )


@pytest.fixture
async def two(
    database_url: str, fresh_database: Callable[[str], str], tmp_path: Path
) -> AsyncIterator[tuple[Runtime, Runtime]]:
    """Who tells (on each kind of database), and who reads."""
    async with AsyncExitStack() as stack:
        sil = await stack.enter_async_context(
            running(service("registry"), database_url, tmp_path, member="sil")
        )
        cpi = await stack.enter_async_context(
            running(service("placement"), fresh_database("sqlite"), tmp_path, member="cpi")
        )
        yield sil, cpi


async def tell(runtime: Runtime, content: dict[str, Any], entity: str = DESK) -> int:
    async with transaction(runtime) as session:
        return await catalogue.publish(session, entity, TOLD, content)


async def written(runtime: Runtime) -> list[Record]:
    """What the relay would send to the catalogue topic, oldest first."""
    wanted = select(OutboxRow).where(col(OutboxRow.kind) == "catalogue").order_by(col(OutboxRow.position))
    async with runtime.database.read() as session:
        return [
            Record(row.topic, row.key.encode(), row.value, headers_of(row.signature, PLAIN_JSON))
            for row in await session.scalars(wanted)
        ]


async def known(runtime: Runtime, wire_type: str = TOLD) -> list[Entry]:
    async with runtime.database.read(runtime=runtime) as session:
        return await catalogue.entries(session, wire_type)


def signed_by(principal: str, **said: Any) -> Record:
    """A catalogue record of a service, made outside it."""
    territory = Territory()
    given: dict[str, Any] = {"type": TOLD, "id": DESK, "issued": clock.machine_now()} | said
    topic = topic_of(territory.network, principal, "catalogue")
    value = catalogue_value(**given)
    signature = sign(territory.signing(principal), topic, str(given["id"]).encode(), value)
    return Record(topic, str(given["id"]).encode(), value, headers_of(signature, PLAIN_JSON))


async def test_what_one_service_tells_another_reads_and_so_does_itself(two: tuple[Runtime, Runtime]) -> None:
    sil, cpi = two
    await tell(sil, {"free": 2})
    sil.wake.clear()
    version = await tell(sil, {"free": 1})
    assert sil.wake.is_set()
    await cpi.take_catalogue(await written(sil))
    for runtime in two:
        (entry,) = await known(runtime)
        assert (entry.member, entry.service, entry.id) == ("sil", "registry", DESK)
        assert (entry.version, entry.content) == (version, {"free": 1})
        assert abs(clock.machine_now() - entry.issued) < timedelta(minutes=1)


async def test_a_wrong_or_older_version_changes_nothing(two: tuple[Runtime, Runtime]) -> None:
    """INVARIANT: a reader holds the newest version that its source has signed. Taking whatever comes last, or
    what another signed, breaks it."""
    sil, cpi = two
    await tell(sil, {"free": 2})
    await tell(sil, {"free": 1})
    *_, older, newest = await written(sil)
    await cpi.take_catalogue([newest])
    before = await known(cpi)
    signature = replace(older, value=newest.value)
    forged = replace(signed_by("sil.registry", version=10**12, content={"free": 9}), topic=newest.topic)
    stolen = replace(signed_by("coop-filo.registry", version=10**12, content={}), topic=newest.topic)
    elsewhere = replace(newest, key=b"capacity:other")
    for record in (older, signature, stolen, elsewhere, newest, older):
        await cpi.take_catalogue([record])
        assert await known(cpi) == before
    assert cpi.inbox.outcomes[Outcome.STALE] == 2
    await cpi.take_catalogue([forged])
    assert [entry.content for entry in await known(cpi)] == [{"free": 9}]
    async with cpi.database.read() as session:
        await cpi.directory.load(session)
    await cpi.take_catalogue([newest])
    assert [entry.content for entry in await known(cpi)] == [{"free": 9}]


async def test_a_version_never_goes_back_even_in_a_restored_service(two: tuple[Runtime, Runtime]) -> None:
    """INVARIANT: what a service tells next is above all it told. Counting from its own database alone breaks
    it: restored from last night's copy, it would tell versions that everybody refuses as stale."""
    sil, cpi = two
    hour_ago = int(clock.machine_now().timestamp()) - 3600
    for version in (hour_ago, hour_ago + 1):
        await cpi.take_catalogue([signed_by("sil.registry", version=version, content={"free": 2})])
    await tell(sil, {"free": 7})
    await cpi.take_catalogue(await written(sil))
    assert [entry.content for entry in await known(cpi)] == [{"free": 7}]
    async with sil.bookkeeping() as session:
        held = await session.get_one(CatalogueHeld, (sil.settings.topic("catalogue"), DESK))
        ahead = held.version = held.version + 60
        await session.commit()
    assert await tell(sil, {"free": 8}) == ahead + 1


async def test_two_that_tell_at_once_tell_two_versions(two: tuple[Runtime, Runtime]) -> None:
    sil, cpi = two
    await tell(sil, {"free": 0})
    versions = await asyncio.gather(*(tell(sil, {"free": free}) for free in range(1, 5)))
    assert len(set(versions)) == 4
    await cpi.take_catalogue(await written(sil))
    assert [entry.version for entry in await known(cpi)] == [max(versions)]
    assert await known(sil) == await known(cpi)


async def test_what_is_not_committed_is_not_told(two: tuple[Runtime, Runtime]) -> None:
    sil, _ = two
    before = len(await written(sil))
    async with sil.database.write(runtime=sil) as session:
        await catalogue.publish(session, DESK, TOLD, {})
    assert (await known(sil), len(await written(sil))) == ([], before)


async def test_only_the_owner_of_a_type_tells_it(two: tuple[Runtime, Runtime]) -> None:
    """INVARIANT: a type is told by the service that owns it: another service of a member is not believed."""
    sil, cpi = two
    with pytest.raises(outbox.WrongWriter):
        await tell(cpi, {"free": 2})
    await sil.take_catalogue([signed_by("cpi.placement", version=1, content={"free": 2})])
    assert await known(sil) == []


async def test_the_keys_of_mail_are_told_in_the_same_way(two: tuple[Runtime, Runtime]) -> None:
    sil, cpi = two
    (record,) = await written(sil)
    assert record.key == b"hpke"
    await cpi.take_catalogue([record])
    async with sil.database.read() as session:
        held = await session.get_one(CatalogueHeld, (record.topic, "hpke"))
    assert (held.type, held.value) == (HPKE_TYPE, record.value)
    key = cpi.directory.hpke_key("sil.registry", clock.machine_now())
    assert key is not None
    assert key.hpkekey in sil.hpke_keys
