"""Referrals sent and received, and the members that may be asked."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any

import trama_caseload as caseload
from sqlalchemy import case, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col
from trama_chassis import receipts
from trama_contracts.directory import Directory

from trama_registry.errors import ReferralNotHere
from trama_registry.models import (
    AWAITING,
    OPEN,
    Course,
    EntryCopy,
    Person,
    Referral,
    ReferralCopy,
    ReferralMoveCopy,
    ReferralProtocol,
    State,
    answer_of,
)
from trama_registry.queries import told
from trama_registry.queries.course import course_of, courses_of, told_of
from trama_registry.queries.names import names_of
from trama_registry.schemas import (
    MemberView,
    PreviewView,
    ReceivedReferralView,
    ReferralEntryView,
    SentReferralView,
)

PAGE = 100
FOLLOWED = ("accepted", "in-progress", "completed", "failed", "withdrawn")
"""States in which a person whose referral we accepted has a record here."""


async def find_received_referral(session: AsyncSession, referral: str) -> ReferralCopy | None:
    """A referral that another member sent, to us or (which would be its mistake) not to us."""
    return await session.scalar(
        select(ReferralCopy)
        .where(col(ReferralCopy.referral) == referral)
        .order_by(col(ReferralCopy.sender))
        .limit(1)
    )


async def find_sent_referral(session: AsyncSession, referral: str, *, lock: bool = False) -> Referral | None:
    """A referral of ours."""
    return await session.get(Referral, referral, with_for_update=lock or None)


async def sent_referral_view(session: AsyncSession, referral: str) -> SentReferralView:
    """A referral of ours and what became of it. Raises ReferralNotHere."""
    found = await find_sent_referral(session, referral)
    if found is None:
        raise ReferralNotHere
    course = await course_of(session, caseload.own_member(session), referral)
    return await view_of_sent(session, found, course)


async def view_of_sent(session: AsyncSession, referral: Referral, course: Course) -> SentReferralView:
    """A referral of ours as it is shown."""
    person = await session.get_one(Person, referral.record)
    return _sent_view(referral, person, course, await _delivered(session, [referral]))


async def sent_referrals(session: AsyncSession, record: str | None = None) -> list[SentReferralView]:
    """What we sent, newest first; of one person if asked."""
    wanted = select(Referral, Person).join(Person, col(Person.record) == col(Referral.record))
    if record is not None:
        wanted = wanted.where(col(Referral.record) == record)
    rows = await session.execute(
        wanted.order_by(col(Referral.sent_on).desc(), col(Referral.referral)).limit(PAGE)
    )
    return await views_of_sent(session, [(referral, person) for referral, person in rows])


async def views_of_sent(
    session: AsyncSession, rows: Sequence[tuple[Referral, Person]]
) -> list[SentReferralView]:
    """Referrals of ours, each with the person it is about, as they are shown."""
    own = caseload.own_member(session)
    courses = await courses_of(session, [(own, referral.referral) for referral, _ in rows])
    delivered = await _delivered(session, [referral for referral, _ in rows])
    return [
        _sent_view(referral, person, courses[(own, referral.referral)], delivered)
        for referral, person in rows
    ]


def _sent_view(
    referral: Referral, person: Person, course: Course, delivered: Collection[str]
) -> SentReferralView:
    return SentReferralView(
        **referral.model_dump(),
        **told_of(course, "sender").model_dump(),
        name=person.name,
        delivered=referral.referral in delivered,
    )


async def _delivered(session: AsyncSession, sent: Sequence[Referral]) -> set[str]:
    """Referrals whose last sending the receiver's registry says it has."""
    own = caseload.own_member(session)
    rows = await session.execute(
        select(col(ReferralMoveCopy.referral), col(ReferralMoveCopy.event_id))
        .where(col(ReferralMoveCopy.sender) == own, col(ReferralMoveCopy.deed).in_(("send", "renew")))
        .where(col(ReferralMoveCopy.referral).in_([one.referral for one in sent]))
        .order_by(col(ReferralMoveCopy.step))
    )
    sendings = {referral: event_id for referral, event_id in rows}
    applied = await receipts.applied(session, sendings.values())
    return {
        one.referral
        for one in sent
        if f"{one.to}.registry" in applied.get(sendings.get(one.referral, ""), frozenset())
    }


async def received_referral_view(session: AsyncSession, referral: str) -> ReceivedReferralView:
    """A referral to us. Raises ReferralNotHere."""
    found = await find_received_referral(session, referral)
    if found is None or found.to != caseload.own_member(session):
        raise ReferralNotHere
    return view_of_received(found, await course_of(session, found.sender, referral))


