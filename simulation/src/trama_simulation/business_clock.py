"""The business clock of the demonstration: moved forward, day by day, for the whole network."""

import asyncio
from collections.abc import Mapping
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from trama_simulation.desks import Desk, Refused

ZONE = ZoneInfo("Europe/Rome")
OPENING = time(9)
"""When a day begins."""
SEEN_AFTER = 0.1
"""Seconds within which every node has seen that time was moved."""
PATH = "/api/clock"


class ClockStands(Exception):
    """Business time cannot be moved as a story needs it."""


class BusinessClock:
    """Moved at whichever member's desk; all nodes of a network follow the same."""

    def __init__(self, desks: Mapping[str, Desk]) -> None:
        self._desk = next(iter(desks.values()))
        self._day: date | None = None

    async def now(self) -> datetime:
        """What time it is in the network. Raises ClockStands."""
        try:
            shown = await self._desk.get(PATH)
        except Refused as refused:
            raise ClockStands(
                "L'orologio di questa rete non si può spostare: non è una dimostrazione, "
                "e altrove non si inventano persone."
            ) from refused
        return datetime.fromisoformat(shown["now"]).astimezone(ZONE)

    async def move_to(self, day: date) -> None:
        """Go to the opening of a day; on that day already, stay. Raises ClockStands."""
        if self._day is None:
            self._day = (await self.now()).date()
        if self._day > day:
            raise ClockStands(
                f"L'orologio della rete è già al {self._day:%d/%m/%Y} e il tempo va solo avanti: "
                f"al {day:%d/%m/%Y} non si torna. Serve una rete appena creata."
            )
        if self._day < day:
            await self._desk.put(PATH, {"now": datetime.combine(day, OPENING, ZONE).isoformat()})
            self._day = day
            await asyncio.sleep(SEEN_AFTER)
