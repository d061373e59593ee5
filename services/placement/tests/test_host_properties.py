"""Whatever is written beside a path, at whatever service: neither that nor who wrote it reaches who hosts."""

import itertools
import json
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any, TypeAlias, get_args
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from trama_chassis.runtime import Runtime
from trama_chassis.tables import GrantGiven
from trama_chassis.testing import (
    FIRST_PLACES,
    Peer,
    Place,
    Territory,
    client,
    deliver,
    event_classes,
    published,
    running,
)
from trama_chassis.testing_post import Post
from trama_contracts.errors import Malformed
from trama_contracts.event import Event, Fact
from trama_contracts.facts import EndingReason
from trama_placement.__main__ import service
from trama_placement.models import PathTypeRule, last_day

from services.placement.tests.conftest import Stage
from services.placement.tests.test_host_circle import HARMLESS, TELLING, vars_of

Written: TypeAlias = tuple[type[Event], str]
"""A class of event, and who writes one beside the path."""
GOLDEN = Path(__file__).parents[3] / "contracts" / "golden" / "events"
HOST = "coop-filo.placement"
FOLLOWERS = ("ambito-urbano", "cpi", "dsm")
"""Members that follow the person with the promoter: of social services, of employment, of health."""
BEGINNING = "Qsegreto"
"""How every text begins that is written beside a path."""
FIRST = date(2013, 10, 1)


def classes() -> list[type[Event]]:
    """All that registries and evaluation services write of a person."""
    ours = (one for one in event_classes().values() if one.__module__.startswith("trama_contracts."))
    found = [one for one in ours if (GOLDEN / one.wire_type).is_dir() and not issubclass(one, Fact)]
    return sorted((one for one in found if writer_of(one) != "placement"), key=lambda one: one.wire_type)


def writer_of(event: type[Event]) -> str:
    """The kind of service that writes it."""
    return event.wire_type.split(".")[2]


WRITTEN: list[Written] = [
    (event, f"{member}.{writer_of(event)}")
    for event in classes()
    for member in (*FOLLOWERS, "sil")
    if (member, event.__name__) != ("sil", "PersonRegistered")  # their name is the host's to read
]


