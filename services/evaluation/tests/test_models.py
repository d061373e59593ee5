"""The rules, without a database: who must sit in a team, what may follow what."""

from datetime import date, timedelta
from typing import Any

import pytest
from trama_chassis.language import say, speaking
from trama_evaluation.errors import (
    AlreadyCompleted,
    AServiceMustSign,
    CompletedBeforeSession,
    CompletionNotYetReached,
    NotConvened,
    NothingContributed,
    NotInCircle,
    OverrideNeedsReason,
    PersonMustSign,
    ProjectNotOpen,
    ReviewNotAhead,
    ReviewTooFar,
    SessionInvalid,
    SignedOutsideTerm,
    TermPassed,
    UnknownPathType,
)
from trama_evaluation.models import (
    Asked,
    Choice,
    Evaluation,
    Finding,
    Pact,
    Project,
    TeamRule,
    instrument,
    judge_sector,
)

TODAY = date(2013, 10, 14)
SUMMED = [one.item for area in instrument.AREAS for one in area.items]


def rule_of(rules: list[TeamRule], team: str) -> TeamRule:
    return next(rule for rule in rules if rule.team == team)


# Teams


@pytest.mark.parametrize(
    ("team", "seated", "missing"),
    [
        ("integrated-planning-unit", ["social"], ["servizio per il lavoro", "orientamento della Regione"]),
        ("integrated-planning-unit", ["social", "employment"], ["orientamento della Regione"]),
        ("integrated-planning-unit", ["health", "employment", "orientation"], ["servizio sociale"]),
        ("multidimensional-unit", ["social"], ["servizio sanitario"]),
        ("targeted-placement-committee", ["health", "social"], ["servizio per il lavoro"]),
        ("integrated-team", ["social"], ["un altro servizio"]),
    ],
)
def test_an_invalid_session_is_refused_naming_each_missing_seat(
    rules: list[TeamRule], team: str, seated: list[str], missing: list[str]
) -> None:
    with pytest.raises(SessionInvalid) as raised:
        rule_of(rules, team).judge((f"member-{sector}", sector) for sector in seated)
    assert raised.value.detail.startswith("Incontro non valido: manca ")
    assert raised.value.detail.count("manca ") == len(missing)
    assert all(seat in raised.value.detail for seat in missing)


@pytest.mark.parametrize(
    ("team", "seated"),
    [
        ("integrated-planning-unit", ["social", "employment", "orientation", "health"]),
        ("multidimensional-unit", ["health", "social"]),
        ("targeted-placement-committee", ["employment", "health", "social"]),
        ("integrated-team", ["social", "work-integration"]),
    ],
)
def test_a_session_with_every_seat_taken_is_valid(
    rules: list[TeamRule], team: str, seated: list[str]
) -> None:
    rule_of(rules, team).judge((f"member-{sector}", sector) for sector in seated)


def test_one_member_on_two_seats_is_one_member(rules: list[TeamRule]) -> None:
    with pytest.raises(SessionInvalid):
        rule_of(rules, "integrated-team").judge([("sil", "work-integration"), ("sil", "work-integration")])


def test_every_rule_names_its_source(rules: list[TeamRule]) -> None:
    assert all(rule.source for rule in rules)
    assert len(rules) == 4


# Evaluations


def requested(**terms: Any) -> Evaluation:
    asked = {"contributions_by": TODAY, "contributors": ("dsm", "ambito-urbano")} | terms
    return Evaluation.request(Asked(record="r", team="integrated-team", question="?", **asked), TODAY)


def convened(**terms: Any) -> Evaluation:
    evaluation = requested(**terms)
    evaluation.convene(TODAY, "Sala", [{"member": "sil", "role": "x"}], ())
    return evaluation


READY = Finding(dict.fromkeys(SUMMED, 0))


def test_a_term_that_is_over_is_refused() -> None:
    requested(contributions_by=TODAY)
    with pytest.raises(TermPassed):
        requested(contributions_by=TODAY - timedelta(days=1))


def test_an_evaluation_is_completed_by_a_team_that_met_on_a_day_that_has_come() -> None:
    with pytest.raises(NotConvened):
        requested().must_be_completable(TODAY, TODAY)
    with pytest.raises(CompletionNotYetReached):
        convened().must_be_completable(TODAY + timedelta(days=1), TODAY)
    with pytest.raises(CompletedBeforeSession):
        convened().must_be_completable(TODAY - timedelta(days=1), TODAY)
    assert convened().must_be_completable(TODAY, TODAY) == TODAY


def test_nothing_is_completed_on_nothing() -> None:
    with pytest.raises(NothingContributed):
        convened().complete(Choice(TODAY, "observation-lab"), Finding(), [], set())


def test_another_choice_than_the_first_proposal_needs_its_reason() -> None:
    evaluation = convened()
    with pytest.raises(OverrideNeedsReason) as raised:
        evaluation.complete(Choice(TODAY, "traineeship"), READY, [], {"dsm"})
    assert "Ricerca di lavoro" in raised.value.detail
    assert evaluation.completed_on is None
    evaluation.complete(Choice(TODAY, "traineeship", "Lo chiede lei"), READY, [], {"dsm"})
    assert (evaluation.path_type, evaluation.override_reason) == ("traineeship", "Lo chiede lei")
    assert evaluation.missing == ["ambito-urbano"]


def test_a_reason_without_need_is_not_an_override() -> None:
    evaluation = convened()
    evaluation.complete(Choice(TODAY, "ordinary-job-search", "Anche secondo noi"), READY, [], {"dsm"})
    assert evaluation.override_reason is None


def test_a_path_that_does_not_exist_cannot_be_chosen() -> None:
    with pytest.raises(UnknownPathType):
        convened().complete(Choice(TODAY, "altrove", "perché sì"), READY, [], {"dsm"})


