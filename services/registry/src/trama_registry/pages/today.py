"""The first page of the day."""

from fastapi import Request, Response
from trama_chassis import web
from trama_chassis.database import Reading, Router

from trama_registry.api.callers import Operator
from trama_registry.pages.templates import templates
from trama_registry.queries import today as queries

router = Router()


@router.get("/oggi")
async def today_page(request: Request, session: Reading, by: Operator) -> Response:
    """What asks for the caller's attention today."""
    values = {"one": await queries.today_view(session, by), "supervises": "supervisor" in by.roles}
    return web.page(request, "oggi.html", values, templates=templates)
