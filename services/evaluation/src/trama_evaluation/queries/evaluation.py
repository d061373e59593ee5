"""What can be asked of evaluations led here: how they stand, and what has been contributed to them."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, TypeVar

import trama_caseload as caseload
from sqlalchemy import ColumnElement, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col
from trama_chassis import access

from trama_evaluation.errors import EvaluationNotHere
from trama_evaluation.models import (
    ARRIVAL_LABELS,
    PATH_LABELS,
    RULE_LABELS,
    STATE_LABELS,
    ContributionCopy,
    Evaluation,
    Finding,
    HealthContributionCopy,
    Project,
    SocialContributionCopy,
    State,
    instrument,
)
from trama_evaluation.queries.team import team_labels
from trama_evaluation.schemas import (
    ContributorView,
    EvaluationList,
    EvaluationView,
    LevelView,
    ProposalView,
    SeatView,
    SessionView,
    SupportView,
)

PAGE = 50
AREA_LABELS = {area.area: area.label for area in instrument.PROFILE}


@dataclass(frozen=True, slots=True)
class Contributed:
    """What has arrived for an evaluation from those who were asked, each member's last word."""

    parts: tuple[ContributionCopy, ...]
    health: tuple[HealthContributionCopy, ...]
    social: tuple[SocialContributionCopy, ...]

    @property
    def arrived(self) -> set[str]:
        """Whose contribution there is."""
        return {one.contributor for one in self.parts}

    def finding(self) -> Finding:
        """What they say together."""
        return Finding.of(
            [rating for one in self.parts for rating in one.ratings.items()],
            [code for one in self.parts for code in one.supports if code in instrument.SUPPORTS],
            [one.stability for one in self.health],
        )


@dataclass(frozen=True, slots=True)
class Beside:
    """What is shown of an evaluation and is not in its row."""

    person: str
    team_label: str
    parts: Contributed
    project: Project | None


_Copy = TypeVar("_Copy", ContributionCopy, HealthContributionCopy, SocialContributionCopy)


async def contributed(session: AsyncSession, evaluation: Evaluation) -> Contributed:
    """What has arrived. Believed is who was asked, about the record of theirs that is linked with ours."""
    return (await _contributed(session, [evaluation]))[evaluation.evaluation]


async def _contributed(session: AsyncSession, evaluations: Sequence[Evaluation]) -> dict[str, Contributed]:
    """What has arrived for each, read once for all."""
    parts = await _to_ours(session, ContributionCopy, evaluations)
    health = await _to_ours(session, HealthContributionCopy, evaluations)
    social = await _to_ours(session, SocialContributionCopy, evaluations)
    found = {}
    for one in evaluations:
        theirs = any(part.evaluation == one.evaluation and part.record != one.record for part in parts)
        # Our own part is on our own record: only others' have to be found by the links between records.
        same_person = {(caseload.own_member(session), one.record)}
        same_person |= await access.component(session, one.record) if theirs else set()
        found[one.evaluation] = Contributed(
            _believed(parts, one, same_person),
            _believed(health, one, same_person),
            _believed(social, one, same_person),
        )
    return found


async def _to_ours(
    session: AsyncSession, table: type[_Copy], evaluations: Sequence[Evaluation]
) -> list[_Copy]:
    rows = await session.scalars(
        select(table)
        .where(
            col(table.lead) == caseload.own_member(session),
            col(table.evaluation).in_([one.evaluation for one in evaluations]),
        )
        .order_by(col(table.contributor))
    )
    return list(rows)


def _believed(
    rows: list[_Copy], evaluation: Evaluation, same_person: set[tuple[str, str]]
) -> tuple[_Copy, ...]:
    return tuple(
        row
        for row in rows
        if row.evaluation == evaluation.evaluation
        and row.contributor in evaluation.contributors
        and (row.contributor, row.record) in same_person
    )


async def find_evaluation(session: AsyncSession, evaluation: str, *, lock: bool = False) -> Evaluation:
    """An evaluation led here; locked, two people who complete it do so once. Raises EvaluationNotHere."""
    found = await session.get(Evaluation, evaluation, with_for_update=lock or None)
    if found is None:
        raise EvaluationNotHere
    return found


async def projects_of(session: AsyncSession, *evaluations: str) -> list[Project]:
    """The projects of evaluations, those that were refused first."""
    found = await session.scalars(
        select(Project)
        .where(col(Project.evaluation).in_(evaluations))
        .order_by(col(Project.refused_on).is_(None), col(Project.agreed_on), col(Project.project))
    )
    return list(found)


