"""Pages of who has looked at a person's data, and of conflicts of interest."""

from fastapi import Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy.ext.asyncio import AsyncSession
from trama_chassis import forms, web
from trama_chassis.database import Reading, Router, Transaction
from trama_chassis.errors import Refused
from trama_chassis.outbox import runtime_of
from trama_contracts.event import Uuid

from trama_registry import queries
from trama_registry.api.callers import Operator, Supervisor
from trama_registry.api.looking import operators_of
from trama_registry.commands import looking as commands
from trama_registry.pages.templates import templates
from trama_registry.queries import looking
from trama_registry.schemas.looking import TakeUrgentAccess

router = Router()


@router.get("/persone/conflitti")
async def conflicts_page(request: Request, session: Reading, _: Supervisor) -> Response:
    """Whose conflicts of interest hold: each person is to be handed to somebody else."""
    values = {"conflicts": await looking.conflicts(session, operators_of(request))}
    return web.page(request, "conflitti.html", values, templates=templates)


@router.post("/persone/conflitti/{conflict}/togli")
async def lift_conflict(conflict: Uuid, session: Transaction, by: Supervisor) -> Response:
    """End a conflict of interest."""
    await commands.lift_conflict(session, conflict, by)
    return RedirectResponse("/persone/conflitti", 303)


@router.get("/persone/{record}/accessi")
async def accesses_page(request: Request, record: Uuid, session: Reading, _: Operator) -> Response:
    """The report for the person: who looked, when and why, in words that can be printed and given."""
    return await _accesses(request, session, record)


async def _accesses(
    request: Request, session: AsyncSession, record: str, refused: Refused | None = None
) -> Response:
    values = {
        "person": await queries.person_view(session, record),
        "accesses": await looking.accesses_view(session, record),
        "today": runtime_of(session).clock.today(),
    }
    return await forms.page(request, "resoconto.html", values, templates=templates, refused=refused)


@router.post("/persone/{record}/accessi")
async def ask_accesses(record: Uuid, session: Transaction, by: Operator) -> Response:
    """Ask the other members."""
    await commands.ask_accesses(session, record, by)
    return RedirectResponse(f"/persone/{record}/accessi", 303)


@router.post("/persone/{record}/urgente")
async def take_urgent_access(request: Request, record: Uuid, session: Transaction, by: Operator) -> Response:
    """Look in urgency, for a written reason; the story then shows what the rules hide."""
    act = forms.Act(TakeUrgentAccess, commands.take_urgent_access)
    refused = await forms.do(request, act, session, record, by)
    if refused is None:
        return RedirectResponse(f"/persone/{record}/storia", 303)
    return await _accesses(request, session, record, refused)


@router.post("/persone/{record}/conflitto")
async def declare_conflict(record: Uuid, session: Transaction, by: Operator) -> Response:
    """Declare a conflict of interest; the person is gone from the caller's pages."""
    await commands.declare_conflict(session, record, by)
    return RedirectResponse("/persone", 303)
