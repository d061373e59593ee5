"""What is kept longer than the rules say is proposed to be erased; who answers for the service decides.

Nothing here erases by itself, however late it is.
"""

from collections.abc import Collection
from datetime import date

import trama_caseload as caseload
from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col
from trama_chassis import access, erasure
from trama_chassis.accounts import Caller
from trama_chassis.erasure import Wish
from trama_chassis.erasure_tables import ErasureOrder
from trama_chassis.errors import refuse_changed
from trama_chassis.outbox import runtime_of

from trama_registry import queries
from trama_registry.commands.erasure import FIRST_CONTACT, HIDDEN_ENTRY, OWN_INTERVIEW, erase_record
from trama_registry.errors import NoLongerDue
from trama_registry.models import AccessRequest, EntryCopy, ObscuredEntry, OwnInterview, RetentionProposal
from trama_registry.models.retention import WHOLE_RECORD
from trama_registry.schemas import AcceptProposal, OrderErasure, PutOffProposal

AT_ONCE = 500
"""So many new ones a day at most: after a change of rules the service goes on working meanwhile."""


async def propose_erasures(session: AsyncSession, today: date) -> None:
    """Propose what is due, follow what was proposed, let fall what is due no more (a timer).

    Raises RetentionUnreadable.
    """
    due = await queries.overdue(session, today)
    proposed = await session.scalars(
        select(RetentionProposal).where(
            or_(col(RetentionProposal.state) == "open", col(RetentionProposal.until) > today)
        )
    )
    before = set()
    for one in proposed.all():
        name = (one.record, one.kind)
        before.add(name)
        if one.state == "open":
            one.follow(due[name]) if name in due else one.fall(today)
    new = sorted(
        (one for one in due.values() if one.name not in before), key=lambda one: (one.since, one.name)
    )
    session.add_all(RetentionProposal.of(one, today) for one in new[:AT_ONCE])


async def accept_proposal(
    session: AsyncSession, proposal: str, request: AcceptProposal, by: Caller
) -> RetentionProposal:
    """Order the erasure of exactly what was proposed.

    Raises ProposalNotHere, ProposalSettled, ChangedMeanwhile, NoLongerDue, RetentionUnreadable.
    """
    accepted = await queries.find_proposal(session, proposal, lock=True)
    accepted.must_be_open()
    refuse_changed(request.version, accepted.version)
    entries, record, today = list(accepted.entries), accepted.record, caseload.today(session)
    own = await access.own_records(session, (caseload.own_member(session), record))
    due = (await queries.overdue(session, today, own)).get((record, accepted.kind))
    if due is None or not due.entries.issuperset(entries):
        raise NoLongerDue
    accepted.be_ordered(on=today, by=by.name)
    await session.flush()
    asked = OrderErasure(ground="retention", act=request.act, reason=accepted.rule["why"])
    if accepted.kind == WHOLE_RECORD:
        made = await erase_record(session, record, asked, by)
    else:
        made = await _erase_entries(session, accepted, entries, asked, by)
    accepted.order = made.order
    return accepted


async def _erase_entries(
    session: AsyncSession,
    accepted: RetentionProposal,
    entries: Collection[str],
    asked: OrderErasure,
    by: Caller,
) -> ErasureOrder:
    """Erase entries that stand alone, wherever we keep them, with what corrects them: one order."""
    runtime = runtime_of(session)
    told = await session.scalars(
        select(EntryCopy).where(
            col(EntryCopy.member) == caseload.own_member(session),
            or_(col(EntryCopy.event_id).in_(entries), col(EntryCopy.corrects).in_(entries)),
        )
    )
    standing = told.all()
    taken_back = await session.scalars(select(ObscuredEntry).where(col(ObscuredEntry.entry).in_(entries)))
    hidden = taken_back.all()
    kept = await session.scalars(select(OwnInterview).where(col(OwnInterview.interview).in_(entries)))
    rows = [(OWN_INTERVIEW, one.interview) for one in kept]
    contacts = select(col(AccessRequest.access)).where(
        col(AccessRequest.access).in_(entries), queries.without_record()
    )
    rows += [(FIRST_CONTACT, access) for access in await session.scalars(contacts)]
    rows += [(HIDDEN_ENTRY, entry) for entry in sorted({one.entry for one in hidden})]
    payloads = [*(one.payload for one in standing), *(one.payload for one in hidden)]
    numbers = {str(said["protocol"]) for said in payloads if said.get("protocol")}
    wish = Wish(
        accepted.record,
        asked.ground,
        asked.act,
        asked.reason,
        by.operator,
        streams=tuple(one.stream for one in standing if one.stream),
        subject={"type": accepted.kind, "count": accepted.count, "protocols": sorted(numbers)},
        rows=tuple(rows),
    )
    return await erasure.order(session, runtime, wish)


async def put_off_proposal(
    session: AsyncSession, proposal: str, request: PutOffProposal, by: Caller
) -> RetentionProposal:
    """Keep it until another day, and say why; from that day on it is proposed anew.

    Raises ProposalNotHere, ProposalSettled, ChangedMeanwhile, DayTooEarly.
    """
    kept = await queries.find_proposal(session, proposal, lock=True)
    refuse_changed(request.version, kept.version)
    kept.be_put_off(request.reason, request.until, on=caseload.today(session), by=by.name)
    return kept


async def let_fall(session: AsyncSession, record: str) -> None:
    """The person is followed again: what was counted from the end of the last relation is due no more."""
    own = await access.own_records(session, (caseload.own_member(session), record))
    waiting = await session.scalars(
        select(RetentionProposal).where(
            col(RetentionProposal.record).in_(sorted(own)), col(RetentionProposal.state) == "open"
        )
    )
    for one in waiting.all():
        if one.rule["after"] != "entry":
            one.fall(caseload.today(session))
