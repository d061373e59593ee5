"""Kinds of team: who must sit in a session, as dated data with its source. No I/O here."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from sqlalchemy import JSON
from sqlmodel import Field, SQLModel
from trama_chassis.language import say

from trama_evaluation.errors import SessionInvalid

SECTOR_LABELS = {
    "social": "il servizio sociale dei Comuni",
    "health": "un servizio sanitario",
    "employment": "il servizio per il lavoro della Provincia",
    "orientation": "l'orientamento della Regione (COR)",
    "work-integration": "il servizio di inserimento lavorativo",
}
"""How the seat of a sector, as the directory names it, is called in a refusal."""


PLANNING_UNIT, DISTRICTS = "integrated-planning-unit", "social"
"""The team of which each district has one, and the sector of those who lead it."""


def sector_label(sector: str) -> str:
    """The seat of a sector in words."""
    known = SECTOR_LABELS.get(sector)
    return say(known) if known is not None else say("il settore «%(sector)s»", sector=sector)


class TeamRule(SQLModel, table=True):
    """Who must sit in a kind of team from one day to another: never a constant."""

    __tablename__ = "team_rule"

    team: str = Field(primary_key=True)
    valid_from: date = Field(primary_key=True)
    valid_to: date | None = None
    label: str
    seats: list[dict[str, Any]] = Field(sa_type=JSON)
    min_members: int
    source: str

    def judge(self, seated: Iterable[tuple[str, str]]) -> None:
        """Refuse a session in which a seat is empty; `seated` are members with their sectors.

        Raises SessionInvalid, naming each missing seat.
        """
        missing = self.missing(seated)
        if missing:
            raise SessionInvalid(
                "Incontro non valido: %(missing)s. %(team)s: %(source)s.",
                missing=", ".join(say("manca %(seat)s", seat=one) for one in missing),
                team=say(self.label),
                source=say(self.source),
            )

    def missing(self, seated: Iterable[tuple[str, str]]) -> list[str]:
        """The seats that are empty, in words; `seated` are members with their sectors."""
        present = set(seated)
        missing = [
            self._wanted(seat)
            for seat in self.seats
            if sum(sector == seat["sector"] for _, sector in present) < seat["at_least"]
        ]
        if len({member for member, _ in present}) < self.min_members:
            missing.append(
                say("un altro servizio (ne servono almeno %(count)s diversi)", count=self.min_members)
            )
        return missing

    def _wanted(self, seat: dict[str, Any]) -> str:
        label = sector_label(seat["sector"])
        if seat["at_least"] == 1:
            return label
        return say("%(seat)s (almeno %(count)s)", seat=label, count=seat["at_least"])
