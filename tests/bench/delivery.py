"""How fast events move: relay against bare aiokafka, consuming with all checks, rebuilding, commands."""

import asyncio
import cProfile
import pstats
import time
from collections.abc import Callable, Sequence
from itertools import count as numbers
from uuid import uuid4

import httpx
from aiokafka import AIOKafkaProducer
from sqlalchemy import func, insert, select
from sqlmodel import col
from trama_chassis import clock, rebuild
from trama_chassis.runtime import Runtime
from trama_chassis.service import Service
from trama_chassis.tables import InboxEvent, OutboxRow
from trama_chassis.testing import Peer, Territory, client
from trama_contracts.event import Event
from trama_contracts.record import Record
from trama_contracts.registry import InterviewRecorded, TakingInChargeOpened
from trama_registry.__main__ import service as registry

from tests.bench.ground import Ground

WAVE = 1000
SYLLABLES = ("ba", "de", "fi", "go", "lu", "ma", "ne", "pi", "ro", "su")
SOURCE = "ambito-urbano.registry"
EVENT = TakingInChargeOpened(
    episode="0b9d7c1e-51a4-4c39-8f0e-2a6b7c8d9e10",
    sector="social",
    opened_on="2013-02-04",  # type: ignore[arg-type]  # pydantic reads a date
    need="Ha perso il lavoro dopo una lunga malattia e chiede un aiuto per tornare a lavorare. " * 4,
)


def opening() -> Event:
    """What says who follows a person: whether anything is to be shared with them is looked at."""
    return EVENT.model_copy(update={"episode": str(uuid4())})


def entry() -> InterviewRecorded:
    """An entry of a story, as most events are."""
    return InterviewRecorded(
        interview=str(uuid4()),
        kind="desk",
        held_on=EVENT.opened_on,
        present="La persona e l'assistente sociale",
        summary=EVENT.need,
        who="Anna Esempio",
    )


def written(
    territory: Territory, events: int, streams: int, event: Callable[[], Event] = opening
) -> tuple[Peer, list[Record]]:
    """Real sealed and signed events of many streams, as a peer writes them."""
    peer = Peer(territory, SOURCE)
    records = [str(uuid4()) for _ in range(streams)]
    return peer, [
        peer.write(event(), record=records[number % streams], scope=records[number % streams])
        for number in range(events)
    ]


