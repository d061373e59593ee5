"""The page of who sees what of a person: it only shows; what changes it is done elsewhere."""

from fastapi import Request, Response
from trama_chassis import web
from trama_chassis.database import Reading, Router
from trama_contracts.event import Uuid

from trama_registry import queries
from trama_registry.api.callers import Operator
from trama_registry.pages.templates import templates

router = Router()


@router.get("/persone/{record}/riservatezza")
async def sharing_page(request: Request, record: Uuid, session: Reading, _: Operator) -> Response:
    """Who sees what we write of a person, on what ground, until when; what others share with us."""
    values = {
        "person": await queries.person_view(session, record),
        "sharing": await queries.sharing_of(session, record),
    }
    return web.page(request, "riservatezza.html", values, templates=templates)
