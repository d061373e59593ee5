"""Events owned by placement: the work path of a person, told twice: to the care circle and to the host.

A host's event has no field that could tell a path type, a diagnosis or the service of origin.
"""

from typing import ClassVar, Literal, TypeAlias

from trama_contracts.event import Day, Event, Member, Uuid
from trama_contracts.facts import (
    Counted,
    EndingReason,
    PlacementEndedFact,
    PlacementProposedFact,
    PlacementStartedFact,
)
from trama_contracts.names import Circle
from trama_contracts.payload_fields import Code, Operator, PersonName, ShortText, Text, WeeklyHours

ApprovalParty: TypeAlias = Literal["person", "host", "promoter"]
"""Who must approve a placement; which of them, for a path type and a day, is dated data."""


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
    report: Text | None = None
    """What was observed, where the path was there to observe."""

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


class ApprovalGiven(Event):
    """Published by the promoter's placement service when one of those who must approve (adesione) a placement
    has: the person, the host or the promoter itself; signed on paper, or on line by the host."""

    wire_type: ClassVar[str] = "it.trama.placement.approval-given.v1"
    circle: ClassVar[Circle] = "care"
    scope: ClassVar[str] = "placement"

    placement: Uuid
    party: ApprovalParty
    given_on: Day
    how: Literal["signed", "online"]


class ApprovalRefused(Event):
    """Published by the promoter's placement service when one of those who must approve a placement does not:
    the placement is withdrawn with it. No reason is owed."""

    wire_type: ClassVar[str] = "it.trama.placement.approval-refused.v1"
    circle: ClassVar[Circle] = "care"
    scope: ClassVar[str] = "placement"

    placement: Uuid
    party: ApprovalParty
    refused_on: Day
    reason: ShortText | None = None


class PlacementAgreed(Event):
    """Published by the promoter's placement service when the last approval that the path type asks for has
    been given (concordato): only now can a start be confirmed."""

    wire_type: ClassVar[str] = "it.trama.placement.placement-agreed.v1"
    circle: ClassVar[Circle] = "care"
    scope: ClassVar[str] = "placement"

    placement: Uuid
    agreed_on: Day


class PlacementWithdrawn(Event):
    """Published by the promoter's placement service when a placement that never began is given up."""

    wire_type: ClassVar[str] = "it.trama.placement.placement-withdrawn.v1"
    circle: ClassVar[Circle] = "care"
    scope: ClassVar[str] = "placement"

    placement: Uuid
    withdrawn_on: Day
    reason: Literal["person-choice", "host-refused", "promoter-choice", "not-started"]


class HostPlacementStarted(Event):
    """Published by the promoter's placement service to the host alone (soggetto ospitante) when the start of
    the path has been confirmed."""

    wire_type: ClassVar[str] = "it.trama.placement.host-placement-started.v1"
    circle: ClassVar[Circle] = "host"
    scope: ClassVar[str] = "placement"

    placement: Uuid
    started_on: Day


class HostApprovalGiven(Event):
    """Published by the placement service of a host to the promoter alone, when the host approves a path it
    was told of. The record is the host's own, of this one path: a host follows nobody."""

    wire_type: ClassVar[str] = "it.trama.placement.host-approval-given.v1"
    circle: ClassVar[Circle] = "host"
    scope: ClassVar[str] = "placement"

    placement: Uuid
    promoter: Member
    given_on: Day


class HostApprovalRefused(Event):
    """Published by the placement service of a host to the promoter alone, when the host cannot take a path it
    was told of."""

    wire_type: ClassVar[str] = "it.trama.placement.host-approval-refused.v1"
    circle: ClassVar[Circle] = "host"
    scope: ClassVar[str] = "placement"

    placement: Uuid
    promoter: Member
    refused_on: Day
    reason: ShortText | None = None
