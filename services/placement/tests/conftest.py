"""A placement service of the SIL on Monday 14 October 2013, its sister registry, and a person in charge."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from trama_chassis import access
from trama_chassis.accounts import Caller
from trama_chassis.clock import write_clock
from trama_chassis.runtime import Runtime
from trama_chassis.tables import CHASSIS_TABLES
from trama_chassis.testing import FIRST_PLACES, Peer, Territory, deliver, running, transaction
from trama_chassis.testing_databases import Tables, migration
from trama_contracts.evaluation import EvaluationCompleted
from trama_contracts.placement import ApprovalParty, HostApprovalGiven, HostApprovalRefused
from trama_contracts.registry import (
    AuthorisationGiven,
    PersonRegistered,
    ReportingIdAssigned,
    TakingInChargeOpened,
)
from trama_placement import commands, queries
from trama_placement.__main__ import service
from trama_placement.models import PathTypeRule, Placement
from trama_placement.schemas import (
    ConfirmStart,
    EndPlacement,
    GiveApproval,
    ProposePlacement,
    RefuseApproval,
    WithdrawPlacement,
)

TODAY = datetime(2013, 10, 14, 9, tzinfo=UTC)
LIVIA = Caller("op-livia", "Livia Demo", "sil", frozenset({"placement-officer"}), "placement-officer")


@pytest.fixture
def database_tables() -> Tables:
    return (*CHASSIS_TABLES, *service.tables)


@pytest.fixture
def rules() -> list[PathTypeRule]:
    versions = service.migrations / "versions"
    conditions = migration(versions, "0002_placement").CONDITIONS
    reports = migration(versions, "0005_report").REPORTS
    written = migration(versions, "0001_placement").RULES
    return [
        PathTypeRule(**rule, **conditions[rule["path_type"]], report_source=reports.get(rule["path_type"]))
        for rule in written
    ]


@pytest.fixture
def territory() -> Territory:
    """The first territory with its evaluation services, and a second host that only the SIL knows."""
    places = {
        member: replace(place, services=(*place.services, "evaluation")) if "care" in place.circles else place
        for member, place in FIRST_PLACES.items()
    }
    sil = places["sil"]
    places["sil"] = replace(sil, read_by=(*sil.read_by, "mobili-campione"))
    places["mobili-campione"] = replace(places["coop-filo"], controller="mobili-campione", kind="company")
    return Territory(places=places)


@pytest.fixture
def clock_file(tmp_path: Path) -> Path:
    path = tmp_path / "clock.json"
    write_clock(path, TODAY)
    return path


@pytest.fixture
def placement_of(
    database_url: str, tmp_path: Path, territory: Territory, clock_file: Path, rules: list[PathTypeRule]
) -> Callable[[str], Any]:
    """A running placement service of any member."""
    return lambda member: running(
        service, database_url, tmp_path, member=member, territory=territory, clock_file=clock_file
    )


@pytest.fixture
async def sil(placement_of: Callable[[str], Any], rules: list[PathTypeRule]) -> AsyncIterator[Runtime]:
    async with placement_of("sil") as runtime:
        async with transaction(runtime) as session:
            session.add_all(rules)
        yield runtime


@dataclass
class Stage:
    """The SIL's placement service and the registry beside it, with shortcuts for what tests are not about."""

    runtime: Runtime
    registry: Peer
    evaluation: Peer
    host: Peer

    async def person(self, family_name: str = "Esempio", given_name: str | None = "Anna") -> str:
        """A person registered at the SIL, not in charge."""
        record = str(uuid4())
        person = PersonRegistered(family_name=family_name, given_name=given_name)
        await deliver(self.runtime, self.registry, person, record=record)
        reporting_id = ReportingIdAssigned(reporting_id=f"{record.replace('-', ''):A<42}A")
        await deliver(self.runtime, self.registry, reporting_id, record=record)
        return record

    async def in_charge(self, family_name: str = "Esempio", given_name: str | None = "Anna") -> str:
        """A person the SIL has in charge and has evaluated."""
        record = await self.person(family_name, given_name)
        await self.open_episode(record)
        await self.evaluated(record)
        return record

    async def followed(self, record: str, by: str = "ambito-urbano") -> str:
        """The record of another member that follows the person and is authorised to have what is written."""
        theirs = str(uuid4())
        given = AuthorisationGiven(
            authorisation=str(uuid4()),
            purpose="work-integration",
            basis={"kind": "consent"},
            circles=("care",),
            recipients=(by,),
            controllers=("ass6",),
            starts_on=date(2013, 2, 4),
            notice_given_on=date(2013, 2, 4),
        )
        await deliver(self.runtime, self.registry, given, record=record)
        async with transaction(self.runtime) as session:
            await access.learn_link(session, link=str(uuid4()), a=("sil", record), b=(by, theirs))
        return theirs

    async def evaluated(self, record: str, by: Peer | None = None) -> str:
        """An evaluation completed, of a record of the member that leads it."""
        evaluation = str(uuid4())
        completed = completed_evaluation(evaluation)
        await deliver(self.runtime, by or self.evaluation, completed, record=record, scope=evaluation)
        return evaluation

    async def open_episode(self, record: str) -> str:
        """The SIL takes a person in charge."""
        episode = str(uuid4())
        opened = TakingInChargeOpened(
            episode=episode, sector="work-integration", opened_on=date(2013, 2, 4), need="Un lavoro"
        )
        await deliver(self.runtime, self.registry, opened, record=record, scope=episode)
        return episode

    async def propose(self, record: str, **terms: Any) -> Placement:
        """A proposal of the SIL at Il Filo."""
        async with transaction(self.runtime) as session:
            return await commands.propose_placement(
                session, ProposePlacement.model_validate(terms_of(record, **terms))
            )

    async def approve(self, placement: str, party: ApprovalParty, given_on: str | None = None) -> Placement:
        """An approval signed on paper."""
        async with transaction(self.runtime) as session:
            request = GiveApproval.model_validate({"party": party, "given_on": given_on})
            return await commands.give_approval(session, placement, request)

    async def refuse(self, placement: str, party: ApprovalParty) -> Placement:
        """A refusal told to the promoter."""
        async with transaction(self.runtime) as session:
            return await commands.refuse_approval(session, placement, RefuseApproval(party=party))

    async def withdraw(self, placement: str, reason: str = "promoter-choice") -> Placement:
        """A withdrawal."""
        async with transaction(self.runtime) as session:
            request = WithdrawPlacement.model_validate({"reason": reason})
            return await commands.withdraw_placement(session, placement, request)

    async def host_says(
        self, placement: str, *, given: bool = True, by: Peer | None = None, promoter: str = "sil"
    ) -> None:
        """A host's own word, on a record of its own."""
        word: HostApprovalGiven | HostApprovalRefused = (
            HostApprovalGiven(placement=placement, promoter=promoter, given_on=TODAY.date())
            if given
            else HostApprovalRefused(placement=placement, promoter=promoter, refused_on=TODAY.date())
        )
        await deliver(self.runtime, by or self.host, word, record=str(uuid4()), scope=placement)

    async def agree(self, placement: str) -> None:
        """Every approval that is still missing."""
        async with self.runtime.database.read(runtime=self.runtime) as session:
            found = await session.get(Placement, placement)
            missing = (await queries.approvals_of(session, found)).missing if found else []
        for party in missing:
            await self.approve(placement, party)

    async def agreed(self, **terms: Any) -> Placement:
        """A placement of a new person that all have approved."""
        placement = await self.propose(await self.in_charge(), **terms)
        await self.agree(placement.placement)
        return placement

    async def start(self, placement: str, started_on: str = "2013-10-01") -> Placement:
        """A confirmed start; whether all have agreed is the caller's to see to."""
        async with transaction(self.runtime) as session:
            request = ConfirmStart.model_validate({"started_on": started_on})
            return await commands.confirm_start(session, placement, request, LIVIA)

    async def end(
        self,
        placement: str,
        ended_on: str = "2013-10-14",
        reason: str = "hired",
        *,
        report: str | None = "Si orienta da sola e chiede quando serve.",
    ) -> Placement:
        """An ending, with a report of what was observed."""
        said = {"ended_on": ended_on, "reason": reason, "report": report}
        async with transaction(self.runtime) as session:
            request = EndPlacement.model_validate(said)
            return await commands.end_placement(session, placement, request)


