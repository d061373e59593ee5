"""Why the registry refuses: referrals."""

from trama_chassis.errors import NotFound, Refused


class ReferralNotHere(NotFound):
    """Neither sent nor received by this member."""

    code = "referral-not-here"
    detail = "Questa segnalazione non risulta tra quelle inviate o ricevute dal nostro servizio."


class DraftNotHere(NotFound):
    """No such draft: it was sent, or thrown away."""

    code = "draft-not-here"
    detail = "Questa bozza non c'è più: è stata inviata o eliminata."


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


class MoveNotNow(Refused):
    """What is asked for does not follow from how the referral stands."""

    code = "move-not-now"


class RemindedLately(Refused):
    """A reminder is owed once a week at most (DESIGN, Oggi: Sollecita)."""

    code = "reminded-lately"
    rule = "Un sollecito alla settimana"
    allowed_by = "supervisor"


class OtherReferral(Refused):
    """A referral is superseded by one of the same person."""

    code = "other-referral"
    field = "supersedes"
    detail = "La segnalazione da sostituire riguarda un'altra persona."
