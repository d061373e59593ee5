"""How far the person has come: the line of stops, and the project in brief."""

from datetime import date
from typing import TypeVar

from trama_chassis.language import say
from trama_contracts.evaluation import (
    EvaluationCompleted,
    EvaluationRequested,
    ProjectAgreed,
    ProjectRefused,
    ProjectSigned,
    ReviewSet,
)
from trama_contracts.placement import PlacementEnded, PlacementProposed, PlacementStarted

from trama_registry.models import EntryCopy
from trama_registry.queries.landmarks import Landmarks
from trama_registry.queries.told import Names
from trama_registry.schemas import FollowerView, GoalView, PersonView, ProjectView, StepTakenView

T = TypeVar("T")
HIRED = "hired"


def way_of(
    person: PersonView, following: list[FollowerView], landmarks: Landmarks, own: str, came_on: date
) -> list[StepTakenView]:
    """From the door to a job that lasts: each stop with its day, if it was reached."""
    since = min((one.since for one in following), default=None)
    return [
        StepTakenView(label="Accesso", on=came_on, href=f"/persone/{person.record}/storia"),
        StepTakenView(label="Presa in carico", on=since),
        _evaluated(landmarks, own),
        _agreed(landmarks, own),
        _placed(landmarks, own),
        _kept(landmarks),
    ]


def _evaluated(landmarks: Landmarks, own: str) -> StepTakenView:
    if (last := landmarks.last(EvaluationCompleted)) is not None:
        entry, completed = last
        href = _own(entry, own, f"/valutazioni/{completed.evaluation}")
        return StepTakenView(label="Valutazione", on=completed.completed_on, href=href)
    if (asked := landmarks.last(EvaluationRequested)) is not None:
        entry, requested = asked
        return StepTakenView(
            label="Valutazione",
            on=None,
            detail="richiesta",
            href=_own(entry, own, f"/valutazioni/{requested.evaluation}"),
        )
    return StepTakenView(label="Valutazione", on=None)


def _agreed(landmarks: Landmarks, own: str) -> StepTakenView:
    last = landmarks.last(ProjectAgreed)
    if last is None:
        return StepTakenView(label="Progetto", on=None)
    entry, project = last
    href = _own(entry, own, f"/progetti/{project.project}")
    signed = landmarks.last(ProjectSigned, entry.scope)
    if signed is None:
        return StepTakenView(
            label="Progetto", on=project.agreed_on, detail=_state(landmarks, entry), href=href
        )
    return StepTakenView(label="Progetto", on=signed[1].signed_on, detail="firmato", href=href)


def _placed(landmarks: Landmarks, own: str) -> StepTakenView:
    if (last := landmarks.last(PlacementStarted)) is not None:
        entry, started = last
        over = landmarks.any_of(entry.scope, (PlacementEnded,))
        return StepTakenView(
            label="Inserimento",
            on=started.started_on,
            detail="concluso" if over else "in corso",
            href=_own(entry, own, f"/inserimenti/{started.placement}"),
        )
    if (proposed := landmarks.last(PlacementProposed)) is not None:
        entry, asked = proposed
        href = _own(entry, own, f"/inserimenti/{asked.placement}")
        return StepTakenView(label="Inserimento", on=None, detail="proposto", href=href)
    return StepTakenView(label="Inserimento", on=None)


def _kept(landmarks: Landmarks) -> StepTakenView:
    """A job that lasts begins with the ending that is a hiring."""
    hired = [event for _, event in landmarks.of(PlacementEnded) if event.reason == HIRED]
    if not hired:
        return StepTakenView(label="Tenuta", on=None)
    return StepTakenView(label="Tenuta", on=hired[-1].ended_on, detail=say("dall'assunzione"))


def project_of(landmarks: Landmarks, own: str, names: Names) -> ProjectView | None:
    """The last project agreed."""
    last = landmarks.last(ProjectAgreed)
    if last is None:
        return None
    entry, project = last
    review = landmarks.last(ReviewSet, entry.scope)
    return ProjectView(
        own_words=project.own_words,
        goals=[GoalView(what=goal.what, by=names(goal.by), until=goal.until) for goal in project.goals],
        state=_state(landmarks, entry),
        agreed_on=project.agreed_on,
        review_on=review[1].review_on if review is not None else project.review_on,
        href=_own(entry, own, f"/progetti/{project.project}"),
    )


def _state(landmarks: Landmarks, agreed: EntryCopy) -> str:
    if landmarks.any_of(agreed.scope, (ProjectSigned,)):
        return "firmato"
    return "non firmato" if landmarks.any_of(agreed.scope, (ProjectRefused,)) else "bozza condivisa"


def _own(entry: EntryCopy, own: str, href: str) -> str | None:
    """Only what our own services keep has a page here."""
    return href if entry.member == own else None
