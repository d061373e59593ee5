"""What is counted of evaluations."""

from trama_reporting.models.fact import FactCopy
from trama_reporting.models.figure import by_attribute, by_member, events, share
from trama_reporting.models.indicator import PATH_TYPE, Indicator


def choice(fact: FactCopy) -> str:
    """Whether a team followed the first path that the rules proposed."""
    return "own-choice" if fact.attributes["overridden"] else "first-proposal"


EVALUATIONS: tuple[Indicator, ...] = (
    Indicator(
        code="evaluations-requested",
        group="evaluations",
        title="Valutazioni richieste",
        definition="Valutazioni richieste nel periodo a un'équipe, dal servizio che le guida.",
        unit="valutazioni",
        kinds=("evaluation-requested",),
        count=events("evaluation-requested", team=by_attribute("team"), member=by_member),
    ),
    Indicator(
        code="evaluations-completed",
        group="evaluations",
        title="Valutazioni concluse",
        definition="Valutazioni concluse nel periodo da un'équipe in composizione valida.",
        unit="valutazioni",
        kinds=("evaluation-completed",),
        count=events(
            "evaluation-completed", team=by_attribute("team"), path_type=PATH_TYPE, member=by_member
        ),
    ),
    Indicator(
        code="override-share",
        group="evaluations",
        title="Scelte motivate dell'équipe",
        definition=(
            "Su cento valutazioni concluse nel periodo, quelle in cui l'équipe ha scelto un percorso diverso "
            "dal primo suggerito e ha scritto perché. Scegliere diversamente è normale: se non accade mai, "
            "o quasi sempre, sono le regole da rivedere."
        ),
        unit="su 100",
        kinds=("evaluation-completed",),
        count=share("evaluation-completed", "overridden", choice=choice, team=by_attribute("team")),
    ),
)
