"""First contacts at the two doors: received, routed within a term, and watched until they are."""

from datetime import date, timedelta
from uuid import uuid4

import trama_caseload as caseload
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col
from trama_chassis import outbox
from trama_chassis.accounts import Caller
from trama_chassis.errors import refuse_changed
from trama_chassis.outbox import runtime_of
from trama_contracts.registry import AccessConcluded

from trama_registry import queries
from trama_registry.commands.identifier import learn_how_spoken_to
from trama_registry.commands.person import must_be_in, register_person
from trama_registry.commands.taking_in_charge import in_charge, moment_of, open_taking_in_charge
from trama_registry.errors import (
    DayInFuture,
    ListeningForSpecialists,
    NobodyToTakeInCharge,
    PersonNotNamed,
    ReservedPlanningRequest,
)
from trama_registry.models import AccessRequest, sort_name_of
from trama_registry.models.access import SPECIALIST
from trama_registry.schemas import ConcludeAccess, OpenTakingInCharge, RecordAccess, RegisterPerson

ROUTE_DAYS = 5
"""Within how many days a first contact is routed where the service has not chosen otherwise."""
SPOKEN = ("language", "needs_interpreter")
IDENTITY = ("given_name", "family_name", "tax_code", "birth_date", "town", "phone", *SPOKEN)


async def record_access(session: AsyncSession, request: RecordAccess, by: Caller) -> AccessRequest:
    """Take in what somebody asks at a door of ours; with an outcome, it is concluded at once.

    Raises ListeningForSpecialists, PersonNotNamed, ReservedPlanningRequest, PersonNotHere, DayInFuture, what
    registering raises and what `AccessRequest.conclude` raises.
    """
    runtime = runtime_of(session)
    today = caseload.today(session)
    received_on = request.received_on or today
    if received_on > today:
        raise DayInFuture(field="received_on")
    await _must_fit_the_door(session, request, by)
    access = AccessRequest(
        access=str(uuid4()),
        **request.model_dump(include={"door", "channel", "need", "reserved", *IDENTITY}),
        risk_factors=list(request.risk_factors),
        sort_name=sort_name_of(request.given_name, request.family_name),
        received_on=received_on,
        received_by=by.name,
        route_by=received_on + timedelta(days=getattr(runtime.settings, "route_days", ROUTE_DAYS)),
        changed_by=by.name,
    )
    await _tie(session, access, request, by)
    session.add(access)
    if request.outcome is not None:
        conclusion = ConcludeAccess(outcome=request.outcome, note=request.note)
        await _conclude(session, access, conclusion, by)
    return access


async def _must_fit_the_door(session: AsyncSession, request: RecordAccess, by: Caller) -> None:
    if request.reserved and SPECIALIST not in by.roles:
        raise ListeningForSpecialists
    if request.door == "planning-unit":
        if request.reserved:
            raise ReservedPlanningRequest
        if request.record is None:
            raise PersonNotNamed
        await in_charge(session, request.record)


async def conclude_access(
    session: AsyncSession, access: str, request: ConcludeAccess, by: Caller
) -> AccessRequest:
    """Say what an access led to; who it was may become known only now.

    Raises AccessNotHere, ChangedMeanwhile, what registering raises and what `AccessRequest.conclude` raises.
    """
    found = await queries.find_access(session, access, by, lock=True)
    refuse_changed(request.version, found.version, who=found.changed_by or "")
    for name in IDENTITY:
        if (value := getattr(request, name)) is not None:
            setattr(found, name, value)
    found.sort_name = sort_name_of(found.given_name, found.family_name)
    if found.concluded_on is None:
        await _tie(session, found, request, by)
    await _conclude(session, found, request, by)
    found.version, found.changed_by = found.version + 1, by.name
    return found


async def _tie(
    session: AsyncSession, access: AccessRequest, request: RecordAccess | ConcludeAccess, by: Caller
) -> None:
    """Find or make the record it is on, if it is on one, and publish it there: until then nobody is told."""
    if access.record is not None:
        return
    if request.record is not None:
        access.record = (await queries.find_person(session, request.record)).record
        if not access.reserved:
            await learn_how_spoken_to(session, access.record, access, by)
    elif request.register_person or request.outcome == "taken-in-charge":
        access.record = await _register(session, access, request.another_person, by)
    if access.record is not None and not access.reserved:
        runtime = runtime_of(session)
        must_be_in(runtime, "care")
        happened = moment_of(runtime, access.received_on)
        outbox.add(session, access.told(), record=access.record, scope=access.access, occurred_at=happened)


async def _register(
    session: AsyncSession, access: AccessRequest, another_person: str | None, by: Caller
) -> str:
    """A record of who asked. Somebody who says one name alone is known by it."""
    family_name = access.family_name or access.given_name
    if family_name is None:
        raise NobodyToTakeInCharge
    said = access.model_dump(include={"tax_code", "birth_date", "town", "phone", *SPOKEN})
    given_name = access.given_name if access.family_name else None
    person = RegisterPerson(
        **said, given_name=given_name, family_name=family_name, another_person=another_person
    )
    return (await register_person(session, person, by)).record


async def _conclude(
    session: AsyncSession, access: AccessRequest, request: ConcludeAccess, by: Caller
) -> None:
    runtime = runtime_of(session)
    today = caseload.today(session)
    concluded_on = request.concluded_on or today
    access.conclude(request.outcome, on=concluded_on, today=today, note=request.note)
    if access.record is None:
        return
    if request.outcome == "taken-in-charge":
        opening = OpenTakingInCharge(need=access.need, opened_on=concluded_on)
        await open_taking_in_charge(session, access.record, opening, by)
    if not access.reserved:
        concluded = AccessConcluded(
            access=access.access, outcome=request.outcome, concluded_on=concluded_on, note=request.note
        )
        happened = moment_of(runtime, concluded_on)
        outbox.add(session, concluded, record=access.record, scope=access.access, occurred_at=happened)


async def watch_accesses(session: AsyncSession, today: date) -> None:
    """Remind of accesses whose term is near, escalate those whose term has passed: each once (a timer)."""
    waiting = await session.scalars(
        select(AccessRequest).where(
            col(AccessRequest.concluded_on).is_(None),
            col(AccessRequest.escalated_on).is_(None),
            col(AccessRequest.route_by) <= today + timedelta(days=1),
        )
    )
    for access in waiting:
        access.watch(today)
