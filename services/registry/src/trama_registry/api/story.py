"""The first page on a person, what comes next, and corrections of the story, over HTTP."""

from typing import Annotated, Literal

from fastapi import Query
from trama_chassis.database import Reading, Router, Transaction
from trama_contracts.event import Member, Uuid

from trama_registry import commands, queries
from trama_registry.api.callers import Operator
from trama_registry.queries import looking
from trama_registry.schemas import (
    CompleteNextStep,
    CorrectEntry,
    NextStepView,
    PersonOverview,
    SetNextStep,
    SharingView,
    TimelineView,
)

router = Router()
Kind = Literal[
    "person",
    "relation",
    "story",
    "note",
    "referral",
    "authorisation",
    "evaluation",
    "placement",
    "document",
]


@router.get("/persons/{record}/overview")
async def overview(record: Uuid, session: Reading, _: Operator) -> PersonOverview:
    """What the first page on a person says, from top to bottom."""
    return await queries.overview(session, record)


@router.get("/persons/{record}/timeline")
async def timeline(
    record: Uuid,
    session: Reading,
    by: Operator,
    *,
    member: Annotated[Member | None, Query()] = None,
    kind: Annotated[Kind | None, Query()] = None,
    before: Annotated[Uuid | None, Query()] = None,
    size: Annotated[int | None, Query(ge=1, le=500)] = None,
) -> TimelineView:
    """All that is known here of the person's way, in order, and how complete it is.

    Of one `member`, of one `kind`, or the newest `size` entries; `before` (the `older` of an answer) asks for
    those that are older.
    """
    by = await looking.in_urgency(session, record, by)
    part = queries.Part(member, kind, before, size, with_justice=queries.may_see_judicial(by))
    return await queries.timeline(session, record, part)


@router.post("/persons/{record}/timeline/{entry}/correction", status_code=201)
async def correct_entry(
    record: Uuid, entry: Uuid, request: CorrectEntry, session: Transaction, by: Operator
) -> dict[str, str]:
    """Strike an entry that we wrote, and say how it really was; the id of the correction."""
    return {"event_id": await commands.correct_entry(session, record, entry, request, by)}


@router.get("/persons/{record}/sharing")
async def sharing(record: Uuid, session: Reading, _: Operator) -> SharingView:
    """Who sees what we write of a person, on what ground and until when; and what others share with us."""
    return await queries.sharing_of(session, record)


@router.get("/persons/{record}/next-step")
async def next_step(record: Uuid, session: Reading, _: Operator) -> NextStepView | None:
    """What comes next for the person, or came last (then `done_on` says so)."""
    await queries.find_person(session, record)
    held = await queries.next_step_of(session, record)
    return queries.view_of_next_step(held) if held is not None else None


@router.put("/persons/{record}/next-step")
async def set_next_step(
    record: Uuid, request: SetNextStep, session: Transaction, by: Operator
) -> NextStepView:
    """Say what comes next, in place of what was awaited before."""
    return queries.view_of_next_step(await commands.set_next_step(session, record, request, by))


@router.post("/persons/{record}/next-step/done")
async def complete_next_step(
    record: Uuid, request: CompleteNextStep, session: Transaction, by: Operator
) -> NextStepView:
    """Say that the next step was taken, or is no longer needed."""
    return queries.view_of_next_step(await commands.complete_next_step(session, record, request, by))
