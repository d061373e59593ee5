"""What teams do, through the evaluation services' API."""

from collections.abc import Mapping
from typing import Any

from trama_simulation.acts import (
    AgreeProject,
    AskEvaluation,
    Conclude,
    Contribute,
    Convene,
    EvaluationAct,
    RefuseProject,
    SetReview,
    SignProject,
)
from trama_simulation.desks import Desk
from trama_simulation.living.lived import Lived

EVALUATION = "/api/evaluation"


async def do(act: EvaluationAct, lived: Lived, desks: Mapping[str, Desk]) -> None:
    """Do it as the operator there would."""
    desk = desks[act.at]
    match act:
        case AskEvaluation():
            await _ask(act, lived, desk)
        case Contribute():
            await _contribute(act, lived, desk)
        case Convene():
            await _convene(act, lived, desk)
        case Conclude():
            await _conclude(act, lived, desk)
        case AgreeProject():
            await _agree(act, lived, desk)
        case SignProject():
            who: list[dict[str, str]] = [{"role": "person"}]
            who += [{"role": "service", "member": member} for member in act.services]
            await desk.post(f"{_project(act.at, lived)}/sign", {"signatories": who})
        case RefuseProject():
            await desk.post(f"{_project(act.at, lived)}/refuse", {})
        case SetReview():
            await _all_arrived(act.at, lived, desk)
            body = {"review_on": act.review_on.isoformat(), "because": act.because}
            await desk.post(f"{_project(act.at, lived)}/review", body)


def _evaluation(lead: str, lived: Lived) -> str:
    return f"{EVALUATION}/evaluations/{lived.evaluations[lead]}"


def _project(lead: str, lived: Lived) -> str:
    return f"{EVALUATION}/projects/{lived.projects[lead]}"


async def _ask(act: AskEvaluation, lived: Lived, desk: Desk) -> None:
    body = {
        "record": lived.records[act.at],
        "team": act.team,
        "question": act.question,
        "contributions_by": act.contributions_by.isoformat(),
        "contributors": list(act.contributors),
    }
    asked = await desk.post(
        f"{EVALUATION}/evaluations",
        body,
        not_yet=lived.not_yet("person-not-in-charge", "not-a-contributor"),
        what=f"chi segue {lived.story.person.name}, al servizio delle valutazioni",
    )
    lived.evaluations[act.at] = asked["evaluation"]


async def _contribute(act: Contribute, lived: Lived, desk: Desk) -> None:
    body: dict[str, Any] = {"discipline": act.discipline, "ratings": _ratings(act.ratings)}
    if act.diagnosis:
        body["health"] = {"ratings": [], "stability": act.stability, "diagnosis": act.diagnosis}
    if act.family:
        body["social"] = {"family": act.family}
    await desk.post(
        f"{EVALUATION}/asked/{act.lead}/{lived.evaluations[act.lead]}/contribution",
        body,
        not_yet=lived.not_yet("not-asked", "person-not-linked"),
        what=f"la richiesta di contributo per {lived.story.person.name}",
    )
    lived.contributed[act.lead].add(act.at)


def _ratings(rated: tuple[tuple[str, int], ...]) -> list[dict[str, str | int]]:
    return [{"item": item, "score": score} for item, score in rated]


async def _convene(act: Convene, lived: Lived, desk: Desk) -> None:
    body: dict[str, Any] = {
        "held_on": act.held_on.isoformat(),
        "place": act.place,
        "seats": [{"member": member, "role": role} for member, role in act.seats],
    }
    if any(member not in lived.records for member, _ in act.seats):
        body["authorisation"] = lived.authorisations[act.at][-1]
    await desk.post(
        f"{_evaluation(act.at, lived)}/session",
        body,
        not_yet=lived.not_yet("authorisation-missing"),
        what=f"chi segue {lived.story.person.name}",
    )


async def _conclude(act: Conclude, lived: Lived, desk: Desk) -> None:
    await _all_arrived(act.at, lived, desk)
    body = {"path_type": act.path_type} | ({"override_reason": act.override} if act.override else {})
    await desk.post(f"{_evaluation(act.at, lived)}/complete", body)


async def _agree(act: AgreeProject, lived: Lived, desk: Desk) -> None:
    body: dict[str, Any] = {
        "own_words": act.own_words,
        "goals": [{"what": what, "by": by} for what, by in act.goals],
        "review_on": act.review_on.isoformat(),
    }
    if act.path_type:
        body["path_type"] = act.path_type
    agreed = await desk.post(f"{_evaluation(act.at, lived)}/project", body)
    lived.projects[act.at] = agreed["project"]


async def _all_arrived(lead: str, lived: Lived, desk: Desk) -> None:
    """Wait until the lead has every contribution that was given."""
    given = lived.contributed[lead]

    def enough(shown: dict[str, Any]) -> bool:
        return given <= {one["member"] for one in shown["contributors"] if one["state"] != "awaited"}

    await desk.arrived(f"i contributi per {lived.story.person.name}", _evaluation(lead, lived), enough)
