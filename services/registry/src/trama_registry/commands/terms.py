"""What time does to referrals of ours: a reminder when the term has passed, then no answer in time."""

from datetime import date

import trama_caseload as caseload
from sqlalchemy.ext.asyncio import AsyncSession
from trama_contracts.registry import ReferralReminded, ReferralUnanswered

from trama_registry import queries
from trama_registry.commands.referral import publish
from trama_registry.models import Course, Referral, SenderMove
from trama_registry.models.referral import overdue


async def watch_terms(session: AsyncSession, today: date) -> None:
    """Remind who has not answered in time and, in vain, say so to both sides (a timer).

    Run again it does nothing: what it publishes changes what it looks for.
    """
    for own in await queries.past_term(session, today):
        course = await queries.course_of(session, caseload.own_member(session), own.referral)
        event = _due(own, course, today)
        if event is not None:
            publish(session, own, course, event)


def _due(own: Referral, course: Course, today: date) -> SenderMove | None:
    at = course.next_place("sender")
    match overdue(course, own.answer_by, today=today):
        case "remind":
            return ReferralReminded(referral=own.referral, reminded_on=today, step=at.step, heard=at.heard)
        case "give-up-waiting":
            return ReferralUnanswered(
                referral=own.referral,
                answer_by=own.answer_by,
                passed_on=today,
                step=at.step,
                heard=at.heard,
            )
        case _:
            return None
