"""The whole corpus through the real consumer: each record gets its code, and nobody else is held up by it."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from sqlmodel import col
from trama_chassis import clock
from trama_chassis.runtime import Runtime
from trama_chassis.tables import DeadLetter, GrantReceived, InboxEvent, Position, Refusal, Waiting
from trama_contracts.golden.__main__ import ROOT
from trama_contracts.golden.case import Case
from trama_contracts.golden.corpus import FILE, Corpus, read
from trama_contracts.golden.event_draft import Draft
from trama_contracts.golden.fixtures import NOW
from trama_contracts.names import KINDS, parse_topic, topic_of
from trama_contracts.outcomes import DEAD_LETTERS, Outcome
from trama_deploy.broker import EmbeddedBroker

from chassis.tests.small_registry import rows
from tests.delivery.corpus_reader import (
    READER,
    SERVICE,
    CorpusTerritory,
    NotedCopy,
    WatchedDirectory,
    hold,
)
from tests.delivery.network import Network, lived, until

SILENT = {Outcome.OK, Outcome.DUPLICATE, Outcome.GAP}
"""Outcomes that are no refusal, and so are not counted by source."""


@dataclass
class Reading:
    """The corpus' reader, alive on a broker, and what was sent to it beside the corpus."""

    corpus: Corpus
    network: Network
    runtime: Runtime
    directory: WatchedDirectory
    healthy: list[Case] = field(default_factory=list)

    def a_healthy_one(self) -> Case:
        """The next of the good events that are read between the wrong ones."""
        self.healthy.append(Draft(f"healthy-{len(self.healthy)}", Outcome.OK, "section 6").case())
        return self.healthy[-1]

    async def read(self, cases: Sequence[Case]) -> Counter[Outcome]:
        """Write these records with a good one before, between and behind them; gives what became of them."""
        good = [self.a_healthy_one() for _ in range(3)]
        await hold(self.runtime, good)
        half = len(cases) // 2
        before = self.runtime.inbox.outcomes.copy()
        sent = [good[0], *cases[:half], good[1], *cases[half:], good[2]]
        await asyncio.to_thread(self.network.produce, [case.record for case in sent])

        async def all_taken() -> bool:
            return not await asyncio.to_thread(self.network.lag, READER, {one.record.topic for one in sent})

        await until(all_taken, f"{len(sent)} records are taken")
        found = self.runtime.inbox.outcomes - before
        found[Outcome.OK] -= len(good)
        return +found


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Network]:
    """A broker of its own, because the corpus' network has a fixed name, with all topics the corpus names."""
    folder = tmp_path_factory.mktemp("corpus")
    with EmbeddedBroker(folder / "broker", partitions=3) as broker:
        network = Network(broker, folder, CorpusTerritory())
        network.make_topics(topics_of(read(ROOT / FILE)))
        yield network
        broker.kill()


def topics_of(corpus: Corpus) -> set[str]:
    """Every topic of the corpus, and those of its reader."""
    return {case.record.topic for case in corpus.cases} | {topic_of("pn", READER, kind) for kind in KINDS}


@pytest.fixture
async def reading(stage: Network, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Reading]:
    """The reader of the corpus with a new database, at the corpus' own instant, having read the directory."""
    corpus = read(ROOT / FILE)
    monkeypatch.setattr(clock, "machine_now", lambda: NOW)
    network, topics = replace(stage, folder=tmp_path), topics_of(corpus)
    network.produce(corpus.directories["main"][1])
    async with network.started(SERVICE, "sil", receipts_every=3600, heads_every=3600) as runtime:
        directory = WatchedDirectory(runtime.settings, topics)
        runtime.directory = directory
        async with lived(runtime):
            await until(lambda: _listening(runtime), "what was there before is read")
            await until(lambda: _caught_up(network, topics), "every offset is committed")
            directory.set_back(corpus.directories["main"][1])
            yield Reading(corpus, network, runtime, directory)
            assert await _caught_up(network, topics), "every offset is committed"


async def _caught_up(network: Network, topics: Iterable[str]) -> bool:
    return not await asyncio.to_thread(network.lag, READER, topics)


async def _listening(runtime: Runtime) -> bool:
    return runtime.health.figures.get("to_read") == 0


def by_outcome(cases: Iterable[Case]) -> dict[Outcome, list[Case]]:
    """Cases grouped by what is to become of them."""
    groups: dict[Outcome, list[Case]] = {}
    for case in cases:
        groups.setdefault(case.expect, []).append(case)
    return groups


