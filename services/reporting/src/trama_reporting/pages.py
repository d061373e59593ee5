"""The pages of the reporting service: the figures as tables, each opening the facts it counts."""

from datetime import date
from pathlib import Path
from typing import Annotated

from fastapi import Depends, Query, Request
from fastapi.responses import Response
from trama_chassis import web
from trama_chassis.accounts import Caller, require
from trama_chassis.database import Reading, Router

from trama_reporting import queries
from trama_reporting.schemas import Date


def _number(value: float | None) -> str:
    """A number as people write it; an empty median is not a zero."""
    return "nessun dato" if value is None else f"{value:g}".replace(".", ",")


def _day(day: date) -> str:
    return f"{day.day}/{day:%m/%Y}"


router = Router()
templates = web.environment(Path(__file__).with_name("templates"))
templates.filters["day"] = _day
templates.filters["number"] = _number

Reader = Annotated[Caller, Depends(require("reporting-reader", "supervisor"))]
First = Annotated[Date | None, Query(alias="dal")]
Last = Annotated[Date | None, Query(alias="al")]


@router.get("/rendicontazione")
async def indicators_page(
    request: Request, session: Reading, _: Reader, first: First = None, last: Last = None
) -> Response:
    """All figures of a period, and the sentence on completeness."""
    found = await queries.indicators(session, queries.period_of(session, first, last))
    return web.page(request, "rendicontazione.html", {"found": found}, templates=templates)


@router.get("/rendicontazione/{code}")
async def indicator_page(
    request: Request,
    code: str,
    session: Reading,
    _: Reader,
    first: First = None,
    last: Last = None,
    da: Annotated[int, Query(ge=0)] = 0,
) -> Response:
    """One figure: what it means, how it divides, and the facts it counts."""
    period = queries.period_of(session, first, last)
    facts = await queries.facts_of(session, code, period, da)
    values = {
        "indicator": await queries.indicator(session, code, period),
        "facts": facts,
        "first": da,
        "next": da + queries.PAGE if facts.total > da + queries.PAGE else None,
    }
    return web.page(request, "indicatore.html", values, templates=templates)
