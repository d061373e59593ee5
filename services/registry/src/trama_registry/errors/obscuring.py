"""Why the registry refuses: what is hidden from other services."""

from trama_chassis.errors import NotFound, Refused


class HiddenTogether(Refused):
    """What others act upon, or what stands with more in one stream, cannot be hidden alone."""

    code = "hidden-together"
    detail = (
        "Si possono nascondere note, colloqui e documenti. Su questa voce altri servizi si regolano: "
        "se la persona non vuole più condividere, registrate la revoca in «Chi vede che cosa»."
    )


class HiddenOnlyByWriter(Refused):
    """Only who wrote an entry hides it."""

    code = "hidden-only-by-writer"
    detail = "Questa voce è di un altro servizio: può nasconderla solo chi l'ha scritta. Chiedetelo a loro."


class NothingHidden(NotFound):
    """No such entry of this person is hidden."""

    code = "nothing-hidden"
    detail = "Questa voce non è nascosta: forse qualcuno l'ha già resa di nuovo visibile."
