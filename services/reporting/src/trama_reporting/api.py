"""The JSON API of the reporting service: figures, and the pseudonymous facts behind each."""

from typing import Annotated

from fastapi import Depends, Query
from trama_chassis.accounts import Caller, require
from trama_chassis.database import Reading, Router

from trama_reporting import queries
from trama_reporting.schemas import Date, FactList, IndicatorList, IndicatorView

router = Router(tags=["reporting"])

Reader = Annotated[Caller, Depends(require("reporting-reader", "supervisor"))]
First = Annotated[Date | None, Query(alias="from")]
Last = Annotated[Date | None, Query(alias="to")]


@router.get("/indicators")
async def indicators(session: Reading, _: Reader, first: First = None, last: Last = None) -> IndicatorList:
    """Every indicator in a period (this year up to today if no days are named), and how complete it is."""
    return await queries.indicators(session, queries.period_of(session, first, last))


@router.get("/indicators/{code}")
async def indicator(
    code: str, session: Reading, _: Reader, first: First = None, last: Last = None
) -> IndicatorView:
    """One indicator in a period."""
    return await queries.indicator(session, code, queries.period_of(session, first, last))


@router.get("/indicators/{code}/facts")
async def facts(
    code: str,
    session: Reading,
    _: Reader,
    first: First = None,
    last: Last = None,
    offset: Annotated[int, Query(ge=0)] = 0,
) -> FactList:
    """The facts that an indicator counts, two hundred at a time: no name, no record."""
    return await queries.facts_of(session, code, queries.period_of(session, first, last), offset)