async def relay_against_bare(here: Ground, kind: str, events: int) -> dict[str, float]:
    """Events a second through the relay and through bare aiokafka, same bytes, same waves; their ratio."""
    territory = await here.territory()
    async with here.service(registry, kind, "ambito-urbano", territory) as runtime:
        _, records = written(territory, events, events // 10)
        await _fill_outbox(runtime, records)
        begun = time.perf_counter()
        producer = await runtime.relay.ready_producer()
        while await runtime.relay.relay_once(producer):
            pass
        relayed = events / (time.perf_counter() - begun)
        await runtime.relay.throw_producer_away()
        async with runtime.database.read() as session:
            unsent = await session.scalar(
                select(func.count()).select_from(OutboxRow).where(col(OutboxRow.sent_at).is_(None))
            )
    if unsent:
        raise RuntimeError(f"{unsent} rows were not sent")
    bare = await _bare(here, records)
    return {"relay": relayed, "bare": bare, "ratio": relayed / bare}


async def _fill_outbox(runtime: Runtime, records: Sequence[Record]) -> None:
    now = clock.machine_now()
    rows = [
        {
            "kind": "event",
            "topic": one.topic,
            "key": (one.key or b"").decode(),
            "event_id": str(uuid4()),
            "stream": (one.key or b"").decode(),
            "seq": number,
            "value": one.value,
            "signature": dict(one.headers)["trama-signature"],
            "committed_at": now,
        }
        for number, one in enumerate(records)
    ]
    async with runtime.bookkeeping() as session:
        await session.execute(insert(OutboxRow), rows)
        await session.commit()


async def _bare(here: Ground, records: Sequence[Record]) -> float:
    producer = AIOKafkaProducer(
        **here.client(),
        enable_idempotence=True,
        acks="all",
        linger_ms=0,
        max_batch_size=262_144,
        max_request_size=300_000,
    )
    await producer.start()
    try:
        begun = time.perf_counter()
        for start in range(0, len(records), WAVE):
            wave = records[start : start + WAVE]
            futures = [
                await producer.send(one.topic, one.value, key=one.key, headers=list(one.headers))
                for one in wave
            ]
            await asyncio.gather(*futures)
        return len(records) / (time.perf_counter() - begun)
    finally:
        await producer.stop()


async def consume(here: Ground, kind: str, events: int) -> dict[str, float]:
    """Events a second from the broker to the timeline: read, verified, opened, applied, committed. Of
    entries, of takings in charge, and of entries when the copies are rebuilt."""
    opened = await consumed(here, kind, events // 4, opening)
    return {**await consumed(here, kind, events, entry), "takings in charge": opened["entries"]}


async def consumed(
    here: Ground, kind: str, events: int, event: Callable[[], Event], profile: cProfile.Profile | None = None
) -> dict[str, float]:
    """Events of one kind a second, and how fast they are rebuilt."""
    territory = await here.territory()
    async with here.service(registry, kind, "sil", territory) as runtime:
        peer, records = written(territory, events, events // 10, event)
        for start in range(0, len(peer.streams), 64):
            await peer.grant(runtime, *peer.streams[start : start + 64])
        await here.produce(records)
        task = asyncio.create_task(runtime.consumer.run())
        try:
            while not await _applied(runtime):
                await asyncio.sleep(0.005)
            already, begun = await _applied(runtime), time.perf_counter()
            if profile is not None:
                profile.enable()
            while (done := await _applied(runtime)) < events:
                await asyncio.sleep(0.02)
            if profile is not None:
                profile.disable()
            rate = (done - already) / (time.perf_counter() - begun)
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        return {"entries": rate, **await _rebuilt(runtime, events)}


async def _applied(runtime: Runtime) -> int:
    async with runtime.database.read() as session:
        return await session.scalar(select(func.count()).select_from(InboxEvent)) or 0


async def _rebuilt(runtime: Runtime, events: int) -> dict[str, float]:
    async with runtime.database.read() as session:
        before = await rebuild.digest(session, runtime)
    begun = time.perf_counter()
    after = await rebuild.rebuild(runtime)
    if after != before:
        raise RuntimeError("the rebuilt copies differ")
    return {"rebuild": events / (time.perf_counter() - begun)}


async def commands(here: Ground, kind: str, count: int) -> dict[str, float]:
    """One-event commands a second through the HTTP commit point, one at a time and eight at once."""
    territory = await here.territory()
    key = here.folder / "reporting.key"
    key.touch(mode=0o600)
    key.write_bytes(b"\0" * 32)
    async with (
        here.service(registry, kind, "ambito-urbano", territory, reporting_key_file=key) as runtime,
        client(runtime, "caseworker") as http,
    ):
        one = await _registered(http, count, at_once=1)
        eight = await _registered(http, count, at_once=8)
    return {"one at a time": one, "eight at once": eight}


async def _registered(http: httpx.AsyncClient, count: int, at_once: int) -> float:
    """Persons of different names: of each name the likely duplicates are looked for."""
    another = numbers()

    async def some(number: int) -> None:
        for _ in range(number):
            name = "".join(SYLLABLES[int(digit)] for digit in f"{next(another):05}")
            answer = await http.post("/api/registry/persons", json={"family_name": name.title()})
            answer.raise_for_status()

    begun = time.perf_counter()
    await asyncio.gather(*(some(count // at_once) for _ in range(at_once)))
    return count / (time.perf_counter() - begun)


def where_time_goes(profile: cProfile.Profile, rows: int = 12) -> list[tuple[str, float]]:
    """The functions in which a profiled run spent most of its own time, as shares."""
    stats = pstats.Stats(profile)
    total = sum(own for _, _, own, _, _ in stats.stats.values())  # type: ignore[attr-defined]
    spent = sorted(stats.stats.items(), key=lambda item: -item[1][2])[:rows]  # type: ignore[attr-defined]
    return [(f"{name[0].rpartition('/')[2]}:{name[2]}", own / total) for name, (_, _, own, _, _) in spent]


SERVICES: dict[str, Service] = {"registry": registry}
