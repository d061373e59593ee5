"""Why the registry refuses: what is proposed to be erased since the time for which it is kept is over."""

from trama_chassis.errors import NotFound, Refused


class RetentionUnreadable(Refused):
    """The file that says how long entries are kept does not say it: nothing is proposed until it does."""

    code = "retention-unreadable"


class ProposalNotHere(NotFound):
    """Nothing of the kind was proposed here."""

    code = "proposal-not-here"
    detail = "Questa proposta di cancellazione non risulta nel nostro servizio."


class ProposalSettled(Refused):
    """It was decided, or fell, before."""

    code = "proposal-settled"
    detail = "Su questa proposta è già stato deciso, oppure è decaduta: guardate il registro delle proposte."


class NoLongerDue(Refused):
    """What was proposed is not to be erased any more: the person came back, or the rule is another."""

    code = "no-longer-due"
    detail = (
        "Non è più da cancellare: la persona è tornata, oppure il tempo di conservazione è cambiato. "
        "La proposta decade da sola entro un giorno, e non serve fare nulla."
    )
