"""From a consent taken back to the last source that shares no more: three registries, the real broker."""

import asyncio
import statistics
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import date
from uuid import uuid4

from sqlalchemy import select
from sqlmodel import col
from trama_chassis import access, clock, outbox
from trama_chassis.runtime import Runtime
from trama_chassis.tables import GrantGiven, OwnStream
from trama_chassis.testing import transaction
from trama_contracts.payload_fields import Basis
from trama_contracts.registry import AuthorisationGiven, AuthorisationWithdrawn, PersonRegistered
from trama_registry.__main__ import service as registry

from tests.bench.ground import Ground

TAKER, OTHERS = "ambito-urbano", ("sil", "cpi")
PERSONS = 20
PATIENCE = 60.0
Seconds = list[float]
Services = dict[str, Runtime]


@dataclass
class Followed:
    """A person whom three services follow, each with its own record, by one consent."""

    records: dict[str, str]
    consent: str


async def measured(here: Ground, scale: float) -> list[str]:
    """A table of the seconds from the withdrawal to the last source's new streams, by database."""
    lines = [
        "| from a consent taken back to the last source's new streams, s | p50 | longest |",
        "|---|---|---|",
    ]
    for kind in ("sqlite", "postgresql"):
        taken = await withdrawals(here, kind, max(3, round(PERSONS * scale)))
        lines.append(
            f"| {kind}, {len(taken)} persons, {1 + len(OTHERS)} sources | {statistics.median(taken):.2f} "
            f"| {max(taken):.2f} |"
        )
    return lines


async def withdrawals(here: Ground, kind: str, persons: int) -> Seconds:
    """How long each withdrawal took, one after the other."""
    async with three(here, kind) as services:
        people = [await followed(services) for _ in range(persons)]
        for one in people:
            await until(lambda one=one: shared(services, one))  # type: ignore[misc]
        return [await _withdrawn(services, one) for one in people]


@asynccontextmanager
async def three(here: Ground, kind: str) -> AsyncIterator[Services]:
    """Three registries on a new territory, alive, knowing each other."""
    territory = await here.territory()
    async with AsyncExitStack() as stack:
        services = {
            member: await stack.enter_async_context(
                here.service(registry, kind, member, territory, known=False)
            )
            for member in (TAKER, *OTHERS)
        }
        tasks = [asyncio.create_task(runtime.run()) for runtime in services.values()]
        try:
            await until(lambda: _acquainted(services))
            yield services
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)


async def followed(services: Services) -> Followed:
    """A person entered at each of them, who consents at one that all may know."""
    records = {member: str(uuid4()) for member in services}
    given = AuthorisationGiven(
        authorisation=str(uuid4()),
        purpose="work-integration",
        basis=Basis(kind="consent"),
        circles=("care",),
        recipients=tuple(sorted(services)),
        controllers=tuple(sorted({"ass6", "comune-urbano", "provincia-pn"})),
        starts_on=date(2013, 1, 1),
        notice_given_on=date(2013, 1, 1),
    )
    for member, runtime in services.items():
        record = records[member]
        async with transaction(runtime) as session:
            outbox.add(session, PersonRegistered(family_name="Prova"), record=record, scope=record)
            for other in services:
                if other != TAKER:
                    edge = (TAKER, records[TAKER]), (other, records[other])
                    await access.learn_link(session, link=str(uuid4()), a=edge[0], b=edge[1])
    async with transaction(services[TAKER]) as session:
        outbox.add(session, given, record=records[TAKER], scope=records[TAKER])
        await access.learn_authorisation(
            session,
            authorisation=given.authorisation,
            member=TAKER,
            record=records[TAKER],
            terms=given.payload(),
        )
    return Followed(records, given.authorisation)


async def taken_back(services: Services, one: Followed) -> None:
    """At the service that took the consent, it is taken back."""
    record = one.records[TAKER]
    withdrawn = AuthorisationWithdrawn(authorisation=one.consent, withdrawn_on=date(2013, 10, 14))
    async with transaction(services[TAKER]) as session:
        outbox.add(session, withdrawn, record=record, scope=record, parting=True)
        await access.learn_withdrawal(
            session, one.consent, said_by=(TAKER, record), withdrawn_on=withdrawn.withdrawn_on
        )


async def _withdrawn(services: Services, one: Followed) -> float:
    """Take the consent back, and wait for the last source."""
    await taken_back(services, one)
    began = time.perf_counter()
    await until(lambda: _gone_on_alone(services, one))
    return time.perf_counter() - began


async def _acquainted(services: Services) -> bool:
    now = clock.machine_now()
    return all(
        one.directory.hpke_key(other.settings.principal, now) is not None
        for one in services.values()
        for other in services.values()
        if one is not other
    )


async def _readers(runtime: Runtime, record: str) -> int:
    """How many services of other members have the key of what is written on a record now."""
    async with runtime.database.read() as session:
        found = await session.scalars(
            select(col(GrantGiven.recipient))
            .join(OwnStream, col(OwnStream.stream) == col(GrantGiven.stream))
            .where(col(OwnStream.record) == record, col(GrantGiven.ended_at).is_(None))
            .where(col(OwnStream.ended).is_(False), col(OwnStream.circle) == "care")
        )
        own = f"{runtime.settings.member}."
        return sum(not one.startswith(own) for one in found)


async def shared(services: Services, one: Followed) -> bool:
    """Whether each of them shares what it writes of a person."""
    readers = [await _readers(runtime, one.records[member]) for member, runtime in services.items()]
    return all(readers)


async def _gone_on_alone(services: Services, one: Followed) -> bool:
    shared = [await _readers(runtime, one.records[member]) for member, runtime in services.items()]
    return not any(shared)


async def until(done: Callable[[], Awaitable[bool]]) -> None:
    """Wait until something is so."""
    async with asyncio.timeout(PATIENCE):
        while not await done():
            await asyncio.sleep(0.01)
