"""What each member of the demonstration does for people, and how many places are free: open facts."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from trama_simulation.desks import Desk
from trama_simulation.members import (
    COMIDIS,
    COR,
    CPI,
    DSM,
    EST,
    FILO,
    HOSTS,
    MOBILI,
    SERT,
    SIL,
    URBANO,
)

PATH = "/api/registry/offers"
MORNINGS = "da lunedì a venerdì, 9-12"
STATED_LATE = frozenset({DSM})
"""Members that stated their places when the year began, and not since."""


@dataclass(frozen=True, slots=True)
class Offer:
    """One offer of one member."""

    code: str
    name: str
    what: str
    for_whom: str
    phone: str
    places: int
    free: int
    usual_answer_days: int | None = None

    def body(self, member: str) -> dict[str, Any]:
        """As it is told over HTTP."""
        told: dict[str, Any] = {
            "name": self.name,
            "what": self.what,
            "for_whom": self.for_whom,
            "phone": self.phone,
            "address": "Piazza dell'Esempio 1, Città Immaginaria",
            "hours": MORNINGS,
            "receives_referrals": member not in HOSTS,
        }
        return told | ({"usual_answer_days": self.usual_answer_days} if self.usual_answer_days else {})


RESIDENTS = "Chi abita nei Comuni dell'ambito."
OFFERS: Mapping[str, Offer] = {
    URBANO: Offer(
        "segretariato-sociale",
        "Segretariato sociale",
        "Ascolto, orientamento e presa in carico.",
        RESIDENTS,
        "0434-000101",
        60,
        7,
        5,
    ),
    EST: Offer(
        "segretariato-sociale",
        "Segretariato sociale",
        "Ascolto, orientamento e presa in carico.",
        RESIDENTS,
        "0434-000102",
        40,
        4,
        5,
    ),
    SIL: Offer(
        "accompagnamento-al-lavoro",
        "Accompagnamento al lavoro",
        "Tirocini e borse lavoro con un tutor.",
        "Chi è seguito da un servizio e cerca un lavoro adatto.",
        "0434-000103",
        80,
        12,
        3,
    ),
    DSM: Offer(
        "riabilitazione",
        "Riabilitazione e lavoro",
        "Progetti di cura che passano dal lavoro.",
        "Chi è seguito dal Dipartimento.",
        "0434-000104",
        30,
        2,
        7,
    ),
    SERT: Offer(
        "reinserimento",
        "Reinserimento",
        "Sostegno a chi torna al lavoro durante la cura.",
        "Chi è seguito dal Servizio.",
        "0434-000105",
        20,
        3,
        7,
    ),
    CPI: Offer(
        "collocamento-mirato",
        "Collocamento mirato",
        "Iscrizione, colloquio e ricerca del posto.",
        "Chi è disoccupato e ha un'invalidità riconosciuta.",
        "0434-000106",
        120,
        25,
        10,
    ),
    COMIDIS: Offer(
        "comitato-tecnico",
        "Comitato tecnico",
        "Valutazione delle capacità e degli strumenti.",
        "Chi è iscritto al collocamento mirato.",
        "0434-000107",
        8,
        1,
        30,
    ),
    COR: Offer(
        "orientamento",
        "Orientamento",
        "Colloqui e bilancio delle competenze.",
        "Chiunque voglia capire da dove ripartire.",
        "0434-000108",
        25,
        9,
        7,
    ),
    FILO: Offer(
        "posti-in-cooperativa",
        "Posti in cooperativa",
        "Confezionamento, verde e lavanderia, con tutor.",
        "Persone accompagnate da un servizio.",
        "0434-000109",
        14,
        3,
    ),
    MOBILI: Offer(
        "posti-in-azienda",
        "Posti in azienda",
        "Falegnameria e magazzino, con affiancamento.",
        "Persone accompagnate da un servizio.",
        "0434-000110",
        6,
        1,
    ),
}


async def describe(desks: Mapping[str, Desk]) -> None:
    """Each member tells what it offers, and its places as the year begins."""
    await asyncio.gather(
        *(desks[name].put(f"{PATH}/{one.code}", one.body(name)) for name, one in OFFERS.items())
    )
    await asyncio.gather(*(_state(desks[name], one, one.places) for name, one in OFFERS.items()))


async def state_places(desks: Mapping[str, Desk]) -> None:
    """Each member tells how many places are free today; some have not told since the year began."""
    await asyncio.gather(
        *(_state(desks[name], one, one.free) for name, one in OFFERS.items() if name not in STATED_LATE)
    )


def free_places() -> dict[str, int]:
    """What everybody must read of everybody, when all have stated their places."""
    return {name: one.places if name in STATED_LATE else one.free for name, one in OFFERS.items()}


async def _state(desk: Desk, offer: Offer, free: int) -> None:
    await desk.put(f"{PATH}/{offer.code}/capacity", {"places": offer.places, "free": free})