async def received_referrals(session: AsyncSession) -> list[ReceivedReferralView]:
    """What was sent to us, newest first."""
    rows = await session.scalars(
        select(ReferralCopy)
        .where(col(ReferralCopy.to) == caseload.own_member(session))
        .order_by(col(ReferralCopy.sent_on).desc(), col(ReferralCopy.referral))
        .limit(PAGE)
    )
    found = list(rows)
    courses = await courses_of(session, [(copy.sender, copy.referral) for copy in found])
    return [view_of_received(copy, courses[(copy.sender, copy.referral)]) for copy in found]


def view_of_received(copy: ReferralCopy, course: Course) -> ReceivedReferralView:
    """A referral to us as it is shown."""
    answer = answer_of(course)
    withdrawal = course.last("withdraw") if course.state == "withdrawn" else None
    told = answer.told if answer else {}
    return ReceivedReferralView(
        **told_of(course, "receiver").model_dump(),
        referral=copy.referral,
        sender=copy.sender,
        sent_on=copy.sent_on,
        reason=copy.reason,
        preview=PreviewView(**copy.told().model_dump()),
        answer_by=copy.answer_by,
        state="received" if course.state == "sent" else course.state,
        answered_on=answer.on if answer else None,
        declining_reason=told.get("reason"),
        alternative=told.get("alternative"),
        withdrawn_on=withdrawal.on if withdrawal else None,
        withdrawal_reason=withdrawal.told.get("reason") if withdrawal else None,
        record=course.record if course.state in FOLLOWED else None,
    )


def members(directory: Directory) -> list[MemberView]:
    """Who there is in the network."""
    return [
        MemberView(
            member=member,
            name=entry.name,
            controller=entry.controller,
            circles=sorted(entry.circles),
            purposes=sorted(entry.purposes),
            receives_referrals=receives_referrals(directory, member),
        )
        for member, entry in sorted(directory.members.items())
    ]


def receives_referrals(directory: Directory, member: str) -> bool:
    """Whether a referral to a member can be granted to anybody: a registry in the circle."""
    return "registry" in directory.services(member) and "referral" in directory.circles(member)


async def past_term(session: AsyncSession, today: date) -> list[Referral]:
    """Referrals of ours that wait for an answer that was due before today."""
    found = await session.scalars(
        select(Referral)
        .where(col(Referral.state).in_(("sent", "seen")), col(Referral.answer_by) < today)
        .order_by(col(Referral.answer_by), col(Referral.referral))
        .with_for_update()
    )
    return list(found)


async def received_by_urgency(session: AsyncSession) -> list[ReceivedReferralView]:
    """What was sent to us: first what we are to answer, by its term, then the rest, newest first."""
    rows = await session.scalars(
        select(ReferralCopy)
        .where(col(ReferralCopy.to) == caseload.own_member(session))
        .order_by(*_urgency(ReferralCopy, AWAITING))
        .limit(PAGE)
    )
    found = list(rows)
    courses = await courses_of(session, [(copy.sender, copy.referral) for copy in found])
    return [view_of_received(copy, courses[(copy.sender, copy.referral)]) for copy in found]


async def sent_by_urgency(session: AsyncSession) -> list[SentReferralView]:
    """What we sent: first what awaits an answer, or more from us, then the rest, newest first."""
    rows = await session.execute(
        select(Referral, Person)
        .join(Person, col(Person.record) == col(Referral.record))
        .order_by(*_urgency(Referral, OPEN))
        .limit(PAGE)
    )
    return await views_of_sent(session, [(referral, person) for referral, person in rows])


def _urgency(table: type[Referral] | type[ReferralCopy], first: Collection[State]) -> tuple[Any, ...]:
    waits = col(table.state).in_(first)
    return (
        case((waits, 0), else_=1),
        case((waits, col(table.answer_by)), else_=None),
        col(table.sent_on).desc(),
        col(table.referral),
    )


async def referrals_to_answer(session: AsyncSession) -> int:
    """How many referrals we are to answer."""
    own = caseload.own_member(session)
    found = select(func.count()).where(col(ReferralCopy.to) == own, col(ReferralCopy.state).in_(AWAITING))
    return await session.scalar(found) or 0


async def protocol_of(session: AsyncSession, sender: str, referral: str) -> str | None:
    """The number under which our office registered a referral."""
    found = await session.get(ReferralProtocol, (sender, referral))
    return found.number if found else None


async def story_of_referral(session: AsyncSession, referral: str) -> list[ReferralEntryView]:
    """What happened to a referral, in words, in the order in which it counts."""
    names = names_of(session)
    entries = await session.scalars(select(EntryCopy).where(col(EntryCopy.scope) == f"referral:{referral}"))
    found = sorted(entries, key=lambda one: (one.recorded_at, told.ORDER.index(one.type)))
    return [
        ReferralEntryView(
            member=one.member,
            member_name=names(one.member),
            when=told.when(one.occurred_at, one.recorded_at),
            happened=told.happened(one.type, one.payload, one.member, names, corrected=False),
        )
        for one in found
    ]
