"""What is kept of others' events: asked of us, contributed to ours, by whom it may be said; once each."""

from datetime import date
from typing import Any
from uuid import uuid4

from sqlalchemy import select
from sqlmodel import SQLModel
from trama_caseload import EpisodeCopy, PersonCopy
from trama_chassis.rebuild import rebuild
from trama_chassis.runtime import Runtime
from trama_chassis.testing import Territory, deliver, published, transaction
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
)
from trama_evaluation import commands, queries
from trama_evaluation.models import (
    CompletedCopy,
    ContributionCopy,
    Evaluation,
    HealthContributionCopy,
    InvitationCopy,
    Project,
    ProjectCopy,
    RequestCopy,
    SocialContributionCopy,
)
from trama_evaluation.schemas import Contribute

TEAM = (("ambito-urbano", "assistente-sociale"), ("sil", "mediatrice"))
COPIES: tuple[type[SQLModel], ...] = (
    *(PersonCopy, EpisodeCopy, RequestCopy, ContributionCopy, HealthContributionCopy),
    *(SocialContributionCopy, CompletedCopy, ProjectCopy, InvitationCopy),
)


async def rows(runtime: Runtime, *tables: type[SQLModel]) -> list[Any]:
    async with runtime.database.read() as session:
        return [row.model_dump() for table in tables for row in await session.scalars(select(table))]


async def view_of(stage: Any, evaluation: Evaluation) -> Any:
    async with stage.runtime.database.read(runtime=stage.runtime) as session:
        return await queries.evaluation_view(session, evaluation.evaluation)


async def asked(stage: Any) -> Any:
    async with stage.runtime.database.read(runtime=stage.runtime) as session:
        return await queries.asked(session)


def request_of(evaluation: str, *contributors: str) -> EvaluationRequested:
    return EvaluationRequested(
        evaluation=evaluation,
        team="integrated-team",
        question="Che lavoro può iniziare?",
        requested_on=date(2013, 10, 1),
        contributions_by=date(2013, 10, 31),
        contributors=contributors,
    )


async def test_what_others_ask_of_us_is_kept_and_answered_on_our_own_record(stage_of: Any) -> None:
    async with stage_of("dsm") as stage:
        record, evaluation = await stage.in_charge(), str(uuid4())
        theirs = await stage.follows("ambito-urbano", record)
        lead = stage.peer("ambito-urbano.evaluation")
        await deliver(
            stage.runtime, lead, request_of(evaluation, "dsm", "sert"), record=theirs, scope=evaluation
        )
        (one,) = await asked(stage)
        assert (one.member, one.record, one.own_record) == ("ambito-urbano", theirs, record)
        assert (one.person, one.state) == ("Anna Esempio", "awaited")
        async with transaction(stage.runtime) as session:
            said = {
                "discipline": "psychiatry",
                "note": "Sì",
                "health": {"stability": "stable", "diagnosis": "Inventata"},
            }
            request = Contribute.model_validate(said)
            await commands.submit_contribution(session, "ambito-urbano", evaluation, request)
        assert [one.state for one in await asked(stage)] == ["submitted"]
        told = await published(stage.runtime, ContributionSubmitted, HealthContributionSubmitted)
        assert [(one.record, one.scope) for one in told] == [(record, f"evaluation:{evaluation}")] * 2


async def test_what_is_asked_of_others_is_no_business_of_ours(stage_of: Any) -> None:
    async with stage_of("dsm") as stage:
        evaluation = str(uuid4())
        lead = stage.peer("ambito-urbano.evaluation")
        await deliver(
            stage.runtime, lead, request_of(evaluation, "sert"), record=str(uuid4()), scope=evaluation
        )
        assert await rows(stage.runtime, RequestCopy) == []


async def test_a_contribution_is_in_time_before_the_end_and_twice_counts_once(stage: Any) -> None:
    record = await stage.in_charge()
    theirs = await stage.follows("dsm", record)
    evaluation = await stage.request(record, "dsm")
    await stage.arrives("dsm", theirs, evaluation, score=4)
    written = await stage.arrives("dsm", theirs, evaluation, score=1)
    await stage.runtime.inbox.deliver([written])
    view = await view_of(stage, evaluation)
    assert [(one.member, one.state) for one in view.contributors] == [("dsm", "arrived")]
    assert view.profile[0].level == 1
    assert view.proposals[0].path_type == "ordinary-job-search"
    assert len(await rows(stage.runtime, ContributionCopy)) == 1


