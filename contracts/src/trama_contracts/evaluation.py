"""Events owned by evaluation: what a team asks, hears, finds and agrees with the person.

What health and social services alone may know goes into events of their own circles; nobody is given a
figure that sorts people.
"""

from typing import Annotated, ClassVar, Literal, TypeAlias

from pydantic import Field

from trama_contracts.event import Day, Event, Member, Part, Uuid
from trama_contracts.facts import (
    Counted,
    EvaluationCompletedFact,
    EvaluationRequestedFact,
    ProjectAgreedFact,
)
from trama_contracts.names import Circle
from trama_contracts.payload_fields import Code, Members, PersonName, ShortText, Text

Score: TypeAlias = Literal[0, 1, 2, 3, 4, 8, 9]
"""A rating in the qualifiers of the ICF (WHO 2001): 0 no difficulty to 4 complete; 8 not specified, 9 not
applicable. 8 and 9 are never counted as 0."""
Stability: TypeAlias = Literal["stable", "fluctuating", "unstable"]
"""How steady the person's health is, as the health service sees it."""
SignatoryRole: TypeAlias = Literal["person", "legal-representative", "service"]
"""As what somebody signs a project."""


ReviewReason: TypeAlias = Literal["term", "late-contribution", "host-asks", "person-asks", "other"]
"""Why a project is looked at again."""
ReviewOutcome: TypeAlias = Literal["goes-on", "changes", "ends"]
"""What followed from looking at a project again."""


class Rating(Part):
    """One item of the functional profile and its score, as one member saw the person."""

    item: Code
    score: Score


class Seat(Part):
    """A member at a session, and as what it sits there."""

    member: Member
    role: Code


class Area(Part):
    """One area of the functional profile: how many of its items were rated, and the level of support."""

    area: Code
    rated: Annotated[int, Field(strict=True, ge=0, le=50)]
    items: Annotated[int, Field(strict=True, ge=1, le=50)]
    level: Annotated[int, Field(strict=True, ge=0, le=4)] | None = None


class Proposal(Part):
    """A path type the rules propose, and the code of the rule that does."""

    path_type: Code
    rule: Code


class Goal(Part):
    """What is to be done for a project, by whom and until when."""

    what: ShortText
    by: Member
    until: Day | None = None


class Signatory(Part):
    """Who signed a project; a service is named by its member."""

    role: SignatoryRole
    member: Member | None = None


class Evaluated(Part):
    """An evaluation of another member. Its id means nothing without the member that leads it."""

    member: Member
    evaluation: Uuid


Ratings = Annotated[tuple[Rating, ...], Field(max_length=50)]
Seats = Annotated[tuple[Seat, ...], Field(min_length=1, max_length=30)]


class EvaluationRequested(Counted):
    """Published by the evaluation service of the member that leads the evaluation (valutazione) when it is
    asked for: which kind of team, what is to be understood, and who is to contribute until when."""

    wire_type: ClassVar[str] = "it.trama.evaluation.evaluation-requested.v1"
    circle: ClassVar[Circle] = "care"
    scope: ClassVar[str] = "evaluation"

    evaluation: Uuid
    team: Code
    question: Text
    requested_on: Day
    contributions_by: Day
    contributors: Members

    def fact(self, reporting_id: str) -> EvaluationRequestedFact:
        """The kind of team and the day; not the question."""
        return EvaluationRequestedFact(
            reporting_id=reporting_id, team=self.team, requested_on=self.requested_on
        )


class ContributionSubmitted(Event):
    """Published by the evaluation service of a member that was asked to contribute, when its operator signs
    its part (contributo). The same member may send it again: the last one counts. A late one counts too."""

    wire_type: ClassVar[str] = "it.trama.evaluation.contribution-submitted.v1"
    circle: ClassVar[Circle] = "care"
    scope: ClassVar[str] = "evaluation"

    contribution: Uuid
    evaluation: Evaluated
    discipline: Code
    ratings: Ratings
    supports: Annotated[tuple[Code, ...], Field(max_length=20)]
    note: Text | None = None
    submitted_on: Day


class HealthContributionSubmitted(Event):
    """Published by the evaluation service of a health member beside its contribution, with what only health
    services may know: the functional diagnosis (diagnosi funzionale) and how steady health is."""

    wire_type: ClassVar[str] = "it.trama.evaluation.health-contribution-submitted.v1"
    circle: ClassVar[Circle] = "clinical"
    scope: ClassVar[str] = "evaluation"

    contribution: Uuid
    evaluation: Evaluated
    ratings: Ratings
    stability: Stability
    diagnosis: Text
    submitted_on: Day


class SocialContributionSubmitted(Event):
    """Published by the evaluation service of a social member beside its contribution, with what only social
    services may know: family, housing, economic situation."""

    wire_type: ClassVar[str] = "it.trama.evaluation.social-contribution-submitted.v1"
    circle: ClassVar[Circle] = "social"
    scope: ClassVar[str] = "evaluation"

    contribution: Uuid
    evaluation: Evaluated
    family: Text | None = None
    housing: Text | None = None
    economy: Text | None = None
    submitted_on: Day


