"""Accountability facts: all that reporting services ever learn of a person's way, and `fact_of`.

A fact carries no name, no tax code, no record, no id of its event: only the reporting id, dates, codes and
the names of members. It imports no owner module, so that the chassis may derive facts without knowing events.
"""

from abc import abstractmethod
from typing import ClassVar, Final, Literal, TypeAlias

from trama_contracts.event import Day, Event, Fact, Member, ReportingId
from trama_contracts.payload_fields import Code, Sector

ClosingReason: TypeAlias = Literal["goals-reached", "moved", "withdrew", "transferred", "deceased", "other"]
"""Why a taking in charge was closed."""
DecliningReason: TypeAlias = Literal[
    "not-competent", "no-capacity", "more-urgent-elsewhere", "already-followed", "other"
]
"""Why a referral was not accepted (non accolta; never "respinta")."""
FailingReason: TypeAlias = Literal["no-capacity", "not-competent", "person-choice", "unreachable", "other"]
"""Why a referral that was accepted came to nothing."""
ReferralOutcome: TypeAlias = Literal[
    "goals-reached", "partly-reached", "transferred", "no-longer-needed", "other"
]
"""What came of a referral."""
EndingReason: TypeAlias = Literal["hired", "moved-on", "person-choice", "health", "not-suitable", "completed"]
"""How a placement ended."""


class Counted(Event):
    """An event of which the accountability circle learns a fact."""

    @abstractmethod
    def fact(self, reporting_id: str) -> Fact:
        """The fact of this event: a pure function of the event and the person's reporting id."""


def fact_of(event: Event, reporting_id: str) -> Fact | None:
    """The accountability fact of an event, or None if reporting services are told nothing of it.

    Pure: the same event and reporting id always give the same fact.
    """
    return event.fact(reporting_id) if isinstance(event, Counted) else None


class TakingInChargeOpenedFact(Fact):
    """Derived by the registry from `TakingInChargeOpened`: a person was taken in charge (presa in carico)."""

    wire_type: ClassVar[str] = "it.trama.registry.taking-in-charge-opened-fact.v1"
    scope: ClassVar[str] = "taking-in-charge"

    sector: Sector
    opened_on: Day


class TakingInChargeClosedFact(Fact):
    """Derived by the registry from `TakingInChargeClosed`: the taking in charge ended, and how."""

    wire_type: ClassVar[str] = "it.trama.registry.taking-in-charge-closed-fact.v1"
    scope: ClassVar[str] = "taking-in-charge"

    closed_on: Day
    reason: ClosingReason


class TakingInChargeReopenedFact(Fact):
    """Derived by the registry from `TakingInChargeReopened`: what had been closed was not over."""

    wire_type: ClassVar[str] = "it.trama.registry.taking-in-charge-reopened-fact.v1"
    scope: ClassVar[str] = "taking-in-charge"

    reopened_on: Day


class ReferralSentFact(Fact):
    """Derived by the sender's registry from `ReferralSent`: a referral (segnalazione) went to a member."""

    wire_type: ClassVar[str] = "it.trama.registry.referral-sent-fact.v1"
    scope: ClassVar[str] = "referral"

    to: Member
    sent_on: Day


class ReferralAcceptedFact(Fact):
    """Derived by the receiver's registry from `ReferralAccepted`: the sender's referral was accepted."""

    wire_type: ClassVar[str] = "it.trama.registry.referral-accepted-fact.v1"
    scope: ClassVar[str] = "referral"

    sender: Member
    accepted_on: Day
    sent_on: Day | None = None
    answer_by: Day | None = None
    """The sending that is answered, and the day by which an answer to it was asked."""


class ReferralDeclinedFact(Fact):
    """Derived by the receiver's registry from `ReferralDeclined`: not accepted (non accolta), and why.

    It is what unmet need is counted from.
    """

    wire_type: ClassVar[str] = "it.trama.registry.referral-declined-fact.v1"
    scope: ClassVar[str] = "referral"

    sender: Member
    declined_on: Day
    reason: DecliningReason
    sent_on: Day | None = None
    answer_by: Day | None = None
    """The sending that is answered, and the day by which an answer to it was asked."""


class ReferralNotedFact(Fact):
    """Derived by the sender's registry from `ReferralNoted`: an answer came on paper or by telephone. Where
    the receiver's registry tells its own answer to the same sending, that one counts."""

    wire_type: ClassVar[str] = "it.trama.registry.referral-noted-fact.v1"
    scope: ClassVar[str] = "referral"

    answer: Literal["accepted", "declined"]
    answered_on: Day
    to: Member | None = None
    sent_on: Day | None = None
    answer_by: Day | None = None
    """Who answered, the sending that is answered, and the day by which an answer to it was asked."""


class PlacementProposedFact(Fact):
    """Derived by the promoter's placement service from `PlacementProposed`: a path was planned."""

    wire_type: ClassVar[str] = "it.trama.placement.placement-proposed-fact.v1"
    scope: ClassVar[str] = "placement"

    path_type: Code


