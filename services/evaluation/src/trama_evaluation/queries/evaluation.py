"""What can be asked of evaluations led here: how they stand, and what has been contributed to them."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, TypeVar

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
from trama_evaluation.queries.network import member_name, own_member, person_name
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


_Copy = TypeVar("_Copy", ContributionCopy, HealthContributionCopy, SocialContributionCopy)


async def contributed(session: AsyncSession, evaluation: Evaluation) -> Contributed:
    """What has arrived. Believed is who was asked, about the record of theirs that is linked with ours."""
    same_person = await access.component(session, evaluation.record)
    return Contributed(
        await _believed(session, ContributionCopy, evaluation, same_person),
        await _believed(session, HealthContributionCopy, evaluation, same_person),
        await _believed(session, SocialContributionCopy, evaluation, same_person),
    )


async def _believed(
    session: AsyncSession, table: type[_Copy], evaluation: Evaluation, same_person: set[tuple[str, str]]
) -> tuple[_Copy, ...]:
    rows = await session.scalars(
        select(table)
        .where(
            col(table.lead) == own_member(session),
            col(table.evaluation) == evaluation.evaluation,
            col(table.contributor).in_(evaluation.contributors),
        )
        .order_by(col(table.contributor))
    )
    return tuple(row for row in rows if (row.contributor, row.record) in same_person)


async def find_evaluation(session: AsyncSession, evaluation: str, *, lock: bool = False) -> Evaluation:
    """An evaluation led here; locked, two people who complete it do so once. Raises EvaluationNotHere."""
    found = await session.get(Evaluation, evaluation, with_for_update=lock or None)
    if found is None:
        raise EvaluationNotHere
    return found


async def projects_of(session: AsyncSession, evaluation: str) -> list[Project]:
    """The projects of an evaluation, those that were refused first."""
    found = await session.scalars(
        select(Project)
        .where(col(Project.evaluation) == evaluation)
        .order_by(col(Project.refused_on).is_(None), col(Project.agreed_on), col(Project.project))
    )
    return list(found)


async def evaluation_view(session: AsyncSession, evaluation: str) -> EvaluationView:
    """One evaluation led by this member. Raises EvaluationNotHere."""
    return await _view(session, await find_evaluation(session, evaluation), await team_labels(session))


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
    labels = await team_labels(session)
    return EvaluationList(total=total or 0, evaluations=[await _view(session, row, labels) for row in rows])


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


async def _view(session: AsyncSession, row: Evaluation, labels: dict[str, str]) -> EvaluationView:
    parts = await contributed(session, row)
    project = next(reversed(await projects_of(session, row.evaluation)), None)
    return EvaluationView(
        **row.model_dump(
            include={
                *("evaluation", "record", "team", "question", "requested_on", "contributions_by"),
                *("completed_on", "path_type", "override_reason", "missing"),
            }
        ),
        **_found(row, parts),
        person=await person_name(session, row.record),
        team_label=labels.get(row.team, row.team),
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
        member=member, name=member_name(session, member), state=state, state_label=ARRIVAL_LABELS[state]
    )


def _session(session: AsyncSession, row: Evaluation) -> SessionView | None:
    if row.session is None or row.held_on is None or row.place is None:
        return None
    seats = [SeatView(**seat, name=member_name(session, seat["member"])) for seat in row.seats]
    return SessionView(session=row.session, held_on=row.held_on, place=row.place, seats=seats)
