"""Commands: the row and its events, or neither; who is told what."""

from collections.abc import Awaitable, Callable
from datetime import date
from typing import Any
from uuid import uuid4

from sqlalchemy import select
from trama_chassis.runtime import Runtime
from trama_chassis.testing import published, transaction
from trama_contracts.evaluation import (
    ContributionSubmitted,
    EvaluationCompleted,
    EvaluationRequested,
    HealthContributionSubmitted,
    InvitationSent,
    ProjectAgreed,
    ProjectRefused,
    ProjectSigned,
    ReviewSet,
    SessionConvened,
    SocialContributionSubmitted,
)
from trama_contracts.event import Event
from trama_contracts.facts import EvaluationCompletedFact, EvaluationRequestedFact, ProjectAgreedFact
from trama_evaluation import commands
from trama_evaluation.errors import (
    AlreadyCompleted,
    AuthorisationMissing,
    EvaluationNotHere,
    NotAContributor,
    NotAsked,
    NotCompleted,
    NotInCircle,
    OverrideNeedsReason,
    PersonMustSign,
    PersonNotInCharge,
    ProjectExists,
    ReviewTooFar,
    SessionInvalid,
    UnknownItem,
    UnknownMember,
    UnknownTeam,
)
from trama_evaluation.models import Evaluation
from trama_evaluation.schemas import RefuseProject, SignProject

Refused = Callable[..., Awaitable[Any]]
TODAY = date(2013, 10, 14)
TEAM = (("ambito-urbano", "assistente-sociale"), ("sil", "mediatrice"))


async def events(stage: Any, *classes: type[Event]) -> list[Any]:
    return [one.event for one in await published(stage.runtime, *classes)]


async def stored(runtime: Runtime) -> list[Evaluation]:
    async with runtime.database.read() as session:
        return list(await session.scalars(select(Evaluation)))


async def sign(stage: Any, project: str, *signatories: dict[str, str]) -> None:
    async with transaction(stage.runtime) as session:
        request = SignProject.model_validate({"signatories": signatories})
        await commands.sign_project(session, project, request)


async def refuse(stage: Any, project: str) -> None:
    async with transaction(stage.runtime) as session:
        await commands.refuse_project(session, project, RefuseProject())


async def test_a_request_is_kept_and_told_to_who_follows_and_may_know(stage: Any) -> None:
    record = await stage.in_charge()
    await stage.follows("dsm", record)
    await stage.follows("sert", record)
    await stage.authorise(record, "dsm")
    evaluation = await stage.request(record, "ambito-urbano", "dsm", "sert")
    event, fact = await published(stage.runtime)
    assert event.event == EvaluationRequested(
        evaluation=evaluation.evaluation,
        team="integrated-team",
        question="Che lavoro può iniziare?",
        requested_on=TODAY,
        contributions_by=date(2013, 10, 31),
        contributors=("ambito-urbano", "dsm", "sert"),
    )
    assert (event.record, event.scope) == (record, f"evaluation:{evaluation.evaluation}")
    assert event.granted_to == ("ambito-urbano.registry", "dsm.evaluation", "dsm.registry")
    assert isinstance(fact.event, EvaluationRequestedFact)
    assert fact.granted_to == ("provincia.reporting",)


async def test_a_refused_request_publishes_nothing(stage: Any, refused: Refused) -> None:
    record = await stage.in_charge()
    await refused(PersonNotInCharge, stage.request(await stage.person()))
    await refused(UnknownTeam, stage.request(record, team="commissione"))
    assert await stored(stage.runtime) == []
    assert await published(stage.runtime) == []


async def test_only_who_follows_the_person_and_evaluates_can_be_asked(stage: Any, refused: Refused) -> None:
    record = await stage.in_charge()
    stranger = await refused(NotAContributor, stage.request(record, "ambito-urbano", "dsm"))
    assert "«dsm»" in stranger.detail
    assert "«ambito-urbano»" not in stranger.detail
    await stage.follows("coop-filo", record)
    without = await refused(NotAContributor, stage.request(record, "coop-filo"))
    assert "«coop-filo»: non usa il servizio" in without.detail
    assert (without.code, without.field) == ("not-a-contributor", "contributors")
    assert await published(stage.runtime) == []


