"""Whose word is taken that two records are of one person, in whatever order words arrive."""

import itertools
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from trama_chassis import access
from trama_chassis.access import Edge
from trama_chassis.links import LinkHeard
from trama_chassis.runtime import Runtime
from trama_chassis.testing import running, transaction

from chassis.tests.small_registry import SERVICE, new_id, rows

OURS: Edge = ("sil", new_id())
URBANO: Edge = ("ambito-urbano", new_id())
CPI: Edge = ("cpi", new_id())
COOP: Edge = ("coop-filo", new_id())


@pytest.fixture
async def runtime(database_url: str, tmp_path: Path) -> AsyncIterator[Runtime]:
    """The registry of sil, not connected to any broker."""
    async with running(SERVICE, database_url, tmp_path, member="sil") as started:
        yield started


async def heard(runtime: Runtime, a: Edge, b: Edge, said_by: Edge) -> bool:
    async with transaction(runtime) as session:
        return await access.hear_link(session, link=new_id(), a=a, b=b, said_by=said_by)


async def known(runtime: Runtime) -> set[Edge]:
    async with runtime.database.read(runtime=runtime) as session:
        return await access.component(session, OURS[1])


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))), ids=str)
async def test_links_are_followed_in_whatever_order_their_ends_tell_them(
    runtime: Runtime, order: tuple[int, ...]
) -> None:
    """INVARIANT: who is of one person does not depend on which source is heard first. A link dropped because
    its end was not known yet would be lost for ever: reactions run once."""
    told = [(OURS, URBANO, OURS), (URBANO, CPI, URBANO), (CPI, COOP, CPI)]
    for number in order:
        assert await heard(runtime, *told[number])
    assert await known(runtime) == {OURS, URBANO, CPI, COOP}
    assert await rows(runtime, LinkHeard) == []


async def test_what_waits_is_judged_as_if_it_came_then(runtime: Runtime) -> None:
    other: Edge = ("cpi", new_id())
    assert await heard(runtime, URBANO, CPI, URBANO)
    assert await heard(runtime, URBANO, other, URBANO)
    assert await known(runtime) == {OURS}
    assert await heard(runtime, OURS, URBANO, OURS)
    # The second would make two records of one member one person.
    assert len(await known(runtime) & {CPI, other}) == 1
    assert await rows(runtime, LinkHeard) == []


async def test_nobody_else_links_our_records_nor_two_of_others(runtime: Runtime) -> None:
    assert await heard(runtime, OURS, CPI, CPI)
    assert await heard(runtime, OURS, URBANO, OURS)
    assert not await heard(runtime, CPI, COOP, URBANO)
    assert await heard(runtime, URBANO, (OURS[0], new_id()), URBANO)
    assert await known(runtime) == {OURS, URBANO}


async def test_a_removed_link_never_comes_back_and_its_ends_are_joined_only_by_decision(
    runtime: Runtime,
) -> None:
    """INVARIANT: a split is never silently undone: neither by the same link told again, nor by a new one
    between the two or others linked to them. Judging a link by itself alone breaks it."""
    removed = new_id()
    async with transaction(runtime) as session:
        assert await access.learn_link(session, link=removed, a=OURS, b=URBANO)
        assert await access.learn_link(session, link=new_id(), a=URBANO, b=CPI)
        assert await access.unlearn_link(session, removed)
        assert await access.component(session, OURS[1]) == {OURS}
    ways = [(removed, OURS, URBANO), (new_id(), OURS, URBANO), (new_id(), CPI, OURS)]
    async with transaction(runtime) as session:
        for link, a, b in ways:
            assert not await access.learn_link(session, link=link, a=a, b=b)
        assert not await access.learn_link(session, link=removed, a=OURS, b=URBANO, decided=True)
        assert await access.learn_link(session, link=new_id(), a=OURS, b=URBANO, decided=True)
        assert await access.component(session, OURS[1]) == {OURS, URBANO, CPI}


async def test_a_link_removed_before_it_is_heard_of_is_not_believed(runtime: Runtime) -> None:
    link = new_id()
    async with transaction(runtime) as session:
        assert await access.hear_unlink(session, link=link, a=URBANO, b=OURS, said_by=URBANO)
        assert not await access.learn_link(session, link=link, a=OURS, b=URBANO)
        assert not await access.hear_unlink(session, link=link, a=OURS, b=URBANO, said_by=URBANO)


async def test_only_an_end_removes_a_link_and_only_its_own(runtime: Runtime) -> None:
    link = new_id()
    async with transaction(runtime) as session:
        assert await access.learn_link(session, link=link, a=OURS, b=URBANO)
        assert not await access.hear_unlink(session, link=link, a=OURS, b=URBANO, said_by=CPI)
        assert not await access.hear_unlink(session, link=link, a=CPI, b=URBANO, said_by=CPI)
        assert await access.component(session, OURS[1]) == {OURS, URBANO}
        assert await access.hear_unlink(session, link=link, a=OURS, b=URBANO, said_by=URBANO)
        assert await access.component(session, OURS[1]) == {OURS}


async def test_a_member_alone_joins_two_records_of_its_own(runtime: Runtime) -> None:
    """INVARIANT: which of a member's records are of one person is that member's to say, in any order of
    words; nobody else's, and not where it would join two records of another. Counting members alone would
    refuse it; believing it of anybody would let others join people of ours."""
    again: Edge = (URBANO[0], new_id())
    third: Edge = (URBANO[0], new_id())
    ours_too: Edge = (OURS[0], new_id())
    assert await heard(runtime, again, URBANO, again)
    assert await known(runtime) == {OURS}
    assert await heard(runtime, OURS, URBANO, OURS)
    assert await heard(runtime, again, URBANO, URBANO)
    assert await heard(runtime, URBANO, CPI, URBANO)
    assert await known(runtime) == {OURS, URBANO, again, CPI}
    assert not await heard(runtime, URBANO, third, CPI)
    assert not await heard(runtime, CPI, third, CPI)
    assert await heard(runtime, ours_too, third, OURS)
    assert not await heard(runtime, third, URBANO, URBANO)
    assert await known(runtime) == {OURS, URBANO, again, CPI}


async def test_the_name_of_a_link_is_spent_for_all_but_the_two_it_joins(runtime: Runtime) -> None:
    link, other = new_id(), (URBANO[0], new_id())
    async with transaction(runtime) as session:
        assert not await access.is_spent(session, link, OURS, URBANO)
        assert await access.learn_link(session, link=link, a=OURS, b=URBANO)
        assert not await access.is_spent(session, link, URBANO, OURS)
        assert await access.is_spent(session, link, OURS, other)
        assert await access.unlearn_link(session, link)
        for pair in ((OURS, URBANO), (OURS, other)):
            assert await access.is_spent(session, link, *pair)
