"""Takings in charge over HTTP."""

from trama_chassis.database import Router, Transaction
from trama_contracts.event import Uuid

from trama_registry import commands, queries
from trama_registry.api.callers import Operator
from trama_registry.schemas import (
    CaseManagerAsked,
    CloseTakingInCharge,
    OpenTakingInCharge,
    TakingInChargeView,
)

router = Router()


@router.post("/persons/{record}/taking-in-charge", status_code=201)
async def open_taking_in_charge(
    record: Uuid, request: OpenTakingInCharge, session: Transaction, by: Operator
) -> TakingInChargeView:
    """Take in charge; after a closing, a new episode."""
    episode = await commands.open_taking_in_charge(session, record, request, by)
    return queries.view_of_taking_in_charge(episode)


@router.post("/persons/{record}/taking-in-charge/close")
async def close_taking_in_charge(
    record: Uuid, request: CloseTakingInCharge, session: Transaction, by: Operator
) -> TakingInChargeView:
    """End the open taking in charge, with its reason."""
    closed = await commands.close_taking_in_charge(session, record, request, by)
    return queries.view_of_taking_in_charge(closed)


@router.post("/persons/{record}/case-manager")
async def assign_case_manager(
    record: Uuid, request: CaseManagerAsked, session: Transaction, by: Operator
) -> TakingInChargeView:
    """Make somebody the referente; with an empty body, yourself."""
    episode = await commands.assign_case_manager(session, record, request, by)
    return queries.view_of_taking_in_charge(episode)
