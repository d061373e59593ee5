"""The events a service keeps are told in one line each, opened with its own keys, and nothing is changed."""

import asyncio
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from trama_chassis import outbox
from trama_chassis.keystore import Keystore
from trama_chassis.runtime import Runtime
from trama_chassis.testing import Peer, Territory, deliver, running, transaction
from trama_deploy.hosting import database_url
from trama_deploy.kept_events import Marks, newest
from trama_deploy.state import State

from chassis.tests.small_registry import SERVICE, new_id, opening, person

FIRST = Path(__file__).parents[1] / "networks" / "first.yaml"
SIL, WRITER = "sil.registry", "ambito-urbano.registry"


@dataclass
class Kept:
    """A service with one event of its own and two of another member's, in its state directory."""

    state: State
    runtime: Runtime
    peer: Peer

    def command(self, *words: str) -> list[str]:
        return [
            sys.executable,
            "-m",
            "trama_deploy",
            "events",
            "tail",
            *words,
            "--state",
            str(self.state.root),
        ]

    def tail(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self.command(*words),
            capture_output=True,
            text=True,
            timeout=60,
            env=os.environ | {"COLUMNS": "100"},
        )


@pytest.fixture
async def kept(tmp_path: Path) -> AsyncIterator[Kept]:
    state, territory = State(tmp_path / "state"), Territory()
    territory.write_secrets(state.service(SIL), SIL)
    shutil.copyfile(FIRST, state.network_file)
    url = database_url(state, SIL)
    async with running(SERVICE, url, tmp_path, member="sil", territory=territory) as runtime:
        async with transaction(runtime) as session:
            record = new_id()
            outbox.add(session, person(), record=record, scope=record)
            await outbox.commit(session)
        peer = Peer(territory, WRITER)
        theirs = new_id()
        await deliver(runtime, peer, person(), record=theirs)
        episode = new_id()
        await deliver(runtime, peer, opening(episode), record=theirs, scope=episode)
        yield Kept(state, runtime, peer)


async def test_each_event_is_one_line_and_nobody_is_named(kept: Kept) -> None:
    answer = kept.tail("--service", SIL)
    assert answer.returncode == 0, answer.stderr
    lines = [line.split() for line in answer.stdout.splitlines()]
    assert [words[2:] for words in lines] == [
        ["→", SIL, "registry.person-registered.v1", "record", "1"],
        ["←", WRITER, "registry.person-registered.v1", "record", "1"],
        ["←", WRITER, "registry.taking-in-charge-opened.v1", "taking-in-charge", "1"],
    ]
    assert person().family_name not in answer.stdout
    (last,) = kept.tail("--service", SIL, "-n", "1").stdout.splitlines()
    assert "taking-in-charge-opened" in last


async def test_payload_is_told_only_when_asked_for(kept: Kept) -> None:
    """INVARIANT: looking at the flow shows no person. Breaks if a payload is told unasked."""
    documents = json.loads(kept.tail("--service", SIL, "--json").stdout)
    assert [document["direction"] for document in documents] == ["published", "applied", "applied"]
    assert all("payload" not in document for document in documents)
    opened = json.loads(kept.tail("--service", SIL, "--json", "--payload").stdout)
    assert opened[0]["payload"]["family_name"] == person().family_name
    assert person().family_name in kept.tail("--service", SIL, "--payload").stdout


async def test_following_tells_what_comes_and_nothing_twice(kept: Kept) -> None:
    keystore = Keystore(kept.state.service(SIL))
    async with kept.runtime.database.read() as session:
        first, marks = await newest(session, keystore, 20)
        assert len(first) == 3
        assert await newest(session, keystore, 20, marks) == ([], marks)
    await deliver(kept.runtime, kept.peer, person(), record=new_id())
    async with kept.runtime.database.read() as session:
        (came,), after = await newest(session, keystore, 20, marks)
    assert (came.direction, came.seq) == ("applied", 1)
    assert after == Marks(marks.published, marks.applied + 1)


async def test_follow_speaks_at_once_and_ends_with_ctrl_c(kept: Kept) -> None:
    command = kept.command("--service", SIL, "--follow", "--json")
    process = await asyncio.create_subprocess_exec(*command, stdout=subprocess.PIPE)
    try:
        assert process.stdout is not None
        told = [json.loads(await process.stdout.readline()) for _ in range(3)]
        assert [one["direction"] for one in told] == ["published", "applied", "applied"]
        await deliver(kept.runtime, kept.peer, person(), record=new_id())
        assert json.loads(await process.stdout.readline())["source"] == WRITER
        process.send_signal(signal.SIGINT)
        assert await process.wait() == 0
    finally:
        if process.returncode is None:
            process.kill()


async def test_without_the_keys_it_says_where_they_are(kept: Kept) -> None:
    kek = kept.state.service(SIL) / "kek"
    kek.chmod(0o644)
    answer = kept.tail("--service", SIL)
    assert answer.returncode == 1
    assert "si aprono solo presso il membro" in answer.stderr
    kek.unlink()
    assert "si aprono solo presso il membro" in kept.tail("--service", SIL).stderr
    assert kept.tail("--service", "dsm.registry").returncode == 2


async def test_event_whose_key_is_gone_is_still_counted(kept: Kept) -> None:
    kek = kept.state.service(SIL) / "kek"
    kek.write_bytes(bytes(32))
    async with kept.runtime.database.read() as session:
        found, _ = await newest(session, Keystore(kept.state.service(SIL)), 20)
    assert [one.type for one in found] == ["?", "?", "?"]
