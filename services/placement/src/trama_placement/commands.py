"""What the placement service does when asked: load, decide by the rules of models, add, publish.

Nothing here commits.
"""

from sqlalchemy.ext.asyncio import AsyncSession
from trama_chassis import outbox
from trama_chassis.accounts import Caller
from trama_contracts.placement import (
    HostPlacementClosed,
    HostPlacementOpened,
    PlacementEnded,
    PlacementProposed,
    PlacementStarted,
)

from trama_placement import queries
from trama_placement.errors import PersonNotInCharge, PlacementNotHere, UnknownPathType
from trama_placement.models import PersonCopy, Placement, Plan
from trama_placement.schemas import ConfirmStart, EndPlacement, ProposePlacement


async def propose_placement(session: AsyncSession, request: ProposePlacement) -> Placement:
    """Propose a work path for a person in charge here, within the rules of its first planned day.

    Raises PersonNotInCharge, UnknownPathType, and what the rule's judgements raise.
    """
    await _person_in_charge(session, request.record)
    rule = await queries.find_rule(session, request.path_type, request.planned_from)
    if rule is None:
        raise UnknownPathType
    rule.judge_host(queries.own_entry(session), queries.find_member(session, request.host))
    placement = Placement.propose(Plan(**request.model_dump()), rule, queries.today(session))
    session.add(placement)
    outbox.add(
        session,
        PlacementProposed(
            placement=placement.placement,
            path_type=placement.path_type,
            host=placement.host,
            task=placement.task,
            weekly_hours=placement.weekly_hours,
            planned_from=placement.planned_from,
            planned_to=placement.planned_to,
        ),
        record=placement.record,
        scope=placement.placement,
    )
    return placement


async def confirm_start(
    session: AsyncSession, placement_id: str, request: ConfirmStart, by: Caller
) -> Placement:
    """Record that the person really began, on somebody's word, and tell the host who has come.

    Raises PlacementNotHere, PersonNotInCharge, and what `Placement.confirm_start` raises.
    """
    placement = await _placement(session, placement_id)
    person = await _person_in_charge(session, placement.record)
    placement.confirm_start(request.started_on, queries.today(session), by.operator)
    outbox.add(
        session,
        PlacementStarted(
            placement=placement.placement,
            path_type=placement.path_type,
            started_on=request.started_on,
            confirmed_by=by.operator,
        ),
        record=placement.record,
        scope=placement.placement,
    )
    _tell_host(session, placement, _arrival(placement, person))
    return placement


async def end_placement(session: AsyncSession, placement_id: str, request: EndPlacement) -> Placement:
    """Record how a placement ended, early or as planned, even when the person is in charge here no longer.

    Raises PlacementNotHere, and what `Placement.end` raises.
    """
    placement = await _placement(session, placement_id)
    placement.end(request.ended_on, request.reason, queries.today(session))
    outbox.add(
        session,
        PlacementEnded(
            placement=placement.placement,
            path_type=placement.path_type,
            ended_on=request.ended_on,
            reason=request.reason,
        ),
        record=placement.record,
        scope=placement.placement,
    )
    _tell_host(
        session, placement, HostPlacementClosed(placement=placement.placement, ended_on=request.ended_on)
    )
    return placement


async def _placement(session: AsyncSession, placement_id: str) -> Placement:
    """The placement, locked: two people confirming at once confirm once."""
    placement = await session.get(Placement, placement_id, with_for_update=True)
    if placement is None:
        raise PlacementNotHere
    return placement


async def _person_in_charge(session: AsyncSession, record: str) -> PersonCopy:
    person = await queries.find_person(session, record)
    if person is None or not await queries.is_in_charge(session, record):
        raise PersonNotInCharge
    return person


def _arrival(placement: Placement, person: PersonCopy) -> HostPlacementOpened:
    return HostPlacementOpened(
        placement=placement.placement,
        given_name=person.given_name,
        family_name=person.family_name,
        task=placement.task,
        weekly_hours=placement.weekly_hours,
        planned_from=placement.planned_from,
        planned_to=placement.planned_to,
    )


def _tell_host(
    session: AsyncSession, placement: Placement, event: HostPlacementOpened | HostPlacementClosed
) -> None:
    """Publish to the host alone; a path at our own service has no host to tell."""
    if placement.host != queries.own_entry(session).member:
        outbox.add(
            session,
            event,
            record=placement.record,
            scope=placement.placement,
            to={f"{placement.host}.placement"},
        )
