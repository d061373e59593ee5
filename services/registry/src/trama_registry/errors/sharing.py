"""Why the registry refuses: what the person takes back, opposes, or wants left alone."""

from trama_chassis.errors import NotFound, Refused


class AuthorisationWithdrawnAlready(Refused):
    """It was taken back before."""

    code = "authorisation-withdrawn-already"


class LawIsOpposed(Refused):
    """What a law allows is not the person's to take back; they may oppose it (GDPR 21)."""

    code = "law-is-opposed"
    detail = (
        "Questa condivisione si fonda su una legge: la persona non la revoca, ma può opporsi. "
        "Registrate l'opposizione, con le ragioni."
    )


class ConsentIsWithdrawn(Refused):
    """What the person allowed needs no opposition: it is taken back, without reasons."""

    code = "consent-is-withdrawn"
    detail = (
        "Questa condivisione si fonda sul consenso: la persona lo revoca quando vuole, senza spiegare "
        "perché. Registrate la revoca."
    )


class OpposedAlready(Refused):
    """An opposition against it waits for its decision, or was found right."""

    code = "opposed-already"
    detail = "C'è già un'opposizione a questa condivisione: vedete prima a che punto è."


class OppositionNotHere(NotFound):
    """No such opposition for this person."""

    code = "opposition-not-here"
    detail = "Per questa persona non risulta quell'opposizione."


class OppositionDecidedAlready(Refused):
    """A decision is taken once."""

    code = "opposition-decided-already"
    detail = "Su questa opposizione si è già deciso: se la persona ha ragioni nuove, registratene una nuova."


class ParticipationNotHere(NotFound):
    """The person does not take part in that."""

    code = "participation-not-here"
    detail = "Per questa persona non risulta quell'adesione."


class ParticipationEnded(Refused):
    """It was withdrawn before."""

    code = "participation-ended"
    detail = "L'adesione è già stata ritirata: se la persona torna ad aderire, registratene una nuova."


class RestrictedAlready(Refused):
    """One restriction at a time."""

    code = "restricted-already"
    detail = "I dati della persona sono già limitati: per registrarne un'altra togliete quella limitazione."


class RestrictionNotHere(NotFound):
    """No such restriction for this person."""

    code = "restriction-not-here"
    detail = "Per questa persona non risulta quella limitazione."


class RestrictionLiftedAlready(Refused):
    """It is over."""

    code = "restriction-lifted-already"
    detail = "Questa limitazione è già stata tolta."


class SharingRestricted(Refused):
    """Nothing new is sent about somebody whose data are restricted, but for a reason (GDPR 18(2))."""

    code = "sharing-restricted"
    rule = "Nessuna segnalazione mentre i dati della persona sono limitati"
    allowed_by = "supervisor"
    detail = (
        "I dati della persona sono limitati: finché la limitazione dura non si inviano segnalazioni. "
        "Si toglie dalla pagina «Chi vede che cosa»."
    )
