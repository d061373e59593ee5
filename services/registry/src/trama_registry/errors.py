"""What the registry refuses. The detail says what is missing and what to do about it."""

from typing import ClassVar

from trama_chassis.errors import NotFound, Refused
from trama_contracts.names import Circle


class PersonNotHere(NotFound):
    """This member has no record of that id."""

    code = "person-not-here"
    detail = "Non risulta nel nostro servizio. Questo non dice nulla sugli altri servizi."


class ReferralNotHere(NotFound):
    """Neither sent nor received by this member."""

    code = "referral-not-here"
    detail = "Questa segnalazione non risulta tra quelle inviate o ricevute dal nostro servizio."


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


class NoticeNotGiven(Refused):
    """No sharing without the privacy notice (GDPR art. 13; before 2018, D.Lgs. 196/2003 art. 13)."""

    code = "notice-not-given"
    detail = (
        "Prima di autorizzare la condivisione va consegnata l'informativa alla persona: "
        "indicate il giorno della consegna."
    )
    field = "notice_given_on"


class LawNotNamed(Refused):
    """A sharing that rests on a law names the act and the article."""

    code = "law-not-named"
    detail = "La condivisione si fonda su una legge: indicate l'atto e l'articolo."
    field = "basis"


class ConsentNamesLaw(Refused):
    """Consent rests on the person's word and on no act."""

    code = "consent-names-law"
    detail = (
        "Con il consenso non si indicano atto e articolo: toglieteli, oppure scegliete la legge come base."
    )
    field = "basis"


class EndsBeforeStart(Refused):
    """An authorisation that ends before it starts."""

    code = "ends-before-start"
    detail = "La fine dell'autorizzazione precede l'inizio: correggete le date."
    field = "ends_on"


class NotInDirectory(Refused):
    """A member or controller that the directory does not list."""

    code = "not-in-directory"


class NotTheirPurpose(Refused):
    """A recipient that does not act for that purpose: nothing would reach it."""

    code = "not-their-purpose"
    field = "purpose"


class NotTheirCircle(Refused):
    """A recipient that is in none of the circles opened: nothing would reach it."""

    code = "not-their-circle"
    field = "circles"


class AuthorisationNotHere(Refused):
    """No such authorisation for this person."""

    code = "authorisation-not-here"
    detail = (
        "Per questa persona non risulta quell'autorizzazione a condividere: registratela prima di segnalare."
    )
    field = "authorisation"


class AuthorisationNotInForce(Refused):
    """An authorisation that has not begun, or has ended."""

    code = "authorisation-not-in-force"
    field = "authorisation"


class AuthorisationNamesOthers(Refused):
    """The receiver is not among those whom the authorisation names."""

    code = "authorisation-names-others"
    field = "authorisation"


class AuthorisationNotOfOurs(Refused):
    """The authorisation does not cover what this member's controller holds."""

    code = "authorisation-not-of-ours"
    detail = (
        "L'autorizzazione non riguarda i dati del nostro ente: "
        "registratene una che lo comprenda tra i titolari."
    )
    field = "authorisation"


class ReferredToOneself(Refused):
    """A member refers nobody to itself."""

    code = "referred-to-oneself"
    detail = "La segnalazione va inviata a un altro servizio, non al nostro."
    field = "to"


class ReceivesNoReferrals(Refused):
    """A member without a registry in the referral circle: the referral would reach nobody."""

    code = "receives-no-referrals"
    field = "to"


class TermInPast(Refused):
    """An answer cannot be due before today."""

    code = "term-in-past"
    detail = "Il termine per la risposta è già passato: indicate un giorno da oggi in poi."
    field = "answer_by"


class NotTheReceiver(Refused):
    """Only who a referral was sent to answers it."""

    code = "not-the-receiver"


class AlreadyAnswered(Refused):
    """A referral is answered once."""

    code = "already-answered"


class AlreadyWithdrawn(Refused):
    """A referral is withdrawn once."""

    code = "already-withdrawn"


class NotTheSender(Refused):
    """Only who sent a referral withdraws it."""

    code = "not-the-sender"


class WithdrawnBySender(Refused):
    """What was taken back is not answered any more."""

    code = "referral-withdrawn"


class OfferNotHere(NotFound):
    """Places are those of something that was described."""

    code = "offer-not-here"
    detail = (
        "Questa offerta non risulta tra quelle del nostro servizio: descrivetela, poi indicatene i posti."
    )


class FreeBeyondPlaces(Refused):
    """More places free than there are."""

    code = "free-beyond-places"
    field = "free"


class OtherPerson(Refused):
    """The record named at acceptance carries another tax code than the referral."""

    code = "other-person"
    detail = (
        "Il percorso indicato ha un altro codice fiscale: non è la persona segnalata. "
        "Accettate senza indicare un percorso."
    )
    field = "record"
