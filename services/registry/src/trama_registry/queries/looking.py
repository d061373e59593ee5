"""Who has looked at a person's data, here and elsewhere; who declared a conflict of interest."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date
from typing import Any

import trama_caseload as caseload
from sqlalchemy import select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col
from trama_chassis import access, audit
from trama_chassis.accounts import Caller
from trama_chassis.clock import machine_now
from trama_chassis.conflict import ConflictHeld
from trama_chassis.looks import looks_at, services_beside
from trama_chassis.outbox import runtime_of

from trama_registry.models import (
    AccessesAskedOf,
    AccessesToldCopy,
    Person,
    UrgentAccess,
    UrgentAccessCopy,
)
from trama_registry.models.looking import KEPT
from trama_registry.queries.names import names_of
from trama_registry.queries.person import find_person
from trama_registry.queries.told.looking import KINDS, role_of, service_of
from trama_registry.schemas.looking import (
    AccessesView,
    ConflictView,
    LookedView,
    MemberLooksView,
    UrgentAccessView,
)

OPENED = frozenset({"justice-officer"})
"""The role whose view an urgent access opens, on one person."""


async def records_of_person(session: AsyncSession, record: str) -> set[str]:
    """Every record known to be of the same person, ours and others': entries name any of them."""
    return {one for _, one in await access.component(session, record)} | {record}


async def members_to_ask(session: AsyncSession, record: str) -> list[str]:
    """Members with a linked record, whose registry can be asked who looked there."""
    runtime = runtime_of(session)
    directory, own = runtime.directory.current, caseload.own_member(session)
    linked = {member for member, _ in await access.component(session, record)} - {own}
    return sorted(
        member
        for member in linked & directory.members.keys()
        if "registry" in directory.services(member) and "referral" in directory.circles(member)
    )


async def told_of(session: AsyncSession, records: Iterable[str], since: date) -> list[LookedView]:
    """Looks at these records in this member's services, newest first."""
    found = await looks_at(runtime_of(session), records, since)
    return [
        _view(look._asdict() | {"times": times})
        for look, times in sorted(found.items(), key=lambda one: (one[0].day, one[0][1:]), reverse=True)
    ]


def _view(said: dict[str, Any]) -> LookedView:
    kind = said["kind"]
    return LookedView(
        day=said["day"],
        service=service_of(said["service"]),
        role=role_of(said.get("role") or ""),
        kind=kind,
        kind_label=KINDS.get(kind, kind),
        times=said["times"],
        reason=said.get("reason") or "",
    )


async def accesses_view(session: AsyncSession, record: str) -> AccessesView:
    """The report on who looked at a person's data. Raises PersonNotHere."""
    await find_person(session, record)
    runtime = runtime_of(session)
    names, own = names_of(session), caseload.own_member(session)
    since = caseload.today(session) - KEPT
    ours = await told_of(session, await records_of_person(session, record), since)
    asked = await session.scalars(
        select(AccessesAskedOf)
        .where(col(AccessesAskedOf.record) == record)
        .order_by(col(AccessesAskedOf.asked_on), col(AccessesAskedOf.inquiry))
    )
    latest = {one.member: one for one in asked}
    return AccessesView(
        record=record,
        since=since,
        own=MemberLooksView(
            member=own,
            member_name=names(own),
            told_on=caseload.today(session),
            services=[service_of(one) for one in services_beside(runtime)],
            looks=ours,
        ),
        urgent=await _urgent(session, record, names),
        others=[await _answer(session, one, names(member)) for member, one in sorted(latest.items())],
        not_asked=[names(one) for one in await members_to_ask(session, record) if one not in latest],
    )


async def _answer(session: AsyncSession, asked: AccessesAskedOf, name: str) -> MemberLooksView:
    told = list(
        await session.scalars(
            select(AccessesToldCopy)
            .where(
                col(AccessesToldCopy.member) == asked.member, col(AccessesToldCopy.inquiry) == asked.inquiry
            )
            .order_by(col(AccessesToldCopy.part))
        )
    )
    whole = bool(told) and len(told) == told[0].parts
    return MemberLooksView(
        member=asked.member,
        member_name=name,
        asked_on=asked.asked_on,
        told_on=told[0].told_on if whole else None,
        services=[service_of(one) for one in told[0].services] if whole else [],
        looks=[_view(look) for part in told for look in part.accesses] if whole else [],
    )


async def _urgent(session: AsyncSession, record: str, names: Callable[[str], str]) -> list[UrgentAccessView]:
    own, now = caseload.own_member(session), machine_now()
    ours = await session.scalars(select(UrgentAccess).where(col(UrgentAccess.record) == record))
    same = sorted(await access.component(session, record))
    theirs = await session.scalars(
        select(UrgentAccessCopy).where(
            tuple_(col(UrgentAccessCopy.member), col(UrgentAccessCopy.record)).in_(same)
        )
    )
    found = [
        UrgentAccessView(
            member_name=names(own), reason=one.reason, taken_on=one.taken_on, holds=one.until > now
        )
        for one in ours
    ]
    found += [
        UrgentAccessView(member_name=names(one.member), reason=one.reason, taken_on=one.taken_on)
        for one in theirs
    ]
    return sorted(found, key=lambda one: one.taken_on, reverse=True)


async def in_urgency(session: AsyncSession, record: str, by: Caller) -> Caller:
    """The caller, with what an urgent access of theirs opens on this person while it lasts; that is kept."""
    taken = await session.scalars(
        select(UrgentAccess)
        .where(col(UrgentAccess.record) == record, col(UrgentAccess.operator) == by.operator)
        .order_by(col(UrgentAccess.until).desc())
        .limit(1)
    )
    last = taken.first()
    if last is None or last.until <= machine_now():
        return by
    audit.reason(session, "urgent", last.reason)
    return replace(by, roles=by.roles | OPENED)


async def conflicts(
    session: AsyncSession, operators: dict[str, str], record: str | None = None
) -> list[ConflictView]:
    """Conflicts of interest that hold, the oldest first; of one person, or of all."""
    wanted = (
        select(ConflictHeld, Person)
        .join(Person, col(Person.record) == col(ConflictHeld.record))
        .where(col(ConflictHeld.lifted_on).is_(None))
        .order_by(col(ConflictHeld.declared_on), col(ConflictHeld.conflict))
    )
    if record is not None:
        wanted = wanted.where(col(ConflictHeld.record).in_(await records_of_person(session, record)))
    return [
        ConflictView(
            **held.model_dump(),
            name=person.name,
            operator_name=operators.get(held.operator, held.operator),
        )
        for held, person in await session.execute(wanted)
    ]
