"""From a withdrawal, and from an order to erase, to the last recipient: three registries, the real broker."""

import statistics
import time

from sqlalchemy import func, select
from sqlmodel import col
from trama_chassis import erasure
from trama_chassis.erasure import Wish
from trama_chassis.erasure_tables import WAITING, ErasureRecipient
from trama_chassis.runtime import Runtime
from trama_chassis.tables import GrantReceived
from trama_chassis.testing import transaction

from tests.bench.ground import Ground
from tests.bench.sharing import (
    OTHERS,
    TAKER,
    Followed,
    Seconds,
    Services,
    followed,
    shared,
    taken_back,
    three,
    until,
)

PERSONS = 10


async def measured(here: Ground, scale: float) -> list[str]:
    """A table of the seconds to the last recipient, by database."""
    lines = ["| to the last of the recipients, s | p50 | longest |", "|---|---|---|"]
    for kind in ("sqlite", "postgresql"):
        persons = max(2, round(PERSONS * scale))
        async with three(here, kind) as services:
            people = [await followed(services) for _ in range(2 * persons)]
            for one in people:
                await until(lambda one=one: shared(services, one))  # type: ignore[misc]
            heard = [await _withdrawn(services, one) for one in people[:persons]]
            answered = [await _erased(services, one) for one in people[persons:]]
        lines.append(_line(f"a consent taken back: nobody's key is good any more; {kind}", heard))
        lines.append(_line(f"a record ordered to be erased: the last answer is in; {kind}", answered))
    return lines


def _line(what: str, taken: Seconds) -> str:
    who = f"{len(taken)} persons, {1 + len(OTHERS)} services"
    return f"| {what}, {who} | {statistics.median(taken):.2f} | {max(taken):.2f} |"


async def _withdrawn(services: Services, one: Followed) -> float:
    """Take the consent back; until each that read what another writes has heard that it ends."""
    await taken_back(services, one)
    began = time.perf_counter()
    await until(lambda: _cut_off(services, one))
    return time.perf_counter() - began


async def _cut_off(services: Services, one: Followed) -> bool:
    living = [await _readable(runtime, one) for runtime in services.values()]
    return not any(living)


async def _readable(runtime: Runtime, one: Followed) -> int:
    """How many streams of others on this person a service still has a good key of."""
    async with runtime.database.read() as session:
        wanted = select(func.count()).where(
            col(GrantReceived.record).in_(one.records.values()), col(GrantReceived.ended_at).is_(None)
        )
        return await session.scalar(wanted) or 0


async def _erased(services: Services, one: Followed) -> float:
    """Order the whole record erased; until all that had it have answered, their files rewritten."""
    source = services[TAKER]
    async with transaction(source) as session:
        wish = Wish(one.records[TAKER], ground="request", act="", reason="", by="op-test")
        order = (await erasure.order(session, source, wish)).order
    began = time.perf_counter()
    await until(lambda: _answered(source, order))
    return time.perf_counter() - began


async def _answered(source: Runtime, order: str) -> bool:
    """Whether the services that live have; their members' other services were never started."""
    async with source.database.read() as session:
        asked = select(col(ErasureRecipient.recipient), col(ErasureRecipient.state))
        rows = await session.execute(asked.where(col(ErasureRecipient.order) == order))
        states = {recipient: state for recipient, state in rows}
    return all(states[f"{member}.registry"] != WAITING for member in OTHERS)
