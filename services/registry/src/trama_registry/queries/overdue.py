"""What waits beyond its term, with us or with others: the supervisors' matter."""

import trama_caseload as caseload
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col
from trama_chassis.accounts import Caller

from trama_registry.models import AWAITING, BETWEEN_REMINDERS, Person, Referral
from trama_registry.queries.access import accesses
from trama_registry.queries.referral import PAGE, views_of_sent
from trama_registry.schemas import AccessView, OverdueReferralView


async def overdue_referrals(session: AsyncSession) -> list[OverdueReferralView]:
    """Referrals of ours whose answer was due before today, the longest overdue first."""
    today = caseload.today(session)
    rows = await session.execute(
        select(Referral, Person)
        .join(Person, col(Person.record) == col(Referral.record))
        .where(col(Referral.state).in_(AWAITING), col(Referral.answer_by) < today)
        .order_by(col(Referral.answer_by), col(Referral.referral))
        .limit(PAGE)
    )
    return [
        OverdueReferralView(
            **one.model_dump(),
            days_late=(today - one.answer_by).days,
            remind_from=one.reminded_on + BETWEEN_REMINDERS if one.reminded_on else today,
        )
        for one in await views_of_sent(session, [(referral, person) for referral, person in rows])
    ]


async def overdue_accesses(session: AsyncSession, by: Caller) -> list[AccessView]:
    """First contacts that should have been routed before today, as far as who asks may see them."""
    return [one for one in await accesses(session, by) if one.state == "late"]
