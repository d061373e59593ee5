"""The lease: refused while its holder lives, even paused; free once it is dead."""

import asyncio
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from trama_chassis import lease
from trama_chassis.lease import LeaseHeld, LeaseLost

HOLDER = """
import asyncio, sys
from trama_chassis import lease
async def hold():
    taken = await lease.take(sys.argv[1])
    print("held", flush=True)
    await taken.keep()
asyncio.run(hold())
"""


@contextmanager
def another_process_holding(url: str) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen([sys.executable, "-c", HOLDER, url], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    try:
        yield process
    finally:
        process.kill()
        process.wait()


async def taken_within(url: str, seconds: float) -> lease.Lease:
    until = time.monotonic() + seconds
    while True:
        try:
            return await lease.take(url)
        except LeaseHeld:
            if time.monotonic() > until:
                raise
            await asyncio.sleep(0.1)


async def refused_until(url: str, said: Callable[[str], bool]) -> str:
    """What who asks for it is told, in the end; it is refused each time."""
    until = time.monotonic() + 10
    while True:
        with pytest.raises(LeaseHeld) as refused:
            await lease.take(url)
        if said(str(refused.value)) or time.monotonic() > until:
            return str(refused.value)
        await asyncio.sleep(0.1)


async def test_a_second_starter_is_refused_and_told_who_holds_it(database_url: str) -> None:
    with another_process_holding(database_url) as process:
        with pytest.raises(LeaseHeld) as refused:
            await lease.take(database_url)
        assert refused.value.holder is not None
        assert refused.value.holder.pid == process.pid
        assert f"held by pid {process.pid}, last sign of life" in str(refused.value)
        assert "kill" not in str(refused.value)
        assert str(await lease.holder_of(database_url)).startswith(f"held by pid {process.pid}")


async def test_a_killed_holder_frees_it_at_once(database_url: str) -> None:
    with another_process_holding(database_url) as process:
        process.send_signal(signal.SIGKILL)
        process.wait()
        taken = await taken_within(database_url, 5)
    assert await taken.still_held()
    await taken.release()
    assert await lease.holder_of(database_url) is None


async def test_a_paused_holder_keeps_it_and_is_named_with_its_silence(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """INVARIANT: a lease is never taken from a living holder. Expiry by time would break it: a paused
    process wakes up and sends what its successor has already sent."""
    monkeypatch.setattr(lease, "SILENT_SECONDS", 1.0)
    with another_process_holding(database_url) as process:
        process.send_signal(signal.SIGSTOP)
        paused = await refused_until(database_url, lambda told: "paused" in told)
        assert re.search(rf"life \d+ s ago: paused or stuck; end it with kill {process.pid}", paused)
        process.send_signal(signal.SIGCONT)
        assert "paused" not in await refused_until(database_url, lambda told: "paused" not in told)


async def test_keeping_the_lease_ends_when_the_database_ended_its_session(postgres: str) -> None:
    taken = await lease.take(postgres)
    assert await taken.still_held()
    with psycopg.connect(postgres, autocommit=True) as connection:
        ended = connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE %s",
            (f"trama {os.getpid()} %",),
        ).fetchall()
    assert ended == [(True,)]
    assert not await taken.still_held()
    with pytest.raises(LeaseLost):
        await taken.keep()
    again = await lease.take(postgres)
    await again.release()


async def test_a_replaced_lease_file_is_not_ours_any_more(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/service.db"
    taken = await lease.take(url)
    os.unlink(tmp_path / "service.db.lease")
    other = await lease.take(url)
    assert not await taken.still_held()
    assert await other.still_held()
    await other.release()


async def test_two_databases_have_two_leases(fresh_database: Callable[[str], str], database_url: str) -> None:
    mine = await lease.take(database_url)
    other = await lease.take(
        fresh_database("postgresql" if database_url.startswith("postgresql") else "sqlite")
    )
    assert await mine.still_held()
    assert await other.still_held()
    await mine.release()
    await other.release()
