"""To whom a person can be referred, and on what grounds: what the form of a new referral offers."""

import trama_caseload as caseload
from sqlalchemy.ext.asyncio import AsyncSession
from trama_chassis.outbox import runtime_of

from trama_registry.queries.offer import network, usual_answer_days
from trama_registry.queries.person import authorisations_of
from trama_registry.queries.referral import receives_referrals
from trama_registry.schemas import AuthorisationView, ReceiverView


async def receivers(session: AsyncSession) -> list[ReceiverView]:
    """The members that answer our referrals, by name, with their places and how soon they usually answer."""
    runtime = runtime_of(session)
    directory, own = runtime.directory.current, caseload.own_member(session)
    found = []
    for one in await network(session):
        answers = one.member in directory.read_by(own) and own in directory.read_by(one.member)
        if one.member == own or not answers or not receives_referrals(directory, one.member):
            continue
        places = [offer.capacity for offer in one.offers if offer.capacity and offer.receives_referrals]
        found.append(
            ReceiverView(
                member=one.member,
                name=one.name,
                offers=[offer.name for offer in one.offers if offer.receives_referrals],
                free=sum(place.free for place in places) if places else None,
                as_of=max(place.as_of for place in places) if places else None,
                answer_days=await usual_answer_days(session, one.member),
            )
        )
    return found


async def grounds_for_referring(session: AsyncSession, record: str) -> list[AuthorisationView]:
    """The authorisations of a person that are in force today."""
    return [one for one in await authorisations_of(session, record) if one.in_force]


def shared_purpose(purposes: frozenset[str], theirs: frozenset[str]) -> str | None:
    """A purpose that both members work for: the one of this network if they have it."""
    both = purposes & theirs
    return "work-integration" if "work-integration" in both else min(both, default=None)