async def test_only_the_record_linked_with_ours_of_who_was_asked_is_believed(stage: Any) -> None:
    """INVARIANT: a contribution of who was not asked, or about somebody else, moves nothing."""
    record = await stage.in_charge()
    of_sil = await stage.follows("sil", record)
    await stage.follows("dsm", record)
    evaluation = await stage.completed(record, "dsm")
    project = await stage.agree(evaluation)
    await stage.arrives("sil", of_sil, evaluation)
    await stage.arrives("dsm", str(uuid4()), evaluation)
    view = await view_of(stage, evaluation)
    assert {one.member: one.state for one in view.contributors} == {
        "ambito-urbano": "arrived",
        "dsm": "awaited",
    }
    assert (view.project, view.review_due) == (project.project, False)


async def test_a_late_contribution_is_kept_and_flags_the_project_until_a_review_is_set(stage: Any) -> None:
    record = await stage.in_charge()
    await stage.follows("sil", record)
    theirs = await stage.follows("dsm", record)
    evaluation = await stage.completed(record, "dsm")
    project = await stage.agree(evaluation)
    assert (await view_of(stage, evaluation)).review_due is False
    before = await view_of(stage, evaluation)
    await stage.arrives("dsm", theirs, evaluation, score=4)
    view = await view_of(stage, evaluation)
    assert {one.member: one.state for one in view.contributors} == {
        "ambito-urbano": "arrived",
        "dsm": "late",
    }
    assert view.review_due is True
    assert view.profile == before.profile
    assert view.missing == ["dsm"]
    await stage.review(project)
    assert (await view_of(stage, evaluation)).review_due is False
    (kept,) = await rows(stage.runtime, Project)
    assert kept["review_on"] == date(2013, 10, 21)


async def test_a_project_agreed_after_a_late_contribution_is_to_be_reviewed(stage: Any) -> None:
    record = await stage.in_charge()
    await stage.follows("sil", record)
    theirs = await stage.follows("dsm", record)
    evaluation = await stage.completed(record, "dsm")
    await stage.arrives("dsm", theirs, evaluation)
    assert (await view_of(stage, evaluation)).review_due is True
    assert (await stage.agree(evaluation)).review_due is True


async def test_what_health_says_moves_the_proposals_only_where_it_may_be_known(
    stage_of: Any, territory: Territory
) -> None:
    async with stage_of("sert") as stage:
        record = await stage.in_charge()
        theirs = await stage.follows("dsm", record)
        evaluation = await stage.request(record, "dsm")
        await stage.arrives("dsm", theirs, evaluation)
        unstable = HealthContributionSubmitted(
            contribution=str(uuid4()),
            evaluation={"member": "sert", "evaluation": evaluation.evaluation},
            ratings=({"item": "b152", "score": 3},),
            stability="unstable",
            diagnosis="Diagnosi inventata",
            submitted_on=date(2013, 10, 14),
        )
        peer = stage.peer("dsm.evaluation")
        await deliver(stage.runtime, peer, unstable, record=theirs, scope=evaluation.evaluation)
        view = await view_of(stage, evaluation)
        assert view.proposals[0].rule == "advised-by-health"
        assert "inventata" not in view.model_dump_json()


async def test_the_lead_of_a_social_district_never_holds_clinical_notes(stage: Any) -> None:
    """INVARIANT: even sent there by mistake, with its key, a diagnosis leaves no trace in the district."""
    record = await stage.in_charge()
    theirs = await stage.follows("dsm", record)
    evaluation = await stage.request(record, "dsm")
    sent = HealthContributionSubmitted(
        contribution=str(uuid4()),
        evaluation={"member": "ambito-urbano", "evaluation": evaluation.evaluation},
        ratings=(),
        stability="unstable",
        diagnosis="Diagnosi inventata",
        submitted_on=date(2013, 10, 14),
    )
    peer = stage.peer("dsm.evaluation")
    await deliver(stage.runtime, peer, sent, record=theirs, scope=evaluation.evaluation)
    assert await rows(stage.runtime, HealthContributionCopy) == []