async def test_every_wrong_event_gets_its_code_and_leaves_what_the_wire_says(reading: Reading) -> None:
    """INVARIANT: through the real consumer every record of the corpus has the outcome that the wire text asks
    for; dead letters hold exact bytes, positions stand where they should, and good events in between are
    applied. An opener, a batch or a consumer that treats one of them otherwise breaks it."""
    cases = [case for case in reading.corpus.cases if case.kind in ("event", "control")]
    assert len(cases) > 800
    await hold(reading.runtime, cases)
    for expected, group in by_outcome(cases).items():
        assert await reading.read(group) == Counter({expected: len(group)}), expected
    good = [case for case in cases if case.expect is Outcome.OK and case.kind == "event"] + reading.healthy
    applied = await rows(reading.runtime, NotedCopy)
    assert sorted(row.stream for row in applied) == sorted(stream_of(case) for case in good)
    await assert_dead_letters(reading, cases)
    await assert_positions(reading, cases)
    await reading.runtime.inbox.store_counts()
    counted = {(row.source, row.code): row.count for row in await rows(reading.runtime, Refusal)}
    assert counted == Counter(
        (owner_of(case), case.expect.value) for case in cases if case.expect not in SILENT
    )


def stream_of(case: Case) -> str:
    """The stream a case is about."""
    return case.grants[0].stream


def owner_of(case: Case) -> str:
    """Who writes the topic of a case."""
    topic = parse_topic(case.record.topic)
    assert topic is not None
    return topic.principal


async def assert_dead_letters(reading: Reading, cases: Sequence[Case]) -> None:
    """A dead letter for each refusal after the grant, with code and exact bytes; no other."""
    letters = {row.stream: (row.code, row.value) for row in await rows(reading.runtime, DeadLetter)}
    assert letters == {
        stream_of(case): (case.expect.value, case.record.value)
        for case in cases
        if case.expect in DEAD_LETTERS
    }


async def assert_positions(reading: Reading, cases: Sequence[Case]) -> None:
    """Each stream stands where the case says it should, and what waits is what came too early."""
    stand: dict[tuple[str, str], tuple[int, str | None, bool]] = {}
    for grant in await rows(reading.runtime, GrantReceived):
        stand[(grant.topic, grant.stream)] = (grant.from_seq - 1, grant.from_prevhash, False)
    for row in await rows(reading.runtime, Position):
        stand[(row.topic, row.stream)] = (row.seq, row.hash, row.stopped)
    wrong = {}
    for case in cases:
        # An erased stream has no position any more, and one that was never granted none yet.
        if case.after is None or not case.grants or (case.kind == "control" and case.expect is Outcome.OK):
            continue
        name = (case.grants[0].topic, case.grants[0].stream)
        if stand[name] != (case.after.seq, case.after.hash, case.after.stopped):
            wrong[case.name] = stand[name]
    assert wrong == {}
    waiting = {row.stream: row.value for row in await rows(reading.runtime, Waiting)}
    assert waiting == {stream_of(case): case.record.value for case in cases if case.expect is Outcome.GAP}
    kept = await rows(reading.runtime, InboxEvent, col(InboxEvent.outcome) == "unknown-type")
    assert {row.value for row in kept} == {
        case.record.value for case in cases if case.expect is Outcome.UNKNOWN_TYPE
    }


PASSED_OVER = (
    *(Outcome.EQUIVOCATION, Outcome.ERASED, Outcome.WRONG_SOURCE, Outcome.NO_GRANT),
    Outcome.CIRCLE_NOT_ALLOWED,
)
"""Grants, ends of grants, files or answers that are passed over alone in a message that is good."""


async def test_every_wrong_message_gets_its_code(reading: Reading) -> None:
    cases = [case for case in reading.corpus.cases if case.kind == "message"]
    assert len(cases) > 200
    for owner, keys in reading.corpus.hpke.items():
        reading.runtime.hpke_keys = {key.hpkekey: key for key in keys}
        addressed = [case for case in cases if owner_of(case) == owner]
        assert addressed
        for expected, group in by_outcome(addressed).items():
            found = await reading.read(group)
            if expected is Outcome.OK:
                for skipped in PASSED_OVER:
                    found.pop(skipped, None)
            assert found == Counter({expected: len(group)}), expected


@pytest.mark.parametrize("kind", ["directory", "catalogue"])
async def test_every_wrong_record_of_the_open_topics_gets_its_code(reading: Reading, kind: str) -> None:
    cases = [case for case in reading.corpus.cases if case.kind == kind]
    assert len(cases) > 90
    wrong = {}
    for case in cases:
        reading.directory.set_back((*reading.corpus.directories[case.directory][1], *case.before), case)
        await asyncio.to_thread(reading.network.produce, [case.record])
        await until(lambda: _one_seen(reading.directory), case.name)
        if reading.directory.seen != [case.expect]:
            wrong[case.name] = reading.directory.seen[:]
    assert wrong == {}


async def _one_seen(directory: WatchedDirectory) -> bool:
    return bool(directory.seen)
