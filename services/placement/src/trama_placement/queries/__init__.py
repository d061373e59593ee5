"""What the placement service can be asked: read-only selects, and rows put into the words people read."""

from collections.abc import Collection, Mapping
from datetime import date

import trama_caseload as caseload
from sqlalchemy import ColumnElement, Row, Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped
from sqlmodel import col
from trama_chassis import access
from trama_contracts.placement import ApprovalParty

from trama_placement.errors import NotAskedHere, PlacementNotHere
from trama_placement.models import (
    ENDING_LABELS,
    HOST_KINDS,
    HOSTED_LABELS,
    PARTY_LABELS,
    STATE_LABELS,
    WITHDRAWAL_LABELS,
    Approval,
    Approvals,
    ApprovalState,
    EvaluationCopy,
    HostAnswer,
    HostedState,
    HostPlacementCopy,
    PathTypeRule,
    Placement,
    State,
)
from trama_placement.schemas import (
    ApprovalView,
    EvaluationView,
    HostedView,
    HostView,
    PathTypeView,
    PlacementList,
    PlacementView,
)

PAGE = 100


def hosts(session: AsyncSession) -> list[HostView]:
    """The members at which this one can propose placements."""
    read_by = caseload.own_entry(session).read_by
    members = caseload.directory(session).values()
    return [
        HostView(host=entry.member, name=entry.name, kind=entry.kind)
        for entry in sorted(members, key=lambda entry: entry.name)
        if entry.kind in HOST_KINDS and "placement" in entry.services and entry.member in read_by
    ]


def names_never_told_to_hosts(session: AsyncSession) -> list[str]:
    """How the other services that follow people are called: no host learns which of them follows somebody."""
    own = caseload.own_entry(session).member
    followers = [
        entry
        for entry in caseload.directory(session).values()
        if "care" in entry.circles and entry.member != own
    ]
    return sorted({name for entry in followers for name in (entry.name, entry.member)})


def _in_force(day: date | Mapped[date]) -> ColumnElement[bool]:
    return (col(PathTypeRule.valid_from) <= day) & (
        col(PathTypeRule.valid_to).is_(None) | (col(PathTypeRule.valid_to) >= day)
    )


async def find_rule(session: AsyncSession, path_type: str, day: date) -> PathTypeRule | None:
    """The rule of a path type on a day, or None if the path type does not exist then."""
    return await session.scalar(
        select(PathTypeRule).where(col(PathTypeRule.path_type) == path_type, _in_force(day))
    )


async def path_types(session: AsyncSession, day: date) -> list[PathTypeView]:
    """The path types that exist on a day, with their rules."""
    rules = await session.scalars(
        select(PathTypeRule).where(_in_force(day)).order_by(col(PathTypeRule.genus), col(PathTypeRule.label))
    )
    return [PathTypeView(**rule.model_dump() | rule.words()) for rule in rules]


async def last_evaluation(session: AsyncSession, record: str) -> EvaluationCopy | None:
    """The last completed evaluation of the person of a record of this member, whoever completed it.

    Only what a member said of its own record counts, and only if that record is known to be of the person.
    """
    same_person = await access.component(session, record)
    found = await session.scalars(
        select(EvaluationCopy)
        .where(col(EvaluationCopy.record).in_({edge[1] for edge in same_person}))
        .order_by(col(EvaluationCopy.completed_on).desc(), col(EvaluationCopy.evaluation))
    )
    return next((one for one in found if (one.member, one.record) in same_person), None)


async def approvals_of(session: AsyncSession, placement: Placement) -> Approvals:
    """Who must approve a placement, by the rule of its first planned day, and what they have said."""
    rule = await find_rule(session, placement.path_type, placement.planned_from)
    said = await session.scalars(select(Approval).where(col(Approval.placement) == placement.placement))
    return _approvals(session, placement, rule, {word.party: word for word in said})


def _approvals(
    session: AsyncSession,
    placement: Placement,
    rule: PathTypeRule | None,
    said: Mapping[ApprovalParty, Approval],
) -> Approvals:
    own = caseload.own_entry(session).member
    return Approvals(rule.asked_of(own, placement.host) if rule is not None else (), said)


async def _said(
    session: AsyncSession, placements: Collection[str]
) -> dict[str, dict[ApprovalParty, Approval]]:
    found: dict[str, dict[ApprovalParty, Approval]] = {placement: {} for placement in placements}
    for word in await session.scalars(select(Approval).where(col(Approval.placement).in_(placements))):
        found[word.placement][word.party] = word
    return found


async def placement_view(session: AsyncSession, placement: str) -> PlacementView:
    """One placement promoted by this member. Raises PlacementNotHere."""
    found = await session.execute(_shown().where(col(Placement.placement) == placement))
    for view in await _views(session, found.all()):
        return view
    raise PlacementNotHere