async def test_an_invitation_is_kept_by_who_is_invited_and_renewed(stage_of: Any) -> None:
    async with stage_of("cor") as stage:
        lead, record, invitation = stage.peer("ambito-urbano.evaluation"), str(uuid4()), str(uuid4())
        terms: dict[str, Any] = {
            "invitation": invitation,
            "session": str(uuid4()),
            "team": "integrated-planning-unit",
            "role": "orientatore",
            "place": "Sala riunioni",
            "given_name": "Anna",
            "family_name": "Esempio",
            "authorisation": str(uuid4()),
        }
        for to, held_on in (("cor", date(2013, 10, 17)), ("cor", date(2013, 10, 24))):
            sent = InvitationSent(to=to, held_on=held_on, **terms)
            await deliver(stage.runtime, lead, sent, record=record, scope=invitation)
        not_ours = InvitationSent(**terms | {"invitation": str(uuid4()), "to": "cpi"}, held_on=held_on)
        await deliver(stage.runtime, lead, not_ours, record=record, scope=not_ours.invitation)
        async with stage.runtime.database.read(runtime=stage.runtime) as session:
            (one,) = await queries.invitations(session)
        assert (one.lead, one.person, one.held_on) == ("ambito-urbano", "Anna Esempio", date(2013, 10, 24))
        assert one.team_label == "Unità di progettazione integrata"
        assert await rows(stage.runtime, PersonCopy) == []


def completion_of(evaluation: str) -> EvaluationCompleted:
    return EvaluationCompleted(
        evaluation=evaluation,
        session=str(uuid4()),
        team="integrated-team",
        completed_on=date(2013, 10, 10),
        seats=({"member": "dsm", "role": "psichiatra"},),
        instrument="sop-icf-1-0",
        profile=({"area": "learning", "rated": 1, "items": 3, "level": 1},),
        supports=(),
        proposals=(),
        path_type="traineeship",
        missing=("dsm",),
    )


def agreement_of(evaluation: str, project: str) -> ProjectAgreed:
    return ProjectAgreed(
        project=project,
        evaluation=evaluation,
        own_words="Vorrei lavorare al mattino.",
        goals=({"what": "Visita", "by": "dsm"},),
        agreed_on=date(2013, 10, 11),
        review_on=date(2014, 1, 10),
    )


async def test_how_what_we_contributed_to_ended_is_kept_from_the_lead_alone(stage_of: Any) -> None:
    async with stage_of("dsm") as stage:
        record, evaluation, project = await stage.in_charge(), str(uuid4()), str(uuid4())
        theirs = await stage.follows("ambito-urbano", record)
        lead, other = stage.peer("ambito-urbano.evaluation"), stage.peer("sert.evaluation")
        refused = ProjectRefused(project=project, refused_on=date(2013, 10, 12))
        signatories = ({"role": "person"}, {"role": "service", "member": "dsm"})
        for peer, event, of, scope in (
            (lead, request_of(evaluation, "dsm"), theirs, evaluation),
            (lead, completion_of(evaluation), theirs, evaluation),
            (lead, agreement_of(evaluation, project), theirs, project),
            (other, refused, str(uuid4()), project),
            (lead, ReviewSet(project=project, review_on=date(2013, 11, 4), because="term"), theirs, project),
            (
                lead,
                ProjectSigned(project=project, signed_on=date(2013, 10, 14), signatories=signatories),
                theirs,
                project,
            ),
        ):
            await deliver(stage.runtime, peer, event, record=of, scope=scope)
        (one,) = await asked(stage)
        assert one.outcome.path_type_label == "Tirocinio formativo e di orientamento"
        assert one.outcome.own_words == "Vorrei lavorare al mattino."
        assert one.outcome.review_on == date(2013, 11, 4)
        (kept,) = await rows(stage.runtime, ProjectCopy)
        assert (kept["signed_on"], kept["refused_on"]) == (date(2013, 10, 14), None)


async def test_copies_wiped_and_rebuilt_are_the_same_and_publish_nothing(stage: Any) -> None:
    record = await stage.in_charge()
    await stage.follows("sil", record)
    theirs = await stage.follows("dsm", record)
    evaluation = await stage.completed(record, "dsm")
    await stage.contribute(evaluation, social={"family": "Vive sola"})
    await stage.arrives("dsm", theirs, evaluation)
    before, told = await rows(stage.runtime, *COPIES), len(await published(stage.runtime))
    assert len(before) == 6
    await rebuild(stage.runtime)
    assert await rows(stage.runtime, *COPIES) == before
    assert len(await published(stage.runtime)) == told
