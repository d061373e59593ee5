"""What others will read of what is about to be sent, in words: each part by itself."""

from trama_chassis.language import say
from trama_contracts.evaluation import (
    ContributionSubmitted,
    HealthContributionSubmitted,
    ProjectAgreed,
    SocialContributionSubmitted,
)
from trama_contracts.event import Event

from trama_evaluation.models import DISCIPLINE_LABELS, STABILITY_LABELS


def told(event: Event) -> str:
    """An event that somebody is about to send. Raises TypeError for what is sent without a preview."""
    match event:
        case ContributionSubmitted():
            return _contribution(event)
        case HealthContributionSubmitted():
            return say(
                "Parte sanitaria: %(diagnosis)s Situazione: %(stability)s. Voci valutate: %(items)s.",
                diagnosis=event.diagnosis,
                stability=say(STABILITY_LABELS[event.stability]),
                items=len(event.ratings),
            )
        case SocialContributionSubmitted():
            said = (event.family, event.housing, event.economy)
            return say("Parte sociale: %(said)s", said=" ".join(one for one in said if one))
        case ProjectAgreed():
            return say(
                "Progetto, con le parole della persona: «%(words)s» Obiettivi: %(goals)s. "
                "Verifica il %(day)s.",
                words=event.own_words,
                goals="; ".join(goal.what for goal in event.goals),
                day=event.review_on,
            )
    raise TypeError(f"{event.wire_type} is sent without a preview")


def _contribution(event: ContributionSubmitted) -> str:
    discipline = DISCIPLINE_LABELS.get(event.discipline, event.discipline)
    said = say(
        "Contributo (%(discipline)s). Voci valutate: %(items)s. Sostegni indicati: %(supports)s.",
        discipline=say(discipline),
        items=len(event.ratings),
        supports=len(event.supports),
    )
    return f"{said} {say('Nota: %(note)s', note=event.note)}" if event.note else said