def texts(found: Any, at: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Where texts stand in a payload."""
    if isinstance(found, str):
        yield at
    elif isinstance(found, Mapping):
        for name, inner in found.items():
            yield from texts(inner, (*at, name))
    elif isinstance(found, list):
        for number, inner in enumerate(found):
            yield from texts(inner, (*at, number))


def put(payload: Any, at: tuple[str | int, ...], text: str) -> Any:
    """The payload with another text in one place."""
    if not at:
        return text
    copied: Any = dict(payload) if isinstance(payload, Mapping) else list(payload)
    copied[at[0]] = put(payload[at[0]], at[1:], text)
    return copied


def told_with(event: type[Event], text: str) -> Event:
    """An event of this class with a text wherever it takes one."""
    payload = json.loads((GOLDEN / event.wire_type / "full.json").read_text("utf-8"))
    for place in texts(payload):
        changed = put(payload, place, text)
        try:
            event.from_payload(changed)
        except (Malformed, ValueError):
            continue
        payload = changed
    return event.from_payload(payload)


@dataclass(frozen=True)
class Beside:
    """What is drawn: what is written beside a path, with which words, and how the path goes."""

    written: tuple[Written, ...]
    words: str
    work: str
    ending: str
    refused: bool


drawn_lives = st.builds(
    Beside,
    written=st.lists(st.sampled_from(WRITTEN), min_size=5, max_size=12).map(tuple),
    words=st.sampled_from(TELLING).map(lambda word: f"{BEGINNING} {word}"),
    work=st.sampled_from(HARMLESS),
    ending=st.sampled_from(get_args(EndingReason)),
    refused=st.booleans(),
)


@dataclass
class Lives:
    """The promoter, who hosts, and all those beside."""

    stage: Stage
    host: Runtime
    territory: Territory
    rules: list[PathTypeRule]
    numbers: Iterator[int] = field(default_factory=itertools.count)

    async def live(self, drawn: Beside) -> None:
        """One path, with all that is written beside it."""
        stage, number = self.stage, next(self.numbers)
        record = await stage.in_charge("Cognome", f"Nome{number}")
        records = {member: await stage.followed(record, member) for member in FOLLOWERS}
        for event, source in drawn.written:
            on = records.get(source.partition(".")[0], record)
            told = told_with(event, drawn.words)
            await deliver(stage.runtime, Peer(self.territory, source), told, record=on, scope=str(uuid4()))
        rule = self.rules[number % len(self.rules)]
        until = last_day(FIRST, rule.min_months or 3).isoformat()
        plan = {"path_type": rule.path_type, "task": drawn.work, "planned_to": until}
        placement = (await stage.propose(record, **plan)).placement
        if drawn.refused:
            await stage.refuse(placement, "person")
        else:
            await stage.agree(placement)
            await stage.start(placement)
            await stage.end(placement, reason=drawn.ending)
        await self.judge(drawn, f"Nome{number}")

    async def judge(self, drawn: Beside, name: str) -> None:
        """All that the host got until now is free of it, and so is what it shows."""
        stands = await self.got()
        assert name in stands
        must_be_silent(stands, drawn)
        await Post((self.stage.runtime, self.host)).carry()
        async with client(self.host, "host-tutor") as http:
            for path, accepts in (("/ospiti", "text/html"), ("/api/placement/hosted", "application/json")):
                shown = (await http.get(path, headers={"accept": accepts})).text
                assert name in shown
                must_be_silent(shown, drawn)

    async def got(self) -> str:
        """Payloads, what is sealed beside them, and what came with the keys."""
        events = [one for one in await published(self.stage.runtime) if HOST in one.granted_to]
        async with self.stage.runtime.database.read() as session:
            grants = await session.scalars(select(GrantGiven))
            told = [json.dumps(one.grant) for one in grants if one.recipient == HOST]
        return "\n".join([*told, *(json.dumps([one.event.payload(), vars_of(one.inner)]) for one in events)])


def must_be_silent(shown: str, drawn: Beside) -> None:
    """Nothing that was written beside the path, neither how it ended nor why, nobody but the promoter."""
    words = (BEGINNING, drawn.words.removeprefix(BEGINNING).strip(), f'"{drawn.ending}"', *FOLLOWERS)
    assert [word for word in words if word in shown] == []


@pytest.fixture
def database_url(fresh_database: Callable[[str], str]) -> str:
    """What is shown does not depend on the kind of database: one is enough."""
    return fresh_database("sqlite")


@pytest.fixture
def territory() -> Territory:
    """The first territory with evaluation services, and a health service."""
    whole = ("registry", "evaluation")
    health = Place(whole, "ass6", sector="health", read_by=("sil",), circles=("care", "clinical", "referral"))
    places = {
        member: replace(place, services=(*place.services, "evaluation")) if "care" in place.circles else place
        for member, place in FIRST_PLACES.items()
    }
    return Territory(places=places | {"dsm": health})


@pytest.fixture
async def lives(
    stage: Stage,
    territory: Territory,
    rules: list[PathTypeRule],
    fresh_database: Callable[[str], str],
    tmp_path: Path,
    clock_file: Path,
) -> AsyncIterator[Lives]:
    lawful = [rule for rule in rules if rule.in_force(FIRST) and rule.needs_host]
    url, member = fresh_database("sqlite"), "coop-filo"
    async with running(
        service, url, tmp_path, member=member, territory=territory, clock_file=clock_file
    ) as host:
        await Post((stage.runtime, host)).carry()
        yield Lives(stage, host, territory, lawful)


HALF = Beside(tuple(WRITTEN[::2]), f"{BEGINNING} paziente del Ser.T.", "magazzino", "health", refused=False)


@settings(
    deadline=None,
    max_examples=6,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(drawn=drawn_lives)
@example(drawn=HALF)
@example(drawn=replace(HALF, written=tuple(WRITTEN[1::2]), refused=True))
async def test_nothing_that_is_written_beside_a_path_reaches_who_hosts(drawn: Beside, lives: Lives) -> None:
    """INVARIANT: whatever registries and evaluation services write of a person, in whatever words, hosts read
    the work, the name and the days alone: payloads, what is sealed beside them, grants, its page. One field
    more in a class of the host circle, or a page that looks elsewhere, breaks it."""
    await lives.live(drawn)


def test_the_words_stand_in_all_that_is_written_in_words() -> None:
    """What has them nowhere has no text of anybody's choice: codes, ids and days alone."""
    loud = {
        event.__name__
        for event in classes()
        if BEGINNING in json.dumps(told_with(event, HALF.words).payload())
    }
    assert loud >= {
        *("ContributionSubmitted", "HealthContributionSubmitted", "SocialContributionSubmitted"),
        *("EvaluationRequested", "ProjectAgreed", "ReferralSent", "ReferralCompleted", "NoteWritten"),
        *("InterviewRecorded", "SocialInterviewRecorded", "HealthDocumentFiled", "JudicialDocumentFiled"),
        *("TakingInChargeOpened", "CompetenceDisputed", "RestrictionSet", "CertificateRecorded"),
    }
    with pytest.raises(AssertionError):
        must_be_silent(json.dumps(told_with(classes()[0], HALF.words).payload()), HALF)
