"""What a person was told, takes part in, opposes, wants left alone, as this member keeps it. Only reads."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from trama_registry.errors import OppositionNotHere, ParticipationNotHere, RestrictionNotHere
from trama_registry.models import Notice, Opposition, Participation, Restriction
from trama_registry.queries import told
from trama_registry.schemas import NoticeView, OppositionView, ParticipationView, RestrictionView


async def find_participation(session: AsyncSession, participation: str, record: str) -> Participation:
    """Something this person takes part in. Raises ParticipationNotHere."""
    found = await session.get(Participation, participation)
    if found is None or found.record != record:
        raise ParticipationNotHere
    return found


async def find_opposition(session: AsyncSession, opposition: str, record: str) -> Opposition:
    """Something this person opposes. Raises OppositionNotHere."""
    found = await session.get(Opposition, opposition)
    if found is None or found.record != record:
        raise OppositionNotHere
    return found


async def find_restriction(session: AsyncSession, restriction: str, record: str) -> Restriction:
    """A restriction on what we hold of this person. Raises RestrictionNotHere."""
    found = await session.get(Restriction, restriction)
    if found is None or found.record != record:
        raise RestrictionNotHere
    return found


async def restriction_in_force(session: AsyncSession, record: str) -> Restriction | None:
    """The restriction on what we hold of this person, if there is one now."""
    wanted = select(Restriction).where(
        col(Restriction.record) == record, col(Restriction.lifted_on).is_(None)
    )
    return (await session.scalars(wanted.limit(1))).first()


async def agreed_of(session: AsyncSession, record: str) -> dict[str, Any]:
    """All four of a person, newest first, by the names that the page and the API give them."""
    notices = await session.scalars(
        select(Notice).where(col(Notice.record) == record).order_by(col(Notice.given_on).desc())
    )
    participations = await session.scalars(
        select(Participation)
        .where(col(Participation.record) == record)
        .order_by(col(Participation.agreed_on).desc())
    )
    oppositions = await session.scalars(
        select(Opposition).where(col(Opposition.record) == record).order_by(col(Opposition.raised_on).desc())
    )
    restrictions = await session.scalars(
        select(Restriction).where(col(Restriction.record) == record).order_by(col(Restriction.set_on).desc())
    )
    return {
        "notices": [notice_view(one) for one in notices],
        "participations": [participation_view(one) for one in participations],
        "oppositions": [opposition_view(one) for one in oppositions],
        "restrictions": [restriction_view(one) for one in restrictions],
    }


def notice_view(notice: Notice) -> NoticeView:
    """A privacy notice as it is shown."""
    return NoticeView(**notice.model_dump(exclude={"record"}))


def participation_view(participation: Participation) -> ParticipationView:
    """A path the person takes part in, as it is shown."""
    return ParticipationView(**participation.model_dump(exclude={"record"}))


def opposition_view(opposition: Opposition) -> OppositionView:
    """An opposition as it is shown; who decided is known inside the member alone."""
    return OppositionView(**opposition.model_dump(exclude={"record", "decided_by"}))


def restriction_view(restriction: Restriction) -> RestrictionView:
    """A restriction as it is shown."""
    label = told.sharing.restriction_ground(restriction.ground)
    return RestrictionView(**restriction.model_dump(exclude={"record"}), ground_label=label)
