"""Authorisations over HTTP."""

import trama_caseload as caseload
from trama_chassis.database import Reading, Router, Transaction
from trama_contracts.event import Uuid

from trama_registry import commands, queries
from trama_registry.api.callers import Operator
from trama_registry.schemas import AuthorisationView, GiveAuthorisation

router = Router()


@router.post("/persons/{record}/authorisations", status_code=201)
async def give_authorisation(
    record: Uuid, request: GiveAuthorisation, session: Transaction, _: Operator
) -> AuthorisationView:
    """Record an authorisation to share. This member is always among the recipients."""
    given = await commands.give_authorisation(session, record, request)
    return queries.authorisation_view(given, caseload.today(session))


@router.get("/persons/{record}/authorisations")
async def authorisations(record: Uuid, session: Reading, _: Operator) -> list[AuthorisationView]:
    """What the person authorised here, newest first."""
    return await queries.authorisations_of(session, record)
