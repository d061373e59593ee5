"""Work paths in drawn stories: planned by the rules of their kind, approved or not, begun, ended. Pure."""

from datetime import timedelta

from trama_simulation.acts import (
    Approve,
    ConfirmStart,
    End,
    HostRefuses,
    Propose,
    RefuseApproval,
    WithdrawPath,
)
from trama_simulation.members import CPI, FILO, MOBILI
from trama_simulation.stories.plot import Plot
from trama_simulation.stories.words import (
    BEFORE_START,
    ENDINGS,
    HOURS,
    MONTHS,
    TASKS,
    WITHOUT_EVALUATION,
)

MONTH = 28
"""Days of which any number stays within as many calendar months."""


def path(
    plot: Plot,
    promoter: str,
    *,
    path_type: str = "",
    host: str = "",
    nth: int = 1,
    goes_on: bool = True,
) -> None:
    """Propose, agree, begin and, if it goes on, end: as far as today allows. Raises TodayReached."""
    plan = proposal(plot, promoter, path_type=path_type, host=host, nth=nth)
    plot.do(plan)
    if plot.draw.random() < 0.15:
        plot.in_vain(ConfirmStart(plot.day, promoter, nth), "not-agreed")
    plot.later(0, 4).approved(plan)
    plot.start(plan)
    if goes_on:
        plot.later(21, max(28, (plan.planned_to - plan.planned_from).days))
        plot.do(End(plot.day, promoter, plot.draw.choice(ENDINGS), nth))


def proposal(plot: Plot, promoter: str, *, path_type: str = "", host: str = "", nth: int = 1) -> Propose:
    """A plan of some kind, that begins in a few weeks."""
    draw = plot.draw
    path_type = path_type or draw.choice(WITHOUT_EVALUATION)
    host = host or (MOBILI if promoter == CPI else draw.choice((FILO, MOBILI)))
    first = plot.some_day(10, 30)
    last = first + timedelta(days=MONTH * draw.randint(*MONTHS[path_type]))
    task, hours = draw.choice(TASKS), draw.choice(HOURS)
    return Propose(plot.day, promoter, host, path_type, task, hours, first, last, nth)


def refused(plot: Plot, plan: Propose, party: str) -> None:
    """One does not sign; those before did."""
    if party == "host":
        plot.do(Approve(plot.day, plan.at, "person", plan.nth))
        plot.do(HostRefuses(plot.day, plan.host, plan.at, "Il reparto è fermo fino a primavera.", plan.nth))
        return
    other = "promoter" if party == "person" else "person"
    plot.do(Approve(plot.day, plan.at, other, plan.nth))
    plot.do(RefuseApproval(plot.day, plan.at, party, "", plan.nth))


def given_up(plot: Plot, promoter: str) -> None:
    """Approved or not, given up before the first day."""
    plan = proposal(plot, promoter)
    plot.do(plan)
    if plot.draw.random() < 0.5:
        plot.later(0, 3).approved(plan)
    plot.later(1, 8)
    plot.do(WithdrawPath(plot.day, promoter, plot.draw.choice(BEFORE_START), plan.nth))
