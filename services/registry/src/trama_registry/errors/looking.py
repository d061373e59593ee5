"""Why the registry refuses: who looks, and who may not."""

from trama_chassis.errors import NotFound, Refused


class ConflictNotHere(NotFound):
    """No such conflict of interest, or it is over."""

    code = "conflict-not-here"
    detail = "Questo conflitto di interessi non risulta, o è già stato tolto."


class OwnConflict(Refused):
    """Nobody lifts a conflict they have declared themselves."""

    code = "own-conflict"
    detail = (
        "Chi ha dichiarato il conflitto non può toglierlo da sé: lo fa un altro responsabile del servizio."
    )
