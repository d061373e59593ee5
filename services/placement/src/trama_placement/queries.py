"""What the placement service can be asked: read-only selects, and rows put into the words people read."""

from datetime import date

from sqlalchemy import ColumnElement, Row, Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped
from sqlmodel import col
from trama_chassis.outbox import runtime_of
from trama_contracts.directory_entries import Entry

from trama_placement.errors import PlacementNotHere
from trama_placement.models import (
    ENDING_LABELS,
    HOST_KINDS,
    STATE_LABELS,
    EpisodeCopy,
    HostPlacementCopy,
    PathTypeRule,
    PersonCopy,
    Placement,
    State,
)
from trama_placement.schemas import (
    HostedView,
    HostView,
    PathTypeView,
    PlacementList,
    PlacementView,
)

UNKNOWN_PERSON = "Persona non ancora ricevuta dal registro"
PAGE = 100


def today(session: AsyncSession) -> date:
    """The day it is, in business time."""
    return runtime_of(session).clock.today()


def own_entry(session: AsyncSession) -> Entry:
    """This member, as the directory in force knows it."""
    runtime = runtime_of(session)
    return runtime.directory.current.members[runtime.settings.member]


def find_member(session: AsyncSession, member: str) -> Entry | None:
    """Any member, as the directory in force knows it."""
    return runtime_of(session).directory.current.members.get(member)


def hosts(session: AsyncSession) -> list[HostView]:
    """The members at which this one can propose placements."""
    read_by = own_entry(session).read_by
    members = runtime_of(session).directory.current.members.values()
    return [
        HostView(host=entry.member, name=entry.name, kind=entry.kind)
        for entry in sorted(members, key=lambda entry: entry.name)
        if entry.kind in HOST_KINDS and "placement" in entry.services and entry.member in read_by
    ]


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
    return [PathTypeView(**rule.model_dump()) for rule in rules]


async def is_in_charge(session: AsyncSession, record: str) -> bool:
    """Whether this member has the person in charge, as its registry last told."""
    found = await session.scalar(
        select(col(EpisodeCopy.episode))
        .where(
            col(EpisodeCopy.record) == record,
            col(EpisodeCopy.opened_on).is_not(None),
            col(EpisodeCopy.closed_on).is_(None),
        )
        .limit(1)
    )
    return found is not None


async def find_person(session: AsyncSession, record: str) -> PersonCopy | None:
    """Who the person of a record of this member is."""
    return await session.get(PersonCopy, record)


async def placement_view(session: AsyncSession, placement: str) -> PlacementView:
    """One placement promoted by this member. Raises PlacementNotHere."""
    row = (await session.execute(_shown().where(col(Placement.placement) == placement))).first()
    if row is None:
        raise PlacementNotHere
    return _view(session, row)


async def placements(
    session: AsyncSession, *, record: str | None = None, state: State | None = None, offset: int = 0
) -> PlacementList:
    """One page of the placements promoted by this member, newest plan first."""
    wanted: list[ColumnElement[bool]] = []
    if record is not None:
        wanted.append(col(Placement.record) == record)
    if state is not None:
        wanted += _in_state(state, today(session))
    total = await session.scalar(select(func.count()).select_from(Placement).where(*wanted))
    rows = await session.execute(
        _shown()
        .where(*wanted)
        .order_by(col(Placement.planned_from).desc(), col(Placement.placement))
        .offset(offset)
        .limit(PAGE)
    )
    return PlacementList(total=total or 0, placements=[_view(session, row) for row in rows])


def _in_state(state: State, day: date) -> list[ColumnElement[bool]]:
    """The dates that make a state, as `Placement.state` tells it from one placement."""
    started, ended = col(Placement.started_on), col(Placement.ended_on)
    match state:
        case State.ENDED:
            return [ended.is_not(None)]
        case State.RUNNING:
            return [ended.is_(None), started.is_not(None)]
        case State.TO_CONFIRM:
            return [ended.is_(None), started.is_(None), col(Placement.planned_from) <= day]
        case State.PROPOSED:
            return [ended.is_(None), started.is_(None), col(Placement.planned_from) > day]


def _shown() -> Select[Placement, PersonCopy, PathTypeRule]:
    rule = (col(PathTypeRule.path_type) == col(Placement.path_type)) & _in_force(col(Placement.planned_from))
    return (
        select(Placement, PersonCopy, PathTypeRule)
        .outerjoin(PersonCopy, col(PersonCopy.record) == col(Placement.record))
        .outerjoin(PathTypeRule, rule)
    )


def _view(session: AsyncSession, row: Row[Placement, PersonCopy, PathTypeRule]) -> PlacementView:
    placement: Placement
    person: PersonCopy | None
    rule: PathTypeRule | None
    placement, person, rule = row
    state = placement.state(today(session))
    return PlacementView(
        **placement.model_dump(exclude={"confirmed_by"}),
        person=_name(person) if person is not None else UNKNOWN_PERSON,
        path_type_label=rule.label if rule is not None else placement.path_type,
        host_name=_member_name(session, placement.host),
        ending_label=ENDING_LABELS[placement.ending] if placement.ending else None,
        state=state,
        state_label=STATE_LABELS[state],
    )


async def hosted(session: AsyncSession) -> list[HostedView]:
    """Who works here now or did, as the promoters told us; those still here first."""
    rows = await session.scalars(
        select(HostPlacementCopy).order_by(
            col(HostPlacementCopy.ended_on).is_not(None),
            col(HostPlacementCopy.planned_from).desc(),
            col(HostPlacementCopy.placement),
        )
    )
    return [_hosted(session, row) for row in rows]


def _hosted(session: AsyncSession, row: HostPlacementCopy) -> HostedView:
    state = State.RUNNING if row.ended_on is None else State.ENDED
    return HostedView(
        **row.model_dump(exclude={"given_name", "family_name"}),
        promoter_name=_member_name(session, row.promoter),
        person=_name(row),
        state=state,
        state_label=STATE_LABELS[state],
    )


def _name(person: PersonCopy | HostPlacementCopy) -> str:
    return " ".join(part for part in (person.given_name, person.family_name) if part)


def _member_name(session: AsyncSession, member: str) -> str:
    entry = find_member(session, member)
    return entry.name if entry is not None else member
