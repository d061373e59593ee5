"""Why the registry refuses: next steps, and corrections of the story."""

from trama_chassis.errors import NotFound, Refused


class NoNextStep(Refused):
    """There is no step to be taken."""

    code = "no-next-step"
    detail = "Non c'è un prossimo passo da concludere: indicatene prima uno."


class StepInPast(Refused):
    """What comes next cannot be due before today."""

    code = "step-in-past"
    detail = "Il prossimo passo è nel passato: indicate un giorno da oggi in poi."
    field = "due_on"


class EntryNotHere(NotFound):
    """The story of this person has no such entry."""

    code = "entry-not-here"
    detail = "Nella storia di questa persona non c'è questa voce."


class EntryOfOthers(Refused):
    """Only who wrote an entry corrects it."""

    code = "entry-of-others"


class EntryCorrectedAlready(Refused):
    """An entry is corrected once; what was wrong in the correction is corrected there."""

    code = "entry-corrected-already"
    detail = "Questa voce è già stata corretta: se serve, correggete la correzione."


class CorrectedElsewhere(Refused):
    """What others act upon, or what not all readers of the circle know, is changed where it was done."""

    code = "corrected-elsewhere"
    detail = (
        "Questa voce non si corregge qui: altri servizi si regolano su di essa. "
        "Cambiatela dove è stata scritta (dati della persona, segnalazione, condivisione)."
    )