class SessionConvened(Event):
    """Published by the leading member's evaluation service when a session (incontro) of the team is called
    with a composition that is valid for its kind, and again when its date or composition changes."""

    wire_type: ClassVar[str] = "it.trama.evaluation.session-convened.v1"
    circle: ClassVar[Circle] = "care"
    scope: ClassVar[str] = "evaluation"

    session: Uuid
    evaluation: Uuid
    held_on: Day
    place: ShortText
    seats: Seats


class InvitationSent(Event):
    """Published by the leading member's evaluation service to one member that is to sit at a session and does
    not follow the person (COR, the Province): the least needed to come prepared."""

    wire_type: ClassVar[str] = "it.trama.evaluation.invitation-sent.v1"
    circle: ClassVar[Circle] = "referral"
    scope: ClassVar[str] = "invitation"

    invitation: Uuid
    session: Uuid
    team: Code
    to: Member
    role: Code
    held_on: Day
    place: ShortText
    given_name: PersonName | None = None
    family_name: PersonName
    authorisation: Uuid


class EvaluationCompleted(Counted):
    """Published by the leading member's evaluation service when its team, in a valid composition, completes
    the evaluation: the functional profile by areas, the supports, the path the rules propose and the one the
    team chose. A choice other than the first proposal gives its reason (scelta motivata dell'équipe)."""

    wire_type: ClassVar[str] = "it.trama.evaluation.evaluation-completed.v1"
    circle: ClassVar[Circle] = "care"
    scope: ClassVar[str] = "evaluation"

    evaluation: Uuid
    session: Uuid
    team: Code
    completed_on: Day
    seats: Seats
    instrument: Code
    profile: Annotated[tuple[Area, ...], Field(min_length=1, max_length=20)]
    supports: Annotated[tuple[Code, ...], Field(max_length=20)]
    proposals: Annotated[tuple[Proposal, ...], Field(max_length=20)]
    path_type: Code
    override_reason: Text | None = None
    missing: Annotated[tuple[Member, ...], Field(max_length=200)]

    def fact(self, reporting_id: str) -> EvaluationCompletedFact:
        """The kind of team, the day, the path, and whether the team chose against the first proposal."""
        return EvaluationCompletedFact(
            reporting_id=reporting_id,
            team=self.team,
            completed_on=self.completed_on,
            path_type=self.path_type,
            overridden=self.override_reason is not None,
        )


class ProjectAgreed(Counted):
    """Published by the leading member's evaluation service when the personalised project (progetto
    personalizzato) is agreed: what the person wants, in the person's own words, and who does what."""

    wire_type: ClassVar[str] = "it.trama.evaluation.project-agreed.v1"
    circle: ClassVar[Circle] = "care"
    scope: ClassVar[str] = "project"

    project: Uuid
    evaluation: Uuid
    own_words: Text
    goals: Annotated[tuple[Goal, ...], Field(min_length=1, max_length=30)]
    path_type: Code | None = None
    agreed_on: Day
    review_on: Day

    def fact(self, reporting_id: str) -> ProjectAgreedFact:
        """The day and the path planned; what "per le quali è stato previsto un percorso" is counted from."""
        return ProjectAgreedFact(
            reporting_id=reporting_id, agreed_on=self.agreed_on, path_type=self.path_type
        )


class ProjectSigned(Event):
    """Published by the leading member's evaluation service when the person, or who represents them, and the
    services have signed the project."""

    wire_type: ClassVar[str] = "it.trama.evaluation.project-signed.v1"
    circle: ClassVar[Circle] = "care"
    scope: ClassVar[str] = "project"

    project: Uuid
    signed_on: Day
    signatories: Annotated[tuple[Signatory, ...], Field(min_length=2, max_length=30)]


class ProjectRefused(Event):
    """Published by the leading member's evaluation service when the person does not sign the project: a
    right, with no reason owed."""

    wire_type: ClassVar[str] = "it.trama.evaluation.project-refused.v1"
    circle: ClassVar[Circle] = "care"
    scope: ClassVar[str] = "project"

    project: Uuid
    refused_on: Day
    reason: Text | None = None


class ReviewSet(Event):
    """Published by the leading member's evaluation service when a date is set to look at the project again
    (verifica), and why: a term, or a contribution that came after the evaluation was completed."""

    wire_type: ClassVar[str] = "it.trama.evaluation.review-set.v1"
    circle: ClassVar[Circle] = "care"
    scope: ClassVar[str] = "project"

    project: Uuid
    review_on: Day
    because: ReviewReason
    members: Members | None = None
    """Who is to look at it together, if it is a joint review (verifica congiunta): a host and a service at
    least."""


class ProjectReviewed(Event):
    """Published by the leading member's evaluation service when a host and a service have looked at the
    project again together with the person, whose voice it carries (verifica congiunta). The next review
    follows as an event of its own."""

    wire_type: ClassVar[str] = "it.trama.evaluation.project-reviewed.v1"
    circle: ClassVar[Circle] = "care"
    scope: ClassVar[str] = "project"

    project: Uuid
    held_on: Day
    members: Members
    person_words: Text
    host_words: Text | None = None
    outcome: ReviewOutcome


class ReviewOverdue(Event):
    """Published by the leading member's evaluation service, once, when the day of a joint review has passed
    and it was not held."""

    wire_type: ClassVar[str] = "it.trama.evaluation.review-overdue.v1"
    circle: ClassVar[Circle] = "care"
    scope: ClassVar[str] = "project"

    project: Uuid
    review_on: Day
    passed_on: Day
    members: Members
