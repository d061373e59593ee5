"""What asks for attention today: of one's own people, of whom one stands in for, of all for a supervisor."""

from datetime import date, datetime, time, timedelta
from typing import cast

import trama_caseload as caseload
from sqlalchemy import ColumnElement, func, or_, select, true
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col
from trama_chassis import access
from trama_chassis.access import Edge
from trama_chassis.accounts import Caller
from trama_chassis.clock import ZONE
from trama_chassis.grounds import WITHDRAWN, AuthorisationStopped
from trama_chassis.outbox import runtime_of

from trama_registry.models import (
    AWAITING,
    EntryCopy,
    NextStep,
    OwnInterview,
    Person,
    Referral,
    ReferralCopy,
    TakingInCharge,
)
from trama_registry.queries.access import count_accesses
from trama_registry.queries.names import names_of
from trama_registry.queries.proposal import count_open_proposals
from trama_registry.queries.referral import referrals_to_answer
from trama_registry.queries.relation import referente_of
from trama_registry.queries.told import local_day
from trama_registry.schemas.today import (
    ConsentTakenBackView,
    ReferralDueView,
    SleepingView,
    StepDueView,
    TodayView,
    WithoutStepView,
)
from trama_registry.settings import RegistrySettings

MOST = 50
NEWS = timedelta(days=30)
"""So long a consent that was taken back is news."""


async def today_view(session: AsyncSession, by: Caller) -> TodayView:
    """Everything that the first page says to an operator."""
    runtime = runtime_of(session)
    today, sleeping_after = caseload.today(session), cast(RegistrySettings, runtime.settings).sleeping_days
    to_route, late = await count_accesses(session, by)
    late_now = col(Referral.state).in_(AWAITING) & (col(Referral.answer_by) < today)
    return TodayView(
        today=today,
        to_answer=await referrals_to_answer(session),
        received=await _received(session),
        asked_more=await _sent(session, by, col(Referral.state) == "more-asked"),
        unanswered=await _sent(session, by, late_now),
        without_step=await _without_step(session, by),
        to_route=to_route,
        to_route_late=late,
        steps=await _steps(session, by, today),
        taken_back=await _taken_back(session, by, today),
        sleeping=await _sleeping(session, by, today, sleeping_after),
        sleeping_after=sleeping_after,
        proposals=await count_open_proposals(session) if "supervisor" in by.roles else 0,
    )


def whose(by: Caller) -> frozenset[str]:
    """Whose people are the caller's: their own, and those of the colleague they stand in for."""
    return frozenset(one for one in (by.operator, by.on_behalf_of) if one is not None)


def _of_theirs(by: Caller) -> ColumnElement[bool]:
    """Open relations that the caller answers for; a supervisor for all."""
    mine = col(TakingInCharge.case_manager).in_(sorted(whose(by)))
    return col(TakingInCharge.closed_on).is_(None) & (true() if "supervisor" in by.roles else mine)


async def _received(session: AsyncSession) -> list[ReferralDueView]:
    """Referrals to us that we are to answer, the first term first."""
    names = names_of(session)
    found = await session.scalars(
        select(ReferralCopy)
        .where(col(ReferralCopy.to) == caseload.own_member(session), col(ReferralCopy.state).in_(AWAITING))
        .order_by(col(ReferralCopy.answer_by), col(ReferralCopy.referral))
        .limit(MOST)
    )
    return [
        ReferralDueView(
            referral=copy.referral,
            name=copy.name,
            member_name=names(copy.sender),
            answer_by=copy.answer_by,
        )
        for copy in found
    ]


async def _sent(session: AsyncSession, by: Caller, which: ColumnElement[bool]) -> list[ReferralDueView]:
    """Referrals of ours, on people whom the caller answers for, the first term first."""
    names = names_of(session)
    found = await session.execute(
        select(Referral, Person)
        .join(Person, col(Person.record) == col(Referral.record))
        .join(TakingInCharge, col(TakingInCharge.record) == col(Referral.record))
        .where(_of_theirs(by), which)
        .order_by(col(Referral.answer_by), col(Referral.referral))
        .limit(MOST)
    )
    return [
        ReferralDueView(
            referral=sent.referral, name=person.name, member_name=names(sent.to), answer_by=sent.answer_by
        )
        for sent, person in found
    ]


