"""The JSON API of the reporting service: figures, and the pseudonymous facts behind each."""

from typing import Annotated

from fastapi import Depends, Query
from trama_chassis.accounts import Caller, require
from trama_chassis.bodies import Date, Offset
from trama_chassis.database import Reading, Router

from trama_reporting import queries
from trama_reporting.models import Period
from trama_reporting.schemas import FactList, IndicatorList, IndicatorView

router = Router(tags=["reporting"])

Reader = Annotated[Caller, Depends(require("reporting-reader", "supervisor"))]


async def asked_period(
    session: Reading,
    first: Annotated[Date | None, Query(alias="from")] = None,
    last: Annotated[Date | None, Query(alias="to")] = None,
) -> Period:
    """The days asked for; this year up to today if none are named. Raises PeriodReversed."""
    return queries.period_of(session, first, last)


Asked = Annotated[Period, Depends(asked_period)]


@router.get("/indicators")
async def indicators(session: Reading, _: Reader, period: Asked) -> IndicatorList:
    """Every indicator in a period, and how complete the facts behind them are."""
    return await queries.indicators(session, period)


@router.get("/indicators/{code}")
async def indicator(code: str, session: Reading, _: Reader, period: Asked) -> IndicatorView:
    """One indicator in a period."""
    return await queries.indicator(session, code, period)


@router.get("/indicators/{code}/facts")
async def facts(
    code: str,
    session: Reading,
    _: Reader,
    period: Asked,
    offset: Offset = 0,
) -> FactList:
    """The facts that an indicator counts, two hundred at a time: no name, no record."""
    return await queries.facts_of(session, code, period, offset)
