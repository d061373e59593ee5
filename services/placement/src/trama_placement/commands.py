"""What the placement service does when asked: load, decide by the rules of models, add, publish.

Nothing here commits.
"""

from datetime import date
from typing import Literal
from uuid import uuid4

import trama_caseload as caseload
from sqlalchemy.ext.asyncio import AsyncSession
from trama_chassis import audit, outbox
from trama_chassis.accounts import Caller
from trama_contracts.placement import (
    ApprovalGiven,
    ApprovalParty,
    ApprovalRefused,
    HostApprovalGiven,
    HostApprovalRefused,
    HostPlacementClosed,
    HostPlacementOpened,
    HostPlacementStarted,
    PlacementAgreed,
    PlacementEnded,
    PlacementProposed,
    PlacementStarted,
    PlacementWithdrawn,
)

from trama_placement import queries
from trama_placement.errors import (
    ApprovalNotYetReached,
    NotAskedHere,
    PersonNotInCharge,
    PlacementNotHere,
    UnknownPathType,
)
from trama_placement.models import HostAnswer, HostPlacementCopy, Placement, Plan, must_not_tell
from trama_placement.schemas import (
    ConfirmStart,
    EndPlacement,
    GiveApproval,
    ProposePlacement,
    RefuseApproval,
    RefuseHosted,
    WithdrawPlacement,
)

ForCare = (
    PlacementProposed
    | ApprovalGiven
    | ApprovalRefused
    | PlacementAgreed
    | PlacementWithdrawn
    | PlacementStarted
    | PlacementEnded
)
ForHost = HostPlacementOpened | HostPlacementStarted | HostPlacementClosed


async def propose_placement(session: AsyncSession, request: ProposePlacement) -> Placement:
    """Propose a work path for a person in charge here, by the rules of its first planned day; ask the host.

    Raises PersonNotInCharge, UnknownPathType, HostWouldKnow, and what the rule's judgements raise.
    """
    must_not_tell(request.task, queries.names_never_told_to_hosts(session))
    person = await _person_in_charge(session, request.record)
    rule = await queries.find_rule(session, request.path_type, request.planned_from)
    if rule is None:
        raise UnknownPathType
    rule.judge_host(caseload.own_entry(session), caseload.directory(session).get(request.host))
    placement = Placement.propose(
        Plan(**request.model_dump()), rule, caseload.today(session), allowing=audit.allowing(session)
    )
    evaluation = await queries.last_evaluation(session, request.record)
    with audit.allowing(session):
        rule.judge_evaluation(is_known=evaluation is not None)
    if evaluation is not None:
        placement.evaluation_member, placement.evaluation = evaluation.member, evaluation.evaluation
    session.add(placement)
    _tell_care(
        session,
        placement,
        PlacementProposed(
            placement=placement.placement,
            path_type=placement.path_type,
            host=placement.host,
            task=placement.task,
            weekly_hours=placement.weekly_hours,
            planned_from=placement.planned_from,
            planned_to=placement.planned_to,
        ),
    )
    _tell_host(session, placement, _arrival(placement, person))
    return placement


async def give_approval(session: AsyncSession, placement_id: str, request: GiveApproval) -> Placement:
    """Record an approval (adesione) signed on paper; the last one that was missing makes it agreed.

    Raises PlacementNotHere, ApprovalNotYetReached, and what `Placement.approve` raises.
    """
    placement = await _placement(session, placement_id)
    today = caseload.today(session)
    if request.given_on is not None and request.given_on > today:
        raise ApprovalNotYetReached
    await take_approval(session, placement, request.party, request.given_on or today, request.how)
    return placement


async def take_approval(
    session: AsyncSession,
    placement: Placement,
    party: ApprovalParty,
    given_on: date,
    how: Literal["signed", "online"],
) -> None:
    """Take one approval of a placement that is locked. Raises what `Placement.approve` raises."""
    approvals = await queries.approvals_of(session, placement)
    session.add(placement.approve(party, given_on, approvals))
    given = ApprovalGiven(placement=placement.placement, party=party, given_on=given_on, how=how)
    _tell_care(session, placement, given)
    if placement.agreed_on is not None:
        agreed = PlacementAgreed(placement=placement.placement, agreed_on=placement.agreed_on)
        _tell_care(session, placement, agreed)


async def refuse_approval(session: AsyncSession, placement_id: str, request: RefuseApproval) -> Placement:
    """Record that one of those who must approve does not: the placement is withdrawn with it.

    Raises PlacementNotHere, and what `Placement.refuse` raises.
    """
    placement = await _placement(session, placement_id)
    await take_refusal(session, placement, request.party, caseload.today(session), request.reason)
    return placement


async def take_refusal(
    session: AsyncSession, placement: Placement, party: ApprovalParty, refused_on: date, reason: str | None
) -> None:
    """Take one refusal of a placement that is locked. Raises what `Placement.refuse` raises."""
    approvals = await queries.approvals_of(session, placement)
    session.add(placement.refuse(party, refused_on, approvals))
    refused = ApprovalRefused(
        placement=placement.placement, party=party, refused_on=refused_on, reason=reason
    )
    _tell_care(session, placement, refused)
    _tell_withdrawn(session, placement)


async def withdraw_placement(
    session: AsyncSession, placement_id: str, request: WithdrawPlacement
) -> Placement:
    """Give up a placement that never began, even when the person is in charge here no longer.

    Raises PlacementNotHere, and what `Placement.withdraw` raises.
    """
    placement = await _placement(session, placement_id)
    placement.withdraw(caseload.today(session), request.reason)
    _tell_withdrawn(session, placement)
    return placement