async def _without_step(session: AsyncSession, by: Caller) -> list[WithoutStepView]:
    """People in charge, not suspended, for whom no next step is set that is still to be taken."""
    awaited = select(col(NextStep.record)).where(
        col(NextStep.record) == col(TakingInCharge.record), col(NextStep.done_on).is_(None)
    )
    found = await session.execute(
        select(TakingInCharge, Person)
        .join(Person, col(Person.record) == col(TakingInCharge.record))
        .where(_of_theirs(by), col(TakingInCharge.suspended_on).is_(None), ~awaited.exists())
        .order_by(col(TakingInCharge.opened_on), col(TakingInCharge.record))
        .limit(MOST)
    )
    return [
        WithoutStepView(
            record=person.record,
            name=person.name,
            referente=episode.case_manager_name,
            opened_on=episode.opened_on,
        )
        for episode, person in found
    ]


async def _steps(session: AsyncSession, by: Caller, today: date) -> list[StepDueView]:
    found = await session.execute(
        select(NextStep, Person, TakingInCharge)
        .join(Person, col(Person.record) == col(NextStep.record))
        .join(TakingInCharge, col(TakingInCharge.record) == col(NextStep.record))
        .where(_of_theirs(by), col(NextStep.done_on).is_(None), col(NextStep.due_on) <= today)
        .order_by(col(NextStep.due_on), col(NextStep.record))
        .limit(MOST)
    )
    return [
        StepDueView(
            record=person.record,
            name=person.name,
            what=step.what,
            due_on=step.due_on,
            referente=episode.case_manager_name or step.who,
        )
        for step, person, episode in found
    ]


async def _taken_back(session: AsyncSession, by: Caller, today: date) -> list[ConsentTakenBackView]:
    """Every withdrawal of late that we heard of, told to who holds the referente."""
    stops = await session.scalars(
        select(AuthorisationStopped)
        .where(col(AuthorisationStopped.cause) == WITHDRAWN, col(AuthorisationStopped.since) >= today - NEWS)
        .order_by(col(AuthorisationStopped.since).desc(), col(AuthorisationStopped.authorisation))
        .limit(MOST)
    )
    names = names_of(session)
    people = [(stop, await _ours_to_speak_to(session, by, (stop.member, stop.record))) for stop in stops]
    return [
        ConsentTakenBackView(
            record=person.record,
            name=person.name,
            withdrawn_on=stop.since,
            member_name=names(stop.member),
        )
        for stop, person in people
        if person is not None
    ]


async def _ours_to_speak_to(session: AsyncSession, by: Caller, edge: Edge) -> Person | None:
    """The person of ours whose referente the caller is; or any with a referente of ours, for a supervisor."""
    own = caseload.own_member(session)
    for record in sorted(await access.own_records(session, edge)):
        referente = await referente_of(session, record)
        if referente is None or referente.member != own:
            continue
        if "supervisor" in by.roles or referente.operator in whose(by):
            return await session.get(Person, record)
    return None


async def _sleeping(session: AsyncSession, by: Caller, today: date, after: int) -> list[SleepingView]:
    """Open relations, not suspended, on which our services have written nothing since a day."""
    since = datetime.combine(today - timedelta(days=after), time(), ZONE)
    own = col(EntryCopy.member) == caseload.own_member(session)
    told = own & (col(EntryCopy.record) == col(TakingInCharge.record))
    kept = select(col(OwnInterview.interview)).where(
        col(OwnInterview.record) == col(TakingInCharge.record), col(OwnInterview.recorded_at) >= since
    )
    last = select(func.max(col(EntryCopy.occurred_at))).where(told).scalar_subquery()
    found = await session.execute(
        select(TakingInCharge, Person, last)
        .join(Person, col(Person.record) == col(TakingInCharge.record))
        .where(_of_theirs(by), col(TakingInCharge.suspended_on).is_(None))
        .where(or_(last.is_(None), last < since), ~kept.exists())
        .order_by(col(TakingInCharge.opened_on), col(TakingInCharge.record))
        .limit(MOST)
    )
    return [_asleep(episode, person, moment, today) for episode, person, moment in found]


def _asleep(episode: TakingInCharge, person: Person, moment: datetime | None, today: date) -> SleepingView:
    last = local_day(moment) if moment is not None else episode.opened_on
    return SleepingView(
        record=person.record,
        name=person.name,
        referente=episode.case_manager_name,
        opened_on=episode.opened_on,
        last_on=last,
        days=(today - last).days,
    )
