"""Events of the registry on who follows a person."""

from typing import ClassVar

from trama_contracts.event import Day, Event, Uuid
from trama_contracts.facts import ClosingReason, Counted, TakingInChargeClosedFact, TakingInChargeOpenedFact
from trama_contracts.names import Circle
from trama_contracts.payload_fields import Operator, PersonName, Phone, Sector, Text


class TakingInChargeOpened(Counted):
    """Published by a member's registry when the service takes the person in charge (presa in carico) or, in
    sectors that know none, opens the relation proper to it (iscrizione, rapporto con l'ospitante)."""

    wire_type: ClassVar[str] = "it.trama.registry.taking-in-charge-opened.v1"
    circle: ClassVar[Circle] = "care"
    scope: ClassVar[str] = "taking-in-charge"

    episode: Uuid
    sector: Sector
    opened_on: Day
    need: Text

    def fact(self, reporting_id: str) -> TakingInChargeOpenedFact:
        """Sector and day; the need stays in the care circle."""
        return TakingInChargeOpenedFact(
            reporting_id=reporting_id, sector=self.sector, opened_on=self.opened_on
        )


class TakingInChargeClosed(Counted):
    """Published by a member's registry when its taking in charge (presa in carico) ends, for any reason."""

    wire_type: ClassVar[str] = "it.trama.registry.taking-in-charge-closed.v1"
    circle: ClassVar[Circle] = "care"
    scope: ClassVar[str] = "taking-in-charge"

    episode: Uuid
    closed_on: Day
    reason: ClosingReason

    def fact(self, reporting_id: str) -> TakingInChargeClosedFact:
        """Day and reason."""
        return TakingInChargeClosedFact(
            reporting_id=reporting_id, closed_on=self.closed_on, reason=self.reason
        )


class CaseManagerAssigned(Event):
    """Published by the registry of the member whose operator becomes the one person to speak to about the way
    (referente del percorso), at opening and at every change. Other services keep their own legal duty."""

    wire_type: ClassVar[str] = "it.trama.registry.case-manager-assigned.v1"
    circle: ClassVar[Circle] = "care"
    scope: ClassVar[str] = "taking-in-charge"

    episode: Uuid
    operator: Operator
    name: PersonName
    phone: Phone | None = None
    since: Day
