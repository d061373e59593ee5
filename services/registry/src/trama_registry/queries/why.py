"""Why a service may read what we write of a person or may not, by the decisions that were written down."""

import trama_caseload as caseload
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col
from trama_chassis import access, clock, knowledge
from trama_chassis.entitlement import TELLING, Reason
from trama_chassis.outbox import runtime_of
from trama_chassis.tables import AuthorisationHeld, Decision, OwnStream, SourceHeard

from trama_registry.queries import told
from trama_registry.queries.names import names_of
from trama_registry.schemas import LagView, OthersAuthorisationView, WhyView

COUNTED = "accountability"
BESIDE_THE_POINT = frozenset(
    {"not-linked", "not-party", "other-recipients", "no-such-service", "not-in-circle"}
)
"""Why who has nothing to do with the person may not read: not told one by one."""


async def decisions_of(session: AsyncSession, record: str) -> list[WhyView]:
    """The last decision for each other service and circle in which we wrote, where it says something."""
    own, names = caseload.own_member(session), names_of(session)
    last = (
        select(func.max(col(Decision.number)))
        .join(OwnStream, col(OwnStream.stream) == col(Decision.stream))
        .where(col(OwnStream.record) == record, col(OwnStream.circle) != COUNTED)
        .where(col(OwnStream.ended).is_(False))
        .group_by(col(OwnStream.circle), col(Decision.recipient))
    )
    rows = await session.execute(
        select(Decision, col(OwnStream.circle))
        .join(OwnStream, col(OwnStream.stream) == col(Decision.stream))
        .where(col(Decision.number).in_(last))
    )
    views: dict[tuple[str, str], WhyView] = {}
    for decision, circle in rows:
        member, reason = decision.recipient.partition(".")[0], Reason.read(decision.reason)
        if member == own or (not decision.permitted and reason.code in BESIDE_THE_POINT):
            continue
        views[(member, circle)] = WhyView(
            member=member,
            name=names(member),
            content=told.sharing.CONTENTS[circle],
            permitted=decision.permitted,
            reason=told.reasons.in_words(reason, names),
        )
    return sorted(views.values(), key=lambda one: (one.name.casefold(), one.content))


async def others_authorisations_of(session: AsyncSession, record: str) -> list[OthersAuthorisationView]:
    """What the person authorised at other services, as they told us; newest first."""
    own, names = caseload.own_member(session), names_of(session)
    today = caseload.today(session)
    known = await access.authorisations_of(session, record)
    given = [one for one in known if one.source != f"{own}.{TELLING}"]
    return [
        OthersAuthorisationView(
            authorisation=one.authorisation,
            member=one.source.partition(".")[0],
            member_name=names(one.source.partition(".")[0]),
            by_consent=one.basis["kind"] == "consent",
            ground=told.sharing.ground(one.basis, "care", "record"),
            purpose=told.sharing.PURPOSES.get(one.purpose, one.purpose),
            recipients=[names(member) for member in sorted(one.recipients)],
            starts_on=one.starts_on,
            ends_on=one.ends_on,
            stopped=told.reasons.in_words(why, names) if (why := one.stopped(today)) is not None else None,
        )
        for one in sorted(given, key=lambda one: one.starts_on, reverse=True)
    ]


async def lags_of(session: AsyncSession, record: str) -> list[LagView]:
    """Until when we have heard those by whose authorisations of this person we go."""
    runtime = runtime_of(session)
    own, names = caseload.own_member(session), names_of(session)
    edges = await access.component(session, record)
    held = await session.scalars(
        select(AuthorisationHeld).where(col(AuthorisationHeld.record).in_({theirs for _, theirs in edges}))
    )
    members = {one.member for one in held if (one.member, one.record) in edges} - {own}
    sources = {f"{member}.{TELLING}" for member in members}
    heard = await session.scalars(select(SourceHeard).where(col(SourceHeard.source).in_(sorted(sources))))
    at = {one.source: one.heard_at for one in heard}
    silent = await knowledge.silent_of(session, runtime, sources, {theirs for _, theirs in edges})
    now = clock.machine_now()
    views = []
    for member in sorted(members):
        source = f"{member}.{TELLING}"
        heard_at = told.at(at[source], now) if source in at else None
        views.append(
            LagView(member=member, name=names(member), heard_at=heard_at, is_silent=source in silent)
        )
    return views
