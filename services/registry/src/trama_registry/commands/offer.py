"""What this member tells the whole network about itself; about no person."""

import trama_caseload as caseload
from sqlalchemy.ext.asyncio import AsyncSession
from trama_chassis import catalogue
from trama_chassis.outbox import runtime_of
from trama_contracts.offers import Capacity, ServiceOffered

from trama_registry import queries
from trama_registry.errors import OfferNotHere, ReceivesNoReferrals
from trama_registry.models import capacity_of
from trama_registry.schemas import DescribeOffer, StatePlaces


async def describe_offer(session: AsyncSession, offer: str, request: DescribeOffer) -> None:
    """Tell everybody what this member does for people, or that it changed. Raises ReceivesNoReferrals."""
    runtime = runtime_of(session)
    receives = queries.receives_referrals(runtime.directory.current, caseload.own_member(session))
    if request.receives_referrals and not receives:
        raise ReceivesNoReferrals(
            "In questa rete il nostro ente non riceve segnalazioni: indicate come contattarlo.",
            field="receives_referrals",
        )
    await _tell(session, ServiceOffered(offer=offer, **request.model_dump()))


async def state_places(session: AsyncSession, offer: str, request: StatePlaces) -> None:
    """Tell everybody how many places an offer of ours has, and how many are free today.

    Raises OfferNotHere, FreeBeyondPlaces.
    """
    if offer not in {one.offer for one in await queries.own_offers(session)}:
        raise OfferNotHere
    today = caseload.today(session)
    await _tell(session, capacity_of(offer, places=request.places, free=request.free, today=today))


async def _tell(session: AsyncSession, fact: ServiceOffered | Capacity) -> None:
    """Tell the next version; what everybody holds already is not told again."""
    own, content = caseload.own_member(session), fact.payload()
    held = [
        one.content
        for one in await catalogue.entries(session, fact.wire_type)
        if (one.member, one.id) == (own, fact.entity_id)
    ]
    if held != [content]:
        await catalogue.publish(session, fact.entity_id, fact.wire_type, content)
