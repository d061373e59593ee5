"""What can be asked of the rules: kinds of team in force on a day, and the instrument as it stands."""

from datetime import date

import trama_caseload as caseload
from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col
from trama_chassis.language import say

from trama_evaluation.models import DISTRICTS, PLANNING_UNIT, TeamRule, instrument, sector_label
from trama_evaluation.queries.network import SERVICE
from trama_evaluation.schemas import (
    AreaView,
    InstrumentView,
    ItemView,
    SeatRuleView,
    SupportView,
    TeamView,
    UnitView,
)


def _in_force(day: date) -> ColumnElement[bool]:
    return (col(TeamRule.valid_from) <= day) & or_(
        col(TeamRule.valid_to).is_(None), col(TeamRule.valid_to) >= day
    )


async def find_rule(session: AsyncSession, team: str, day: date) -> TeamRule | None:
    """The rule of a kind of team on a day, or None if there is no such team then."""
    return await session.scalar(select(TeamRule).where(col(TeamRule.team) == team, _in_force(day)))


async def team_labels(session: AsyncSession) -> dict[str, str]:
    """What the kinds of team are called, the latest word on each."""
    rules = await session.scalars(select(TeamRule).order_by(col(TeamRule.valid_from)))
    return {rule.team: rule.label for rule in rules}


async def teams(session: AsyncSession, day: date) -> list[TeamView]:
    """The kinds of team in force on a day, with the seats that must be taken."""
    rules = await session.scalars(select(TeamRule).where(_in_force(day)).order_by(col(TeamRule.label)))
    return [_view(rule) for rule in rules]


async def planning_units(session: AsyncSession, day: date) -> list[UnitView]:
    """The planning unit of every district, by name: who could sit in it as the directory connects members.

    None on a day on which no rule says what such a unit is.
    """
    rule = await find_rule(session, PLANNING_UNIT, day)
    if rule is None:
        return []
    members = caseload.directory(session).values()
    evaluates = [one for one in members if SERVICE in one.services]
    districts = [one for one in members if one.sector == DISTRICTS and "care" in one.circles]
    return [
        UnitView(
            member=one.member,
            name=one.name,
            missing=rule.missing(
                (other.member, other.sector)
                for other in evaluates
                if other.member == one.member or (other.member in one.read_by and other.sector != DISTRICTS)
            ),
        )
        for one in sorted(districts, key=lambda one: one.name)
    ]


def _view(rule: TeamRule) -> TeamView:
    seats = [SeatRuleView(**seat, label=sector_label(seat["sector"])) for seat in rule.seats]
    return TeamView(
        **rule.model_dump(exclude={"seats", "label", "source"}),
        label=say(rule.label),
        source=say(rule.source),
        seats=seats,
    )


def instrument_view() -> InstrumentView:
    """The instrument with its questions by area; those of the health part last."""
    return InstrumentView(
        instrument=instrument.INSTRUMENT,
        version=instrument.VERSION,
        note="Strumento non validato clinicamente: aiuta a parlare con le stesse parole, non decide.",
        areas=[
            AreaView(
                area=area.area,
                label=area.label,
                circle="clinical" if area is instrument.HEALTH else "care",
                items=[
                    ItemView(item=one.item, question=one.question, reference=one.reference)
                    for one in area.items
                ],
            )
            for area in (*instrument.PROFILE, instrument.HEALTH)
        ],
        scores=instrument.SCORE_LABELS,
        supports=[SupportView(code=code, label=label) for code, label in instrument.SUPPORTS.items()],
    )
