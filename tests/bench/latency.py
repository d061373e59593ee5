"""From commit to visible at another member: two processes, the real broker, all that runs in a network."""

import asyncio
import json
import math
import sys
import time
from pathlib import Path
from typing import Any
from uuid import uuid4

from sqlalchemy import select
from sqlmodel import col
from trama_chassis import access, clock, outbox
from trama_chassis.runtime import Runtime
from trama_chassis.tables import GrantGiven
from trama_chassis.testing import Territory, running, transaction
from trama_registry.__main__ import service as registry

from tests.bench.delivery import entry, opening
from tests.bench.ground import Ground

SOURCE, RECIPIENT = "ambito-urbano", "sil"


async def commit_to_visible(
    here: Ground, kind: str, per_second: float, seconds: float, *, apart: bool = False
) -> dict[str, float]:
    """p50 and p99 in milliseconds, from the return of a commit to that of its effect at another member.

    What is written goes on in streams that are known; or `apart`, each in its own, whose key goes with it.
    """
    territory = await here.territory()
    seen = here.folder / f"seen-{uuid4().hex}"
    order = {
        "network": territory.network,
        "database_url": here.database(kind),
        "folder": str(here.folder / uuid4().hex),
        "kafka": {**here.kafka().model_dump(mode="json"), "password": here.broker.admin_password},
        "seen": str(seen),
    }
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.bench.latency", json.dumps(order), stdout=asyncio.subprocess.PIPE
    )
    try:
        async with here.service(registry, kind, SOURCE, territory) as runtime:
            task = asyncio.create_task(runtime.run())
            try:
                committed = await _publish(runtime, per_second, seconds, apart=apart)
                await _all_seen(committed, seen)
            finally:
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)
    finally:
        child.terminate()
        await child.wait()
    return _figures(committed, seen)


async def _publish(runtime: Runtime, per_second: float, seconds: float, *, apart: bool) -> dict[str, float]:
    async with asyncio.timeout(30):
        while runtime.directory.hpke_key(f"{RECIPIENT}.registry", clock.machine_now()) is None:
            await asyncio.sleep(0.05)
    records = [await _shared_record(runtime) for _ in range(20)]
    await asyncio.sleep(3)
    committed: dict[str, float] = {}
    begun = time.perf_counter()
    for number in range(round(per_second * seconds)):
        delay = begun + number / per_second - time.perf_counter()
        if delay > 0:
            await asyncio.sleep(delay)
        record = records[number % len(records)]
        written = entry()
        async with transaction(runtime) as session:
            scope = written.interview if apart else record
            event_id = outbox.add(session, written, record=record, scope=scope)
        committed[event_id] = time.time()
    return committed


async def _shared_record(runtime: Runtime) -> str:
    """A record that the recipient follows too, with an authorisation, and a first event in its stream."""
    record, other = str(uuid4()), str(uuid4())
    terms = {
        "purpose": "work-integration",
        "basis": {"kind": "consent"},
        "circles": ["care"],
        "recipients": [RECIPIENT, SOURCE],
        "controllers": ["comune-urbano"],
        "starts_on": "2013-01-01",
    }
    async with transaction(runtime) as session:
        await access.learn_reporting_id(session, record, "A" * 43)
        await access.learn_link(session, link=str(uuid4()), a=(SOURCE, record), b=(RECIPIENT, other))
        await access.learn_authorisation(
            session, authorisation=str(uuid4()), member=SOURCE, record=record, terms=terms
        )
        outbox.add(session, opening(), record=record, scope=record)
    async with runtime.database.read() as session:
        given = await session.scalars(
            select(col(GrantGiven.recipient)).where(col(GrantGiven.recipient).startswith(f"{RECIPIENT}."))
        )
        if not given.all():
            raise RuntimeError("the recipient was granted nothing")
    return record


async def _all_seen(committed: dict[str, float], seen: Path, patience: float = 20) -> None:
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        if committed.keys() <= {line.split()[0] for line in seen.read_text().splitlines()}:
            return
        await asyncio.sleep(0.2)


def _figures(committed: dict[str, float], seen: Path) -> dict[str, float]:
    visible = {}
    for line in seen.read_text().splitlines():
        event_id, at = line.split()
        visible[event_id] = float(at)
    missing = committed.keys() - visible.keys()
    if missing:
        raise RuntimeError(f"{len(missing)} of {len(committed)} events did not arrive")
    waits = sorted(1000 * (visible[event_id] - at) for event_id, at in committed.items())
    return {"p50": waits[len(waits) // 2], "p99": waits[math.ceil(len(waits) * 0.99) - 1]}


async def receive(order: dict[str, Any]) -> None:
    """The other member's process: consumes, and notes when each event had been committed."""
    territory = Territory(network=order["network"])
    async with running(
        registry,
        order["database_url"],
        Path(order["folder"]),
        member=RECIPIENT,
        territory=territory,
        kafka=order["kafka"],
        known=False,
    ) as runtime:
        apply = runtime.inbox.apply
        with Path(order["seen"]).open("w", buffering=1) as notes:

            async def noted(checked: Any) -> None:
                await apply(checked)
                now = time.time()
                notes.writelines(f"{one.envelope.id} {now}\n" for one in checked if one.envelope is not None)

            runtime.inbox.apply = noted  # type: ignore[method-assign]
            await runtime.run()


if __name__ == "__main__":
    asyncio.run(receive(json.loads(sys.argv[1])))
