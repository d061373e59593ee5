"""Who has looked at a person's data, and conflicts of interest, over HTTP."""

from fastapi import Request
from trama_chassis.database import Reading, Router, Transaction
from trama_contracts.event import Uuid

from trama_registry.api.callers import Operator, Supervisor
from trama_registry.commands import looking as commands
from trama_registry.queries import looking as queries
from trama_registry.schemas.looking import AccessesView, ConflictView, TakeUrgentAccess

router = Router()


@router.get("/persons/{record}/accesses")
async def accesses(record: Uuid, session: Reading, _: Operator) -> AccessesView:
    """Who has looked at a person's data in the last 24 months: here, and where it was asked."""
    return await queries.accesses_view(session, record)


@router.post("/persons/{record}/accesses", status_code=202)
async def ask_accesses(record: Uuid, session: Transaction, by: Operator) -> dict[str, list[str]]:
    """Ask every member with a linked record who has looked there, as the person wishes to know."""
    asked = await commands.ask_accesses(session, record, by)
    return {"asked": [one.member for one in asked]}


@router.post("/persons/{record}/urgent-access", status_code=201)
async def take_urgent_access(
    record: Uuid, request: TakeUrgentAccess, session: Transaction, by: Operator
) -> dict[str, str]:
    """Look for an hour at what the rules hide of a person, for a written reason; the referente is told."""
    taken = await commands.take_urgent_access(session, record, request, by)
    return {"urgent_access": taken.urgent_access, "until": taken.until.isoformat()}


@router.post("/persons/{record}/conflict", status_code=201)
async def declare_conflict(record: Uuid, session: Transaction, by: Operator) -> dict[str, str]:
    """Declare a conflict of interest: from now on the caller sees nothing of this person here."""
    return {"conflict": await commands.declare_conflict(session, record, by)}


@router.get("/conflicts")
async def conflicts(request: Request, session: Reading, _: Supervisor) -> list[ConflictView]:
    """Conflicts of interest that hold, for who is to hand the person on."""
    return await queries.conflicts(session, operators_of(request))


@router.post("/conflicts/{conflict}/lift")
async def lift_conflict(conflict: Uuid, session: Transaction, by: Supervisor) -> dict[str, str]:
    """End a conflict of interest; not one's own."""
    held = await commands.lift_conflict(session, conflict, by)
    return {"conflict": held.conflict, "lifted_on": str(held.lifted_on)}


def operators_of(request: Request) -> dict[str, str]:
    """What this member's operators are called."""
    return {one.id: one.name for one in request.app.state.accounts.operators()}
