"""What comes next for a person, and striking what our own entries told wrongly."""

from uuid import uuid4

import trama_caseload as caseload
from sqlalchemy.ext.asyncio import AsyncSession
from trama_chassis import access, outbox
from trama_chassis.accounts import Caller
from trama_chassis.errors import refuse_changed
from trama_chassis.language import Named
from trama_contracts.registry import (
    EntryCorrected,
    HealthEntryCorrected,
    JudicialEntryCorrected,
    NextStepDone,
    NextStepSet,
    SocialEntryCorrected,
)
from trama_contracts.registry.story import Correcting

from trama_registry import queries
from trama_registry.commands.taking_in_charge import in_charge
from trama_registry.errors import CorrectedElsewhere, EntryCorrectedAlready, EntryNotHere, EntryOfOthers
from trama_registry.models import EntryCopy, NextStep
from trama_registry.queries import told
from trama_registry.queries.entries import JUSTICE
from trama_registry.schemas import CompleteNextStep, CorrectEntry, SetNextStep

CORRECTIONS: dict[str, type[Correcting]] = {
    "care": EntryCorrected,
    "clinical": HealthEntryCorrected,
    "social": SocialEntryCorrected,
    "justice": JudicialEntryCorrected,
}
"""What was told in a circle is struck there: each has an event of its own."""
ACTED_UPON = ("person", "authorisation")
"""Kinds of entry that are changed where they are kept: striking them in the story would change nothing."""


async def set_next_step(session: AsyncSession, record: str, request: SetNextStep, by: Caller) -> NextStep:
    """Say what comes next; what was awaited before is replaced.

    Raises PersonNotHere, NotInCharge, StepInPast, ChangedMeanwhile.
    """
    await in_charge(session, record)
    held = await queries.next_step_of(session, record, lock=True) or NextStep.none_of(record)
    refuse_changed(request.version, held.version, who=held.changed_by)
    step = NextStepSet(
        step=str(uuid4()),
        what=request.what,
        who=request.who or by.name,
        due_on=request.due_on,
        replaces=held.step if held.awaited else None,
    )
    held.set(step, today=caseload.today(session), by=by.name)
    session.add(held)
    outbox.add(session, step, record=record, scope=record)
    return held


async def complete_next_step(
    session: AsyncSession, record: str, request: CompleteNextStep, by: Caller
) -> NextStep:
    """Say that the next step was taken, or is no longer needed.

    Raises PersonNotHere, NotInCharge, NoNextStep, DayInFuture, DayTooEarly, ChangedMeanwhile.
    """
    await in_charge(session, record)
    held = await queries.next_step_of(session, record, lock=True) or NextStep.none_of(record)
    refuse_changed(request.version, held.version, who=held.changed_by)
    today = caseload.today(session)
    done = NextStepDone(
        step=held.step or str(uuid4()), done_on=request.done_on or today, outcome=request.outcome
    )
    held.do(done, today=today, by=by.name)
    outbox.add(session, done, record=record, scope=record)
    return held


async def correct_entry(
    session: AsyncSession, record: str, entry: str, request: CorrectEntry, by: Caller
) -> str:
    """Strike an entry that this member wrote, and say how it really was; the id of the correction.

    Raises PersonNotHere, EntryNotHere, EntryOfOthers, CorrectedElsewhere, EntryCorrectedAlready.
    """
    await queries.find_person(session, record)
    member = caseload.own_member(session)
    wrong = await session.get(EntryCopy, entry, with_for_update=True)
    ours = await access.own_records(session, (member, record))
    if wrong is None or wrong.member != member or wrong.record not in ours:
        await _must_be_told_here(session, record, wrong)
        raise EntryNotHere
    if wrong.circle == JUSTICE and not queries.may_see_judicial(by):
        raise EntryNotHere
    if wrong.circle not in CORRECTIONS or told.kind_of(wrong.type) in ACTED_UPON:
        raise CorrectedElsewhere
    if await queries.corrections_of(session, [wrong]):
        raise EntryCorrectedAlready
    corrected = CORRECTIONS[wrong.circle](entry=entry, reason=request.reason, instead=request.instead)
    return outbox.add(session, corrected, record=wrong.record, scope=entry, corrects=entry)


async def _must_be_told_here(session: AsyncSession, record: str, wrong: EntryCopy | None) -> None:
    """Tell whoever would correct another's entry whom to ask. Raises EntryOfOthers."""
    if wrong is None or not await queries.is_in_story(session, record, wrong):
        return
    name = queries.names_of(session)(wrong.member)
    raise EntryOfOthers(
        "Questa voce è del %(who)s: solo chi l'ha scritta può correggerla. Chiedetelo a loro.",
        who=Named(name),
    )
