"""Pages of persons: the list."""

from typing import Annotated

import trama_caseload as caseload
from fastapi import Query, Request, Response
from trama_chassis import web
from trama_chassis.database import Reading, Router
from trama_contracts.event import Uuid

from trama_registry import queries
from trama_registry.api.callers import Operator
from trama_registry.pages.templates import templates

router = Router()


@router.get("/persone")
async def persons_page(
    request: Request,
    session: Reading,
    _: Operator,
    nome: Annotated[str, Query(max_length=100)] = "",
    dopo: Annotated[Uuid | None, Query()] = None,
) -> Response:
    """The list of persons, by name."""
    listed = await queries.persons_by_name(session, nome, dopo)
    values = {"listed": listed, "sought": nome, "today": caseload.today(session)}
    return web.page(request, "persone.html", values, templates=templates)
