"""By which protocols members hold takings in charge together: entered as the year begins. Open facts."""

from collections.abc import Mapping

from trama_simulation.desks import Desk
from trama_simulation.members import DSM, FIRST_DAY, SIL, SUPERVISOR, URBANO

PATH = "/api/registry/protocols"
URBAN = "ambito-urbano"
"""The district that has one, at the member of the same name."""
MEMBERS = (URBANO, SIL, DSM)


async def enter(desks: Mapping[str, Desk]) -> None:
    """Enter the protocol of the district, as a supervisor there."""
    body = {
        "district": URBAN,
        "act": "Protocollo per la presa in carico integrata (di fantasia)",
        "members": list(MEMBERS),
        "valid_from": FIRST_DAY.isoformat(),
    }
    await desks[URBANO].of(SUPERVISOR[URBANO]).post(PATH, body)