class PlacementStartedFact(Fact):
    """Derived by the promoter's placement service from `PlacementStarted`: somebody confirmed the start."""

    wire_type: ClassVar[str] = "it.trama.placement.placement-started-fact.v1"
    scope: ClassVar[str] = "placement"

    path_type: Code
    started_on: Day


class PlacementEndedFact(Fact):
    """Derived by the promoter's placement service from `PlacementEnded`: the path ended, and how."""

    wire_type: ClassVar[str] = "it.trama.placement.placement-ended-fact.v1"
    scope: ClassVar[str] = "placement"

    path_type: Code
    ended_on: Day
    reason: EndingReason


class ReferralWithdrawnFact(Fact):
    """Derived by the sender's registry from `ReferralWithdrawn`: the referral was taken back."""

    wire_type: ClassVar[str] = "it.trama.registry.referral-withdrawn-fact.v1"
    scope: ClassVar[str] = "referral"

    withdrawn_on: Day


class ReferralRenewedFact(Fact):
    """Derived by the sender's registry from `ReferralRenewed`: the referral went out once more, and waits
    again for an answer."""

    wire_type: ClassVar[str] = "it.trama.registry.referral-renewed-fact.v1"
    scope: ClassVar[str] = "referral"

    renewed_on: Day


class ReferralUnansweredFact(Fact):
    """Derived by the sender's registry from `ReferralUnanswered`: the term passed, a reminder was in vain."""

    wire_type: ClassVar[str] = "it.trama.registry.referral-unanswered-fact.v1"
    scope: ClassVar[str] = "referral"

    answer_by: Day
    passed_on: Day


class ReferralReconsideredFact(Fact):
    """Derived by the receiver's registry from `ReferralReconsidered`: its refusal stands no longer."""

    wire_type: ClassVar[str] = "it.trama.registry.referral-reconsidered-fact.v1"
    scope: ClassVar[str] = "referral"

    sender: Member
    reconsidered_on: Day


class ReferralCompletedFact(Fact):
    """Derived by the receiver's registry from `ReferralCompleted`: what was asked is done."""

    wire_type: ClassVar[str] = "it.trama.registry.referral-completed-fact.v1"
    scope: ClassVar[str] = "referral"

    sender: Member
    completed_on: Day
    outcome: ReferralOutcome


class ReferralFailedFact(Fact):
    """Derived by the receiver's registry from `ReferralFailed`: what it had accepted came to nothing."""

    wire_type: ClassVar[str] = "it.trama.registry.referral-failed-fact.v1"
    scope: ClassVar[str] = "referral"

    sender: Member
    failed_on: Day
    reason: FailingReason


class ReferralReopenedFact(Fact):
    """Derived by the receiver's registry from `ReferralReopened`: it goes on with what had been completed or
    given up."""

    wire_type: ClassVar[str] = "it.trama.registry.referral-reopened-fact.v1"
    scope: ClassVar[str] = "referral"

    sender: Member
    reopened_on: Day


class EvaluationRequestedFact(Fact):
    """Derived by the leading evaluation service from `EvaluationRequested`: an evaluation was asked for."""

    wire_type: ClassVar[str] = "it.trama.evaluation.evaluation-requested-fact.v1"
    scope: ClassVar[str] = "evaluation"

    team: Code
    requested_on: Day


class EvaluationCompletedFact(Fact):
    """Derived by the leading evaluation service from `EvaluationCompleted`: a team completed its work."""

    wire_type: ClassVar[str] = "it.trama.evaluation.evaluation-completed-fact.v1"
    scope: ClassVar[str] = "evaluation"

    team: Code
    completed_on: Day
    path_type: Code
    overridden: bool


class ProjectAgreedFact(Fact):
    """Derived by the leading evaluation service from `ProjectAgreed`: a path was planned for the person."""

    wire_type: ClassVar[str] = "it.trama.evaluation.project-agreed-fact.v1"
    scope: ClassVar[str] = "project"

    agreed_on: Day
    path_type: Code | None = None


class ReportingIdReplacedFact(Fact):
    """Derived by the registry from `ReportingIdReplaced`: from now on the person is counted under this
    reporting id, and what was told under the replaced one is of the same person. Where `was_theirs` is false
    that holds only of what the same member told: the old code is, or may be, somebody else's. `undone` takes
    back what the same stream told before of the replaced one."""

    wire_type: ClassVar[str] = "it.trama.registry.reporting-id-replaced-fact.v1"
    scope: ClassVar[str] = "sister"

    replaced: ReportingId
    was_theirs: bool
    replaced_on: Day
    undone: bool | None = None


FACTS: Final[dict[str, type[Fact]]] = {
    one.wire_type: one
    for one in list(vars().values())
    if isinstance(one, type) and issubclass(one, Fact) and one is not Fact
}
"""Wire type -> class, of every fact."""
