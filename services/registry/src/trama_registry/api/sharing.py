"""What a person was told and takes part in, takes back, opposes, wants left alone; over HTTP."""

from trama_chassis.database import Router, Transaction
from trama_contracts.event import Uuid

from trama_registry import commands, queries
from trama_registry.api.callers import Operator, Supervisor
from trama_registry.schemas import (
    AgreeParticipation,
    DecideOpposition,
    GiveNotice,
    LiftRestriction,
    NoticeView,
    Oppose,
    OppositionView,
    ParticipationView,
    Restrict,
    RestrictionView,
    Withdraw,
    WithdrawnView,
)

router = Router()
"""Who answers for the service: an opposition is decided by nobody else."""


@router.post("/persons/{record}/notices", status_code=201)
async def give_notice(record: Uuid, request: GiveNotice, session: Transaction, _: Operator) -> NoticeView:
    """Record that the privacy notice was handed over."""
    return queries.notice_view(await commands.give_notice(session, record, request))


@router.post("/persons/{record}/participations", status_code=201)
async def agree_participation(
    record: Uuid, request: AgreeParticipation, session: Transaction, _: Operator
) -> ParticipationView:
    """Record that the person takes part in a path; it allows no sharing."""
    return queries.participation_view(await commands.agree_participation(session, record, request))


@router.post("/persons/{record}/participations/{participation}/withdraw")
async def withdraw_participation(
    record: Uuid, participation: Uuid, request: Withdraw, session: Transaction, _: Operator
) -> ParticipationView:
    """Record that the person takes part no longer."""
    ended = await commands.withdraw_participation(session, record, participation, request)
    return queries.participation_view(ended)


@router.post("/persons/{record}/authorisations/{authorisation}/withdraw")
async def withdraw_authorisation(
    record: Uuid, authorisation: Uuid, request: Withdraw, session: Transaction, _: Operator
) -> WithdrawnView:
    """Record that the person takes a consent back, given here or at another service that told us of it."""
    withdrawn = await commands.withdraw_authorisation(session, record, authorisation, request)
    return WithdrawnView(**withdrawn.model_dump())


@router.post("/persons/{record}/authorisations/{authorisation}/oppose", status_code=201)
async def oppose(
    record: Uuid, authorisation: Uuid, request: Oppose, session: Transaction, _: Operator
) -> OppositionView:
    """Record that the person opposes what a law allows; meanwhile nothing is shared on that ground."""
    return queries.opposition_view(await commands.oppose(session, record, authorisation, request))


@router.post("/persons/{record}/oppositions/{opposition}/decide")
async def decide_opposition(
    record: Uuid, opposition: Uuid, request: DecideOpposition, session: Transaction, by: Supervisor
) -> OppositionView:
    """Decide an opposition, with reasons."""
    return queries.opposition_view(await commands.decide_opposition(session, record, opposition, request, by))


@router.post("/persons/{record}/restrictions", status_code=201)
async def restrict(record: Uuid, request: Restrict, session: Transaction, _: Operator) -> RestrictionView:
    """Share no more of what we hold of a person, until the restriction is lifted."""
    return queries.restriction_view(await commands.restrict(session, record, request))


@router.post("/persons/{record}/restrictions/{restriction}/lift")
async def lift_restriction(
    record: Uuid, restriction: Uuid, request: LiftRestriction, session: Transaction, _: Operator
) -> RestrictionView:
    """Lift a restriction: who is authorised reads again."""
    return queries.restriction_view(await commands.lift_restriction(session, record, restriction, request))
