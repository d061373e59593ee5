"""Why the registry refuses: takings in charge."""

from trama_chassis.errors import NotFound, Refused


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


class AlreadyClosed(Refused):
    """The relation is over: only a reopening can change it."""

    code = "already-closed"


class NotClosed(Refused):
    """What was never closed cannot be reopened."""

    code = "not-closed"
    detail = "La presa in carico non è conclusa: non c'è nulla da riaprire."


class AlreadySuspended(Refused):
    """It rests already."""

    code = "already-suspended"


class NotSuspended(Refused):
    """What does not rest cannot go on."""

    code = "not-suspended"
    detail = "La presa in carico non è sospesa: non c'è nulla da riprendere."


class CompetenceClear(Refused):
    """It was never in doubt who has to answer."""

    code = "competence-clear"
    detail = "La competenza è già nostra e nessuno la contesta: non c'è nulla da chiarire."


class CompetenceWithOneself(Refused):
    """Competence passes to, or is disputed with, another member."""

    code = "competence-with-oneself"
    detail = "Indicate un altro servizio: la competenza non passa a noi stessi."


class NoServicePactHere(Refused):
    """The service pact belongs to employment services."""

    code = "no-service-pact-here"
    detail = "Il patto di servizio si firma al centro per l'impiego, non nel nostro servizio."


class EpisodeNotHere(NotFound):
    """This record has no such episode."""

    code = "episode-not-here"
    detail = "Non risulta alcuna presa in carico da riaprire per questa persona."


class ProtocolNotHere(NotFound):
    """This member keeps no protocol of that id."""

    code = "protocol-not-here"
    detail = "Il protocollo non risulta fra quelli registrati: chiedete a chi coordina il servizio."


class ProtocolNotInForce(Refused):
    """An integrated taking in charge needs a protocol in force that day, for that district."""

    code = "protocol-not-in-force"
    rule = "Presa in carico integrata solo con un protocollo in vigore"
    allowed_by = "supervisor"
    field = "protocol"


class NotPartyToProtocol(Refused):
    """Who did not sign a protocol holds nothing under it."""

    code = "not-party-to-protocol"
    field = "integrated_with"
