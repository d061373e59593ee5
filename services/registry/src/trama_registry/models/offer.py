"""What this member offers, and how many places of it are free."""

from datetime import date

from trama_contracts.offers import Capacity

from trama_registry.errors import FreeBeyondPlaces


def capacity_of(offer: str, *, places: int, free: int, today: date) -> Capacity:
    """The places of an offer as they are today. Raises FreeBeyondPlaces."""
    if free > places:
        raise FreeBeyondPlaces(
            "I posti liberi (%(free)s) sono più dei posti (%(places)s): correggete uno dei due numeri.",
            free=free,
            places=places,
        )
    return Capacity(offer=offer, places=places, free=free, as_of=today)
