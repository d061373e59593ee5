"""The oracle and the stories it judges by: each rule of sharing, told on a small story."""

from collections import Counter
from datetime import date

from trama_simulation import oracle
from trama_simulation.acts import Act, ConfirmStart, End, Propose, Register
from trama_simulation.persons import invented
from trama_simulation.stories import CPI, FILO, SIL, TODAY, URBANO, stories

ANNA, BRUNO, CARLA, DARIO, ELENA, FARID, GINA, IVO = stories(8, 1)
MANY = stories(300, 5)


def kinds(found: Counter[oracle.Entry], member: str) -> set[str]:
    return {kind for writer, kind in found if writer == member}


def test_who_accepted_sees_what_came_before_and_the_sender_what_came_after() -> None:
    assert oracle.timeline(ANNA, SIL) >= Counter({(URBANO, "taking-in-charge-opened"): 1})
    assert oracle.timeline(ANNA, URBANO) >= Counter({(SIL, "placement-ended"): 1})
    assert oracle.timeline(ANNA, SIL)[(URBANO, "records-linked")] == 1


def test_who_has_not_answered_has_no_part_in_the_story() -> None:
    assert oracle.followers(IVO) == {URBANO}
    assert set(oracle.timeline(IVO, URBANO)) == {
        (URBANO, kind)
        for kind in (
            *("person-registered", "taking-in-charge-opened", "case-manager-assigned"),
            *("authorisation-given", "referral-sent"),
        )
    }


def test_who_declined_is_known_to_the_sender_alone_and_only_as_declining() -> None:
    assert oracle.followers(DARIO) == {URBANO, CPI}
    assert kinds(oracle.timeline(DARIO, URBANO), SIL) == {"referral-declined"}
    assert kinds(oracle.timeline(DARIO, CPI), SIL) == set()


def test_two_who_follow_one_person_unlinked_know_nothing_of_each_other() -> None:
    assert kinds(oracle.timeline(ELENA, CPI), SIL) == kinds(oracle.timeline(ELENA, SIL), CPI) == set()


def test_two_named_in_one_authorisation_know_of_each_other_but_not_of_each_others_referral() -> None:
    both = next(story for story in MANY if {SIL, CPI} <= oracle.followers(story) and len(story.acts) == 8)
    assert "placement-started" in kinds(oracle.timeline(both, CPI), SIL)
    assert oracle.timeline(both, CPI)[(URBANO, "referral-sent")] == 1
    assert oracle.timeline(both, URBANO)[(URBANO, "referral-sent")] == 2


def test_who_followed_the_person_already_makes_no_second_record_and_shares_the_first() -> None:
    known = next(story for story in MANY if isinstance(story.acts[0], Register) and story.acts[0].at == SIL)
    assert oracle.timeline(known, URBANO)[(SIL, "person-registered")] == 1
    assert oracle.timeline(known, SIL)[(SIL, "taking-in-charge-opened")] == 1
    assert oracle.figures([known])["persons-taken-in-charge"].shares["member"] == {SIL: 1, URBANO: 1}


def test_the_host_hears_of_begun_paths_only() -> None:
    people = {hosted.person for hosted in oracle.hosted([ANNA, BRUNO, FARID], FILO)}
    assert people == {"Anna Esempio"}


def test_a_person_placed_by_two_counts_once_and_their_placements_twice() -> None:
    figures = oracle.figures([ELENA])
    assert figures["placements-started"].value == 2
    assert figures["persons-placed"].value == 1
    assert figures["persons-placed"].shares["member"] == {SIL: 1, CPI: 1}
    assert figures["placements-running"].shares["member"] == {SIL: 1}


def test_the_same_seed_tells_the_same_stories_and_fewer_begin_as_more_do() -> None:
    assert stories(300, 5) == MANY
    assert stories(20, 5) == MANY[:20]
    assert stories(0, 5) == []
    assert [story.person for story in MANY] == invented(300, 5)


def test_drawn_stories_keep_to_the_calendar_and_every_way_is_drawn() -> None:
    shapes = Counter(tuple(type(act).__name__ for act in story.acts) for story in MANY)
    assert len(shapes) >= 8
    for story in MANY:
        plans = {act.at: act for act in story.acts if isinstance(act, Propose)}
        for act in story.acts:
            if isinstance(act, ConfirmStart | End):
                assert plans[act.at].planned_from <= act.on <= min(plans[act.at].planned_to, TODAY)
            assert _day_of(act) <= TODAY


def _day_of(act: Act) -> date:
    return getattr(act, "opened_on", getattr(act, "notice_on", getattr(act, "on", TODAY)))


def test_nobody_has_the_name_kept_for_the_visitor() -> None:
    assert "Hugo Inventati" not in {story.person.name for story in MANY}
