"""The province's reporting service on 14 October 2013, and the facts that services of the network tell it."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid4, uuid5

import pytest
from trama_chassis.clock import write_clock
from trama_chassis.runtime import Runtime
from trama_chassis.tables import CHASSIS_TABLES
from trama_chassis.testing import Peer, Territory, deliver, running
from trama_chassis.testing_databases import Tables
from trama_chassis.testing_territory import FIRST_PLACES
from trama_contracts.event import Fact
from trama_contracts.facts import (
    EvaluationCompletedFact,
    EvaluationRequestedFact,
    PlacementEndedFact,
    PlacementProposedFact,
    PlacementStartedFact,
    ProjectAgreedFact,
    ReferralAcceptedFact,
    ReferralDeclinedFact,
    ReferralSentFact,
    ReferralWithdrawnFact,
    TakingInChargeClosedFact,
    TakingInChargeOpenedFact,
)
from trama_contracts.payload_fields import Sector
from trama_reporting.__main__ import service
from trama_reporting.models import FactCopy

TODAY = datetime(2013, 10, 14, 9, tzinfo=UTC)
URBAN, URBAN_TEAMS = "ambito-urbano.registry", "ambito-urbano.evaluation"
TEAM = "integrated-planning-unit"
PLACES = {
    **FIRST_PLACES,
    "ambito-urbano": replace(FIRST_PLACES["ambito-urbano"], services=("registry", "evaluation")),
    "cpi": replace(FIRST_PLACES["cpi"], sector="employment"),
}
ANNA, BRUNO, CARLA = ("A" * 43, "B" * 42 + "A", "C" * 42 + "A")
GRANT, TRAINEESHIP = "work-grant-therapeutic", "traineeship"


@dataclass(frozen=True)
class Told:
    """One fact, by whom it is told, and the case whose stream it stands in."""

    principal: str
    fact: Fact
    case: str


def day(month: int, number: int) -> date:
    return date(2013, month, number)


def opened(person: str, on: date, sector: Sector) -> Fact:
    return TakingInChargeOpenedFact(reporting_id=person, sector=sector, opened_on=on)


# Three persons' year: Anna is placed by two members, Bruno declined and sent again, Carla's team chose
# another path than the rules, and a referral of hers was withdrawn.
A_YEAR = (
    Told(URBAN, opened(ANNA, day(2, 4), "social"), "anna-urban"),
    Told(
        URBAN,
        ReferralSentFact(reporting_id=ANNA, to="sil", sent_on=day(2, 18)),
        "anna-referral",
    ),
    Told(
        "sil.registry",
        ReferralAcceptedFact(reporting_id=ANNA, sender="ambito-urbano", accepted_on=day(2, 21)),
        "anna-referral",
    ),
    Told("sil.registry", opened(ANNA, day(2, 21), "work-integration"), "anna-sil"),
    Told("sil.placement", PlacementProposedFact(reporting_id=ANNA, path_type=TRAINEESHIP), "anna-1"),
    Told(
        "sil.placement",
        PlacementStartedFact(reporting_id=ANNA, path_type=TRAINEESHIP, started_on=day(4, 2)),
        "anna-1",
    ),
    Told(
        "sil.placement",
        PlacementEndedFact(reporting_id=ANNA, path_type=TRAINEESHIP, ended_on=day(9, 30), reason="hired"),
        "anna-1",
    ),
    Told(
        "cpi.placement",
        PlacementStartedFact(reporting_id=ANNA, path_type="hiring-support", started_on=day(10, 1)),
        "anna-2",
    ),
    Told(
        URBAN,
        ReferralSentFact(reporting_id=BRUNO, to="cpi", sent_on=day(6, 3)),
        "bruno-referral-1",
    ),
    Told(
        "cpi.registry",
        ReferralDeclinedFact(
            reporting_id=BRUNO, sender="ambito-urbano", declined_on=day(6, 10), reason="not-competent"
        ),
        "bruno-referral-1",
    ),
    Told(
        URBAN,
        ReferralSentFact(reporting_id=BRUNO, to="cpi", sent_on=day(6, 11)),
        "bruno-referral-2",
    ),
    Told(
        "cpi.registry",
        ReferralAcceptedFact(reporting_id=BRUNO, sender="ambito-urbano", accepted_on=day(6, 13)),
        "bruno-referral-2",
    ),
    Told("sil.registry", opened(CARLA, day(4, 29), "work-integration"), "carla-sil"),
    Told("sil.placement", PlacementProposedFact(reporting_id=CARLA, path_type=GRANT), "carla-1"),
    Told(
        "sil.placement",
        PlacementStartedFact(reporting_id=CARLA, path_type=GRANT, started_on=day(5, 6)),
        "carla-1",
    ),
    Told(
        "sil.registry",
        TakingInChargeClosedFact(reporting_id=CARLA, closed_on=day(10, 10), reason="moved"),
        "carla-sil",
    ),
    *(
        Told(
            URBAN_TEAMS,
            EvaluationRequestedFact(reporting_id=person, team=TEAM, requested_on=day(2, 22)),
            case,
        )
        for person, case in ((ANNA, "anna-evaluation"), (CARLA, "carla-evaluation"))
    ),
    *(
        Told(
            URBAN_TEAMS,
            EvaluationCompletedFact(
                reporting_id=person, team=TEAM, completed_on=day(3, 5), path_type=path, overridden=other
            ),
            case,
        )
        for person, case, path, other in (
            (ANNA, "anna-evaluation", TRAINEESHIP, False),
            (CARLA, "carla-evaluation", GRANT, True),
        )
    ),
    Told(
        URBAN_TEAMS,
        ProjectAgreedFact(reporting_id=ANNA, agreed_on=day(3, 11), path_type=TRAINEESHIP),
        "anna-project",
    ),
    Told(URBAN_TEAMS, ProjectAgreedFact(reporting_id=ANNA, agreed_on=day(9, 2)), "anna-project-2"),
    Told(URBAN, ReferralSentFact(reporting_id=CARLA, to="cpi", sent_on=day(7, 1)), "carla-referral"),
    Told(URBAN, ReferralWithdrawnFact(reporting_id=CARLA, withdrawn_on=day(7, 3)), "carla-referral"),
)


@pytest.fixture
def database_tables() -> Tables:
    return (*CHASSIS_TABLES, *service.tables)


@pytest.fixture
def year() -> list[Told]:
    return list(A_YEAR)


@dataclass
class Network:
    """The services that tell facts to the reporting service under test."""

    territory: Territory = field(default_factory=lambda: Territory(places=PLACES))
    peers: dict[str, Peer] = field(default_factory=dict)

    def peer(self, principal: str) -> Peer:
        """The peer of a principal, always the same."""
        return self.peers.setdefault(principal, Peer(self.territory, principal))

    async def tell(self, runtime: Runtime, told: list[Told]) -> list[Any]:
        """Have facts written and consumed, in this order; gives the records."""
        return [
            await deliver(
                runtime,
                self.peer(one.principal),
                one.fact,
                record=str(uuid5(NAMESPACE_URL, one.case)),
                scope=one.case,
                occurred_at=datetime(2013, 4, 1, 22, 30, tzinfo=UTC),
            )
            for one in told
        ]

    async def written(self, runtime: Runtime, told: list[Told]) -> list[Any]:
        """Have facts written and their keys given, and nothing consumed; gives the records."""
        records = []
        for one in told:
            peer, record = self.peer(one.principal), str(uuid5(NAMESPACE_URL, one.case))
            records.append(peer.write(one.fact, record=record, scope=one.case, occurred_at=TODAY))
            stream = peer.stream(one.fact, record, one.case)
            if not stream.granted:
                await peer.grant(runtime, stream)
        return records


@pytest.fixture
def network() -> Network:
    return Network()


@pytest.fixture
def reporting_in(tmp_path: Path) -> Callable[..., Any]:
    """A running reporting service on a database."""
    clock_file = tmp_path / "clock.json"
    write_clock(clock_file, TODAY)

    def start(database_url: str, **settings: Any) -> Any:
        given = {"clock_file": clock_file, "territory": Territory(places=PLACES)} | settings
        return running(service, database_url, tmp_path, member="provincia", **given)

    return start


@pytest.fixture
async def provincia(
    reporting_in: Callable[..., Any], database_url: str, network: Network
) -> AsyncIterator[Runtime]:
    async with reporting_in(database_url) as runtime:
        yield runtime


def kept(
    kind: str, day: date, *, person: str = ANNA, member: str = "sil", stream: str | None = None, **said: Any
) -> FactCopy:
    """A fact as it is kept."""
    return FactCopy(
        event_id=str(uuid4()),
        kind=kind,
        reporting_id=person,
        member=member,
        service="placement" if kind.startswith("placement") else "registry",
        stream=stream or str(uuid4()),
        seq=1,
        day=day,
        attributes=said,
    )


@pytest.fixture
def fact() -> Callable[..., FactCopy]:
    return kept
