"""What the evaluation service refuses, each with the reason a person reads."""

from trama_chassis.errors import NotFound, Refused


class EvaluationNotHere(NotFound):
    """This member leads no evaluation of that id."""

    code = "evaluation-not-here"
    detail = "Questa valutazione non risulta nel nostro servizio."


class ProjectNotHere(NotFound):
    """This member leads no project of that id."""

    code = "project-not-here"
    detail = "Questo progetto non risulta nel nostro servizio."


class PersonNotInCharge(Refused):
    """Nobody is evaluated outside an open relation of the leading member with the person."""

    code = "person-not-in-charge"
    detail = (
        "La persona non ha una presa in carico aperta presso il nostro servizio, o è sospesa: "
        "senza, una valutazione non si può chiedere né concludere."
    )
    field = "record"


class UnknownTeam(Refused):
    """No rule of this kind of team is in force on the day."""

    code = "unknown-team"
    detail = "Oggi non esiste questo tipo di équipe."
    field = "team"


class NotAContributor(Refused):
    """A member named as contributor does not follow the person, or has no evaluation service."""

    code = "not-a-contributor"
    field = "contributors"


class TermPassed(Refused):
    """Contributions cannot be asked for by a day that is over."""

    code = "term-passed"
    detail = "Il termine per i contributi è già passato: indicate oggi o un giorno a venire."
    field = "contributions_by"


class SessionInvalid(Refused):
    """A session without the members that its kind of team asks for."""

    code = "session-invalid"
    field = "seats"


class AuthorisationMissing(Refused):
    """A member that does not follow the person is to be told of them, and nothing allows it."""

    code = "authorisation-missing"
    field = "authorisation"


class NothingContributed(Refused):
    """An evaluation to which nobody has contributed."""

    code = "nothing-contributed"
    detail = "Nessuno ha ancora dato il suo contributo: non c'è nulla su cui concludere la valutazione."


class OverrideNeedsReason(Refused):
    """The team chose against the first proposal and does not say why."""

    code = "override-needs-reason"
    field = "override_reason"


class UnknownPathType(Refused):
    """A path that no rule knows."""

    code = "unknown-path-type"
    detail = "Questo tipo di percorso non esiste."
    field = "path_type"


class NotConvened(Refused):
    """An evaluation is completed by a team that met."""

    code = "not-convened"
    detail = "L'incontro dell'équipe non è stato convocato: la valutazione si conclude in un incontro."


class AlreadyCompleted(Refused):
    """The evaluation was completed before."""

    code = "already-completed"


class CompletedBeforeSession(Refused):
    """The evaluation cannot be completed before the team met."""

    code = "completed-before-session"
    field = "completed_on"


class CompletionNotYetReached(Refused):
    """A day to come cannot be recorded."""

    code = "completion-not-yet-reached"
    detail = "Si registra una valutazione già conclusa: la data indicata è nel futuro."
    field = "completed_on"


class NotAsked(Refused):
    """Only who was asked contributes."""

    code = "not-asked"
    detail = "Per questa valutazione non è stato chiesto un contributo al nostro servizio."


class PersonNotLinked(Refused):
    """The request names a record that is not known to be of a person followed here."""

    code = "person-not-linked"
    detail = (
        "Il collegamento tra il percorso di chi chiede e il nostro non è ancora arrivato: "
        "riprovate tra qualche secondo."
    )


class NotInCircle(Refused):
    """A part of a contribution that a member of this sector cannot write."""

    code = "not-in-circle"


class UnknownItem(Refused):
    """A rating of what the instrument does not ask here."""

    code = "unknown-item"
    field = "ratings"


class UnknownSupport(Refused):
    """A support that is not on the list."""

    code = "unknown-support"
    field = "supports"


class NotCompleted(Refused):
    """A project rests on a completed evaluation."""

    code = "not-completed"
    detail = "La valutazione non è ancora conclusa: il progetto si concorda dopo."


class ProjectExists(Refused):
    """There is a project of this evaluation that the person did not refuse."""

    code = "project-exists"
    detail = "Un progetto di questa valutazione c'è già: se qualcosa cambia, si fissa una verifica."


class UnknownMember(Refused):
    """A goal or a signature names a member that is not in the network."""

    code = "unknown-member"


class ReviewNotAhead(Refused):
    """A review is set on a day to come, or today."""

    code = "review-not-ahead"
    detail = "La verifica si fissa per oggi o per un giorno a venire."
    field = "review_on"


class ReviewTooFar(Refused):
    """The path of who is not passed on to the services for work is looked at again within a year."""

    code = "review-too-far"
    field = "review_on"


class ReviewNotJoint(Refused):
    """A joint review is held by who hosts the person and a service at least, with the person."""

    code = "review-not-joint"
    field = "members"


class ReviewNotYetHeld(Refused):
    """A review is recorded once it was held, on a day since the project was agreed."""

    code = "review-not-yet-held"
    field = "held_on"


class PersonMustSign(Refused):
    """A project without the person's signature, or that of who represents them."""

    code = "person-must-sign"
    detail = "Manca la firma della persona, o di chi la rappresenta: senza, il progetto non è firmato."
    field = "signatories"


class AServiceMustSign(Refused):
    """A project is a pact of the person with at least one service."""

    code = "service-must-sign"
    detail = "Manca la firma di almeno un servizio: il progetto è un patto tra la persona e i servizi."
    field = "signatories"


class ProjectNotOpen(Refused):
    """The project was signed or refused before."""

    code = "project-not-open"


class SignedOutsideTerm(Refused):
    """The signatures lie before the agreement or in the future."""

    code = "signed-outside-term"
    field = "signed_on"
