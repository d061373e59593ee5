"""Who sees what of a person, on what ground, until when; and what others share with us. It only reads."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import trama_caseload as caseload
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col
from trama_chassis import access
from trama_chassis.clock import local_day
from trama_chassis.tables import AuthorisationHeld, GrantGiven, GrantReceived, OwnStream
from trama_contracts.inner import parse_instant

from trama_registry.queries import told, why
from trama_registry.queries.agreed import agreed_of
from trama_registry.queries.interview import kept_to_ourselves
from trama_registry.queries.names import names_of
from trama_registry.queries.person import authorisations_of, find_person
from trama_registry.schemas import SharedView, SharingServiceView, SharingView

COUNTED = "accountability"
"""What is counted names nobody: it is not shared of a person."""


@dataclass(frozen=True, slots=True)
class Key:
    """The key of one stream in another's hands, or in ours: in force, or ended."""

    principal: str
    circle: str
    scope: str
    terms: Mapping[str, Any]
    in_force: bool

    @property
    def member(self) -> str:
        """Whose service has it, or gave it."""
        return self.principal.partition(".")[0]


async def sharing_of(session: AsyncSession, record: str) -> SharingView:
    """Who sees what we write of a person, and what others share with us. Raises PersonNotHere."""
    await find_person(session, record)
    own, names = caseload.own_member(session), names_of(session)
    written, given = await _given(session, record, own)
    received = await _received(session, record, own)
    held = await _authorisations(session, [*given, *received])
    authorisations = await authorisations_of(session, record)
    shared_once = {key.circle for key in given}
    named = {member for one in authorisations for member in one.recipients}
    return SharingView(
        record=record,
        readers=_by_service(given, held, names),
        unshared=[told.sharing.CONTENTS[circle] for circle in sorted(written - shared_once)],
        kept_to_ourselves=await kept_to_ourselves(session, record),
        sources=_by_service(received, held, names),
        authorisations=authorisations,
        purposes=told.sharing.PURPOSES,
        names={member: names(member) for member in sorted(named)},
        **await agreed_of(session, record),
        others_authorisations=await why.others_authorisations_of(session, record),
        decisions=await why.decisions_of(session, record),
        lags=await why.lags_of(session, record),
    )


async def _given(session: AsyncSession, record: str, own: str) -> tuple[set[str], list[Key]]:
    """The circles in which we wrote on a record, and the keys that services of other members were given."""
    found = await session.execute(
        select(
            col(OwnStream.circle),
            col(OwnStream.scope),
            col(GrantGiven.recipient),
            col(GrantGiven.grant),
            col(GrantGiven.ended_at),
        )
        .outerjoin(GrantGiven, col(GrantGiven.stream) == col(OwnStream.stream))
        .where(col(OwnStream.record) == record, col(OwnStream.circle) != COUNTED)
    )
    rows = list(found)
    keys = [
        Key(recipient, circle, scope, terms, ended_at is None)
        for circle, scope, recipient, terms, ended_at in rows
        if recipient is not None
    ]
    return {circle for circle, *_ in rows}, [key for key in keys if key.member != own]


async def _received(session: AsyncSession, record: str, own: str) -> list[Key]:
    """The keys that services of other members gave us of the same person."""
    records = sorted(theirs for member, theirs in await access.component(session, record) if member != own)
    if not records:
        return []
    found = await session.scalars(
        select(GrantReceived).where(
            col(GrantReceived.record).in_(records), col(GrantReceived.circle) != COUNTED
        )
    )
    return [Key(one.source, one.circle, one.scope, one.terms, one.ended_at is None) for one in found]


async def _authorisations(session: AsyncSession, keys: Iterable[Key]) -> dict[str, AuthorisationHeld]:
    """The authorisations on which these keys were given; who takes part in something needs none."""
    ids = sorted({key.terms["authorisation"] for key in keys})
    found = await session.scalars(
        select(AuthorisationHeld).where(col(AuthorisationHeld.authorisation).in_(ids))
    )
    return {one.authorisation: one for one in found}


def _by_service(
    keys: Iterable[Key], held: Mapping[str, AuthorisationHeld], names: told.Names
) -> list[SharingServiceView]:
    """One line for each service, and in it one for each circle and ground."""
    by_member: dict[str, list[Key]] = {}
    for key in keys:
        by_member.setdefault(key.member, []).append(key)
    views = []
    for member, theirs in by_member.items():
        lines = {
            (view.circle, view.ground, view.until): view
            for view in (_line(key, held.get(key.terms["authorisation"])) for key in theirs if key.in_force)
        }
        now = {circle for circle, *_ in lines}
        ended = sorted({key.circle for key in theirs} - now)
        views.append(
            SharingServiceView(
                member=member,
                name=names(member),
                shared=[lines[place] for place in sorted(lines, key=str)],
                no_longer=[told.sharing.CONTENTS[circle] for circle in ended],
            )
        )
    return sorted(views, key=lambda one: one.name.casefold())


def _line(key: Key, given: AuthorisationHeld | None) -> SharedView:
    until = key.terms.get("valid_until")
    return SharedView(
        circle=key.circle,
        content=told.sharing.CONTENTS[key.circle],
        ground=told.sharing.ground(key.terms["basis"], key.circle, key.scope),
        purpose=given.terms["purpose"] if given is not None else None,
        since=date.fromisoformat(given.terms["starts_on"]) if given is not None else None,
        until=local_day(parse_instant(until)) if until else None,
    )
