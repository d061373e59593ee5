"""Ends at once what was shared with who has left the network, or a circle; decides again what had to wait.

The directory says who is in, in which circles, for what purposes: whatever it says anew of a member is
followed by new decisions about all that concerns it, to give as to take.
"""

import json
from collections.abc import Set
from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, delete, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped
from sqlmodel import col
from trama_contracts.directory import Directory

from trama_chassis import access, outbox
from trama_chassis.entitlement import ACCOUNTABLE
from trama_chassis.grounds import MemberDecided
from trama_chassis.tables import AuthorisationHeld, GrantGiven, OwnStream, ScopeParty

if TYPE_CHECKING:
    from trama_chassis.runtime import Runtime

RECORDS = 200
"""Of how many records at most one transaction decides."""


async def turn(runtime: "Runtime", decided_for: int | None) -> int | None:
    """Decide again about what concerns members of whom the directory says something else than before.

    What was decided for is kept last: after a crash it is decided once more. Returns the version of the
    directory for which everything is decided, or the one given.
    """
    directory = runtime.directory.current
    version = directory.manifest_version
    if version == decided_for or not directory.members:
        return decided_for
    terms = {name: _terms(directory, name) for name in directory.members}
    async with runtime.database.read(runtime=runtime) as session:
        before = {one.member: one.terms for one in await session.scalars(select(MemberDecided))}
        changed = {name for name in terms.keys() | before.keys() if terms.get(name) != before.get(name)}
        concerned = sorted(await _concerned(session, runtime, changed)) if changed else []
    for first in range(0, len(concerned), RECORDS):
        async with runtime.bookkeeping() as session:
            outbox.regrant(session, *concerned[first : first + RECORDS])
            await outbox.commit(session)
    if changed:
        async with runtime.bookkeeping() as session:
            await session.execute(delete(MemberDecided).where(col(MemberDecided.member).in_(changed)))
            session.add_all(MemberDecided(member=name, terms=terms[name]) for name in changed & terms.keys())
            await session.commit()
    if concerned:
        runtime.log.warning("decided again: the directory has changed", count=len(concerned))
    return version


def _terms(directory: Directory, member: str) -> str:
    """All that `entitled` reads of a member."""
    entry = directory.members[member]
    said = (entry.circles, entry.purposes, directory.services(member))
    return json.dumps([entry.controller, *(sorted(one) for one in said)])


async def _concerned(session: AsyncSession, runtime: "Runtime", changed: Set[str]) -> set[str]:
    """The records of ours about which a word on these members can change anything."""
    directory, own = runtime.directory.current, runtime.settings.member
    reads_all = any(ACCOUNTABLE in directory.services(name) for name in changed & directory.members.keys())
    if own in changed or reads_all:
        return set(await session.scalars(select(col(OwnStream.record)).distinct()))
    parties = select(col(ScopeParty.record)).where(_of(changed, col(ScopeParty.principal)))
    given = (
        select(col(OwnStream.record))
        .join(GrantGiven, col(GrantGiven.stream) == col(OwnStream.stream))
        .where(col(GrantGiven.ended_at).is_(None), _of(changed, col(GrantGiven.recipient)))
    )
    found = set(await session.scalars(parties.union(given)))
    for held in await session.scalars(select(AuthorisationHeld)):
        if changed & set(held.terms["recipients"]):
            found |= await access.own_records(session, (held.member, held.record))
    return found


def _of(members: Set[str], principal: Mapped[str]) -> ColumnElement[bool]:
    return or_(*(principal.startswith(f"{name}.") for name in sorted(members)))


async def decide_refused(runtime: "Runtime") -> None:
    """Decide again what was refused while a source was silent."""
    async with runtime.bookkeeping() as session:
        if await access.decide_refused(session):
            await outbox.commit(session)