async def test_our_own_part_goes_on_our_record_and_twice_counts_once(stage: Any) -> None:
    record = await stage.in_charge()
    evaluation = await stage.request(record)
    first = await stage.contribute(evaluation, note="Prima")
    second = await stage.contribute(evaluation, note="Seconda", ratings=[{"item": "d710", "score": 3}])
    assert first.contribution == second.contribution
    told = await published(stage.runtime, ContributionSubmitted)
    assert {(one.record, one.circle, one.scope) for one in told} == {
        (record, "care", f"evaluation:{evaluation.evaluation}")
    }
    async with transaction(stage.runtime) as session:
        parts = (await commands.evaluation.queries.contributed(session, evaluation)).parts
    assert [(one.note, one.ratings) for one in parts] == [("Seconda", {"d710": 3})]


async def test_only_who_was_asked_contributes(stage: Any, refused: Refused) -> None:
    record = await stage.in_charge()
    await stage.follows("dsm", record)
    of_dsm = await stage.request(record, "dsm")
    await refused(NotAsked, stage.contribute(of_dsm))
    await refused(NotAsked, stage.contribute(Evaluation(evaluation=str(uuid4()))))
    assert await events(stage, ContributionSubmitted) == []


async def test_a_social_service_writes_no_health_part_and_nothing_the_instrument_does_not_ask(
    stage: Any, refused: Refused
) -> None:
    evaluation = await stage.request(await stage.in_charge())
    health = {"stability": "stable", "diagnosis": "Inventata"}
    await refused(NotInCircle, stage.contribute(evaluation, health=health))
    await refused(UnknownItem, stage.contribute(evaluation, ratings=[{"item": "b152", "score": 1}]))
    await stage.contribute(evaluation, social={"housing": "In affitto"})
    (social,) = await published(stage.runtime, SocialContributionSubmitted)
    assert social.circle == "social"
    assert await events(stage, HealthContributionSubmitted) == []


async def test_clinical_notes_are_granted_to_health_members_only(
    stage_of: Callable[[str], Any], scores: Callable[[int], Any]
) -> None:
    """INVARIANT: whatever is authorised, a diagnosis reaches members of the clinical circle alone."""
    async with stage_of("dsm") as stage:
        record = await stage.in_charge()
        others = ("ambito-urbano", "sil", "sert", "cpi", "cor")
        for member in others:
            await stage.follows(member, record)
        await stage.authorise(record, *others, circles=("care", "clinical", "social"))
        evaluation = await stage.request(record, "dsm")
        health = {
            "ratings": [{"item": "b152", "score": 2}],
            "stability": "fluctuating",
            "diagnosis": "Diagnosi inventata",
        }
        await stage.contribute(evaluation, health=health)
        (clinical,) = await published(stage.runtime, HealthContributionSubmitted)
        assert clinical.circle == "clinical"
        assert {one.partition(".")[0] for one in clinical.granted_to} == {"dsm", "sert"}
        (care,) = await published(stage.runtime, ContributionSubmitted)
        assert "ambito-urbano.evaluation" in care.granted_to
        assert "b152" not in str(care.event.payload())
        assert "inventata" not in str(care.event.payload())


async def test_a_valid_session_is_told_and_called_again(stage: Any) -> None:
    record = await stage.in_charge()
    await stage.follows("sil", record)
    evaluation = await stage.request(record)
    first = await stage.convene(evaluation, *TEAM)
    again = await stage.convene(evaluation, *TEAM, held_on="2013-10-21")
    assert first.session == again.session
    assert [one.held_on for one in await events(stage, SessionConvened)] == [TODAY, date(2013, 10, 21)]
    assert await events(stage, InvitationSent) == []


async def test_an_invalid_session_is_refused_and_publishes_nothing(stage: Any, refused: Refused) -> None:
    record = await stage.in_charge()
    await stage.follows("cpi", record)
    evaluation = await stage.request(record, team="integrated-planning-unit")
    before = len(await published(stage.runtime))
    found = await refused(SessionInvalid, stage.convene(evaluation, ("cpi", "operatrice")))
    assert "manca il servizio sociale" in found.detail
    assert "manca l'orientamento della Regione (COR)" in found.detail
    stranger = await refused(SessionInvalid, stage.convene(evaluation, ("nessuno", "operatore")))
    assert "«nessuno» non fa parte della rete" in stranger.detail
    assert len(await published(stage.runtime)) == before
    (kept,) = await stored(stage.runtime)
    assert kept.session is None


