"""Evaluations in drawn stories: asked, contributed to, convened, concluded, agreed on. Pure."""

from datetime import timedelta

from trama_simulation.acts import (
    AgreeProject,
    AskEvaluation,
    Conclude,
    Contribute,
    Convene,
    Ratings,
    RefuseProject,
    SetReview,
    SignProject,
)
from trama_simulation.members import SECTOR, SIL
from trama_simulation.stories.plot import Plot
from trama_simulation.stories.words import (
    DIAGNOSES,
    DISCIPLINE,
    FAMILIES,
    GOALS,
    OVERRIDE,
    OWN_WORDS,
    PLACES,
    PROPOSED,
    QUESTIONS,
)

PLANNED = ("traineeship", "work-grant-observational", "traineeship-disadvantaged")
"""Paths for which the rules propose what then is chosen."""


def evaluated(
    plot: Plot,
    lead: str,
    team: str,
    contributors: tuple[str, ...],
    seats: tuple[str, ...],
    *,
    missing: str = "",
) -> str:
    """A team evaluates and a project is agreed; the path, if the person signs. Raises TodayReached.

    `missing` is who contributes only when the evaluation is over.
    """
    draw = plot.draw
    proposed = draw.choice(PLANNED)
    question, term = draw.choice(QUESTIONS), plot.day + timedelta(days=28)
    plot.do(AskEvaluation(plot.day, lead, team, question, contributors, term)).later(3, 12)
    if not missing and len(contributors) > 1 and draw.random() < 0.25:
        missing = contributors[-1]
    for member in contributors:
        if member != missing:
            plot.do(contribution(plot, member, lead, PROPOSED[proposed]))
    chosen = _concluded(plot, lead, seats, proposed)
    is_signed = _agreed(plot, lead, chosen)
    if missing and (draw.random() < 0.7 or lead == SIL):
        plot.later(3, 14).do(contribution(plot, missing, lead, PROPOSED[proposed]))
        if draw.random() < 0.6:
            plot.later(0, 7)
            review_on = plot.day + timedelta(days=21)
            plot.do(SetReview(plot.day, lead, review_on, "late-contribution"))
    return chosen if is_signed else ""


def contribution(plot: Plot, member: str, lead: str, ratings: Ratings) -> Contribute:
    """What a member writes, in its own circle too if it has one."""
    sector, draw = SECTOR[member], plot.draw
    diagnosis = draw.choice(DIAGNOSES) if sector == "health" else ""
    family = draw.choice(FAMILIES) if sector == "social" else ""
    return Contribute(plot.day, member, lead, DISCIPLINE[member], ratings, diagnosis, family=family)


def _concluded(plot: Plot, lead: str, seats: tuple[str, ...], proposed: str) -> str:
    """Convened, at times in vain first, and concluded on the day of the session."""
    draw = plot.draw
    held_on, place = plot.some_day(5, 14), draw.choice(PLACES)
    seated = tuple((member, DISCIPLINE[member]) for member in seats)
    if draw.random() < 0.2:
        plot.in_vain(Convene(plot.day, lead, held_on, place, seated[:1]), "session-invalid")
    plot.do(Convene(plot.day, lead, held_on, place, seated))
    plot.reach(held_on)
    overrides = draw.random() < 0.2
    chosen = "traineeship-disability" if overrides else proposed
    plot.do(Conclude(plot.day, lead, chosen, OVERRIDE if overrides else ""))
    return chosen


def _agreed(plot: Plot, lead: str, chosen: str) -> bool:
    """Agreed, then signed by the person and the lead; one in ten does not sign."""
    draw = plot.draw
    plot.later(0, 10)
    review_on = plot.day + timedelta(days=180)
    goals = ((draw.choice(GOALS), lead),)
    plot.do(AgreeProject(plot.day, lead, draw.choice(OWN_WORDS), goals, review_on, chosen))
    plot.later(0, 7)
    is_signed = draw.random() >= 0.1
    plot.do(SignProject(plot.day, lead, (lead,)) if is_signed else RefuseProject(plot.day, lead))
    return is_signed
