"""Why the registry refuses: persons."""

from typing import ClassVar

from trama_chassis.errors import NotFound, Refused
from trama_contracts.names import Circle


class PersonNotHere(NotFound):
    """This member has no record of that id."""

    code = "person-not-here"
    detail = "Non risulta nel nostro servizio. Questo non dice nulla sugli altri servizi."


class AlreadyRegistered(Refused):
    """There is one record per person and member, and the tax code is on one already."""

    code = "already-registered"
    field = "tax_code"


class BornInFuture(Refused):
    """A birth date after today."""

    code = "born-in-future"
    detail = "La data di nascita è nel futuro: correggetela."
    field = "birth_date"


class NotInCircle(Refused):
    """The directory does not let this member write what a circle reads: nobody would take it."""

    NAMES: ClassVar[dict[Circle, str]] = {
        "care": "Percorso",
        "clinical": "Salute",
        "social": "Sociale",
        "justice": "Giustizia",
        "host": "Luogo di lavoro",
        "referral": "Segnalazioni",
        "accountability": "Conteggi",
    }
    code = "not-in-circle"


class ReportingKeyMissing(Refused):
    """This member counts people and has no key to derive reporting ids with."""

    status = 503
    code = "reporting-key-missing"
    detail = "Manca la chiave per i conteggi: avvisate chi gestisce il servizio. Nulla è stato registrato."


class OtherPerson(Refused):
    """The record named at acceptance carries another tax code than the referral."""

    code = "other-person"
    detail = (
        "Il percorso indicato ha un altro codice fiscale: non è la persona segnalata. "
        "Accettate senza indicare un percorso."
    )
    field = "record"
