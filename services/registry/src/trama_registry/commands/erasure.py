"""Erasing an entry or a whole record, asking others to do so, and deciding when others ask."""

from collections.abc import Sequence
from typing import Any

import trama_caseload as caseload
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col
from trama_chassis import access, erasure, erasure_duties, outbox
from trama_chassis.accounts import Caller
from trama_chassis.erasure import Wish
from trama_chassis.erasure_tables import ErasureOrder
from trama_chassis.handlers import Origin
from trama_chassis.outbox import runtime_of
from trama_contracts.registry import ErasureAnswered, ErasureRequested

from trama_registry import queries
from trama_registry.errors import (
    EntryNotHere,
    EntryOfOthers,
    ErasedTogether,
    ErasureNotHere,
    StillInCharge,
)
from trama_registry.models import ALONE, DocumentCopy, EntryCopy, ErasureAsked, OwnInterview
from trama_registry.queries import told
from trama_registry.schemas import AnswerErasure, OrderErasure

OWN_INTERVIEW = "interview"
"""The kind of row that is erased though it was never published."""
FIRST_CONTACT = "access"
"""The same, of who asked at a door and has no record."""
HIDDEN_ENTRY = "obscured"
"""The same, of what was taken back from everybody and is kept by us alone."""


async def erase_entry(
    session: AsyncSession, record: str, entry: str, request: OrderErasure, by: Caller
) -> ErasureOrder:
    """Erase one entry of ours, with its corrections: here, and wherever it was read.

    Raises PersonNotHere, EntryNotHere, EntryOfOthers, ErasedTogether.
    """
    await queries.find_person(session, record)
    runtime = runtime_of(session)
    own = await session.get(OwnInterview, entry)
    if own is not None and own.record == record:
        subject = {"type": "own-interview", "day": own.held_on.isoformat()}
        wish = _wish(record, request, by, streams=(), subject=subject, rows=((OWN_INTERVIEW, entry),))
        return await erasure.order(session, runtime, wish)
    wrong = await session.get(EntryCopy, entry, with_for_update=True)
    if wrong is not None and wrong.circle == "justice" and not queries.may_see_judicial(by):
        raise EntryNotHere
    ours = await access.own_records(session, (caseload.own_member(session), record))
    if wrong is None or wrong.member != caseload.own_member(session) or wrong.record not in ours:
        if wrong is not None and await queries.is_in_story(session, record, wrong):
            raise EntryOfOthers(
                "Questa voce è di un altro servizio: solo chi l'ha scritta la cancella. Chiedetelo a loro."
            )
        raise EntryNotHere
    if wrong.scope.partition(":")[0] not in ALONE:
        raise ErasedTogether
    struck = await session.scalars(select(EntryCopy).where(col(EntryCopy.corrects) == entry))
    streams = [one.stream for one in (wrong, *struck) if one.stream and one.member == wrong.member]
    subject = {"type": wrong.type, "day": told.local_day(wrong.occurred_at).isoformat()}
    subject |= await _registered(session, wrong)
    return await erasure.order(
        session, runtime, _wish(wrong.record, request, by, streams=tuple(streams), subject=subject)
    )


def _wish(record: str, request: OrderErasure, by: Caller, **more: Any) -> Wish:  # noqa: ANN401 - of Wish
    return Wish(record, request.ground, request.act, request.reason, by.operator, **more)


async def _registered(session: AsyncSession, wrong: EntryCopy) -> dict[str, str]:
    """The number under which the office registered a document: that entry of the register is kept by law."""
    document = await session.get(DocumentCopy, (wrong.member, str(wrong.payload.get("document"))))
    return {"protocol": document.protocol} if document is not None and document.protocol else {}


async def erase_record(session: AsyncSession, record: str, request: OrderErasure, by: Caller) -> ErasureOrder:
    """Erase our whole record of a person, and ask the other controllers that follow them to decide on theirs.

    Raises PersonNotHere, StillInCharge.
    """
    await queries.find_person(session, record)
    if request.ground != "wrong-person" and await queries.open_taking_in_charge_of(session, record):
        raise StillInCharge
    runtime = runtime_of(session)
    others = sorted({member for member, _ in await access.component(session, record)})
    asked = [member for member in others if member != caseload.own_member(session)]
    wish = _wish(record, request, by, subject={"type": "record", "asked": asked})
    made = await erasure.order(session, runtime, wish)
    if asked:
        requested = ErasureRequested(
            order=made.order,
            ground=request.ground,
            act=request.act,
            requested_on=made.ordered_on,
            reason=request.reason,
        )
        to = [f"{member}.{runtime.settings.service}" for member in asked]
        outbox.add(session, requested, record=record, scope=made.order, to=to)
    return made


async def remind_of_erasure(session: AsyncSession, order: str) -> int:
    """Have an order sent again to who has not answered. Raises ErasureNotHere."""
    if await session.get(ErasureOrder, order) is None:
        raise ErasureNotHere
    return await erasure_duties.ask_again(session, order)


async def hear_erasure_request(session: AsyncSession, asked: ErasureRequested, origin: Origin) -> bool:
    """Keep what another controller asks, and let the link to a record go that is no more.

    False if it is of nobody we know.
    """
    ours = await access.own_records(session, (origin.member, origin.record))
    if not ours or await session.get(ErasureAsked, asked.order) is not None:
        return False
    session.add(ErasureAsked(asker=origin.member, record=min(ours), **asked.model_dump(exclude_none=True)))
    for record in sorted(ours):
        for link, other, removed in await access.links_of(session, record):
            if other == (origin.member, origin.record) and not removed:
                await access.unlearn_link(session, link)
    return True


async def answer_erasure(
    session: AsyncSession, order: str, request: AnswerErasure, by: Caller
) -> ErasureAsked:
    """Decide on what another controller asked: erase our record too, or keep it by a law.

    Raises ErasureNotHere, ErasureAnsweredAlready, KeptWithoutLaw, PersonNotHere, StillInCharge.
    """
    asked = await session.get(ErasureAsked, order, with_for_update=True)
    if asked is None:
        raise ErasureNotHere
    runtime = runtime_of(session)
    today = caseload.today(session)
    law = (request.act, request.article)
    asked.answer(request.outcome, law=law, on=today, by=by.operator)
    record = asked.record
    if request.outcome == "done":
        reason = request.reason or asked.reason or asked.act
        wanted = OrderErasure.model_validate({"ground": asked.ground, "act": asked.act, "reason": reason})
        await erase_record(session, record, wanted, by)
    answered = ErasureAnswered(
        order=order,
        outcome=request.outcome,
        answered_on=today,
        **request.model_dump(include={"act", "article", "kept_until", "reason"}),
    )
    to = [f"{asked.asker}.{runtime.settings.service}"]
    outbox.add(session, answered, record=record, scope=order, to=to)
    return asked


async def forget_readings(session: AsyncSession, notes: Sequence[str]) -> None:
    """Erase what we answered to notes that their writer erased: an answer tells what was asked."""
    runtime = runtime_of(session)
    streams = await queries.readings_of(session, notes)
    for record, named in streams.items():
        by = runtime.settings.principal
        wish = Wish(record, "ordered", "", "", by, streams=tuple(named), subject={"type": "note-read"})
        await erasure.order(session, runtime, wish)
