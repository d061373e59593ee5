"""An evaluation service of the urban district on Monday 14 October 2013, its registry, and who follows."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from trama_chassis.clock import write_clock
from trama_chassis.runtime import Runtime
from trama_chassis.tables import CHASSIS_TABLES
from trama_chassis.testing import Peer, Place, Territory, deliver, running, transaction
from trama_chassis.testing_databases import Tables, migration
from trama_contracts.evaluation import ContributionSubmitted
from trama_contracts.registry import (
    AuthorisationGiven,
    PersonRegistered,
    RecordsLinked,
    ReportingIdAssigned,
    TakingInChargeOpened,
)
from trama_evaluation import commands
from trama_evaluation.__main__ import service
from trama_evaluation.models import Evaluation, Project, TeamRule
from trama_evaluation.schemas import (
    AgreeProject,
    CompleteEvaluation,
    Contribute,
    ContributionView,
    ConveneSession,
    RequestEvaluation,
    SetReview,
)

TODAY = datetime(2013, 10, 14, 9, tzinfo=UTC)
PUBLIC = ("ambito-urbano", "sil", "dsm", "sert", "cpi", "cor")
CARE = ("care", "referral", "accountability")


def _place(controller: str, sector: str, *circles: str, services: tuple[str, ...] = ()) -> Place:
    return Place(
        services or ("registry", "evaluation"),
        controller,
        sector=sector,
        circles=(*CARE, *circles),
        read_by=PUBLIC,
    )


PLACES = {
    "ambito-urbano": _place("comune-urbano", "social", "social"),
    "sil": _place("ass6", "work-integration", "host"),
    "dsm": _place("ass6", "health", "clinical"),
    "sert": _place("ass6", "health", "clinical"),
    "cpi": _place("provincia-pn", "employment", "host"),
    "cor": _place("regione", "orientation"),
    "coop-filo": _place("coop-filo", "host", "host", services=("registry",)),
    "provincia": Place(("reporting",), "provincia-pn", circles=("accountability",)),
}
ALL_ITEMS = (
    *("d155", "d160", "d175", "d210", "d220", "d230", "d240", "d250", "d710", "d720", "d740"),
    *("d470", "d570", "d860", "d825", "d845", "d850", "d855"),
)
"""What is rated of a person that nobody has yet seen at work."""
UNIT = [("ambito-urbano", "assistente-sociale"), ("cpi", "operatrice"), ("cor", "orientatore")]


def rated(score: int) -> list[dict[str, Any]]:
    """The same score everywhere."""
    return [{"item": item, "score": score} for item in ALL_ITEMS]


@pytest.fixture
def database_tables() -> Tables:
    return (*CHASSIS_TABLES, *service.tables)


@pytest.fixture
def rules() -> list[TeamRule]:
    written = migration(service.migrations / "versions", "0001_evaluation").RULES
    return [TeamRule(**values) for values in written]


@pytest.fixture
def territory() -> Territory:
    return Territory(places=PLACES)


@pytest.fixture
def clock_file(tmp_path: Path) -> Path:
    path = tmp_path / "clock.json"
    write_clock(path, TODAY)
    return path


@dataclass
class Stage:
    """A member's evaluation service and its registry, with shortcuts for what tests are not about."""

    runtime: Runtime
    territory: Territory
    member: str
    peers: dict[str, Peer] = field(default_factory=dict)

    def peer(self, principal: str) -> Peer:
        """Another service, the same each time."""
        return self.peers.setdefault(principal, Peer(self.territory, principal))

    @property
    def registry(self) -> Peer:
        return self.peer(f"{self.member}.registry")

    async def person(self, family_name: str = "Esempio", given_name: str | None = "Anna") -> str:
        """A person registered here, not in charge."""
        record = str(uuid4())
        person = PersonRegistered(family_name=family_name, given_name=given_name)
        await deliver(self.runtime, self.registry, person, record=record)
        reporting_id = ReportingIdAssigned(reporting_id=f"{record.replace('-', ''):A<42}A")
        await deliver(self.runtime, self.registry, reporting_id, record=record)
        return record

    async def in_charge(self, family_name: str = "Esempio", given_name: str | None = "Anna") -> str:
        """A person this member has in charge."""
        record, episode = await self.person(family_name, given_name), str(uuid4())
        opened = TakingInChargeOpened(
            episode=episode, sector="social", opened_on=date(2013, 2, 4), need="Un lavoro"
        )
        await deliver(self.runtime, self.registry, opened, record=record, scope=episode)
        return record

    async def follows(self, member: str, record: str) -> str:
        """Another member follows the person too; gives its record."""
        theirs = str(uuid4())
        linked = RecordsLinked(
            link=str(uuid4()),
            a={"member": member, "record": theirs},
            b={"member": self.member, "record": record},
            certainty="certain",
            decided_by="op-sara",
        )
        await deliver(self.runtime, self.registry, linked, record=record)
        return theirs

    async def authorise(self, record: str, *members: str, circles: tuple[str, ...] = ("care",)) -> str:
        """The person's data may be shared with these members, of all controllers."""
        given = AuthorisationGiven(
            authorisation=str(uuid4()),
            purpose="work-integration",
            basis={"kind": "consent"},
            circles=circles,
            recipients=(self.member, *members),
            controllers=("ass6", "comune-urbano", "provincia-pn", "regione"),
            starts_on=date(2013, 2, 4),
            notice_given_on=date(2013, 2, 4),
        )
        await deliver(self.runtime, self.registry, given, record=record)
        return given.authorisation

    async def request(self, record: str, *contributors: str, team: str = "integrated-team") -> Evaluation:
        """An evaluation asked for."""
        terms = {
            "record": record,
            "team": team,
            "question": "Che lavoro può iniziare?",
            "contributions_by": "2013-10-31",
            "contributors": contributors or (self.member,),
        }
        async with transaction(self.runtime) as session:
            return await commands.request_evaluation(session, RequestEvaluation.model_validate(terms))

    async def contribute(self, evaluation: Evaluation, **terms: Any) -> ContributionView:
        """Our own part of an evaluation we lead."""
        said = {"discipline": "social-work", "ratings": rated(1)} | terms
        async with transaction(self.runtime) as session:
            return await commands.submit_contribution(
                session, self.member, evaluation.evaluation, Contribute.model_validate(said)
            )

    async def arrives(self, member: str, theirs: str, evaluation: Evaluation, score: int = 1) -> Any:
        """Another member's part arrives."""
        said = ContributionSubmitted(
            contribution=str(uuid4()),
            evaluation={"member": self.member, "evaluation": evaluation.evaluation},
            discipline="psychology",
            ratings=rated(score),
            supports=("tutor-at-work",),
            submitted_on=date(2013, 10, 14),
        )
        peer = self.peer(f"{member}.evaluation")
        return await deliver(self.runtime, peer, said, record=theirs, scope=evaluation.evaluation)

    async def convene(self, evaluation: Evaluation, *seats: tuple[str, str], **terms: Any) -> Evaluation:
        """The session called for today."""
        asked = {
            "held_on": "2013-10-14",
            "place": "Sala riunioni, via delle Prove 1",
            "seats": [{"member": member, "role": role} for member, role in seats],
        }
        async with transaction(self.runtime) as session:
            return await commands.convene_session(
                session, evaluation.evaluation, ConveneSession.model_validate(asked | terms)
            )

    async def complete(self, evaluation: Evaluation, **terms: Any) -> Evaluation:
        """The team's decision."""
        async with transaction(self.runtime) as session:
            return await commands.complete_evaluation(
                session,
                evaluation.evaluation,
                CompleteEvaluation.model_validate({"path_type": "ordinary-job-search"} | terms),
            )

    async def completed(self, record: str, *contributors: str) -> Evaluation:
        """An evaluation by us and the SIL, completed on our part alone."""
        evaluation = await self.request(record, self.member, *contributors)
        await self.contribute(evaluation)
        await self.convene(evaluation, (self.member, "assistente-sociale"), ("sil", "mediatrice"))
        return await self.complete(evaluation)

    async def agree(self, evaluation: Evaluation, **terms: Any) -> Project:
        """A project agreed."""
        agreed = {
            "own_words": "Vorrei lavorare al mattino, vicino a casa.",
            "goals": [{"what": "Cercare un tirocinio", "by": "sil", "until": "2013-12-31"}],
            "review_on": "2014-01-15",
        }
        async with transaction(self.runtime) as session:
            return await commands.agree_project(
                session, evaluation.evaluation, AgreeProject.model_validate(agreed | terms)
            )

    async def review(self, project: Project, because: str = "late-contribution") -> Project:
        """A review set."""
        async with transaction(self.runtime) as session:
            asked = SetReview.model_validate({"review_on": "2013-10-21", "because": because})
            return await commands.set_review(session, project.project, asked)


