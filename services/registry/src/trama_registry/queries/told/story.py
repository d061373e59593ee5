"""What comes next, and what was told wrongly: in words."""

from trama_chassis.language import say
from trama_contracts.registry import (
    EntryCorrected,
    HealthEntryCorrected,
    JudicialEntryCorrected,
    NextStepDone,
    NextStepSet,
    SocialEntryCorrected,
)
from trama_contracts.registry.story import Correcting

from trama_registry.queries.told.telling import Names, tells
from trama_registry.queries.told.words import sentence


@tells(NextStepSet)
def _set(event: NextStepSet, member: str, names: Names) -> str:
    return say(
        "Prossimo passo: %(what)s Entro il %(day)s, se ne occupa %(who)s.",
        what=sentence(event.what),
        day=event.due_on,
        who=event.who,
    )


@tells(NextStepDone)
def _done(event: NextStepDone, member: str, names: Names) -> str:
    if event.outcome is None:
        return say("Prossimo passo concluso il %(day)s.", day=event.done_on)
    outcome = sentence(event.outcome)
    return say("Prossimo passo concluso il %(day)s: %(outcome)s", day=event.done_on, outcome=outcome)


def _corrected(event: Correcting, member: str, names: Names) -> str:
    instead = say(" In realtà: %(instead)s", instead=sentence(event.instead)) if event.instead else ""
    return say("Una voce era sbagliata. Perché: %(reason)s", reason=sentence(event.reason)) + instead


for _correction in (JudicialEntryCorrected, SocialEntryCorrected, HealthEntryCorrected, EntryCorrected):
    tells(_correction)(_corrected)
