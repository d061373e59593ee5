"""Streams of one person, seen by who has all topics and no keys: joined no better than by throwing dice.

The statistic: of PERSONS streams in one circle, each is matched with the best-fitting of PERSONS in another.
Whoever guesses blindly is right once on average, and ten times or more in one of ten million runs (Poisson);
so more than CHANCE right guesses are a leak. What it holds for, and what remains, is in docs/security.md.
"""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, cast

import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.structs import RecordMetadata
from sqlalchemy import select
from sqlmodel import col
from trama_chassis import clock, relay
from trama_chassis.accounts import Caller
from trama_chassis.relay import Relay
from trama_chassis.runtime import Runtime
from trama_chassis.tables import OutboxRow, OwnStream
from trama_chassis.testing import FIRST_PLACES, Place, Territory, running, transaction
from trama_registry import commands
from trama_registry.__main__ import service
from trama_registry.schemas import OpenTakingInCharge, RegisterPerson, SetTargetGroups

from tests.security.outsider import CLUES, Seen, Stream, right_guesses, streams_of

PERSONS, CHANCE = 40, 9
BY = Caller("op-nino", "Nino Demo", "dsm", frozenset({"caseworker"}), "caseworker")
PLACES = {
    **FIRST_PLACES,
    "dsm": Place(
        ("registry",), "ass6", sector="health", circles=("care", "clinical", "referral", "accountability")
    ),
}
AN_HOUR = (60.0, 3660.0)
Log = list[Seen]


@dataclass
class Broker:
    """What a broker keeps of what it is sent: all that it can show to anybody."""

    log: Log = field(default_factory=list)

    async def send(
        self, topic: str, value: bytes, *, key: bytes, headers: list[tuple[str, bytes]]
    ) -> Awaitable[RecordMetadata]:
        """Append, and answer at once."""
        offset = sum(one.topic == topic for one in self.log)
        self.log.append(Seen(topic, offset, clock.machine_now(), key, value, tuple(headers)))
        acknowledged: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        acknowledged.set_result(RecordMetadata(topic, 0, None, offset, None, 0, 0))
        return acknowledged


@dataclass(frozen=True, slots=True)
class Territory40:
    """What an outsider saw of forty persons, and, for counting, whose the streams are."""

    log: Log
    persons: dict[str, str]
    circles: dict[str, tuple[str, str]]

    def streams(self, circle: str, scope: str) -> dict[str, Stream]:
        """The streams of a circle and a kind of scope."""
        wanted = {stream for stream, place in self.circles.items() if place == (circle, scope)}
        return {stream: seen for stream, seen in streams_of(self.log).items() if stream in wanted}

    def joined(self, left: tuple[str, str], right: tuple[str, str]) -> dict[str, int]:
        """Right guesses by each clue."""
        one, other = self.streams(*left), self.streams(*right)
        assert len(one) == len(other) == PERSONS
        chance = random.Random(40)  # noqa: S311 - whoever guesses throws the same dice in every run
        return {clue: right_guesses(one, other, self.persons, clue, chance) for clue in CLUES}


CARE, EPISODE = ("care", "record"), ("care", "taking-in-charge")
CLINICAL, COUNTED = ("clinical", "record"), ("accountability", "taking-in-charge")
PAIRS = ((CARE, COUNTED), (EPISODE, COUNTED), (CARE, CLINICAL), (EPISODE, CLINICAL))


@asynccontextmanager
async def dsm(folder: Path, **settings: Any) -> AsyncIterator[Runtime]:
    key = folder / "reporting.key"
    key.touch(mode=0o600)
    key.write_bytes(bytes(range(32)))
    url = f"sqlite:///{folder / 'dsm.db'}"
    given: dict[str, Any] = {
        "territory": Territory(places=PLACES),
        "reporting_key_file": key,
        "sector": "health",
    }
    async with running(service, url, folder, member="dsm", **given, **settings) as runtime:
        yield runtime


async def lived(runtime: Runtime) -> None:
    """Forty persons are taken in charge, each with a group that tells of their health, all within minutes."""
    for number in range(PERSONS):
        async with transaction(runtime) as session:
            person = RegisterPerson(
                family_name=f"Persona {'di nome assai lungo ' * (number % 3)}{number}",
                taking_in_charge=OpenTakingInCharge(need="Un lavoro. " * (1 + number % 5)),
            )
            record = (await commands.register_person(session, person, BY)).record
            groups = SetTargetGroups(circle="clinical", groups=["mental-health"])
            await commands.set_target_groups(session, record, groups, BY)


async def seen(runtime: Runtime, monkeypatch: pytest.MonkeyPatch) -> Territory40:
    """What the broker was sent: at once what is due, then each fact when its time has come."""
    broker, sender = Broker(), Relay(runtime)
    producer = cast(AIOKafkaProducer, broker)
    async with runtime.database.read() as session:
        later = sorted(filter(None, await session.scalars(select(col(OutboxRow.not_before)))))
        streams = list(await session.scalars(select(OwnStream)))
    now = clock.machine_now()
    for moment in (now, *later):
        monkeypatch.setattr(clock, "machine_now", lambda moment=moment: _not_before(moment, now))
        while await sender.relay_once(producer):
            pass
    return Territory40(
        log=[one for one in broker.log if one.topic.split(".")[3] in ("events", "facts")],
        persons={one.stream: one.record for one in streams},
        circles={one.stream: (one.circle, one.scope.partition(":")[0]) for one in streams},
    )


def _not_before(moment: datetime, now: datetime) -> datetime:
    return max(moment, now) + timedelta(milliseconds=1)


async def test_streams_of_one_person_are_joined_no_better_than_by_chance(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """INVARIANT: nothing in clear, no size, no moment and no place in the log joins care with accountability,
    or one circle with another. A trace id, a size or an order that survives to the broker breaks it."""
    async with dsm(tmp_path, facts_delay=AN_HOUR) as runtime:
        await lived(runtime)
        found = await seen(runtime, monkeypatch)
    for left, right in PAIRS:
        joined = found.joined(left, right)
        assert max(joined.values()) <= CHANCE, (left, right, joined)
    planted(found)


def planted(found: Territory40) -> None:
    """The attacker is no fool: a word, a size or a place that is shared is found nearly every time."""
    traced = [
        replace(one, headers=(*one.headers, ("traceparent", found.persons[one.key.decode()].encode())))
        for one in found.log
    ]
    assert replace(found, log=traced).joined(CARE, COUNTED)["identifiers and traces"] == PERSONS
    numbers = {record: number for number, record in enumerate(sorted(set(found.persons.values())))}
    sized = [
        replace(one, value=one.value + b" " * (64 * numbers[found.persons[one.key.decode()]]))
        for one in found.log
    ]
    assert replace(found, log=sized).joined(CLINICAL, COUNTED)["size"] == PERSONS


async def test_facts_sent_at_once_and_rows_sent_in_order_would_be_joined(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The two things that keep time and place from telling, each taken away: then they tell."""
    monkeypatch.setattr(relay, "unlinked", lambda rows: list(rows))
    async with dsm(tmp_path, facts_delay=(0.0, 0.0)) as runtime:
        await lived(runtime)
        found = await seen(runtime, monkeypatch)
    assert found.joined(CARE, CLINICAL)["order"] == PERSONS
    assert found.joined(EPISODE, COUNTED)["order"] == PERSONS
