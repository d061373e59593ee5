"""The pages of the reporting service: the figures as tables, each opening the facts it counts."""

from itertools import groupby
from operator import attrgetter
from pathlib import Path
from typing import Annotated

from fastapi import Depends, Query, Request
from fastapi.responses import Response
from trama_chassis import web
from trama_chassis.bodies import Date, Offset
from trama_chassis.database import Reading, Router

from trama_reporting import queries
from trama_reporting.api import Reader
from trama_reporting.models import Period


def _number(value: float) -> str:
    """A number as people write it."""
    return str(int(value)) if value == int(value) else f"{value:.1f}".replace(".", ",")


router = Router()
templates = web.environment(Path(__file__).with_name("templates"))
templates.filters["number"] = _number


async def asked_period(
    session: Reading,
    first: Annotated[Date | None, Query(alias="dal")] = None,
    last: Annotated[Date | None, Query(alias="al")] = None,
) -> Period:
    """The days asked for; this year up to today if none are named. Raises PeriodReversed."""
    return queries.period_of(session, first, last)


Asked = Annotated[Period, Depends(asked_period)]


@router.get("/rendicontazione")
async def indicators_page(request: Request, session: Reading, _: Reader, period: Asked) -> Response:
    """All figures of a period, and the sentence on completeness."""
    found = await queries.indicators(session, period)
    groups = [(label, list(some)) for label, some in groupby(found.indicators, attrgetter("group_label"))]
    values = {"found": found, "groups": groups}
    return web.page(request, "rendicontazione.html", values, templates=templates)


@router.get("/rendicontazione/{code}")
async def indicator_page(
    request: Request,
    code: str,
    session: Reading,
    _: Reader,
    period: Asked,
    da: Offset = 0,
) -> Response:
    """One figure: what it means, how it divides, and the facts it counts."""
    facts = await queries.facts_of(session, code, period, da)
    values = {
        "indicator": await queries.indicator(session, code, period),
        "facts": facts,
        "first": da,
        "next": da + queries.PAGE if facts.total > da + queries.PAGE else None,
    }
    return web.page(request, "indicatore.html", values, templates=templates)
