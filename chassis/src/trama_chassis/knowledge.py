"""What this service knows about one of its records when it decides who may have what it wrote of it."""

from collections import defaultdict
from typing import TYPE_CHECKING

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from trama_chassis.entitlement import Authorisation, Knowledge
from trama_chassis.links import RecordLink
from trama_chassis.tables import AuthorisationHeld, ScopeParty

if TYPE_CHECKING:
    from trama_chassis.runtime import Runtime

Edge = tuple[str, str]
"""A record is meaningful only with its member: (member, record)."""


async def component(session: AsyncSession, member: str, record: str) -> set[Edge]:
    """All records known to be of the same person as this one, itself included, through any chain of links."""
    found: set[Edge] = {(member, record)}
    frontier = {record}
    while frontier:
        links = await session.execute(
            select(RecordLink).where(
                or_(col(RecordLink.a_record).in_(frontier), col(RecordLink.b_record).in_(frontier))
            )
        )
        reached: set[Edge] = set()
        for link in links.scalars():
            a, b = (link.a_member, link.a_record), (link.b_member, link.b_record)
            if a in found or b in found:
                reached |= {a, b}
        frontier = {edge[1] for edge in reached - found}
        found |= reached
    return found


async def knowledge_of(session: AsyncSession, runtime: "Runtime", record: str) -> Knowledge:
    """What this service knows about one of its records when it decides who may have its streams."""
    member = runtime.settings.member
    same_person = await component(session, member, record)
    parties: dict[str, set[str]] = defaultdict(set)
    for scope, principal in await session.execute(
        select(col(ScopeParty.scope), col(ScopeParty.principal)).where(col(ScopeParty.record) == record)
    ):
        parties[scope].add(principal)
    held = await session.execute(
        select(AuthorisationHeld)
        .where(col(AuthorisationHeld.record).in_({edge[1] for edge in same_person}))
        .order_by(col(AuthorisationHeld.authorisation))
    )
    return Knowledge(
        directory=runtime.directory.current,
        today=runtime.clock.today(),
        parties={scope: frozenset(principals) for scope, principals in parties.items()},
        linked=frozenset(edge[0] for edge in same_person) - {member},
        authorisations=tuple(
            Authorisation.from_terms(row.authorisation, row.terms)
            for row in held.scalars()
            if (row.member, row.record) in same_person
        ),
    )
