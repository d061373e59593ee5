"""Why the registry refuses: erasure."""

from trama_chassis.errors import NotFound, Refused


class ErasedTogether(Refused):
    """The entry stands in a stream with others, which one key opens: it cannot be erased alone."""

    code = "erased-together"
    detail = (
        "Questa voce non si può cancellare da sola: fa parte del percorso della persona insieme ad altre. "
        "Se è sbagliata correggetela; se tutta la cartella è di troppo, cancellate la cartella."
    )


class ErasureNotHere(NotFound):
    """There is no such order, or nobody asked us."""

    code = "erasure-not-here"
    detail = "Questa cancellazione non è nel registro del nostro servizio."


class ErasureAnsweredAlready(Refused):
    """Whether to erase is decided once."""

    code = "erasure-answered-already"


class KeptWithoutLaw(Refused):
    """What is kept although the person asked to erase it is kept by a law, which is named."""

    status = 422
    code = "kept-without-law"
    detail = "Per conservare i dati indicate la legge e l'articolo che lo impongono."


class StillInCharge(Refused):
    """A record is not erased while the service holds the person in charge."""

    code = "still-in-charge"
    detail = (
        "La persona è in carico al nostro servizio: chiudete prima la presa in carico. "
        "Se la cartella è stata aperta per sbaglio, indicate «Persona sbagliata»."
    )
