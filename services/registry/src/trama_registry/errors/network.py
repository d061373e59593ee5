"""Why the registry refuses: offers and places."""

from trama_chassis.errors import NotFound, Refused


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
