"""What is asked of the reporting service over HTTP, and what it answers."""

from datetime import date
from typing import Any

from pydantic import BaseModel, ConfigDict, Field


class View(BaseModel):
    """What is answered; `from` is a word of Python, so the field has another name inside."""

    model_config = ConfigDict(populate_by_name=True)


class PeriodView(View):
    """From a day to a day, both included."""

    first: date = Field(alias="from")
    last: date = Field(alias="to")


class ShareView(View):
    """One line of a breakdown."""

    code: str
    label: str
    value: int | float


class BreakdownView(View):
    """A figure divided by one attribute."""

    by: str
    label: str
    shares: list[ShareView]


class GivenView(View):
    """A figure of a year that a document gives, in its own unit: nothing of it was counted here."""

    year: int
    value: int
    unit: str
    source: str


class IndicatorView(View):
    """An indicator with its figure in a period. `facts` is how many facts the figure counts.

    `given` stands beside the figure, and is neither added to it nor to be compared with it.
    """

    code: str
    group: str
    group_label: str
    title: str
    definition: str
    to_agree: str | None
    baseline: str | None
    given: list[GivenView]
    unit: str
    period: PeriodView
    value: float | None
    facts: int
    left_out: int
    breakdowns: list[BreakdownView]


class IndicatorList(View):
    """Every indicator in a period, and how complete the facts behind them are."""

    period: PeriodView
    complete: bool
    completeness: str
    indicators: list[IndicatorView]


class FactView(View):
    """One fact, pseudonymous: the reporting id says that two facts are of one person, and not of whom.

    The facts of one placement have the same `stream`.
    """

    event_id: str
    kind: str
    label: str
    day: date
    member: str
    member_name: str
    reporting_id: str
    stream: str
    attributes: dict[str, Any]


class FactList(View):
    """The facts that a figure counts, a page at a time."""

    code: str
    period: PeriodView
    total: int
    facts: list[FactView]