def test_what_is_completed_stays_as_it_was() -> None:
    evaluation = convened()
    evaluation.complete(Choice(TODAY, "ordinary-job-search"), READY, [], {"dsm"})
    with pytest.raises(AlreadyCompleted):
        evaluation.must_be_completable(TODAY, TODAY)
    with pytest.raises(AlreadyCompleted):
        evaluation.convene(TODAY, "Sala", [], ())


def test_who_comes_after_the_end_is_late_and_before_it_in_time() -> None:
    evaluation = convened()
    assert evaluation.take_late("dsm") is False
    assert evaluation.arrival("dsm", {"dsm"}) == "arrived"
    assert evaluation.arrival("dsm", ()) == "awaited"
    evaluation.complete(Choice(TODAY, "ordinary-job-search"), READY, [], {"ambito-urbano"})
    assert evaluation.take_late("dsm") is True
    assert evaluation.arrival("dsm", {"dsm"}) == "late"


def test_a_session_called_again_is_the_same_session_and_the_same_invitation() -> None:
    evaluation = requested()
    evaluation.convene(TODAY, "Sala", [], ["cor"])
    session, invitation = evaluation.session, evaluation.invitations["cor"]
    evaluation.convene(TODAY + timedelta(days=7), "Altra sala", [], ["cor", "cpi"])
    assert (evaluation.session, evaluation.invitations["cor"]) == (session, invitation)
    assert evaluation.invitations["cpi"] != invitation


def test_each_part_is_written_by_its_own_sector() -> None:
    judge_sector("health", health=True, social=False)
    judge_sector("social", health=False, social=True)
    for sector, health, social, field in (
        ("social", True, False, "health"),
        ("employment", True, False, "health"),
        ("health", False, True, "social"),
    ):
        with pytest.raises(NotInCircle) as raised:
            judge_sector(sector, health=health, social=social)
        assert raised.value.field == field


# Projects


def agreed(**terms: Any) -> Project:
    pact = {"own_words": "Vorrei...", "goals": [], "path_type": None, "review_on": TODAY} | terms
    return Project.agree("e", "r", Pact(**pact), TODAY)


PERSON, SERVICE = {"role": "person"}, {"role": "service", "member": "sil"}
REPRESENTATIVE = {"role": "legal-representative"}


def test_a_project_is_signed_by_the_person_or_who_represents_them_and_a_service() -> None:
    for signatories in ([PERSON, SERVICE], [REPRESENTATIVE, SERVICE]):
        project = agreed()
        project.sign(TODAY, signatories, TODAY)
        assert project.state == "signed"
    with pytest.raises(PersonMustSign):
        agreed().sign(TODAY, [SERVICE, SERVICE], TODAY)
    with pytest.raises(AServiceMustSign):
        agreed().sign(TODAY, [PERSON, REPRESENTATIVE], TODAY)


@pytest.mark.parametrize("days", [-1, 1])
def test_it_is_signed_neither_before_it_was_agreed_nor_in_the_future(days: int) -> None:
    with pytest.raises(SignedOutsideTerm):
        agreed().sign(TODAY + timedelta(days=days), [PERSON, SERVICE], TODAY)


def test_a_project_is_signed_or_refused_once() -> None:
    signed, not_signed = agreed(), agreed()
    signed.sign(TODAY, [PERSON, SERVICE], TODAY)
    not_signed.refuse(None, TODAY)
    for project in (signed, not_signed):
        with pytest.raises(ProjectNotOpen):
            project.refuse(None, TODAY)
        with pytest.raises(ProjectNotOpen):
            project.sign(TODAY, [PERSON, SERVICE], TODAY)


def test_a_project_that_was_not_signed_can_be_looked_at_again() -> None:
    project = agreed()
    project.refuse(None, TODAY)
    project.set_review(TODAY + timedelta(days=30), TODAY)
    assert (project.state, project.review_on) == ("refused", TODAY + timedelta(days=30))


def test_a_review_lies_ahead_and_settles_what_was_due() -> None:
    project = agreed()
    project.review_due = True
    with pytest.raises(ReviewNotAhead):
        project.set_review(TODAY - timedelta(days=1), TODAY)
    assert project.review_due
    project.set_review(TODAY + timedelta(days=7), TODAY)
    assert not project.review_due
    with pytest.raises(ReviewNotAhead):
        agreed(review_on=TODAY - timedelta(days=1))
    with pytest.raises(UnknownPathType):
        agreed(path_type="altrove")


def test_who_stays_with_the_social_service_is_looked_at_again_within_a_year() -> None:
    """INVARIANT: nobody is left in the path of who is not passed on to work. A review that may lie further
    ahead than a year breaks it."""
    in_a_year = date(TODAY.year + 1, TODAY.month, TODAY.day)
    inclusion = agreed(path_type="social-inclusion", review_on=in_a_year)
    with pytest.raises(ReviewTooFar, check=lambda refused: "14 ottobre 2014" in refused.detail):
        agreed(path_type="social-inclusion", review_on=in_a_year + timedelta(days=1))
    with pytest.raises(ReviewTooFar):
        inclusion.set_review(in_a_year + timedelta(days=1), TODAY)
    leap = date(2016, 2, 29)
    inclusion.set_review(date(2017, 2, 28), leap)
    with pytest.raises(ReviewTooFar):
        inclusion.set_review(date(2017, 3, 1), leap)
    agreed(path_type="traineeship", review_on=in_a_year + timedelta(days=1))


def test_the_words_of_every_kind_of_team_are_in_english_too(rules: list[TeamRule]) -> None:
    for rule in rules:
        with speaking("en"):
            assert say(rule.label) != rule.label
            assert say(rule.source) != rule.source
