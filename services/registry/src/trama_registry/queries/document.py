"""The documents of a person: the letters of the referrals we sent, with our protocol number."""

from sqlalchemy import and_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from trama_registry.models import Referral, ReferralProtocol
from trama_registry.queries import told
from trama_registry.schemas import DocumentView

MOST = 50


async def documents_of(session: AsyncSession, record: str, own: str, names: told.Names) -> list[DocumentView]:
    """The letters of the referrals of this person that we sent, newest first."""
    noted = and_(
        col(ReferralProtocol.sender) == own, col(ReferralProtocol.referral) == col(Referral.referral)
    )
    found = await session.execute(
        select(Referral, col(ReferralProtocol.number))
        .outerjoin(ReferralProtocol, noted)
        .where(col(Referral.record) == record)
        .order_by(col(Referral.sent_on).desc(), col(Referral.referral))
        .limit(MOST)
    )
    return [
        DocumentView(
            name=f"Lettera di segnalazione {told.named(names(sent.to), 'a')}",
            number=number,
            on=sent.sent_on,
            open_to=[names(own)],
            href=f"/segnalazioni/{sent.referral}/lettera",
        )
        for sent, number in found
    ]