async def confirm_start(
    session: AsyncSession, placement_id: str, request: ConfirmStart, by: Caller
) -> Placement:
    """Record that the person really began, on somebody's word, and tell the host since when.

    Raises PlacementNotHere, PersonNotInCharge, and what `Placement.confirm_start` raises.
    """
    placement = await _placement(session, placement_id)
    await _person_in_charge(session, placement.record)
    approvals = await queries.approvals_of(session, placement)
    today = caseload.today(session)
    placement.confirm_start(
        request.started_on, today, by.operator, approvals.missing, allowing=audit.allowing(session)
    )
    started = PlacementStarted(
        placement=placement.placement,
        path_type=placement.path_type,
        started_on=request.started_on,
        confirmed_by=by.operator,
    )
    _tell_care(session, placement, started)
    arrived = HostPlacementStarted(placement=placement.placement, started_on=request.started_on)
    _tell_host(session, placement, arrived)
    return placement


async def end_placement(session: AsyncSession, placement_id: str, request: EndPlacement) -> Placement:
    """Record how a placement ended, early or as planned, even when the person is in charge here no longer.

    Raises PlacementNotHere, ReportMissing, and what `Placement.end` raises.
    """
    placement, today = await _placement(session, placement_id), caseload.today(session)
    placement.must_be_running(request.ended_on, today)
    rule = await queries.find_rule(session, placement.path_type, placement.planned_from)
    if rule is not None:
        with audit.allowing(session):
            rule.judge_report(request.report)
    placement.end(request.ended_on, request.reason, today, report=request.report)
    ended = PlacementEnded(
        placement=placement.placement,
        path_type=placement.path_type,
        ended_on=request.ended_on,
        reason=request.reason,
        report=request.report,
    )
    _tell_care(session, placement, ended)
    closed = HostPlacementClosed(placement=placement.placement, ended_on=request.ended_on)
    _tell_host(session, placement, closed)
    return placement


async def approve_hosted(session: AsyncSession, promoter: str, placement: str) -> None:
    """Say, as the host, that the person may come. Raises NotAskedHere, AlreadyAnswered, NoLongerAsked."""
    answer = await _answer(session, promoter, placement, given=True)
    approved = HostApprovalGiven(placement=placement, promoter=promoter, given_on=answer.answered_on)
    _tell_promoter(session, answer, approved)


async def refuse_hosted(session: AsyncSession, promoter: str, placement: str, request: RefuseHosted) -> None:
    """Say, as the host, that the person cannot come. Raises NotAskedHere, AlreadyAnswered, NoLongerAsked."""
    answer = await _answer(session, promoter, placement, given=False)
    refused = HostApprovalRefused(
        placement=placement, promoter=promoter, refused_on=answer.answered_on, reason=request.reason
    )
    _tell_promoter(session, answer, refused)


async def _answer(session: AsyncSession, promoter: str, placement: str, *, given: bool) -> HostAnswer:
    hosted = await session.get(HostPlacementCopy, (promoter, placement), with_for_update=True)
    if hosted is None:
        raise NotAskedHere
    hosted.judge_answer(await session.get(HostAnswer, (promoter, placement)))
    answer = HostAnswer(
        promoter=promoter,
        placement=placement,
        record=str(uuid4()),
        given=given,
        answered_on=caseload.today(session),
    )
    session.add(answer)
    return answer


def _tell_promoter(
    session: AsyncSession, answer: HostAnswer, event: HostApprovalGiven | HostApprovalRefused
) -> None:
    """Publish to the promoter alone, on a record of this path: a host follows nobody."""
    outbox.add(
        session, event, record=answer.record, scope=answer.placement, to={f"{answer.promoter}.placement"}
    )


async def _placement(session: AsyncSession, placement_id: str) -> Placement:
    """The placement, locked: two people confirming at once confirm once."""
    placement = await find_locked(session, placement_id)
    if placement is None:
        raise PlacementNotHere
    return placement


async def find_locked(session: AsyncSession, placement_id: str) -> Placement | None:
    """The placement, locked, if this member promotes it."""
    return await session.get(Placement, placement_id, with_for_update=True)


async def _person_in_charge(session: AsyncSession, record: str) -> caseload.PersonCopy:
    person = await caseload.find_person(session, record)
    if person is None or not await caseload.is_in_charge(session, record):
        raise PersonNotInCharge
    return person


def _arrival(placement: Placement, person: caseload.PersonCopy) -> HostPlacementOpened:
    return HostPlacementOpened(
        placement=placement.placement,
        given_name=person.given_name,
        family_name=person.family_name,
        task=placement.task,
        weekly_hours=placement.weekly_hours,
        planned_from=placement.planned_from,
        planned_to=placement.planned_to,
    )


def _tell_care(session: AsyncSession, placement: Placement, event: ForCare) -> None:
    outbox.add(session, event, record=placement.record, scope=placement.placement)


def _tell_withdrawn(session: AsyncSession, placement: Placement) -> None:
    """Publish to the person's circle why, and to the host only that."""
    if placement.withdrawn_on is None or placement.withdrawal is None:
        raise ValueError("only a withdrawn placement is told as withdrawn")
    withdrawn = PlacementWithdrawn(
        placement=placement.placement, withdrawn_on=placement.withdrawn_on, reason=placement.withdrawal
    )
    _tell_care(session, placement, withdrawn)
    closed = HostPlacementClosed(placement=placement.placement, ended_on=placement.withdrawn_on)
    _tell_host(session, placement, closed)


def _tell_host(session: AsyncSession, placement: Placement, event: ForHost) -> None:
    """Publish to the host alone; a path at our own service has no host to tell."""
    if placement.host != caseload.own_entry(session).member:
        outbox.add(
            session,
            event,
            record=placement.record,
            scope=placement.placement,
            to={f"{placement.host}.placement"},
        )
