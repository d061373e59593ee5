"""Why the registry refuses: first contacts at its doors."""

from trama_chassis.errors import NotAllowed, NotFound, Refused


class AccessNotHere(NotFound):
    """No such access, or none that this operator may know of."""

    code = "access-not-here"
    detail = "Quell'accesso non risulta nel nostro servizio."


class AccessAlreadyConcluded(Refused):
    """An access has one outcome."""

    code = "access-already-concluded"


class NobodyToTakeInCharge(Refused):
    """Nobody is taken in charge without being known by name."""

    code = "nobody-to-take-in-charge"
    detail = "Per prendere in carico serve sapere chi è: indicate il cognome, o il nome con cui è nota."
    field = "family_name"


class ListeningForSpecialists(NotAllowed):
    """What the listening centre hears is written and seen by its specialists alone."""

    code = "listening-for-specialists"
    detail = "Gli accessi al centro di ascolto li registra e li vede solo chi ci lavora."


class PersonNotNamed(Refused):
    """The planning unit is asked for somebody who is followed already."""

    code = "person-not-named"
    detail = "La richiesta all'unità di progettazione è per chi è già in carico: partite dalla sua pagina."
    field = "record"


class ReservedPlanningRequest(Refused):
    """The listening centre has a door of its own."""

    code = "reserved-planning-request"
    detail = "Una richiesta all'unità di progettazione non può essere riservata al centro di ascolto."
    field = "reserved"
