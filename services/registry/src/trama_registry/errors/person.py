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


class SamePersonFound(Refused):
    """A record of ours is by all signs of the person described: a second one takes a reason."""

    code = "same-person-found"
    field = "another_person"


class IdentifierNotHere(NotFound):
    """No such number on this record."""

    code = "identifier-not-here"
    detail = "Per questa persona non risulta quel codice."


class IdentifierMalformed(Refused):
    """A number that cannot be of its kind."""

    status = 422
    code = "identifier-malformed"
    field = "value"


class IdentifierTaken(Refused):
    """The number is in use on another record of ours: one of the two is wrong, or both are one person's."""

    code = "identifier-taken"
    field = "value"


class ValidityMissing(Refused):
    """STP and ENI last six months: without an end nobody would renew them."""

    code = "validity-missing"
    detail = "Il codice STP o ENI vale sei mesi e si rinnova: indicate fino a quando."
    field = "valid_to"


class VerificationUnnamed(Refused):
    """Only an archive makes a number verified, and it is named."""

    code = "verification-unnamed"
    detail = (
        "Un codice è verificato solo da un archivio (ANPR, Agenzia delle Entrate, chi lo ha rilasciato): "
        "indicate quale."
    )
    field = "attested_by"


class AlreadyEnded(Refused):
    """What is to end has ended already."""

    code = "already-ended"
    detail = "Risulta già concluso: aggiornate la pagina."


class CertificateNotHere(NotFound):
    """No such certificate of this person."""

    code = "certificate-not-here"
    detail = "Per questa persona non risulta quella certificazione."


class IssuerMissing(Refused):
    """Who issued a certificate is part of it, except where naming them tells the ground."""

    code = "issuer-missing"
    detail = "Indicate chi ha rilasciato la certificazione."
    field = "issuer"


class AlreadyCertified(Refused):
    """A certificate of the same kind holds on some of the same days."""

    code = "already-certified"
    detail = "C'è già una certificazione di questo tipo negli stessi giorni: concludete prima quella."
    field = "starts_on"


class LinkNotHere(NotFound):
    """No such link of this record."""

    code = "link-not-here"
    detail = "Quel collegamento non risulta: forse è già stato tolto."


class CannotLink(Refused):
    """A link that would join what may not be joined."""

    code = "cannot-link"


class UnknownGroup(Refused):
    """A target group that is not in the list of its circle."""

    code = "unknown-group"
    field = "groups"
