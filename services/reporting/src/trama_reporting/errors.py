"""What the reporting service refuses. It decides nothing about persons, so there is little to refuse."""

from trama_chassis.errors import NotFound, Refused


class IndicatorNotHere(NotFound):
    """No indicator of that code."""

    code = "indicator-not-here"
    detail = "Questo indicatore non esiste: l'elenco è nella pagina Rendicontazione."


class PeriodReversed(Refused):
    """A period that ends before it begins."""

    status = 422
    code = "period-reversed"
    detail = "La fine del periodo viene prima dell'inizio."
    field = "to"
