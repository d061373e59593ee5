"""Who does what in the network, over HTTP."""

from trama_chassis.database import Reading, Router, Transaction
from trama_chassis.outbox import runtime_of
from trama_contracts.payload_fields import Code

from trama_registry import commands, queries
from trama_registry.api.callers import Anybody, Operator
from trama_registry.schemas import DescribeOffer, MemberView, NetworkMemberView, OfferView, StatePlaces

router = Router()


@router.get("/members")
async def members(session: Reading, _: Operator) -> list[MemberView]:
    """Who is in the network, and who receives referrals."""
    return queries.members(runtime_of(session).directory.current)


@router.put("/offers/{offer}")
async def describe_offer(offer: Code, request: DescribeOffer, session: Transaction, _: Anybody) -> OfferView:
    """Tell the whole network what we do for people, or that it changed."""
    await commands.describe_offer(session, offer, request)
    return await queries.own_offer(session, offer)


@router.put("/offers/{offer}/capacity")
async def state_places(offer: Code, request: StatePlaces, session: Transaction, _: Anybody) -> OfferView:
    """Tell the whole network how many places of an offer of ours are free today."""
    await commands.state_places(session, offer, request)
    return await queries.own_offer(session, offer)


@router.get("/offers")
async def offers(session: Reading, _: Anybody) -> list[OfferView]:
    """What we offer."""
    return await queries.own_offers(session)


@router.get("/network")
async def network(session: Reading, _: Anybody) -> list[NetworkMemberView]:
    """Who does what in the network, with free places and how old that is."""
    return await queries.network(session)