@pytest.fixture
def stage_of(
    database_url: str, tmp_path: Path, territory: Territory, clock_file: Path, rules: list[TeamRule]
) -> Callable[[str], Any]:
    """A running evaluation service of any member, as a stage."""

    class Running:
        def __init__(self, member: str) -> None:
            self.member = member
            self.context = running(
                service, database_url, tmp_path, member=member, territory=territory, clock_file=clock_file
            )

        async def __aenter__(self) -> Stage:
            runtime = await self.context.__aenter__()
            async with transaction(runtime) as session:
                session.add_all(rules)
            return Stage(runtime, territory, self.member)

        async def __aexit__(self, *raised: Any) -> None:
            await self.context.__aexit__(*raised)

    return Running


@pytest.fixture
async def stage(stage_of: Callable[[str], Any]) -> AsyncIterator[Stage]:
    async with stage_of("ambito-urbano") as stage:
        yield stage


@pytest.fixture
def refused() -> Callable[..., Awaitable[Any]]:
    """Run a command that must be refused; gives the refusal."""

    async def run(condition: type[Exception], command: Awaitable[Any]) -> Any:
        with pytest.raises(condition) as raised:
            await command
        return raised.value

    return run


@pytest.fixture
def scores() -> Callable[[int], list[dict[str, Any]]]:
    """The same score for every item that can be rated before anybody saw the person at work."""
    return rated


@pytest.fixture
def unit() -> list[tuple[str, str]]:
    """The seats of a valid integrated planning unit."""
    return list(UNIT)
