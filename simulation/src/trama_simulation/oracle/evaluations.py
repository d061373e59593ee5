"""Evaluations as they must stand: at the lead, at those asked, at those invited. Pure."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date

from trama_simulation.acts import (
    Accept,
    AgreeProject,
    AskEvaluation,
    Conclude,
    Contribute,
    Convene,
    RefuseProject,
    SetReview,
    SignProject,
    Story,
)
from trama_simulation.oracle.sharing import Joined


@dataclass(slots=True)
class Evaluation:
    """One evaluation, and what came of it."""

    person: str
    tax_code: str
    asked: AskEvaluation
    contributors: dict[str, str] = field(default_factory=dict)
    """Members asked, each awaited, arrived or late."""
    session: Convene | None = None
    concluded: Conclude | None = None
    agreed: AgreeProject | None = None
    project: str | None = None
    """Where the project stands: agreed, signed or refused."""
    review_due: bool = False
    invited: tuple[str, ...] = ()

    @property
    def lead(self) -> str:
        """Who asked for it."""
        return self.asked.at

    @property
    def state(self) -> str:
        """Where it stands."""
        if self.concluded:
            return "completed"
        return "convened" if self.session else "requested"

    def planned(self) -> str:
        """The path of the project: what the team chose, if the project does not say another."""
        chosen = self.concluded.path_type if self.concluded else ""
        return (self.agreed.path_type if self.agreed else "") or chosen

    def missing(self) -> set[str]:
        """Who was asked and had not contributed when it was concluded."""
        return {member for member, state in self.contributors.items() if state != "arrived"}


@dataclass(frozen=True, slots=True)
class Invitation:
    """What a member that does not follow the person is told of a session."""

    lead: str
    person: str
    role: str
    held_on: date


@dataclass(frozen=True, slots=True)
class Asked:
    """What a member is asked to contribute to, and whether it did."""

    lead: str
    person: str
    team: str
    contributions_by: date
    state: str


def evaluations_of(story: Story) -> list[Evaluation]:
    """The person's evaluations, one per lead."""
    found: dict[str, Evaluation] = {}
    joined = Joined()
    for act in story.deeds():
        match act:
            case Accept():
                joined.join(act.at, act.sender)
            case AskEvaluation():
                awaited = dict.fromkeys(act.contributors, "awaited")
                found[act.at] = Evaluation(story.person.name, story.person.tax_code, act, awaited)
            case Convene():
                known = joined.with_(act.at)
                found[act.at].session = act
                found[act.at].invited = tuple(member for member, _ in act.seats if member not in known)
            case Contribute():
                _contributed(found[act.lead], act)
            case Conclude() | AgreeProject() | SignProject() | RefuseProject() | SetReview():
                _goes_on(found[act.at], act)
    return list(found.values())


def _contributed(one: Evaluation, act: Contribute) -> None:
    one.contributors[act.at] = "late" if one.concluded else "arrived"
    one.review_due = one.concluded is not None


def _goes_on(one: Evaluation, act: Conclude | AgreeProject | SignProject | RefuseProject | SetReview) -> None:
    match act:
        case Conclude():
            one.concluded = act
        case AgreeProject():
            one.agreed, one.project = act, "agreed"
            one.review_due = "late" in one.contributors.values()
        case SignProject():
            one.project = "signed"
        case RefuseProject():
            one.project = "refused"
        case SetReview():
            one.review_due = False


def invitations(evaluations: Iterable[Evaluation], member: str) -> Iterator[Invitation]:
    """The sessions to which a member is invited."""
    for one in evaluations:
        if one.session and member in one.invited:
            role = dict(one.session.seats)[member]
            yield Invitation(one.lead, one.person, role, one.session.held_on)


def asked_of(evaluations: Iterable[Evaluation], member: str) -> Iterator[Asked]:
    """What a member is asked to contribute to."""
    for one in evaluations:
        if member in one.contributors:
            done = "awaited" if one.contributors[member] == "awaited" else "submitted"
            yield Asked(one.lead, one.person, one.asked.team, one.asked.contributions_by, done)
