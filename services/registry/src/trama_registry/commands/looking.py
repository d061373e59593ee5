"""Asking others who has looked at a person's data, answering them; conflicts of interest."""

from uuid import uuid4

import structlog
import trama_caseload as caseload
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col
from trama_chassis import access, audit, hiding, outbox
from trama_chassis.accounts import Caller
from trama_chassis.clock import machine_now
from trama_chassis.conflict import ConflictHeld
from trama_chassis.handlers import Origin
from trama_chassis.looks import looks_at, services_beside
from trama_chassis.outbox import runtime_of
from trama_contracts.payload_fields import Party
from trama_contracts.registry import (
    AccessesAsked,
    AccessesTold,
    AccessTold,
    ConflictDeclared,
    ConflictLifted,
    UrgentAccessTaken,
)

from trama_registry import queries
from trama_registry.errors.looking import ConflictNotHere, OwnConflict
from trama_registry.models import AccessesAskedOf, UrgentAccess
from trama_registry.models.looking import KEPT, LASTS
from trama_registry.queries import looking
from trama_registry.schemas.looking import TakeUrgentAccess

PART = 100
log = structlog.get_logger("trama.registry")


async def ask_accesses(session: AsyncSession, record: str, by: Caller) -> list[AccessesAskedOf]:
    """Ask each member with a linked record who has looked there; each learns of no other.

    Raises PersonNotHere.
    """
    await queries.find_person(session, record)
    today = caseload.today(session)
    asked = [
        AccessesAskedOf(
            inquiry=str(uuid4()),
            record=record,
            member=member,
            since=today - KEPT,
            asked_on=today,
            asked_by=by.operator,
        )
        for member in await looking.members_to_ask(session, record)
    ]
    for one in asked:
        session.add(one)
        question = AccessesAsked(inquiry=one.inquiry, since=one.since, asked_on=today)
        outbox.add(session, question, record=record, scope=one.inquiry, to=[f"{one.member}.registry"])
    return asked


async def tell_accesses(session: AsyncSession, event: AccessesAsked, origin: Origin) -> None:
    """Answer a member that follows the same person who has looked here; who does not is not answered."""
    own = await access.own_records(session, (origin.member, origin.record))
    if not own:
        log.warning("accesses of nobody asked", source=origin.source, event_id=origin.event_id)
        return
    runtime, record = runtime_of(session), min(own)
    found = await looks_at(runtime, own | await looking.records_of_person(session, record), event.since)
    lines = [
        AccessTold(
            day=look.day,
            service=look.service,
            role=look.role or None,
            kind=look.kind,
            times=times,
            reason=" ".join(look.reason.split()) or None,
        )
        for look, times in sorted(found.items(), reverse=True)
    ]
    parts = [lines[first : first + PART] for first in range(0, len(lines), PART)] or [[]]
    for number, part in enumerate(parts, 1):
        told = AccessesTold(
            inquiry=event.inquiry,
            asker=Party(member=origin.member, record=origin.record),
            told_on=caseload.today(session),
            piece=number,
            pieces=len(parts),
            services=tuple(services_beside(runtime)),
            accesses=tuple(part),
        )
        outbox.add(session, told, record=record, scope=event.inquiry, to=[f"{origin.member}.registry"])


async def declare_conflict(session: AsyncSession, record: str, by: Caller) -> str:
    """Keep that the caller has a conflict of interest: from now on they see nothing of the person here.

    Raises PersonNotHere, also to who has declared it before.
    """
    await queries.find_person(session, record)
    today, conflict = caseload.today(session), str(uuid4())
    declared = ConflictDeclared(conflict=conflict, operator=by.operator, declared_on=today)
    outbox.add(session, declared, record=record, scope=record)
    await hiding.declare(session, conflict, operator=by.operator, record=record, declared_on=today)
    return conflict


async def take_urgent_access(
    session: AsyncSession, record: str, request: TakeUrgentAccess, by: Caller
) -> UrgentAccess:
    """Open for an hour what the rules hide of a person; the referente is told, wherever they are.

    Raises PersonNotHere.
    """
    await queries.find_person(session, record)
    today, taken = caseload.today(session), str(uuid4())
    urgent = UrgentAccess(
        urgent_access=taken,
        record=record,
        operator=by.operator,
        reason=request.reason,
        taken_on=today,
        until=machine_now() + LASTS,
    )
    session.add(urgent)
    audit.reason(session, "urgent", request.reason)
    for member in sorted(await queries.referente_elsewhere(session, record)):
        told = UrgentAccessTaken(urgent_access=taken, taken_on=today, reason=request.reason)
        outbox.add(session, told, record=record, scope=taken, to=[f"{member}.registry"])
    return urgent


async def lift_conflict(session: AsyncSession, conflict: str, by: Caller) -> ConflictHeld:
    """End a conflict of interest. Raises ConflictNotHere, OwnConflict."""
    held = await session.scalar(
        select(ConflictHeld).where(
            col(ConflictHeld.conflict) == conflict, col(ConflictHeld.lifted_on).is_(None)
        )
    )
    if held is None:
        raise ConflictNotHere
    if held.operator in (by.operator, by.on_behalf_of):
        raise OwnConflict
    today = caseload.today(session)
    outbox.add(
        session, ConflictLifted(conflict=conflict, lifted_on=today), record=held.record, scope=held.record
    )
    held.lifted_on = today
    return held
