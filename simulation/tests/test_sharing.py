"""Who may know what: each rule of sharing, told on a small story."""

from collections import Counter
from datetime import date

from trama_simulation import oracle
from trama_simulation.acts import Accept, Act, Authorise, Contribute, Refer, Register, Story
from trama_simulation.members import COMIDIS, CPI, DSM, EST, SERT, SIL, URBANO
from trama_simulation.oracle.sharing import sharing_of
from trama_simulation.persons import invented
from trama_simulation.stories import stories

ANNA, BRUNO, CARLA, DARIO, ELENA, FARID, GINA, IVO = stories(8, 1)
ANYBODY = invented(1, 1)[0]
DAY = date(2013, 3, 4)


def story(*acts: Act) -> Story:
    return Story(ANYBODY, acts)


def joined(at: str, sender: str) -> tuple[Act, Act]:
    """Referred, and accepted."""
    return Refer(DAY, sender, at, "x", "y", DAY), Accept(DAY, at, sender)


def shown(told: Story, member: str) -> Counter[oracle.Entry]:
    return oracle.timeline(told, member, sharing_of(told))


def kinds(told: Story, member: str, of: str) -> set[str]:
    return {kind for writer, kind in shown(told, member) if writer == of}


def test_who_accepted_sees_what_came_before_and_the_sender_what_came_after() -> None:
    assert shown(ANNA, SIL)[(URBANO, "taking-in-charge-opened")] == 1
    assert shown(ANNA, URBANO)[(SIL, "placement-ended")] == 1
    assert shown(ANNA, SIL)[(URBANO, "records-linked")] == 1


def test_who_has_not_answered_has_no_part_in_the_story() -> None:
    assert oracle.followers(IVO) == [URBANO, SIL]
    assert kinds(oracle.remembered(IVO), URBANO, URBANO) == {
        *("access-recorded", "access-concluded", "person-registered", "taking-in-charge-opened"),
        *("case-manager-assigned", "authorisation-given", "referral-sent", "records-linked"),
        *("next-step-set", "struck next-step-set", "entry-corrected"),
    }


def test_two_who_follow_one_person_unlinked_know_nothing_of_each_other() -> None:
    assert kinds(ELENA, CPI, SIL) == kinds(ELENA, SIL, CPI) == set()
    assert "placement-started" in kinds(ELENA, COMIDIS, CPI)


def test_who_declined_is_known_to_the_sender_and_no_record_of_it_is_shared() -> None:
    assert "referral-declined" in kinds(DARIO, EST, CPI)
    assert shown(DARIO, CPI)[(EST, "referral-sent")] == 2


def test_linked_without_being_named_together_is_not_enough() -> None:
    told = story(
        Register(DAY, URBANO, "x"),
        Authorise(DAY, URBANO, (SIL,)),
        *joined(SIL, URBANO),
        Authorise(DAY, URBANO, (EST,)),
        *joined(EST, URBANO),
    )
    assert kinds(told, EST, SIL) == kinds(told, SIL, EST) == set()
    assert kinds(told, EST, URBANO)


def test_named_without_being_linked_is_not_enough() -> None:
    told = story(Register(DAY, URBANO, "x"), Authorise(DAY, URBANO, (SIL,)), Register(DAY, SIL, "y"))
    assert kinds(told, SIL, URBANO) == set()


def test_an_authorisation_covers_the_data_of_the_controllers_it_names() -> None:
    """One given further on opens what its recipients' controllers answer for, and nothing of others."""
    acts = (
        *(Register(DAY, DSM, "x"), Authorise(DAY, DSM, (SIL,)), *joined(SIL, DSM)),
        *(Authorise(DAY, SIL, (CPI,)), *joined(CPI, SIL)),
    )
    assert "person-registered" in kinds(story(*acts), CPI, DSM), "dsm and sil have one controller"
    others = (
        *(Register(DAY, URBANO, "x"), Authorise(DAY, URBANO, (SIL,)), *joined(SIL, URBANO)),
        *(Authorise(DAY, SIL, (CPI,)), *joined(CPI, SIL)),
    )
    assert kinds(story(*others), CPI, URBANO) == set()


def test_what_health_knows_stays_with_health_and_what_social_knows_with_social() -> None:
    told = story(
        Register(DAY, SERT, "x"),
        Authorise(DAY, SERT, (URBANO, DSM), ("care", "clinical", "social")),
        *joined(URBANO, SERT),
        *joined(DSM, SERT),
        Contribute(DAY, DSM, URBANO, "psychiatrist", (), diagnosis="x"),
        Contribute(DAY, URBANO, URBANO, "social-worker", (), family="y"),
    )
    assert "health-contribution-submitted" in kinds(told, SERT, DSM)
    assert kinds(told, URBANO, DSM) >= {"contribution-submitted"}
    assert "health-contribution-submitted" not in kinds(told, URBANO, DSM)
    assert "social-contribution-submitted" not in kinds(told, SERT, URBANO)
    assert "social-contribution-submitted" in kinds(told, URBANO, URBANO)


def test_a_circle_that_the_person_did_not_open_stays_closed() -> None:
    written = Contribute(DAY, DSM, SERT, "psychiatrist", (), diagnosis="x")
    beginning = (Register(DAY, SERT, "x"), Authorise(DAY, SERT, (DSM,)), *joined(DSM, SERT))
    assert kinds(story(*beginning, written), SERT, DSM) >= {"contribution-submitted"}
    assert "health-contribution-submitted" not in kinds(story(*beginning, written), SERT, DSM)


def test_who_moves_is_known_where_they_go_with_what_was_done_before() -> None:
    assert kinds(FARID, EST, URBANO) >= {"taking-in-charge-closed", "referral-sent"}
    assert "taking-in-charge-opened" in kinds(FARID, EST, SIL)


def test_who_followed_the_person_already_makes_no_second_record() -> None:
    told = story(
        Register(DAY, SIL, "x"),
        Register(DAY, URBANO, "y"),
        Authorise(DAY, URBANO, (SIL,)),
        *joined(SIL, URBANO),
    )
    assert shown(told, URBANO)[(SIL, "person-registered")] == 1
    assert shown(told, SIL)[(SIL, "taking-in-charge-opened")] == 1


def test_hosts_are_told_apart_and_nobody_else_sees_it() -> None:
    assert shown(CARLA, SIL)[(SIL, "host-placement-opened")] == 1
    assert {kind for kind in kinds(CARLA, DSM, SIL) if kind.startswith("host-")} == set()
