"""Every fact is kept once, and the figures are the same in whatever order facts arrive."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from trama_chassis.rebuild import rebuild
from trama_chassis.runtime import Runtime
from trama_chassis.testing import published
from trama_contracts.event import Fact
from trama_contracts.events import EVENTS
from trama_reporting import queries
from trama_reporting.__main__ import service
from trama_reporting.models import FactCopy, Period
from trama_reporting.queries import KINDS

YEAR = Period(date(2013, 1, 1), date(2013, 12, 31))
FIGURES = {
    "placements-started": 3,
    "placements-active": 3,
    "placements-running": 2,
    "persons-placed": 2,
    "persons-proposed": 2,
    "placements-ended": 1,
    "persons-taken-in-charge": 2,
    "takings-in-charge-closed": 1,
    "referrals-sent": 4,
    "referrals-accepted": 2,
    "referrals-declined": 1,
    "answer-days": 3,
    "referrals-withdrawn": 1,
    "takings-in-charge-reopened": 0,
    "referrals-unanswered": 0,
    "answers-in-term": None,
    "referrals-completed": 0,
    "referrals-failed": 0,
    "passages-asked": 3,
    "passages-accepted": 1,
    "passages-declined": 1,
    "passages-days": 4.5,
    "evaluations-requested": 2,
    "evaluations-completed": 2,
    "override-share": 50,
    "persons-with-project": 1,
}
"""What a year of the three comes to."""


async def rows(runtime: Runtime) -> list[FactCopy]:
    async with runtime.database.read() as session:
        return list(await session.scalars(select(FactCopy).order_by(FactCopy.kind, FactCopy.day)))  # type: ignore[arg-type]


async def figures(runtime: Runtime) -> list[Any]:
    async with runtime.database.read(runtime=runtime) as session:
        found = await queries.indicators(session, YEAR)
    return [one.model_dump() for one in found.indicators]


def test_every_fact_of_the_contracts_is_heard_and_has_a_name() -> None:
    facts = {event for event in EVENTS.values() if issubclass(event, Fact)}
    assert set(service.handlers.copies) == facts
    assert {fact.wire_type.split(".")[3].removesuffix("-fact") for fact in facts} == set(KINDS)


async def test_a_fact_is_kept_as_it_was_told(provincia: Runtime, network: Any, year: list[Any]) -> None:
    await network.tell(provincia, [one for one in year if one.case == "anna-1"])
    ended, proposed, started = await rows(provincia)
    assert (ended.kind, ended.day, ended.member, ended.service) == (
        *("placement-ended", date(2013, 9, 30)),
        *("sil", "placement"),
    )
    assert ended.attributes == {"path_type": "traineeship", "reason": "hired"}
    assert started.attributes == {"path_type": "traineeship"}
    assert ended.stream == proposed.stream == started.stream
    assert (proposed.seq, started.seq, ended.seq) == (1, 2, 3)


async def test_a_proposal_happened_on_the_day_it_was_written_in_italy(
    provincia: Runtime, network: Any, year: list[Any]
) -> None:
    await network.tell(provincia, [one for one in year if one.case == "anna-1"][:1])
    (proposed,) = await rows(provincia)
    assert proposed.day == date(2013, 4, 2)


async def test_a_second_delivery_changes_nothing_and_nothing_is_published(
    provincia: Runtime, network: Any, year: list[Any]
) -> None:
    records = await network.tell(provincia, year)
    before, kept = await figures(provincia), len(await rows(provincia))
    await provincia.inbox.deliver(records)
    await provincia.inbox.deliver(list(reversed(records)))
    assert (await figures(provincia), len(await rows(provincia))) == (before, kept)
    assert kept == len(year)
    assert await published(provincia) == []


async def test_figures_survive_a_rebuild(provincia: Runtime, network: Any, year: list[Any]) -> None:
    await network.tell(provincia, year)
    before = await figures(provincia)
    await rebuild(provincia)
    assert await figures(provincia) == before


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(order=st.randoms(use_true_random=False))
async def test_counts_are_equal_under_any_order_of_delivery(
    kind: str,
    fresh_database: Callable[[str], str],
    reporting_in: Callable[..., Any],
    network: Any,
    year: list[Any],
    order: Any,
) -> None:
    """INVARIANT: members send when they can; a count that depends on who came first is no count."""
    async with reporting_in(fresh_database(kind)) as runtime:
        records = await type(network)().written(runtime, year)
        for record in order.sample(records, len(records)):
            await runtime.inbox.deliver([record])
        found = {one["code"]: one["value"] for one in await figures(runtime)}
        assert len(await rows(runtime)) == len(year)
    assert found == FIGURES


async def test_a_service_given_the_reporting_key_refuses_to_start(
    reporting_in: Callable[..., Any], fresh_database: Callable[[str], str], tmp_path: Path
) -> None:
    """INVARIANT: who counts never holds the key: with it, any tax code gives its reporting id."""
    key = tmp_path / "reporting.key"
    key.write_bytes(b"synthetic")
    with pytest.raises(ValueError, match="must not be given the reporting key"):
        async with reporting_in(fresh_database("sqlite"), reporting_key_file=key):
            pass


async def test_the_key_is_refused_from_the_environment_too(
    reporting_in: Callable[..., Any],
    fresh_database: Callable[[str], str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TRAMA_REPORTING_KEY_FILE", str(tmp_path / "reporting.key"))
    with pytest.raises(ValueError, match="must not be given the reporting key"):
        async with reporting_in(fresh_database("sqlite")):
            pass
