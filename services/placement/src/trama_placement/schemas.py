"""What is asked of the placement service over HTTP, and what it answers. Unknown fields are refused."""

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, StringConstraints
from trama_chassis import bodies
from trama_chassis.bodies import Body
from trama_contracts.event import Member, Uuid
from trama_contracts.facts import EndingReason
from trama_contracts.payload_fields import Code, Text, WeeklyHours
from trama_contracts.placement import ApprovalParty

from trama_placement.models import ApprovalState, HostedState, State, Withdrawal

Line = bodies.Line
Sentences = Annotated[Text, StringConstraints(strip_whitespace=True)]
Date = bodies.Date


class ProposePlacement(Body):
    """Propose a work path of a person this member has in charge, at a host."""

    record: Uuid
    path_type: Code
    host: Member
    task: Line
    weekly_hours: WeeklyHours
    planned_from: Date
    planned_to: Date


class ConfirmStart(Body):
    """Say on which day the person really began."""

    started_on: Date


class EndPlacement(Body):
    """Say on which day and how a placement ended; of an observation also what was observed."""

    ended_on: Date
    reason: EndingReason
    report: Sentences | None = None


class GiveApproval(Body):
    """Say that one of those who must approve has: signed on paper, today if no day is named."""

    party: ApprovalParty
    given_on: Date | None = None
    how: Literal["signed"] = "signed"


class RefuseApproval(Body):
    """Say that one of those who must approve does not. No reason is owed."""

    party: ApprovalParty
    reason: Line | None = None


class WithdrawPlacement(Body):
    """Say why a placement that never began is given up."""

    reason: Withdrawal


class ApproveHosted(Body):
    """The host's yes. It has nothing else to say."""


class RefuseHosted(Body):
    """The host's no. No reason is owed."""

    reason: Line | None = None


class ApprovalView(BaseModel):
    """What one of those who must approve has said."""

    party: ApprovalParty
    label: str
    state: ApprovalState
    on: date | None


class EvaluationView(BaseModel):
    """The evaluation a placement was proposed after; its id means nothing without its member."""

    member: str
    evaluation: str


class PlacementView(BaseModel):
    """A placement as the promoter's own operators see it."""

    placement: str
    record: str
    person: str
    path_type: str
    path_type_label: str
    host: str
    host_name: str
    task: str
    weekly_hours: int
    planned_from: date
    planned_to: date
    proposed_on: date
    evaluation: EvaluationView | None
    approvals: list[ApprovalView]
    agreed_on: date | None
    started_on: date | None
    ended_on: date | None
    ending: EndingReason | None
    ending_label: str | None
    report: str | None
    withdrawn_on: date | None
    withdrawal: Withdrawal | None
    withdrawal_label: str | None
    state: State
    state_label: str


class PlacementList(BaseModel):
    """A page of placements, newest plan first, and how many there are in all."""

    total: int
    placements: list[PlacementView]


class HostedView(BaseModel):
    """A person who is asked to be taken, works or worked here, as the host sees them."""

    promoter: str
    promoter_name: str
    placement: str
    person: str
    task: str
    weekly_hours: int
    planned_from: date
    planned_to: date
    started_on: date | None
    ended_on: date | None
    state: HostedState
    state_label: str


class PathTypeView(BaseModel):
    """A path type with the rule in force on a day."""

    path_type: str
    label: str
    genus: str
    needs_host: bool
    min_months: int | None
    max_months: int | None
    max_weekly_hours: int | None
    valid_from: date
    valid_to: date | None
    source: str
    needs_evaluation: bool
    approvals: list[ApprovalParty]
    conditions_source: str
    report_source: str | None


class HostView(BaseModel):
    """A member at which this one can propose placements."""

    host: str
    name: str
    kind: str
