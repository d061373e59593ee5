"""Why the registry refuses: takings in charge."""

from trama_chassis.errors import Refused


class NotInCharge(Refused):
    """Nothing is recorded outside an open relation."""

    code = "not-in-charge"
    detail = (
        "La persona non è in carico al nostro servizio: aprite prima la presa in carico, "
        "poi ripetete l'operazione."
    )


class AlreadyInCharge(Refused):
    """One taking in charge is open at a time."""

    code = "already-in-charge"


class NoTakingInChargeHere(Refused):
    """This member's sector takes nobody in charge."""

    code = "no-taking-in-charge-here"
    detail = "Il nostro ente non prende in carico persone: segue chi gli viene affidato da un servizio."


class DayInFuture(Refused):
    """What is said to have happened is dated after today."""

    code = "day-in-future"
    detail = "La data è nel futuro: indicate il giorno in cui è avvenuto."


class DayTooEarly(Refused):
    """A date before that of the fact it follows."""

    code = "day-too-early"