async def test_who_does_not_follow_the_person_gets_the_invitation_and_nothing_else(
    stage: Any, unit: list[Any]
) -> None:
    """INVARIANT: an invitation is a name, a day and a place; COR holds no other key of the person."""
    record = await stage.in_charge()
    await stage.follows("cpi", record)
    authorisation = await stage.authorise(record, "cpi", "cor")
    evaluation = await stage.request(record, team="integrated-planning-unit")
    await stage.contribute(evaluation)
    evaluation = await stage.convene(evaluation, *unit, authorisation=authorisation)
    await stage.complete(evaluation)
    (invited,) = await published(stage.runtime, InvitationSent)
    assert invited.granted_to == ("ambito-urbano.registry", "cor.evaluation")
    assert (invited.event.to, invited.event.role, invited.circle) == ("cor", "orientatore", "referral")
    assert (invited.event.given_name, invited.event.family_name) == ("Anna", "Esempio")
    others = [one for one in await published(stage.runtime) if one.event_id != invited.event_id]
    assert others
    assert all("cor.evaluation" not in one.granted_to for one in others)


async def test_nobody_is_invited_without_an_authorisation_that_names_them(
    stage: Any, refused: Refused, unit: list[Any]
) -> None:
    record, other = await stage.in_charge(), await stage.in_charge("Finto", "Bruno")
    await stage.follows("cpi", record)
    evaluation = await stage.request(record, team="integrated-planning-unit")
    of_another = await stage.authorise(other, "cor")
    of_others = await stage.authorise(record, "cpi")
    missing = await refused(AuthorisationMissing, stage.convene(evaluation, *unit))
    assert "«cor»: non segue la persona" in missing.detail
    for useless in (of_another, of_others, str(uuid4())):
        await refused(AuthorisationMissing, stage.convene(evaluation, *unit, authorisation=useless))
    assert await events(stage, InvitationSent) == []
    assert await events(stage, SessionConvened) == []


async def test_a_completed_evaluation_tells_levels_and_reasons_and_no_figure(stage: Any) -> None:
    """INVARIANT: no figure that sorts people leaves the team; a field for the index would break this."""
    record = await stage.in_charge()
    theirs = await stage.follows("sil", record)
    await stage.follows("dsm", record)
    evaluation = await stage.request(record, "ambito-urbano", "dsm", "sil")
    await stage.contribute(evaluation)
    await stage.arrives("sil", theirs, evaluation, score=2)
    await stage.convene(evaluation, *TEAM)
    completed = await stage.complete(
        evaluation, path_type="traineeship-disadvantaged", override_reason="Conosce già il luogo."
    )
    (told,) = await events(stage, EvaluationCompleted)
    assert told.missing == ("dsm",)
    assert told.session == completed.session
    assert told.instrument == "sop-icf-1-0"
    assert told.supports == ("tutor-at-work",)
    assert [(one.path_type, one.rule) for one in told.proposals] == [("traineeship", "otherwise")]
    assert told.override_reason == "Conosce già il luogo."
    levels = {area.area: area.level for area in told.profile}
    assert levels == dict.fromkeys(levels, 2) | {"observed": None, "environment": None}
    assert "health" not in levels
    assert set(told.payload()) == {
        *("evaluation", "session", "team", "completed_on", "seats", "instrument", "profile", "supports"),
        *("proposals", "path_type", "override_reason", "missing"),
    }
    (fact,) = await events(stage, EvaluationCompletedFact)
    assert (fact.path_type, fact.overridden) == ("traineeship-disadvantaged", True)


async def test_a_refused_completion_publishes_nothing(stage: Any, refused: Refused) -> None:
    record = await stage.in_charge()
    await stage.follows("sil", record)
    evaluation = await stage.request(record)
    await stage.contribute(evaluation)
    await stage.convene(evaluation, *TEAM)
    before = len(await published(stage.runtime))
    alone = [{"member": "ambito-urbano", "role": "assistente-sociale"}]
    await refused(SessionInvalid, stage.complete(evaluation, seats=alone))
    await refused(OverrideNeedsReason, stage.complete(evaluation, path_type="hiring-support"))
    await refused(EvaluationNotHere, stage.complete(Evaluation(evaluation=str(uuid4()))))
    assert len(await published(stage.runtime)) == before
    await stage.complete(evaluation)
    await refused(AlreadyCompleted, stage.complete(evaluation))
    assert len(await events(stage, EvaluationCompleted)) == 1


