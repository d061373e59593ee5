"""The network as its members tell it: who does what, for whom, and how many places are free."""

from collections import defaultdict
from collections.abc import AsyncIterator
from datetime import date
from typing import TypeVar

import structlog
import trama_caseload as caseload
from pydantic import ValidationError
from sqlalchemy.ext.asyncio import AsyncSession
from trama_chassis import catalogue
from trama_chassis.outbox import runtime_of
from trama_contracts.offers import Capacity, ServiceOffered

from trama_registry.schemas import CapacityView, NetworkMemberView, OfferView

log = structlog.get_logger("trama.registry")
KINDS = {
    "public-body": "Ente pubblico",
    "cooperative": "Cooperativa sociale",
    "company": "Azienda",
    "association": "Associazione di volontariato o di promozione sociale",
    "employers-association": "Associazione di datori di lavoro",
    "trade-union": "Organizzazione sindacale",
    "informal-group": "Gruppo informale",
}
"""What an organisation is, as the network file names it."""
USUAL_ANSWER_DAYS = 7
"""Where a member tells no term of its own."""
F = TypeVar("F", ServiceOffered, Capacity)


async def network(session: AsyncSession) -> list[NetworkMemberView]:
    """Every member with what it offers, by name; one that told nothing has no offers."""
    offers = await _offers(session)
    members = runtime_of(session).directory.current.members
    return [
        NetworkMemberView(
            member=member,
            name=entry.name,
            kind=entry.kind,
            kind_label=KINDS.get(entry.kind, entry.kind),
            sector=entry.sector,
            offers=offers.get(member, []),
        )
        for member, entry in sorted(members.items(), key=lambda one: one[1].name.casefold())
    ]


async def usual_answer_days(session: AsyncSession, member: str) -> int:
    """In how many days a member usually answers: the longest that its offers tell, else a week."""
    offers = (await _offers(session)).get(member, [])
    days = [one.usual_answer_days for one in offers if one.receives_referrals and one.usual_answer_days]
    return max(days, default=USUAL_ANSWER_DAYS)


async def own_offers(session: AsyncSession) -> list[OfferView]:
    """What this member offers."""
    return (await _offers(session)).get(caseload.own_member(session), [])


async def own_offer(session: AsyncSession, offer: str) -> OfferView:
    """One offer of this member, which there is."""
    return next(one for one in await own_offers(session) if one.offer == offer)


async def door_of(session: AsyncSession, member: str) -> OfferView | None:
    """Where a member is to be found: the offer that receives referrals, else whichever it tells of first."""
    offers = (await _offers(session)).get(member, [])
    return min(offers, key=lambda one: not one.receives_referrals, default=None)


async def _offers(session: AsyncSession) -> dict[str, list[OfferView]]:
    today = caseload.today(session)
    places = {(member, fact.offer): fact async for member, fact in _told(session, Capacity)}
    found: dict[str, list[OfferView]] = defaultdict(list)
    async for member, fact in _told(session, ServiceOffered):
        capacity = _capacity(places.get((member, fact.offer)), today)
        found[member].append(OfferView(**fact.model_dump(), capacity=capacity))
    return found


async def _told(session: AsyncSession, kind: type[F]) -> AsyncIterator[tuple[str, F]]:
    """What members tell in words we understand, each of its own entity."""
    for entry in await catalogue.entries(session, kind.wire_type):
        try:
            fact = kind.from_payload(entry.content)
        except ValidationError:
            log.warning("open fact not understood", member=entry.member, wire_type=entry.type)
            continue
        if fact.entity_id == entry.id:
            yield entry.member, fact


def _capacity(told: Capacity | None, today: date) -> CapacityView | None:
    if told is None:
        return None
    days = max(0, (today - told.as_of).days)
    return CapacityView(places=told.places, free=told.free, as_of=told.as_of, days_old=days)
