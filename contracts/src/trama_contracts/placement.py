"""Events owned by placement: the work path of a person, told twice: to the care circle and to the host.

A host's event has no field that could tell a path type, a diagnosis or the service of origin.
"""

from typing import ClassVar

from trama_contracts.event import Day, Event, Member, Uuid
from trama_contracts.facts import (
    Counted,
    EndingReason,
    PlacementEndedFact,
    PlacementProposedFact,
    PlacementStartedFact,
)
from trama_contracts.names import Circle
from trama_contracts.payload_fields import Code, Operator, PersonName, ShortText, WeeklyHours


class PlacementProposed(Counted):
    """Published by the promoter's placement service (soggetto promotore) when it proposes a path at a host:
    a work grant (borsa lavoro), a traineeship (tirocinio), an insertion (inserimento)..."""

    wire_type: ClassVar[str] = "it.trama.placement.placement-proposed.v1"
    circle: ClassVar[Circle] = "care"
    scope: ClassVar[str] = "placement"

    placement: Uuid
    path_type: Code
    host: Member
    task: ShortText
    weekly_hours: WeeklyHours
    planned_from: Day
    planned_to: Day

    def fact(self, reporting_id: str) -> PlacementProposedFact:
        """The path type; not where."""
        return PlacementProposedFact(reporting_id=reporting_id, path_type=self.path_type)


class PlacementStarted(Counted):
    """Published by the promoter's placement service when somebody confirms that the person really began
    (avvio confermato). Planned dates alone never start a placement."""

    wire_type: ClassVar[str] = "it.trama.placement.placement-started.v1"
    circle: ClassVar[Circle] = "care"
    scope: ClassVar[str] = "placement"

    placement: Uuid
    path_type: Code
    started_on: Day
    confirmed_by: Operator

    def fact(self, reporting_id: str) -> PlacementStartedFact:
        """Path type and day; not who confirmed."""
        return PlacementStartedFact(
            reporting_id=reporting_id, path_type=self.path_type, started_on=self.started_on
        )


class PlacementEnded(Counted):
    """Published by the promoter's placement service when the path ends, planned or early, with the coded
    ending (esito). `hired` is the only one that is an employment (assunzione)."""

    wire_type: ClassVar[str] = "it.trama.placement.placement-ended.v1"
    circle: ClassVar[Circle] = "care"
    scope: ClassVar[str] = "placement"

    placement: Uuid
    path_type: Code
    ended_on: Day
    reason: EndingReason

    def fact(self, reporting_id: str) -> PlacementEndedFact:
        """Path type, day and ending."""
        return PlacementEndedFact(
            reporting_id=reporting_id,
            path_type=self.path_type,
            ended_on=self.ended_on,
            reason=self.reason,
        )


class HostPlacementOpened(Event):
    """Published by the promoter's placement service to the host alone (soggetto ospitante), when the host is
    to know who comes, for what and when. Every path is the same to it (percorso in azienda)."""

    wire_type: ClassVar[str] = "it.trama.placement.host-placement-opened.v1"
    circle: ClassVar[Circle] = "host"
    scope: ClassVar[str] = "placement"

    placement: Uuid
    given_name: PersonName | None = None
    family_name: PersonName
    task: ShortText
    weekly_hours: WeeklyHours
    planned_from: Day
    planned_to: Day


class HostPlacementClosed(Event):
    """Published by the promoter's placement service to the host alone (soggetto ospitante) when the path at
    the host ends. The host is not told why."""

    wire_type: ClassVar[str] = "it.trama.placement.host-placement-closed.v1"
    circle: ClassVar[Circle] = "host"
    scope: ClassVar[str] = "placement"

    placement: Uuid
    ended_on: Day