def completed_evaluation(evaluation: str) -> EvaluationCompleted:
    return EvaluationCompleted(
        evaluation=evaluation,
        session=str(uuid4()),
        team="integrated-planning-unit",
        completed_on=date(2013, 3, 5),
        seats=({"member": "ambito-urbano", "role": "social"},),
        instrument="icf-profile",
        profile=({"area": "tasks", "rated": 4, "items": 5, "level": 2},),
        supports=(),
        proposals=(),
        path_type="work-grant-therapeutic",
        missing=(),
    )


def terms_of(record: str, **terms: Any) -> dict[str, Any]:
    """A lawful proposal; named terms replace its own."""
    return {
        "record": record,
        "path_type": "work-grant-therapeutic",
        "host": "coop-filo",
        "task": "Assemblaggio",
        "weekly_hours": 16,
        "planned_from": "2013-10-01",
        "planned_to": "2014-03-31",
    } | terms


@pytest.fixture
def terms() -> Callable[..., dict[str, Any]]:
    return terms_of


@pytest.fixture
def stage(sil: Runtime, territory: Territory) -> Stage:
    names = ("sil.registry", "sil.evaluation", "coop-filo.placement")
    return Stage(sil, *(Peer(territory, name) for name in names))


@pytest.fixture
def refused() -> Callable[..., Awaitable[Any]]:
    """Run a command that must be refused; gives the refusal."""

    async def run(condition: type[Exception], command: Awaitable[Any]) -> Any:
        with pytest.raises(condition) as raised:
            await command
        return raised.value

    return run
