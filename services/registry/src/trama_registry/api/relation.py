"""What becomes of relations, who follows, and the protocols of integrated ones, over HTTP."""

from datetime import date
from typing import Annotated

import trama_caseload as caseload
from fastapi import Query
from trama_chassis.bodies import Date
from trama_chassis.database import Reading, Router, Transaction
from trama_contracts.event import Uuid

from trama_registry import commands, queries
from trama_registry.api.callers import Operator, Supervisor
from trama_registry.schemas import (
    DisputeCompetence,
    EnterProtocol,
    MoveCompetence,
    ProtocolView,
    RelationsView,
    Reopen,
    Resume,
    SettleCompetence,
    SignPact,
    Suspend,
    TakingInChargeView,
)

router = Router()


@router.get("/persons/{record}/relations")
async def relations(record: Uuid, session: Reading, _: Operator) -> RelationsView:
    """Who follows the person: ourselves, others as far as we may know, and the one referente."""
    return await queries.all_relations_of(session, record)


@router.post("/persons/{record}/taking-in-charge/suspend")
async def suspend(record: Uuid, request: Suspend, session: Transaction, by: Operator) -> TakingInChargeView:
    """Let the open taking in charge rest."""
    return queries.view_of_taking_in_charge(await commands.suspend(session, record, request, by))


@router.post("/persons/{record}/taking-in-charge/resume")
async def resume(record: Uuid, request: Resume, session: Transaction, by: Operator) -> TakingInChargeView:
    """Go on with a taking in charge that rested."""
    return queries.view_of_taking_in_charge(await commands.resume(session, record, request, by))


@router.post("/persons/{record}/taking-in-charge/reopen")
async def reopen(record: Uuid, request: Reopen, session: Transaction, by: Operator) -> TakingInChargeView:
    """Go on with the taking in charge that was closed last."""
    return queries.view_of_taking_in_charge(await commands.reopen(session, record, request, by))


@router.post("/persons/{record}/competence/move")
async def move_competence(
    record: Uuid, request: MoveCompetence, session: Transaction, by: Operator
) -> TakingInChargeView:
    """Say that another member has to answer for the person; we follow until it does."""
    return queries.view_of_taking_in_charge(await commands.move_competence(session, record, request, by))


@router.post("/persons/{record}/competence/dispute")
async def dispute_competence(
    record: Uuid, request: DisputeCompetence, session: Transaction, by: Operator
) -> TakingInChargeView:
    """Say that it is not agreed who has to answer for the person; we follow meanwhile."""
    return queries.view_of_taking_in_charge(await commands.dispute_competence(session, record, request, by))


@router.post("/persons/{record}/competence/settle")
async def settle_competence(
    record: Uuid, request: SettleCompetence, session: Transaction, by: Operator
) -> TakingInChargeView:
    """Say that it is clear who has to answer for the person."""
    return queries.view_of_taking_in_charge(await commands.settle_competence(session, record, request, by))


@router.post("/persons/{record}/service-pact")
async def sign_pact(
    record: Uuid, request: SignPact, session: Transaction, by: Operator
) -> TakingInChargeView:
    """Note that the person signed the service pact, or renewed it (employment services only)."""
    return queries.view_of_taking_in_charge(await commands.sign_pact(session, record, request, by))


@router.post("/protocols", status_code=201)
async def enter_protocol(request: EnterProtocol, session: Transaction, _: Supervisor) -> ProtocolView:
    """Keep a protocol under which a taking in charge may be an integrated one."""
    entered = commands.enter_protocol(session, request)
    in_force = entered.in_force(caseload.today(session))
    return ProtocolView(**entered.model_dump(), in_force=in_force)


@router.get("/protocols")
async def protocols(
    session: Reading, _: Operator, on: Annotated[Date | None, Query()] = None
) -> list[ProtocolView]:
    """Protocols kept here: all, or those in force on a day."""
    day: date | None = on
    return await queries.protocols(session, day)
