"""Joint reviews of a project: who must be there, what is told, what is said when the day passes."""

from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError
from sqlalchemy import select
from trama_chassis.clock import Clock, write_clock
from trama_chassis.testing import client, published, transaction
from trama_chassis.timers import run_due
from trama_contracts.evaluation import ProjectReviewed, ReviewOverdue, ReviewSet
from trama_evaluation import commands
from trama_evaluation.errors import ReviewNotAhead, ReviewNotJoint, ReviewNotYetHeld, UnknownMember
from trama_evaluation.models import Project, ProjectReview
from trama_evaluation.schemas import HoldReview, SetReview

Refused = Callable[..., Awaitable[Any]]
API, PAGE = "/api/evaluation", {"Accept": "text/html"}
WORDS = "Il mattino va bene. Vorrei provare un altro banco."
HELD: dict[str, Any] = {
    "members": ["coop-filo", "sil"],
    "person_words": WORDS,
    "host_words": "È puntuale.",
    "outcome": "goes-on",
    "review_on": "2014-04-14",
}


@pytest.fixture
async def project(stage: Any) -> Project:
    record = await stage.in_charge()
    await stage.follows("sil", record)
    agreed: Project = await stage.agree(await stage.completed(record))
    return agreed


async def hold(stage: Any, project: Project, **terms: Any) -> Project:
    async with transaction(stage.runtime) as session:
        return await commands.hold_review(session, project.project, HoldReview.model_validate(HELD | terms))


async def wait_for(stage: Any, project: Project, *members: str) -> Project:
    async with transaction(stage.runtime) as session:
        asked = {"review_on": "2013-10-21", "because": "term", "members": members}
        return await commands.set_review(session, project.project, SetReview.model_validate(asked))


async def events(stage: Any, *classes: Any) -> list[Any]:
    return [one.event for one in await published(stage.runtime, *classes)]


async def test_a_joint_review_needs_a_host_a_service_and_the_voice_of_the_person(
    stage: Any, project: Project, refused: Refused
) -> None:
    """INVARIANT: nothing is called a joint review that was held without who hosts the person, without a
    service, or without the person's words. One that leaves any of them out breaks it."""
    for members, missing in ((["sil", "dsm"], "chi ospita"), (["coop-filo"], "un servizio")):
        refusal = await refused(ReviewNotJoint, hold(stage, project, members=members))
        assert (refusal.field, missing in refusal.detail) == ("members", True)
        await refused(ReviewNotJoint, wait_for(stage, project, *members))
    await refused(UnknownMember, hold(stage, project, members=["nessuno", "sil"]))
    for silent in ("", "   "):
        with pytest.raises(ValidationError):
            await hold(stage, project, person_words=silent)
    assert await events(stage, ProjectReviewed, ReviewSet) == []
    await hold(stage, project)
    told, following = await published(stage.runtime, ProjectReviewed, ReviewSet)
    assert (told.inner.circle, told.scope) == ("care", f"project:{project.project}")
    assert (told.event.person_words, told.event.members) == (WORDS, ("coop-filo", "sil"))
    assert (following.event.review_on, following.event.members) == (date(2014, 4, 14), ("coop-filo", "sil"))


async def test_a_review_is_recorded_once_held_and_says_when_the_next_one_is(
    stage: Any, project: Project, refused: Refused
) -> None:
    for day in ("2013-10-15", "2013-10-13"):
        await refused(ReviewNotYetHeld, hold(stage, project, held_on=day))
    await refused(ReviewNotAhead, hold(stage, project, review_on="2013-10-13"))
    with pytest.raises(ValidationError):
        await hold(stage, project, review_on=None)
    async with stage.runtime.database.read() as session:
        assert await session.get(Project, project.project) == project
    ended = await hold(stage, project, outcome="ends", review_on=None)
    assert not ended.review_is_joint
    (told,) = await events(stage, ProjectReviewed, ReviewSet)
    assert told.outcome == "ends"


async def test_a_joint_review_that_was_not_held_is_told_once_it_is_overdue(
    stage: Any, project: Project, clock_file: Path
) -> None:
    await wait_for(stage, project, "coop-filo", "sil")

    async def overdue_on(day: int) -> list[tuple[date, date]]:
        write_clock(clock_file, datetime(2013, 10, day, 9, tzinfo=UTC))
        stage.runtime.clock = Clock(clock_file)
        await run_due(stage.runtime)
        return [(one.review_on, one.passed_on) for one in await events(stage, ReviewOverdue)]

    assert await overdue_on(21) == []
    once = [(date(2013, 10, 21), date(2013, 10, 22))]
    assert await overdue_on(22) == once
    assert await overdue_on(30) == once
    async with client(stage.runtime, "team-lead") as http:
        page = (await http.get(f"/progetti/{project.project}", headers=PAGE)).text
        assert "Verifica congiunta non ancora fatta." in page
        held = await http.post(f"{API}/projects/{project.project}/reviews", json=HELD)
    assert (held.status_code, held.json()["review_overdue_on"]) == (201, None)
    assert await overdue_on(31) == once


async def test_a_review_that_waits_for_nobody_is_never_told_as_overdue(
    stage: Any, project: Project, clock_file: Path
) -> None:
    await stage.review(project)
    write_clock(clock_file, datetime(2014, 2, 1, 9, tzinfo=UTC))
    stage.runtime.clock = Clock(clock_file)
    await run_due(stage.runtime)
    assert await events(stage, ReviewOverdue) == []


async def test_the_page_sets_a_joint_review_and_records_it_with_all_that_was_said(
    stage: Any, project: Project
) -> None:
    path = f"/progetti/{project.project}"
    asked = {"review_on": "2013-10-21", "because": "term", "members": ["coop-filo"]}
    form = HELD | {"held_on": "2013-10-14", "person_words": "Mi trovo <bene>.", "review_on": ""}
    async with client(stage.runtime, "team-lead") as http:
        alone = await http.post(f"{path}/verifica", data=asked, headers=PAGE)
        assert (alone.status_code, "un servizio che la segue" in alone.text) == (409, True)
        asked["members"] = ["coop-filo", "sil"]
        assert (await http.post(f"{path}/verifica", data=asked, headers=PAGE)).status_code == 303
        open_ended = await http.post(f"{path}/verifica-fatta", data=form, headers=PAGE)
        assert (open_ended.status_code, "Mi trovo &lt;bene&gt;." in open_ended.text) == (422, True)
        sent = await http.post(
            f"{path}/verifica-fatta", data=form | {"review_on": "2014-01-14"}, headers=PAGE
        )
        shown = (await http.get(path, headers=PAGE)).text
    assert sent.status_code == 303
    assert "Si prosegue come concordato" in shown
    assert "Mi trovo &lt;bene&gt;." in shown
    async with client(stage.runtime, "caseworker") as http:
        assert (await http.post(f"{API}/projects/{project.project}/reviews", json=HELD)).status_code == 403


async def test_reviews_go_with_the_record(stage: Any, project: Project) -> None:
    await hold(stage, project)
    async with transaction(stage.runtime) as session:
        await stage.runtime.service.handlers.forget_record(session, project.record)
    async with stage.runtime.database.read() as session:
        assert [await session.get(Project, project.project)] == [None]
        assert (await session.scalars(select(ProjectReview))).all() == []
