"""What comes next, and what was told wrongly: in words."""

from trama_contracts.registry import EntryCorrected, NextStepDone, NextStepSet

from trama_registry.queries.told.telling import Names, tells
from trama_registry.queries.told.words import on, sentence


@tells(NextStepSet)
def _set(event: NextStepSet, member: str, names: Names) -> str:
    return f"Prossimo passo: {sentence(event.what)} Entro {on(event.due_on)}, se ne occupa {event.who}."


@tells(NextStepDone)
def _done(event: NextStepDone, member: str, names: Names) -> str:
    outcome = f": {sentence(event.outcome)}" if event.outcome else "."
    return f"Prossimo passo concluso {on(event.done_on)}{outcome}"


@tells(EntryCorrected)
def _corrected(event: EntryCorrected, member: str, names: Names) -> str:
    instead = f" In realtà: {sentence(event.instead)}" if event.instead else ""
    return f"Una voce era sbagliata. Perché: {sentence(event.reason)}{instead}"
