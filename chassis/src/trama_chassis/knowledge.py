"""What this service knows about one of its records when it decides who may have what it wrote of it."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from trama_chassis import clock
from trama_chassis.entitlement import TELLING, Authorisation, Knowledge
from trama_chassis.grounds import WITHDRAWN, AuthorisationStopped, RelationHeld, RestrictionHeld
from trama_chassis.links import RecordLink
from trama_chassis.positions import POSITION_OF_GRANT
from trama_chassis.tables import AuthorisationHeld, GrantReceived, Position, ScopeParty, SourceHeard

if TYPE_CHECKING:
    from trama_chassis.runtime import Runtime

SIGNS_MISSED = 3
"""After how many signs of life that did not come a source is silent."""

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
    known = Knowledge(
        directory=runtime.directory.current,
        today=runtime.clock.today(),
        parties={scope: frozenset(principals) for scope, principals in parties.items()},
        linked=frozenset(edge[0] for edge in same_person) - {member},
    )
    held = await session.execute(
        select(AuthorisationHeld)
        .where(col(AuthorisationHeld.record).in_({edge[1] for edge in same_person}))
        .order_by(col(AuthorisationHeld.authorisation))
    )
    of_the_person = [row for row in held.scalars() if (row.member, row.record) in same_person]
    return (
        await _with_grounds(session, runtime, known, of_the_person, same_person) if of_the_person else known
    )


async def _with_grounds(
    session: AsyncSession,
    runtime: "Runtime",
    known: Knowledge,
    held: list[AuthorisationHeld],
    same_person: set[Edge],
) -> Knowledge:
    """What is known with the authorisations, and with what ends or suspends them."""
    own, records = runtime.settings.member, {edge[1] for edge in same_person}
    given = await _authorisations(session, held, same_person)
    sources = {one.source for one in given} - {runtime.settings.principal}
    return replace(
        known,
        # The one that lasts longest first: a grant says until when.
        authorisations=tuple(sorted(given, key=lambda one: one.ends_on or date.max, reverse=True)),
        restricted_since=await session.scalar(
            select(func.min(RestrictionHeld.since))
            .where(col(RestrictionHeld.member) == own, col(RestrictionHeld.record).in_(records))
            .where(col(RestrictionHeld.lifted).is_(False))
        ),
        closed=await _closed(session, same_person),
        silent=await silent_of(session, runtime, sources, records),
    )


async def _authorisations(
    session: AsyncSession, held: list[AuthorisationHeld], same_person: set[Edge]
) -> list[Authorisation]:
    """The authorisations with what stops them, as far as who says so has a record of the person."""
    stops = await session.scalars(
        select(AuthorisationStopped)
        .where(col(AuthorisationStopped.authorisation).in_([one.authorisation for one in held]))
        .where(col(AuthorisationStopped.lifted).is_(False))
        .order_by(col(AuthorisationStopped.since), col(AuthorisationStopped.cause))
    )
    withdrawn: dict[str, date] = {}
    opposed: dict[str, date] = {}
    takers = {one.authorisation: (one.member, one.record) for one in held}
    for stop in stops:
        said_by = (stop.member, stop.record)
        if stop.cause == WITHDRAWN and said_by in same_person:
            withdrawn.setdefault(stop.authorisation, stop.since)
        elif said_by == takers[stop.authorisation]:
            opposed.setdefault(stop.authorisation, stop.since)
    return [
        Authorisation.from_terms(
            one.authorisation,
            one.terms,
            source=f"{one.member}.{TELLING}",
            withdrawn_on=withdrawn.get(one.authorisation),
            opposed_on=opposed.get(one.authorisation),
        )
        for one in held
    ]


async def _closed(session: AsyncSession, same_person: set[Edge]) -> frozenset[str]:
    """The members that had a relation with the person and have none now."""
    found = await session.scalars(
        select(RelationHeld).where(col(RelationHeld.record).in_({edge[1] for edge in same_person}))
    )
    relations = [one for one in found if (one.member, one.record) in same_person]
    return frozenset(one.member for one in relations) - {one.member for one in relations if one.is_open}


async def silent_of(
    session: AsyncSession, runtime: "Runtime", sources: Collection[str], records: Collection[str] = ()
) -> frozenset[str]:
    """Those of these services that were not heard of for too long, or of which an event on these records is
    stuck here.

    One that was never heard of by its heads has only just spoken: its first event is what we decide on.
    """
    if not sources:
        return frozenset()
    limit = clock.machine_now() - SIGNS_MISSED * timedelta(seconds=runtime.settings.sign_of_life_every)
    late = await session.scalars(
        select(col(SourceHeard.source))
        .where(col(SourceHeard.source).in_(sorted(sources)))
        .where(col(SourceHeard.heard_at) < limit)
    )
    stuck = await session.scalars(
        select(col(GrantReceived.source))
        .join(Position, POSITION_OF_GRANT)
        .where(col(GrantReceived.record).in_(sorted(records)))
        .where(col(GrantReceived.source).in_(sorted(sources)), col(GrantReceived.ended_at).is_(None))
        .where(col(Position.stopped) | col(Position.blocked_seq).is_not(None))
        .distinct()
    )
    return frozenset([*late, *stuck])
