"""A person whose code was corrected counts once, and nobody else's facts move with theirs."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from trama_chassis.runtime import Runtime
from trama_contracts.facts import ReportingIdReplacedFact, TakingInChargeOpenedFact
from trama_reporting import queries
from trama_reporting.models import REPLACED, FactCopy, Period, once_each

from services.reporting.tests.conftest import ANNA, CARLA, URBAN, Told, day

DARIO = "D" * 42 + "A"
DAY = date(2013, 9, 20)
Make = Callable[..., FactCopy]


def replaced(fact: Make, old: str, new: str, *, rightly: bool, member: str = "sil", **said: Any) -> FactCopy:
    made = fact(REPLACED, DAY, person=new, member=member, replaced=old, was_theirs=rightly)
    for name, value in said.items():
        setattr(made, name, value)
    return made


def persons(facts: Any) -> list[tuple[str, str]]:
    return [(one.member, one.reporting_id) for one in facts]


def test_a_code_that_was_theirs_gives_way_for_all_who_tell_of_the_person(fact: Make) -> None:
    told = [fact("placement-started", DAY, person=ANNA, member=member) for member in ("sil", "cpi")]
    chain = [
        replaced(fact, ANNA, CARLA, rightly=True),
        replaced(fact, CARLA, DARIO, rightly=True, member="cpi"),
    ]
    assert persons(once_each(told, chain)) == [("sil", DARIO), ("cpi", DARIO)]
    assert [one.reporting_id for one in told] == [ANNA, ANNA]


def test_a_code_put_there_by_mistake_moves_only_what_that_member_told(fact: Make) -> None:
    """INVARIANT: a correction at one member moves nothing another told of the code's true owner. Applying
    every replacement to every fact breaks it."""
    told = [fact("placement-started", DAY, person=ANNA, member=member) for member in ("sil", "cpi")]
    chain = [replaced(fact, ANNA, CARLA, rightly=False)]
    assert persons(once_each(told, chain)) == [("sil", CARLA), ("cpi", ANNA)]


@pytest.mark.parametrize("order", [1, -1])
def test_a_code_taken_off_and_put_back_is_the_code_again(fact: Make, order: int) -> None:
    told = [fact("placement-started", DAY, person=person) for person in (ANNA, CARLA)]
    there = replaced(fact, ANNA, CARLA, rightly=False, stream="one", seq=1)
    back = replaced(fact, CARLA, ANNA, rightly=True, stream="one", seq=2)
    assert persons(once_each(told, [there, back][::order])) == [("sil", ANNA), ("sil", ANNA)]


@pytest.mark.parametrize("order", [1, -1])
def test_records_joined_count_once_and_are_two_again_when_that_is_taken_back(fact: Make, order: int) -> None:
    """INVARIANT: taking a joining back moves nothing that was told of either record. Letting the pseudonym of
    one give way to that of the other once more would make both one for ever."""
    told = [fact("placement-started", DAY, person=person) for person in (ANNA, CARLA)]
    joined = replaced(fact, CARLA, ANNA, rightly=False, stream="one", seq=1)
    undone = replaced(fact, CARLA, ANNA, rightly=False, stream="one", seq=2)
    undone.attributes = {**undone.attributes, "undone": True}
    again = replaced(fact, CARLA, ANNA, rightly=False, stream="one", seq=3)
    elsewhere = replaced(fact, CARLA, ANNA, rightly=False, stream="two", seq=4, member="cpi")
    for replacements, counted in (
        ([joined], [ANNA, ANNA]),
        ([joined, undone][::order], [ANNA, CARLA]),
        ([joined, undone, again][::order], [ANNA, ANNA]),
        ([joined, undone, elsewhere][::order], [ANNA, CARLA]),
    ):
        assert [one.reporting_id for one in once_each(told, replacements)] == counted


async def test_a_person_whose_code_was_corrected_counts_once(provincia: Runtime, network: Any) -> None:
    opened = {"sector": "social", "opened_on": day(3, 1)}
    year = Period(date(2013, 1, 1), date(2013, 12, 31))
    told = [
        Told(URBAN, TakingInChargeOpenedFact(reporting_id=ANNA, **opened), "first"),
        Told("cpi.registry", TakingInChargeOpenedFact(reporting_id=CARLA, **opened), "second"),
        Told(
            URBAN,
            ReportingIdReplacedFact(
                reporting_id=CARLA, replaced=ANNA, was_theirs=True, replaced_on=day(9, 20)
            ),
            "record",
        ),
    ]
    counts = []
    for one in told:
        await network.tell(provincia, [one])
        async with provincia.database.read(runtime=provincia) as session:
            counts.append((await queries.indicator(session, "persons-taken-in-charge", year)).value)
    assert counts == [1, 2, 1]