async def placements(
    session: AsyncSession, *, record: str | None = None, state: State | None = None, offset: int = 0
) -> PlacementList:
    """One page of the placements promoted by this member, newest plan first."""
    wanted: list[ColumnElement[bool]] = []
    if record is not None:
        wanted.append(col(Placement.record) == record)
    if state is not None:
        wanted += _in_state(state, caseload.today(session))
    total = await session.scalar(select(func.count()).select_from(Placement).where(*wanted))
    rows = await session.execute(
        _shown()
        .where(*wanted)
        .order_by(col(Placement.planned_from).desc(), col(Placement.placement))
        .offset(offset)
        .limit(PAGE)
    )
    return PlacementList(total=total or 0, placements=await _views(session, rows.all()))


def _in_state(state: State, day: date) -> list[ColumnElement[bool]]:
    """The dates that make a state, as `Placement.state` tells it from one placement."""
    if state is State.WITHDRAWN:
        return [col(Placement.withdrawn_on).is_not(None)]
    started, ended = col(Placement.started_on), col(Placement.ended_on)
    if state in (State.ENDED, State.RUNNING):
        return [started.is_not(None), ended.is_not(None) if state is State.ENDED else ended.is_(None)]
    unstarted = [col(Placement.withdrawn_on).is_(None), started.is_(None)]
    agreed, planned = col(Placement.agreed_on), col(Placement.planned_from)
    if state is State.PROPOSED:
        return [*unstarted, agreed.is_(None)]
    return [*unstarted, agreed.is_not(None), planned > day if state is State.AGREED else planned <= day]


def _shown() -> Select[Placement, caseload.PersonCopy, PathTypeRule]:
    rule = (col(PathTypeRule.path_type) == col(Placement.path_type)) & _in_force(col(Placement.planned_from))
    return (
        select(Placement, caseload.PersonCopy, PathTypeRule)
        .outerjoin(caseload.PersonCopy, col(caseload.PersonCopy.record) == col(Placement.record))
        .outerjoin(PathTypeRule, rule)
    )


Shown = Row[Placement, caseload.PersonCopy, PathTypeRule]


async def _views(session: AsyncSession, rows: Collection[Shown]) -> list[PlacementView]:
    said = await _said(session, [row[0].placement for row in rows])
    return [_view(session, row, said[row[0].placement]) for row in rows]


def _view(session: AsyncSession, row: Shown, said: Mapping[ApprovalParty, Approval]) -> PlacementView:
    placement: Placement
    person: caseload.PersonCopy | None
    rule: PathTypeRule | None
    placement, person, rule = row
    state = placement.state(caseload.today(session))
    return PlacementView(
        **placement.model_dump(exclude={"confirmed_by", "evaluation_member", "evaluation"}),
        person=caseload.name_of(person) if person is not None else caseload.unknown_person(),
        path_type_label=rule.label if rule is not None else placement.path_type,
        host_name=caseload.member_name(session, placement.host),
        evaluation=_evaluation(placement),
        approvals=_approval_views(_approvals(session, placement, rule, said)),
        ending_label=ENDING_LABELS[placement.ending] if placement.ending else None,
        withdrawal_label=WITHDRAWAL_LABELS[placement.withdrawal] if placement.withdrawal else None,
        state=state,
        state_label=STATE_LABELS[state],
    )


def _evaluation(placement: Placement) -> EvaluationView | None:
    if placement.evaluation_member is None or placement.evaluation is None:
        return None
    return EvaluationView(member=placement.evaluation_member, evaluation=placement.evaluation)


def _approval_views(approvals: Approvals) -> list[ApprovalView]:
    words = [(party, approvals.said.get(party)) for party in approvals.asked]
    return [
        ApprovalView(
            party=party,
            label=PARTY_LABELS[party],
            state=word.state if word is not None else ApprovalState.AWAITED,
            on=word.decided_on if word is not None else None,
        )
        for party, word in words
    ]


def _with_answer() -> Select[HostPlacementCopy, HostAnswer]:
    same = (col(HostAnswer.promoter) == col(HostPlacementCopy.promoter)) & (
        col(HostAnswer.placement) == col(HostPlacementCopy.placement)
    )
    return select(HostPlacementCopy, HostAnswer).outerjoin(HostAnswer, same)


async def hosted(session: AsyncSession) -> list[HostedView]:
    """Who is asked for here, works here or did, as the promoters told us; who waits for us first."""
    rows = await session.execute(
        _with_answer().order_by(col(HostPlacementCopy.planned_from).desc(), col(HostPlacementCopy.placement))
    )
    order = list(HostedState)
    return sorted((_hosted(session, *row) for row in rows), key=lambda one: order.index(one.state))


async def hosted_view(session: AsyncSession, promoter: str, placement: str) -> HostedView:
    """One path at this host. Raises NotAskedHere."""
    found = await session.execute(
        _with_answer().where(
            col(HostPlacementCopy.promoter) == promoter, col(HostPlacementCopy.placement) == placement
        )
    )
    row = found.first()
    if row is None:
        raise NotAskedHere
    return _hosted(session, *row)


def _hosted(session: AsyncSession, row: HostPlacementCopy, answer: HostAnswer | None) -> HostedView:
    state = row.state(answer)
    return HostedView(
        **row.model_dump(exclude={"given_name", "family_name"}),
        promoter_name=caseload.member_name(session, row.promoter),
        person=caseload.name_of(row),
        state=state,
        state_label=HOSTED_LABELS[state],
    )