async def test_a_project_is_agreed_in_the_persons_own_words_and_signed(stage: Any, refused: Refused) -> None:
    record = await stage.in_charge()
    await stage.follows("sil", record)
    evaluation = await stage.completed(record)
    project = await stage.agree(evaluation)
    told, fact = await published(stage.runtime, ProjectAgreed, ProjectAgreedFact)
    assert told.event.own_words == "Vorrei lavorare al mattino, vicino a casa."
    assert told.event.path_type == "ordinary-job-search"
    assert told.scope == f"project:{project.project}"
    assert fact.event.path_type == "ordinary-job-search"
    service = {"role": "service", "member": "ambito-urbano"}
    await refused(PersonMustSign, sign(stage, project.project, service, service))
    stranger = {"role": "service", "member": "nessuno"}
    await refused(UnknownMember, sign(stage, project.project, {"role": "person"}, stranger))
    assert await events(stage, ProjectSigned) == []
    await sign(stage, project.project, {"role": "person"}, service)
    (signed,) = await events(stage, ProjectSigned)
    assert [one.role for one in signed.signatories] == ["person", "service"]


async def test_who_cannot_be_passed_on_to_work_is_given_a_path_of_inclusion(
    stage: Any, refused: Refused, scores: Callable[[int], Any]
) -> None:
    record = await stage.in_charge()
    await stage.follows("sil", record)
    evaluation = await stage.request(record, "ambito-urbano", "sil")
    await stage.contribute(evaluation, ratings=scores(4))
    await stage.convene(evaluation, *TEAM)
    completed = await stage.complete(evaluation, path_type="social-inclusion")
    assert (completed.proposals[0]["path_type"], completed.override_reason) == ("social-inclusion", None)
    await refused(ReviewTooFar, stage.agree(evaluation, review_on="2014-10-15"))
    assert await events(stage, ProjectAgreed) == []
    await stage.agree(evaluation, review_on="2014-10-14")
    (told,) = await events(stage, ProjectAgreed)
    assert (told.path_type, told.review_on) == ("social-inclusion", date(2014, 10, 14))


async def test_there_is_one_project_at_a_time_and_a_refused_one_makes_room(
    stage: Any, refused: Refused
) -> None:
    record = await stage.in_charge()
    await stage.follows("sil", record)
    open_one = await stage.request(record)
    await refused(NotCompleted, stage.agree(open_one))
    evaluation = await stage.completed(record)
    await refused(UnknownMember, stage.agree(evaluation, goals=[{"what": "x", "by": "nessuno"}]))
    first = await stage.agree(evaluation, path_type=None)
    await refused(ProjectExists, stage.agree(evaluation))
    await refuse(stage, first.project)
    second = await stage.agree(evaluation)
    (refusal,) = await events(stage, ProjectRefused)
    assert (refusal.project, refusal.reason) == (first.project, None)
    agreed = await events(stage, ProjectAgreed)
    assert [(one.project, one.path_type) for one in agreed] == [
        (first.project, None),
        (second.project, "ordinary-job-search"),
    ]


async def test_our_own_late_part_flags_the_project_as_anybodys_does(stage: Any) -> None:
    record = await stage.in_charge()
    theirs = await stage.follows("sil", record)
    evaluation = await stage.request(record, "ambito-urbano", "sil")
    await stage.arrives("sil", theirs, evaluation)
    await stage.convene(evaluation, *TEAM)
    await stage.complete(evaluation)
    project = await stage.agree(evaluation)
    assert not project.review_due
    await stage.contribute(evaluation)
    (kept,) = await stored(stage.runtime)
    assert kept.late == ["ambito-urbano"]
    reviewed = await stage.review(project)
    assert not reviewed.review_due
    (told,) = await events(stage, ReviewSet)
    assert (told.review_on, told.because) == (date(2013, 10, 21), "late-contribution")
