"""What the oracle says of paths, evaluations and figures, told on the written stories."""

from trama_simulation import oracle
from trama_simulation.acts import (
    Conclude,
    ConfirmStart,
    Contribute,
    End,
    HostRefuses,
    Propose,
    RefuseApproval,
    SetReview,
    Story,
)
from trama_simulation.members import COR, CPI, DSM, EST, FILO, MOBILI, SERT, SIL, URBANO
from trama_simulation.stories import stories

ANNA, BRUNO, CARLA, DARIO, ELENA, FARID, GINA, IVO = CAST = stories(8, 1)
MANY = stories(600, 5)


def before(story: Story, *kinds: type) -> Story:
    """The story until the first act of these kinds."""
    end = next(number for number, act in enumerate(story.acts) if isinstance(act, kinds))
    return Story(story.person, story.acts[:end])


def test_a_path_waits_is_agreed_runs_and_ends() -> None:
    states = [
        oracle.paths_of(before(ANNA, kind))[0].state() if kind else oracle.paths_of(ANNA)[0].state()
        for kind in (ConfirmStart, End, None)
    ]
    assert states == ["start-to-confirm", "running", "ended"]
    (path,) = oracle.paths_of(ANNA)
    assert path.approvals() == {"person": "given", "host": "given", "promoter": "given"}


def test_where_the_service_hosts_itself_nobody_else_is_asked_and_no_host_told() -> None:
    lab, after = oracle.paths_of(BRUNO)
    assert lab.parties == ("person", "promoter")
    assert lab.host is None
    assert after.host == MOBILI
    assert oracle.timeline(BRUNO, SIL, oracle.sharing_of(BRUNO))[(SIL, "host-placement-opened")] == 1


def test_a_host_is_told_of_who_comes_and_never_of_what_it_is() -> None:
    paths = oracle.lives_of(CAST).paths
    at_filo = list(oracle.hosted(paths, FILO))
    assert {(one.person, one.state) for one in at_filo} == {
        ("Anna Esempio", "ended"),
        ("Carla Dimostri", "running"),
    }
    assert {one.person for one in oracle.hosted(paths, MOBILI)} == {"Bruno Finto", "Elena Provetta"}
    assert not {"path_type", "lead"} & set(oracle.Hosted.__slots__)


def test_who_does_not_approve_ends_it_before_it_began() -> None:
    ended = [one for one in MANY if any(isinstance(act, RefuseApproval | HostRefuses) for act in one.acts)]
    paths = [oracle.paths_of(one)[0] for one in ended]
    assert {path.state() for path in paths} == {"withdrawn"}
    assert {path.refused for path in paths} == {"person", "host", "promoter"}
    assert {path.state_at_host() for path in paths if path.refused == "host"} == {"refused"}
    assert {path.state_at_host() for path in paths if path.refused == "person"} == {"withdrawn"}


def test_a_contribution_after_the_end_is_late_and_the_project_is_to_be_looked_at_until_it_is() -> None:
    assert oracle.evaluations_of(before(GINA, SetReview))[0].review_due
    (one,) = oracle.evaluations_of(GINA)
    assert one.contributors == {URBANO: "arrived", DSM: "awaited", SERT: "late"}
    assert one.missing() == {SERT, DSM}
    assert (one.state, one.project, one.review_due) == ("completed", "signed", False)
    (unfinished,) = oracle.evaluations_of(before(GINA, Conclude))
    assert (unfinished.state, unfinished.contributors[SERT]) == ("convened", "awaited")


def test_who_does_not_follow_the_person_is_invited_and_asked_nothing() -> None:
    evaluations = oracle.evaluations_of(ANNA)
    for member in (CPI, COR):
        assert [one.person for one in oracle.invitations(evaluations, member)] == ["Anna Esempio"]
        assert list(oracle.asked_of(evaluations, member)) == []
    assert list(oracle.invitations(evaluations, URBANO)) == []
    assert [one.state for one in oracle.asked_of(oracle.evaluations_of(DARIO), CPI)] == ["awaited"]
    assert [one.state for one in oracle.asked_of(oracle.evaluations_of(DARIO), EST)] == ["submitted"]


def test_a_person_placed_by_two_counts_once_and_their_placements_twice() -> None:
    figures = oracle.figures(oracle.lives_of([ELENA]))
    assert figures["placements-started"].value == 2
    assert figures["persons-placed"].value == 1
    assert figures["persons-placed"].shares["member"] == {SIL: 1, CPI: 1}
    assert figures["placements-running"].shares["member"] == {CPI: 1}
    assert figures["persons-taken-in-charge"].value == 1


def test_teams_and_answers_are_counted_as_they_were() -> None:
    figures = oracle.figures(oracle.lives_of(CAST))
    assert figures["evaluations-requested"].value == 4
    assert figures["evaluations-completed"].value == 3
    assert figures["override-share"].value == 0.0
    assert figures["persons-with-project"].shares["path_type"] == {
        "traineeship": 2,
        "work-grant-therapeutic": 1,
    }
    assert figures["answer-days"].value == 3
    assert figures["referrals-declined"].shares["declining"] == {"not-competent": 1}
    assert figures["takings-in-charge-closed"].shares["closing"] == {"transferred": 1}


def test_of_nobody_nothing_is_counted() -> None:
    figures = oracle.figures(oracle.lives_of([]))
    assert {code: one.value for code, one in figures.items() if one.value != 0} == {
        "answer-days": None,
        "answers-in-term": None,
        "override-share": None,
        "passages-days": None,
    }


def test_every_reading_of_many_stories_agrees_with_what_was_done() -> None:
    lives = oracle.lives_of(MANY)
    deeds = [act for story in MANY for act in story.deeds()]
    assert len(lives.paths) == sum(isinstance(act, Propose) for act in deeds)
    written = sum(
        oracle.timeline(story, member, oracle.sharing_of(story))[(member, "contribution-submitted")]
        for story in MANY
        for member in oracle.followers(story)
    )
    assert written == sum(isinstance(act, Contribute) for act in deeds)
