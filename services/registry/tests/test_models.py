"""The registry's rules, without a database."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any
from uuid import uuid4

import pytest
from trama_contracts.payload_fields import Basis
from trama_contracts.registry import (
    AuthorisationGiven,
    CaseManagerAssigned,
    PersonRegistered,
    TakingInChargeOpened,
)
from trama_registry import errors
from trama_registry.models import (
    Authorisation,
    Person,
    ReferralCopy,
    TakingInCharge,
    checked_tax_code,
    noticed,
    reporting_id_of,
    sort_name_of,
    term,
)

MONDAY = date(2013, 10, 14)
NOW = datetime(2013, 10, 14, 8, 42, tzinfo=UTC)
# The worked example of the Ministry and its chain of omocodia: published, assigned to nobody.
OMOCODIA = (
    *("RSSMRA80A01H501U", "RSSMRA80A01H50MM", "RSSMRA80A01H5LMX", "RSSMRA80A01HRLMS"),
    *("RSSMRA80A0MHRLMK", "RSSMRA80ALMHRLMV", "RSSMRA8LALMHRLMG", "RSSMRAULALMHRLMD"),
)


def opened(on: date, *, last: TakingInCharge | None = None) -> TakingInCharge:
    opening = TakingInChargeOpened(episode=str(uuid4()), sector="social", opened_on=on, need="Lavoro")
    return TakingInCharge.open("r", opening, last=last, today=MONDAY)


def manager(since: date, name: str = "Sara Demo") -> CaseManagerAssigned:
    return CaseManagerAssigned(episode=str(uuid4()), operator="op-1", name=name, since=since)


def given(**terms: Any) -> AuthorisationGiven:
    usual: dict[str, Any] = {
        "authorisation": str(uuid4()),
        "purpose": "work-integration",
        "basis": Basis(kind="consent"),
        "circles": ("care",),
        "recipients": ("ambito-urbano", "sil"),
        "controllers": ("ass6", "comune-urbano"),
        "starts_on": MONDAY,
        "notice_given_on": MONDAY,
    }
    return AuthorisationGiven(**(usual | terms))


def received(to: str = "sil") -> ReferralCopy:
    return ReferralCopy(
        sender="ambito-urbano",
        referral=str(uuid4()),
        record=str(uuid4()),
        to=to,
        sent_on=MONDAY,
        reason="Lavoro",
        preview={"family_name": "Esempio", "need": "Lavoro"},
        answer_by=MONDAY,
    )


@pytest.mark.parametrize("code", OMOCODIA)
def test_a_right_code_is_taken_with_every_omocodia(code: str) -> None:
    assert checked_tax_code(code) == code


def test_a_code_is_kept_without_blanks_and_in_capitals() -> None:
    assert checked_tax_code(" rss mra-80a01 h501.u ") == "RSSMRA80A01H501U"


def test_a_provisional_code_is_eleven_digits_with_its_own_check() -> None:
    assert checked_tax_code("12345678903") == "12345678903"


@pytest.mark.parametrize(
    "code",
    [
        "RSSMRA80A01H501V",  # check letter
        "RSSMRA80A72H501U",  # no such day
        "RSSMRA80F01H501U",  # no such month
        "12345678904",  # check digit
        "00000000000",
        "123456789030",
        "",
        "RSSMRA80A01H501",
        "ＲSSMRA80A01H501U",  # full-width letter
        "١٢٣٤٥٦٧٨٩٠٣",  # digits of another script
        "STP0603123456789",
    ],
)
def test_a_wrong_code_is_refused_in_words(code: str) -> None:
    with pytest.raises(ValueError, match=r"[Cc]odice fiscale"):
        checked_tax_code(code)


def test_one_tax_code_is_one_pseudonym_everywhere_and_none_without_the_key(
    make_tax_code: Callable[[str], str],
) -> None:
    """INVARIANT: the same person has the same reporting id at every member, and nobody without the key can
    compute it. Salting it, or leaving the key out, breaks the count of distinct persons or their privacy."""
    anna, bruno = make_tax_code("SMPNNA72B44"), make_tax_code("FNTBRN90C10")
    assert reporting_id_of(anna, b"key") == reporting_id_of(anna, b"key")
    others = {reporting_id_of(anna, b"other"), reporting_id_of(bruno, b"key")}
    assert len({reporting_id_of(anna, b"key")} | others) == 3


def test_who_has_no_tax_code_gets_a_pseudonym_of_chance() -> None:
    assert reporting_id_of(None, b"key") != reporting_id_of(None, b"key")
    assert len(reporting_id_of(None, b"key")) == 43


@pytest.mark.parametrize(
    ("written", "sought"),
    [
        (("D'Angelò", "José"), "dangelo jose"),
        (("Nguyễn",), "nguyen"),
        (("De  Rossi-Bianchi", None), "de rossi bianchi"),
        (("Straße",), "strasse"),
    ],
)
def test_a_name_is_sought_without_accents_and_apostrophes(
    written: tuple[str | None, ...], sought: str
) -> None:
    assert sort_name_of(*written) == sought


def test_a_person_of_one_word_has_a_record() -> None:
    person = Person.register(PersonRegistered(family_name="Rahmatullah"), today=MONDAY, at=NOW)
    assert (person.name, person.given_name, person.tax_code) == ("Rahmatullah", None, None)


def test_nobody_is_born_tomorrow() -> None:
    identity = PersonRegistered(family_name="Esempio", birth_date=date(2013, 10, 15))
    with pytest.raises(errors.BornInFuture):
        Person.register(identity, today=MONDAY, at=NOW)


def test_one_episode_is_open_at_a_time() -> None:
    with pytest.raises(errors.AlreadyInCharge) as refused:
        opened(MONDAY, last=opened(date(2013, 2, 4)))
    assert "4 febbraio 2013" in refused.value.detail


def test_a_reopening_is_a_new_episode_from_the_closing_on() -> None:
    first = opened(date(2013, 2, 4))
    first.close("moved", on=date(2013, 6, 30), today=MONDAY)
    with pytest.raises(errors.DayTooEarly):
        opened(date(2013, 6, 29), last=first)
    assert opened(date(2013, 6, 30), last=first).episode != first.episode


@pytest.mark.parametrize(
    ("day", "refusal"),
    [(date(2013, 10, 15), errors.DayInFuture), (date(2013, 10, 13), errors.DayTooEarly)],
)
def test_closing_and_referente_lie_between_opening_and_today(day: date, refusal: type[Exception]) -> None:
    episode = opened(MONDAY)
    with pytest.raises(refusal):
        episode.close("other", on=day, today=MONDAY)
    with pytest.raises(refusal):
        episode.assign(manager(day), today=MONDAY)
    assert (episode.closed_on, episode.case_manager) == (None, None)


def test_there_is_one_referente_at_any_instant() -> None:
    episode = opened(date(2013, 2, 4))
    episode.assign(manager(date(2013, 3, 1)), today=MONDAY)
    episode.assign(manager(date(2013, 4, 1), "Piero Demo"), today=MONDAY)
    assert episode.case_manager_name == "Piero Demo"
    with pytest.raises(errors.DayTooEarly):
        episode.assign(manager(date(2013, 3, 31)), today=MONDAY)


def test_a_law_is_named_by_act_and_article() -> None:
    with pytest.raises(errors.LawNotNamed):
        Authorisation.give("r", given(basis=Basis(kind="law", act="L. 68/1999")), today=MONDAY)
    law = Basis(kind="law", act="L. 68/1999", article="art. 2")
    assert Authorisation.give("r", given(basis=law), today=MONDAY).basis["article"] == "art. 2"


def test_consent_names_no_law() -> None:
    with pytest.raises(errors.ConsentNamesLaw):
        Authorisation.give("r", given(basis=Basis(kind="consent", act="L. 68/1999")), today=MONDAY)


def test_no_sharing_without_notice() -> None:
    with pytest.raises(errors.NoticeNotGiven):
        noticed(None)
    with pytest.raises(errors.DayInFuture):
        Authorisation.give("r", given(notice_given_on=date(2013, 10, 15)), today=MONDAY)


def test_an_authorisation_does_not_end_before_it_starts() -> None:
    with pytest.raises(errors.EndsBeforeStart):
        Authorisation.give("r", given(ends_on=date(2013, 10, 13)), today=MONDAY)


@pytest.mark.parametrize(
    ("today", "receiver", "controller", "refusal"),
    [
        (date(2013, 10, 13), "sil", "comune-urbano", errors.AuthorisationNotInForce),
        (date(2013, 10, 22), "sil", "comune-urbano", errors.AuthorisationNotInForce),
        (MONDAY, "cpi", "comune-urbano", errors.AuthorisationNamesOthers),
        (MONDAY, "sil", "provincia-pn", errors.AuthorisationNotOfOurs),
        (MONDAY, "sil", None, errors.AuthorisationNotOfOurs),
    ],
)
def test_a_referral_needs_an_authorisation_in_force_for_receiver_and_data(
    today: date, receiver: str, controller: str | None, refusal: type[Exception]
) -> None:
    authorisation = Authorisation.give("r", given(ends_on=date(2013, 10, 21)), today=MONDAY)
    with pytest.raises(refusal):
        authorisation.must_allow(receiver, controller=controller, today=today)
    for day in (MONDAY, date(2013, 10, 21)):
        authorisation.must_allow("sil", controller="comune-urbano", today=day)


def test_an_answer_is_due_today_at_the_earliest() -> None:
    assert term(MONDAY, today=MONDAY) == MONDAY
    with pytest.raises(errors.TermInPast):
        term(date(2013, 10, 13), today=MONDAY)


def test_only_who_was_asked_answers() -> None:
    referral = received()
    with pytest.raises(errors.NotTheReceiver):
        referral.must_be_for("cpi")
    referral.must_be_for("sil")