async def evaluation_view(session: AsyncSession, evaluation: str) -> EvaluationView:
    """One evaluation led by this member. Raises EvaluationNotHere."""
    (view,) = await _views(session, [await find_evaluation(session, evaluation)])
    return view


async def evaluations(
    session: AsyncSession, *, state: State | None = None, record: str | None = None, offset: int = 0
) -> EvaluationList:
    """One page of the evaluations led by this member, newest request first."""
    wanted = _in_state(state)
    if record is not None:
        wanted.append(col(Evaluation.record) == record)
    total = await session.scalar(select(func.count()).select_from(Evaluation).where(*wanted))
    rows = await session.scalars(
        select(Evaluation)
        .where(*wanted)
        .order_by(col(Evaluation.requested_on).desc(), col(Evaluation.evaluation))
        .offset(offset)
        .limit(PAGE)
    )
    return EvaluationList(total=total or 0, evaluations=await _views(session, list(rows)))


def _in_state(state: State | None) -> list[ColumnElement[bool]]:
    """What makes a state, as `Evaluation.state` tells it from one evaluation."""
    completed, session = col(Evaluation.completed_on), col(Evaluation.session)
    match state:
        case State.COMPLETED:
            return [completed.is_not(None)]
        case State.CONVENED:
            return [completed.is_(None), session.is_not(None)]
        case State.REQUESTED:
            return [completed.is_(None), session.is_(None)]
        case None:
            return []


async def _views(session: AsyncSession, rows: Sequence[Evaluation]) -> list[EvaluationView]:
    labels, parts = await team_labels(session), await _contributed(session, rows)
    projects = await projects_of(session, *(row.evaluation for row in rows))
    living = {one.evaluation: one for one in projects}
    persons = await caseload.person_names(session, {row.record for row in rows})
    return [
        _view(
            session,
            row,
            Beside(
                persons.get(row.record, caseload.unknown_person()),
                labels.get(row.team, row.team),
                parts[row.evaluation],
                living.get(row.evaluation),
            ),
        )
        for row in rows
    ]


def _view(session: AsyncSession, row: Evaluation, beside: Beside) -> EvaluationView:
    parts, project = beside.parts, beside.project
    return EvaluationView(
        **row.model_dump(
            include={
                *("evaluation", "record", "team", "question", "requested_on", "contributions_by"),
                *("completed_on", "path_type", "override_reason", "missing"),
            }
        ),
        **_found(row, parts),
        person=beside.person,
        team_label=beside.team_label,
        state=row.state,
        state_label=STATE_LABELS[row.state],
        contributors=[_contributor(session, row, member, parts.arrived) for member in row.contributors],
        session=_session(session, row),
        path_type_label=PATH_LABELS.get(row.path_type or ""),
        project=project.project if project is not None else None,
        review_due=project.review_due if project is not None else bool(row.late),
    )


def _found(row: Evaluation, parts: Contributed) -> dict[str, Any]:
    """What was found: kept as it was once completed, before that as things stand."""
    levels: Sequence[dict[str, Any]] = row.profile
    proposals, supports = row.proposals, row.supports
    if row.completed_on is None:
        finding = parts.finding()
        levels = [asdict(one) for one in finding.profile]
        proposals = [asdict(one) for one in finding.proposals] if parts.parts else []
        supports = list(finding.supports)
    return {
        "profile": [LevelView(**one, label=AREA_LABELS[one["area"]]) for one in levels],
        "supports": [SupportView(code=one, label=instrument.SUPPORTS.get(one, one)) for one in supports],
        "proposals": [
            ProposalView(
                **one, path_type_label=PATH_LABELS[one["path_type"]], reason=RULE_LABELS[one["rule"]]
            )
            for one in proposals
        ],
    }


def _contributor(session: AsyncSession, row: Evaluation, member: str, arrived: set[str]) -> ContributorView:
    state = row.arrival(member, arrived)
    return ContributorView(
        member=member,
        name=caseload.member_name(session, member),
        state=state,
        state_label=ARRIVAL_LABELS[state],
    )


def _session(session: AsyncSession, row: Evaluation) -> SessionView | None:
    if row.session is None or row.held_on is None or row.place is None:
        return None
    seats = [SeatView(**seat, name=caseload.member_name(session, seat["member"])) for seat in row.seats]
    return SessionView(session=row.session, held_on=row.held_on, place=row.place, seats=seats)
