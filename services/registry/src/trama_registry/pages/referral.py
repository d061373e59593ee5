"""Pages of referrals, received and sent."""

from typing import Annotated

from fastapi import Form, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy.ext.asyncio import AsyncSession
from trama_chassis import web
from trama_chassis.bodies import Line
from trama_chassis.database import Reading, Router, Transaction
from trama_chassis.errors import Refused
from trama_chassis.outbox import runtime_of
from trama_contracts.event import Uuid

from trama_registry import commands, queries
from trama_registry.api.callers import Operator
from trama_registry.pages.templates import templates
from trama_registry.schemas import WithdrawReferral

router = Router()


@router.get("/segnalazioni")
async def referrals_page(request: Request, session: Reading, _: Operator) -> Response:
    """Referrals received and sent."""
    return await _referrals(request, session)


@router.post("/segnalazioni/{referral}/ritiro")
async def withdraw_page(
    request: Request,
    referral: Uuid,
    session: Transaction,
    _: Operator,
    reason: Annotated[Line, Form()] = "",
) -> Response:
    """Take back a referral of ours, or show why not."""
    try:
        await commands.withdraw_referral(session, referral, WithdrawReferral(reason=reason or None))
    except Refused as refused:
        return await _referrals(request, session, refused)
    return RedirectResponse("/segnalazioni#inviate", 303)


async def _referrals(request: Request, session: AsyncSession, refused: Refused | None = None) -> Response:
    runtime = runtime_of(session)
    values = {
        "received": await queries.received_referrals(session),
        "sent": await queries.sent_referrals(session),
        "name_of": queries.names_of(runtime.directory.current),
        "today": runtime.clock.today(),
        "refused": refused,
    }
    status = refused.status if refused else 200
    return web.page(request, "segnalazioni.html", values, templates=templates, status=status)
