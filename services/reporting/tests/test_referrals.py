"""Figures on referrals: answers in their term and without, what came of them, and passages to employment."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from trama_chassis.runtime import Runtime
from trama_contracts.facts import (
    ReferralAcceptedFact,
    ReferralDeclinedFact,
    ReferralSentFact,
    TakingInChargeClosedFact,
    TakingInChargeReopenedFact,
)
from trama_reporting import queries
from trama_reporting.models import BY_CODE, FactCopy, Figure, Period

from services.reporting.tests.conftest import ANNA, BRUNO, CARLA, URBAN, Told, day

YEAR = Period(date(2013, 1, 1), date(2013, 12, 31))
SECTORS = {"ambito-urbano": "social", "dsm": "health", "sil": "work-integration", "cpi": "employment"}
Make = Callable[..., FactCopy]


def figure(code: str, facts: list[FactCopy], period: Period = YEAR) -> Figure:
    return BY_CODE[code].figure(facts, period, SECTORS)


def shares(found: Figure, by: str) -> dict[str, float]:
    (breakdown,) = [one for one in found.breakdowns if one.by == by]
    return {share.code: share.value for share in breakdown.shares}


def answer(fact: Make, on: date, sent_on: date, answer_by: date, **said: Any) -> FactCopy:
    said = {"member": "cpi", "sender": "ambito-urbano"} | said
    kind = said.pop("kind", "referral-accepted")
    dates = {"sent_on": sent_on.isoformat(), "answer_by": answer_by.isoformat()}
    return fact(kind, on, **dates, **said)


def test_an_answer_is_in_its_term_up_to_the_day_that_was_asked(fact: Make) -> None:
    asked, term = day(6, 3), day(6, 10)
    facts = [
        answer(fact, day(6, 10), asked, term),
        answer(fact, day(6, 11), asked, term, kind="referral-declined", reason="other"),
        answer(fact, day(6, 4), asked, term, member="sil"),
        fact("referral-accepted", day(6, 4), member="sil", sender="dsm"),
    ]
    found = figure("answers-in-term", facts)
    assert (found.value, len(found.facts), found.left_out) == (66.7, 3, 1)
    assert shares(found, "term") == {"in-term": 2, "late": 1}
    assert shares(found, "answers-in-term") == {"cpi": 50, "sil": 100}
    assert figure("answers-in-term", facts, Period(day(7, 1), day(7, 31))).value is None


def test_answers_that_say_when_they_were_asked_are_counted_however_many_wait(fact: Make) -> None:
    """INVARIANT: an answer that says what it answers is never guessed at. Broken by joining it by order."""
    facts = [
        fact("referral-sent", day(6, 3), member="ambito-urbano", to="cpi"),
        fact("referral-sent", day(6, 5), member="ambito-urbano", to="cpi"),
        answer(fact, day(6, 10), day(6, 5), day(6, 12)),
        answer(fact, day(6, 20), day(6, 3), day(6, 12), kind="referral-declined", reason="other"),
    ]
    found = figure("answer-days", facts)
    assert (found.value, found.left_out) == (11, 0)
    assert found.facts == (facts[2], facts[3])


def test_answers_of_before_are_joined_beside_those_that_say_when(fact: Make) -> None:
    facts = [
        fact("referral-sent", day(6, 3), member="ambito-urbano", to="cpi"),
        fact("referral-sent", day(6, 5), member="ambito-urbano", to="cpi"),
        fact("referral-accepted", day(6, 9), member="cpi", sender="ambito-urbano"),
        answer(fact, day(6, 10), day(6, 5), day(6, 12)),
    ]
    found = figure("answer-days", facts)
    assert (found.value, found.left_out, len(found.facts)) == (5.5, 0, 3)


def noted(fact: Make, on: date, sent_on: date, answer_by: date, answer: str = "accepted") -> FactCopy:
    dates = {"sent_on": sent_on.isoformat(), "answer_by": answer_by.isoformat()}
    return fact("referral-noted", on, member="ambito-urbano", to="cpi", answer=answer, **dates)


def test_an_answer_on_paper_is_an_answer_of_its_own_class_of_the_service_that_gave_it(fact: Make) -> None:
    asked, term = day(6, 3), day(6, 10)
    facts = [
        noted(fact, day(6, 13), asked, term),
        noted(fact, day(6, 6), day(6, 5), term, "declined"),
        answer(fact, day(6, 4), asked, term, member="sil"),
    ]
    accepted, declined = (figure(f"referrals-{one}", facts) for one in ("accepted", "declined"))
    assert (accepted.value, shares(accepted, "how")) == (2, {"in-trama": 1, "on-paper": 1})
    assert (shares(accepted, "member"), shares(accepted, "sender")) == (
        {"cpi": 1, "sil": 1},
        {"ambito-urbano": 2},
    )
    assert (declined.value, shares(declined, "declining")) == (1, {"unnamed": 1})
    found = figure("answers-in-term", facts)
    assert (found.value, shares(found, "how")) == (66.7, {"in-trama": 1, "on-paper": 2})
    assert shares(found, "answers-in-term") == {"cpi": 50, "sil": 100}
    assert shares(figure("answer-days", facts), "answer-days") == {"cpi": 5.5, "sil": 1}
    assert figure("passages-accepted", facts).value == 1


def test_the_services_own_word_takes_the_place_of_what_was_noted_and_changes_no_period_that_is_over(
    fact: Make,
) -> None:
    """INVARIANT: one answer is counted once. Counting what was noted beside the answer in Trama to the same
    sending breaks it; so does a figure of June that July changes."""
    asked, term = day(6, 3), day(6, 10)
    facts = [noted(fact, day(6, 13), asked, term), answer(fact, day(7, 2), asked, term)]
    june = Period(day(6, 1), day(6, 30))
    for code in ("referrals-accepted", "passages-accepted"):
        assert [figure(code, facts, period).value for period in (june, YEAR)] == [1, 1]
    assert shares(figure("referrals-accepted", facts), "how") == {"in-trama": 1}
    assert [figure("answer-days", facts, period).value for period in (june, YEAR)] == [10, 29]
    other = noted(fact, day(6, 30), day(6, 20), day(6, 27))  # of another sending
    assert figure("referrals-accepted", [*facts, other]).value == 2


def test_days_are_told_by_service_and_of_nobody_who_works_there(fact: Make) -> None:
    facts = [
        answer(fact, day(6, 4), day(6, 3), day(6, 10)),
        answer(fact, day(6, 9), day(6, 3), day(6, 10)),
        answer(fact, day(6, 5), day(6, 3), day(6, 10), member="sil"),
    ]
    found = figure("answer-days", facts)
    assert {one.by for one in found.breakdowns} == {"member", "answer-days", "how"}
    assert shares(found, "answer-days") == {"cpi": 3.5, "sil": 2}
    assert shares(found, "member") == {"cpi": 2, "sil": 1}


def test_who_did_not_answer_is_known_from_what_was_sent(fact: Make) -> None:
    mine = {"member": "ambito-urbano", "stream": "one"}
    facts = [
        fact("referral-sent", day(6, 3), to="cpi", **mine),
        fact("referral-unanswered", day(6, 17), answer_by="2013-06-13", **mine),
        answer(fact, day(6, 20), day(6, 3), day(6, 13)),
    ]
    found = figure("referrals-unanswered", facts)
    assert (found.value, shares(found, "to"), shares(found, "member")) == (
        *(1, {"cpi": 1}),
        {"ambito-urbano": 1},
    )
    assert shares(figure("answers-in-term", facts), "term") == {"late": 1}


UNDONE = [
    ("takings-in-charge-closed", "taking-in-charge-closed", "taking-in-charge-reopened"),
    ("referrals-declined", "referral-declined", "referral-reconsidered"),
    ("referrals-completed", "referral-completed", "referral-reopened"),
    ("referrals-failed", "referral-failed", "referral-reopened"),
    ("referrals-withdrawn", "referral-withdrawn", "referral-renewed"),
]


@pytest.mark.parametrize(("code", "done", "undone"), UNDONE)
def test_what_is_undone_in_the_period_does_not_count_and_later_still_does(
    fact: Make, code: str, done: str, undone: str
) -> None:
    """INVARIANT: a figure of a period that is over never changes; a closing that was reopened is none."""
    once = fact(done, day(6, 3), stream="one", reason="other", outcome="other", sender="dsm")
    again = fact(undone, day(9, 2), stream="one", sender="dsm")
    again.seq = 2
    other = fact(undone, day(6, 4), stream="two", sender="dsm")
    facts = [once, again, other]
    assert figure(code, facts).value == 0
    assert figure(code, facts, Period(day(1, 1), day(9, 1))).value == 1
    last = fact(done, day(10, 1), stream="one", reason="other", outcome="other", sender="dsm")
    last.seq = 3
    assert figure(code, [*facts, last]).facts == (last,)


def test_what_came_of_a_referral_is_divided_by_how(fact: Make) -> None:
    said = {"member": "cpi", "sender": "ambito-urbano"}
    facts = [
        fact("referral-completed", day(6, 3), outcome="goals-reached", **said),
        fact("referral-completed", day(6, 4), outcome="transferred", **said),
        fact("referral-failed", day(6, 5), reason="unreachable", **said),
    ]
    assert shares(figure("referrals-completed", facts), "outcome") == {"goals-reached": 1, "transferred": 1}
    assert shares(figure("referrals-failed", facts), "failing") == {"unreachable": 1}


def test_only_what_goes_from_social_services_to_employment_services_is_a_passage(fact: Make) -> None:
    """INVARIANT: the measure of S[003-106] counts SSC to employment alone. Broken by the other way round."""
    pairs = [("ambito-urbano", "cpi"), ("cpi", "ambito-urbano"), ("ambito-urbano", "sil"), ("dsm", "cpi")]
    facts = []
    for sender, receiver in pairs:
        facts.append(fact("referral-sent", day(6, 3), member=sender, to=receiver))
        facts.append(answer(fact, day(6, 7), day(6, 3), day(6, 10), member=receiver, sender=sender))
        declined = {"kind": "referral-declined", "reason": "no-capacity"}
        facts.append(
            answer(fact, day(6, 9), day(6, 4), day(6, 10), member=receiver, sender=sender, **declined)
        )
    assert figure("passages-asked", facts).value == figure("passages-accepted", facts).value == 1
    declined_ones = figure("passages-declined", facts)
    assert (declined_ones.value, shares(declined_ones, "declining")) == (1, {"no-capacity": 1})
    assert figure("passages-days", facts).value == 4.5
    assert figure("referrals-sent", facts).value == 4


def test_a_passage_that_was_withdrawn_waits_no_longer_here_too(fact: Make) -> None:
    facts = [
        fact("referral-sent", day(6, 3), member="ambito-urbano", to="cpi", stream="one"),
        fact("referral-withdrawn", day(6, 5), member="ambito-urbano", stream="one"),
        fact("referral-sent", day(6, 6), member="ambito-urbano", to="cpi", stream="two"),
        fact("referral-accepted", day(6, 8), member="cpi", sender="ambito-urbano"),
    ]
    assert figure("passages-days", facts).value == 2


async def test_the_directory_says_what_a_passage_is(provincia: Runtime, network: Any) -> None:
    said = {"sender": "ambito-urbano", "sent_on": day(6, 3), "answer_by": day(6, 10)}
    episode = {"reporting_id": CARLA}
    told = [
        Told(URBAN, ReferralSentFact(reporting_id=ANNA, to="cpi", sent_on=day(6, 3)), "one"),
        Told("cpi.registry", ReferralAcceptedFact(reporting_id=ANNA, accepted_on=day(6, 5), **said), "one"),
        Told(URBAN, ReferralSentFact(reporting_id=BRUNO, to="sil", sent_on=day(6, 3)), "two"),
        Told(
            "sil.registry",
            ReferralDeclinedFact(reporting_id=BRUNO, declined_on=day(6, 11), reason="other", **said),
            "two",
        ),
        Told(URBAN, TakingInChargeClosedFact(**episode, closed_on=day(6, 1), reason="moved"), "three"),
        Told(URBAN, TakingInChargeReopenedFact(**episode, reopened_on=day(6, 8)), "three"),
    ]
    await network.tell(provincia, told)
    async with provincia.database.read(runtime=provincia) as session:
        listed = await queries.indicators(session, YEAR)
        opened = await queries.facts_of(session, "passages-days", YEAR)
    found = {one.code: one for one in listed.indicators}
    assert (found["passages-asked"].value, found["passages-days"].value) == (1, 2)
    assert found["passages-asked"].group_label == "Passaggi dal servizio sociale ai servizi per l'impiego"
    assert [fact.member for fact in opened.facts] == ["cpi"]
    assert found["answers-in-term"].value == 50
    assert found["takings-in-charge-closed"].value == 0
    assert found["takings-in-charge-reopened"].value == 1
