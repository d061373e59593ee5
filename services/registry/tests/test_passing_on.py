"""A person who passes from one service to another: the story, the ids and who answers, day by day."""

from datetime import timedelta
from pathlib import Path
from typing import Any

from trama_chassis.accounts import Caller
from trama_chassis.clock import Clock, write_clock
from trama_chassis.runtime import Runtime
from trama_chassis.testing import published, transaction
from trama_contracts.registry import PersonRegistered
from trama_registry import commands, queries
from trama_registry.schemas import CaseManagerAsked, CloseTakingInCharge

from .conftest import TODAY, Both, Followed

FOLLOWED = frozenset({"open", "suspended"})


async def seen(runtime: Runtime, record: str) -> tuple[str | None, bool]:
    """Who answers for the way, and whether anybody follows the person at all."""
    async with runtime.database.read(runtime=runtime) as session:
        view = await queries.relations_of(session, record)
    is_followed = any(one.state in FOLLOWED for one in (*view.own, *view.others))
    return view.referente.name if view.referente else None, is_followed


async def test_who_passes_to_another_service_keeps_story_and_ids_and_is_on_no_day_without_anybody(
    both: Both, followed: Followed, desk: Any, exchange: Any, *, sara: Caller, livia: Caller, clock_file: Path
) -> None:
    """INVARIANT: from the social service (objective 9) to work integration (objective 8) the owner changes,
    and nothing else: each keeps its record, the story is read on, no day is nobody's. Closing before the
    other has taken over, or registering anew, breaks it."""
    ambito, sil = both

    async def on(day: int) -> list[tuple[str | None, bool]]:
        write_clock(clock_file, TODAY + timedelta(days=day))
        for runtime in both:
            runtime.clock = Clock(clock_file)
        if day == 1:
            async with transaction(sil) as session:
                await commands.assign_case_manager(session, followed.theirs, CaseManagerAsked(), livia)
        if day == 3:
            async with transaction(ambito) as session:
                handed_on = CloseTakingInCharge(reason="transferred")
                await commands.close_taking_in_charge(session, followed.record, handed_on, sara)
        await exchange(*both)
        return [await seen(ambito, followed.record), await seen(sil, followed.theirs)]

    async with transaction(ambito) as session:
        await commands.assign_case_manager(session, followed.record, CaseManagerAsked(), sara)
    before = [one.event_id for one in (await desk.story(ambito, followed.record)).entries]
    days = [await on(day) for day in range(5)]
    assert days == [[("Sara Demo", True)] * 2, *([[("Livia Demo", True)] * 2] * 4)]
    after = [one.event_id for one in (await desk.story(sil, followed.theirs)).entries]
    assert set(before) <= set(after)
    for runtime, record in ((ambito, followed.record), (sil, followed.theirs)):
        assert {one.inner.record for one in await published(runtime, PersonRegistered)} == {record}
