"""Why the registry refuses: authorisations."""

from trama_chassis.errors import Refused


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
