"""What an indicator is: what is counted, in words a reader can check, and by which function."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

from trama_reporting.models.fact import FactCopy, Period
from trama_reporting.models.figure import Count, Figure, by_attribute
from trama_reporting.models.given import Given

Sectors = Mapping[str, str]
"""The sector of every member, as the directory says."""


@dataclass(frozen=True, slots=True)
class Indicator:
    """What is counted, in words a reader can check, from which kinds of fact, and how.

    `between` keeps what passes from services of one sector to services of another.
    """

    code: str
    group: str
    title: str
    definition: str
    unit: str
    kinds: tuple[str, ...]
    count: Count
    to_agree: str | None = None
    baseline: str | None = None
    given: tuple[Given, ...] = ()
    between: tuple[str, str] | None = None

    def figure(
        self, facts: Iterable[FactCopy], period: Period, sectors: Sectors = MappingProxyType({})
    ) -> Figure:
        """The figure of a period. The order in which facts came never matters."""
        wanted = [fact for fact in facts if fact.kind in self.kinds and self._concerns(fact, sectors)]
        return self.count(sorted(wanted, key=_place), period)

    def _concerns(self, fact: FactCopy, sectors: Sectors) -> bool:
        if self.between is None:
            return True
        sender, receiver = fact.attributes.get("sender", fact.member), fact.attributes.get("to")
        if receiver is None and sender != fact.member:
            receiver = fact.member
        # What a sender tells of its own referral names no receiver: its stream does, in what was sent.
        passes_to = sectors.get(receiver) if receiver is not None else self.between[1]
        return (sectors.get(sender), passes_to) == self.between


def _place(fact: FactCopy) -> tuple[date, str, str, str, int]:
    return (fact.day, fact.member, fact.service, fact.stream, fact.seq)


WITHOUT_TAX_CODE = (
    "Chi non ha codice fiscale è contato, ma non riconosciuto da un servizio all'altro: "
    "il numero può essere più alto del vero."
)
PATH_TYPE = by_attribute("path_type")
