"""Referrals sent and received, and the members that may be asked."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col
from trama_chassis.outbox import runtime_of
from trama_contracts.directory import Directory

from trama_registry.errors import ReferralNotHere
from trama_registry.models import Person, Referral, ReferralAnswer, ReferralCopy
from trama_registry.schemas import MemberView, PreviewView, ReceivedReferralView, SentReferralView

PAGE = 100


async def find_received_referral(session: AsyncSession, referral: str) -> ReferralCopy | None:
    """A referral that another member sent, to us or (which would be its mistake) not to us."""
    return await session.scalar(
        select(ReferralCopy)
        .where(col(ReferralCopy.referral) == referral)
        .order_by(col(ReferralCopy.sender))
        .limit(1)
    )


async def find_answer(session: AsyncSession, received: ReferralCopy) -> ReferralAnswer | None:
    """What we answered."""
    return await session.get(ReferralAnswer, (received.sender, received.referral))


async def find_sent_referral(session: AsyncSession, referral: str, *, lock: bool = False) -> Referral | None:
    """A referral of ours."""
    return await session.get(Referral, referral, with_for_update=lock or None)


async def sent_referral_view(session: AsyncSession, referral: str) -> SentReferralView:
    """A referral of ours and what became of it. Raises ReferralNotHere."""
    found = await find_sent_referral(session, referral)
    if found is None:
        raise ReferralNotHere
    person = await session.get_one(Person, found.record)
    return _sent(found, person)


async def sent_referrals(session: AsyncSession) -> list[SentReferralView]:
    """What we sent, newest first."""
    rows = await session.execute(
        select(Referral, Person)
        .join(Person, col(Person.record) == col(Referral.record))
        .order_by(col(Referral.sent_on).desc(), col(Referral.referral))
        .limit(PAGE)
    )
    return [_sent(referral, person) for referral, person in rows]


def _sent(referral: Referral, person: Person) -> SentReferralView:
    return SentReferralView(**referral.model_dump(), name=person.name)


async def received_referral_view(session: AsyncSession, referral: str) -> ReceivedReferralView:
    """A referral to us. Raises ReferralNotHere."""
    found = await find_received_referral(session, referral)
    if found is None or found.to != runtime_of(session).settings.member:
        raise ReferralNotHere
    return view_of_received(found, await find_answer(session, found))


async def received_referrals(session: AsyncSession) -> list[ReceivedReferralView]:
    """What was sent to us, newest first."""
    rows = await session.execute(
        select(ReferralCopy, ReferralAnswer)
        .outerjoin(
            ReferralAnswer,
            (col(ReferralAnswer.sender) == col(ReferralCopy.sender))
            & (col(ReferralAnswer.referral) == col(ReferralCopy.referral)),
        )
        .where(col(ReferralCopy.to) == runtime_of(session).settings.member)
        .order_by(col(ReferralCopy.sent_on).desc(), col(ReferralCopy.referral))
        .limit(PAGE)
    )
    return [view_of_received(copy, answer) for copy, answer in rows]


def view_of_received(copy: ReferralCopy, answer: ReferralAnswer | None) -> ReceivedReferralView:
    """A referral to us as it is shown."""
    return ReceivedReferralView(
        referral=copy.referral,
        sender=copy.sender,
        sent_on=copy.sent_on,
        reason=copy.reason,
        preview=PreviewView(**copy.told().model_dump()),
        answer_by=copy.answer_by,
        state=answer.answer if answer else "withdrawn" if copy.withdrawn_on else "received",
        answered_on=answer.answered_on if answer else None,
        withdrawn_on=copy.withdrawn_on,
        withdrawal_reason=copy.withdrawal_reason,
        record=answer.record if answer else None,
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
