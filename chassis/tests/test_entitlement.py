"""Who gets a key: the table of rules, what can never be, and that each decision is written down."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from trama_chassis.entitlement import REASONS, Authorisation, Knowledge, Offered, Reason, entitled
from trama_chassis.testing import Place, Territory
from trama_contracts.directory import Directory, DirectoryReader
from trama_contracts.names import CIRCLES
from trama_contracts.signature import raw_public

from chassis.tests.small_registry import new_id

TODAY = date(2013, 10, 14)
YESTERDAY, TOMORROW = TODAY - timedelta(days=1), TODAY + timedelta(days=1)
RECORD, EPISODE, REFERRAL = (f"0000000{n}-0000-4000-8000-000000000000" for n in (1, 2, 3))
CARE, CLINICAL, JUSTICE = (f"{kind}:{EPISODE}" for kind in ("taking-in-charge", "session", "measure"))


def directory_of(places: dict[str, Place]) -> Directory:
    """The directory in force when the roots have signed these members."""
    territory = Territory(places=places)
    reader = DirectoryReader(territory.network, [raw_public(root) for root in territory.roots])
    for record in territory.directory_records():
        reader.apply(record)
    return reader.directory


PLACES = {
    "sil": Place(("registry", "placement"), "ass6", circles=("care", "clinical", "host", "accountability")),
    "dsm": Place(("registry",), "ass6", circles=("care", "clinical", "referral", "accountability")),
    "cpi": Place(("registry", "placement"), "provincia-pn", circles=("care", "referral", "accountability")),
    "coop-filo": Place(("registry", "placement"), "coop-filo", circles=("host",)),
    "provincia": Place(("reporting", "registry"), "provincia-pn", circles=("accountability", "care")),
    "mute": Place(("registry",), "mute", circles=("care",), purposes=("research",)),
}
DIRECTORY = directory_of(PLACES)

CONSENT = Authorisation(
    authorisation=new_id(),
    purpose="work-integration",
    basis={"kind": "consent"},
    circles=frozenset({"care"}),
    recipients=frozenset({"cpi", "mute", "coop-filo"}),
    controllers=frozenset({"ass6"}),
    starts_on=TODAY,
    ends_on=TODAY,
)
FOLLOWED = Knowledge(
    DIRECTORY,
    TODAY,
    parties={
        f"referral:{REFERRAL}": frozenset({"cpi.registry", "coop-filo.registry"}),
        f"placement:{EPISODE}": frozenset({"coop-filo.placement", "cpi.placement"}),
    },
    linked=frozenset({"cpi", "mute", "coop-filo"}),
    authorisations=(CONSENT,),
)
ALONE = Knowledge(DIRECTORY, TODAY)


def sil(circle: str, scope: str) -> Offered:
    """A stream of sil's registry."""
    return Offered("sil", "registry", circle, scope)


def at(offered: Offered, scope: str) -> Offered:
    """The same in another scope."""
    return replace(offered, scope=scope)


def without(**missing: Any) -> Knowledge:
    """What is known when something of it is not."""
    return replace(FOLLOWED, **missing)


def with_terms(**changes: Any) -> Knowledge:
    """What is known when the one authorisation says something else."""
    terms: dict[str, Any] = {"starts_on": YESTERDAY}
    for name, value in changes.items():
        terms[name] = frozenset(value) if isinstance(value, set) else value
    return without(authorisations=(replace(CONSENT, **terms),))


OUR_CARE, OUR_FACT = sil("care", CARE), sil("accountability", CARE)
OUR_SISTERS = sil("care", f"sister:{RECORD}")
DSM_REFERRAL = Offered("dsm", "registry", "referral", f"referral:{REFERRAL}")
SIL_HOST = Offered("sil", "placement", "host", f"placement:{EPISODE}")
NOBODY = Knowledge(Directory("pn", None, ()), TODAY)
OPEN_ENDED = with_terms(starts_on=YESTERDAY, ends_on=None)
LATER, BEFORE = with_terms(starts_on=TOMORROW, ends_on=None), with_terms(ends_on=YESTERDAY)
OTHER_CIRCLE, OTHER_DATA = with_terms(circles={"clinical"}), with_terms(controllers={"provincia-pn"})
FOR_OTHERS = with_terms(recipients={"dsm"})
WITHDRAWN = with_terms(starts_on=YESTERDAY, ends_on=None, withdrawn_on=YESTERDAY)
OPPOSED = with_terms(starts_on=YESTERDAY, ends_on=None, opposed_on=YESTERDAY)
RESTRICTED = without(restricted_since=YESTERDAY)
CLOSED = without(closed=frozenset({"cpi"}))
AFTER_CLOSING = replace(with_terms(after_closing={"cpi"}), closed=frozenset({"cpi"}))
SILENT = replace(with_terms(source="dsm.registry"), silent=frozenset({"dsm.registry"}))
OTHER_SILENT = replace(with_terms(source="dsm.registry"), silent=frozenset({"cpi.registry"}))
WITHDRAWN_AND_GIVEN_ANEW = without(authorisations=(*WITHDRAWN.authorisations, CONSENT))
SEVERAL_FAULTS = without(
    authorisations=(*OTHER_DATA.authorisations, *WITHDRAWN.authorisations, *BEFORE.authorisations)
)
ONE_OF_TWO = replace(FOLLOWED, authorisations=(replace(CONSENT, circles=frozenset()), CONSENT))

Rule = tuple[str, Offered, str, Knowledge, str]
PERMITTED: list[Rule] = [
    ("a fact, to reporting", OUR_FACT, "provincia.reporting", ALONE, "reporting-by-law"),
    ("care, to a sister", OUR_CARE, "sil.placement", ALONE, "same-member"),
    ("a sister scope, to a sister", OUR_SISTERS, "sil.placement", ALONE, "same-member"),
    ("a referral, to its receiver", DSM_REFERRAL, "cpi.registry", FOLLOWED, "party referral"),
    ("a placement, to its host", SIL_HOST, "coop-filo.placement", FOLLOWED, "party placement"),
    ("care, by consent", OUR_CARE, "cpi.registry", FOLLOWED, CONSENT.authorisation),
    ("to every service of the recipient", OUR_CARE, "cpi.placement", FOLLOWED, CONSENT.authorisation),
    ("by a consent without end", OUR_CARE, "cpi.registry", OPEN_ENDED, CONSENT.authorisation),
    ("by a consent given anew", OUR_CARE, "cpi.registry", WITHDRAWN_AND_GIVEN_ANEW, CONSENT.authorisation),
    ("a party, though restricted", DSM_REFERRAL, "cpi.registry", RESTRICTED, "party referral"),
    ("a fact, though restricted", OUR_FACT, "provincia.reporting", RESTRICTED, "reporting-by-law"),
    ("a sister, though restricted", OUR_CARE, "sil.placement", RESTRICTED, "same-member"),
    ("by who closed, named for after", OUR_CARE, "cpi.registry", AFTER_CLOSING, CONSENT.authorisation),
    ("while others are silent", OUR_CARE, "cpi.registry", OTHER_SILENT, CONSENT.authorisation),
    ("by one good reason of two", OUR_CARE, "cpi.registry", ONE_OF_TWO, CONSENT.authorisation),
]
DENIED: list[Rule] = [
    # by the directory
    ("to a stranger", OUR_CARE, "asl-x.registry", FOLLOWED, "not-listed"),
    ("to a service not listed", OUR_CARE, "cpi.evaluation", FOLLOWED, "no-such-service cpi evaluation"),
    ("to a member as a whole", OUR_CARE, "cpi", FOLLOWED, "no-such-service"),
    (
        "outside the reader's circles",
        sil("clinical", CLINICAL),
        "cpi.registry",
        FOLLOWED,
        "not-in-circle cpi clinical",
    ),
    (
        "outside the writer's circles",
        sil("justice", JUSTICE),
        "sil.placement",
        ALONE,
        "not-in-circle sil justice",
    ),
    ("in a circle that is none", sil("everything", CARE), "sil.placement", ALONE, "not-in-circle"),
    ("before a directory is read", OUR_CARE, "sil.placement", NOBODY, "not-listed"),
    # between facts and the rest
    ("a fact, to a registry", OUR_FACT, "provincia.registry", ALONE, "facts-for-reporting"),
    ("a fact, to a sister", OUR_FACT, "sil.placement", ALONE, "facts-for-reporting"),
    ("a fact, by consent", OUR_FACT, "cpi.registry", FOLLOWED, "facts-for-reporting"),
    ("care, to reporting", OUR_CARE, "provincia.reporting", FOLLOWED, "reporting-reads-facts"),
    # to other members
    ("a sister scope, to others", OUR_SISTERS, "cpi.registry", FOLLOWED, "sister-only"),
    ("to another of our controller", sil("clinical", CLINICAL), "dsm.registry", FOLLOWED, "not-linked"),
    # to who is not a party
    ("to another service of a party", DSM_REFERRAL, "cpi.placement", FOLLOWED, "not-party"),
    ("another referral", at(DSM_REFERRAL, f"referral:{EPISODE}"), "cpi.registry", FOLLOWED, "not-party"),
    (
        "a scope of another kind",
        at(DSM_REFERRAL, f"record:{REFERRAL}"),
        "cpi.registry",
        FOLLOWED,
        "not-party",
    ),
    ("to a party outside the circle", SIL_HOST, "cpi.placement", FOLLOWED, "not-in-circle cpi host"),
    ("to whom consent makes no party", SIL_HOST, "coop-filo.registry", FOLLOWED, "not-party"),
    # by what an authorisation does not say
    ("to who does not follow", OUR_CARE, "cpi.registry", without(linked=frozenset()), "not-linked"),
    ("without consent", OUR_CARE, "cpi.registry", without(authorisations=()), "no-authorisation"),
    ("by a consent still to begin", OUR_CARE, "cpi.registry", LATER, "not-begun 2013-10-15"),
    ("by a consent that is over", OUR_CARE, "cpi.registry", BEFORE, "over 2013-10-13"),
    ("by a consent for another circle", OUR_CARE, "cpi.registry", OTHER_CIRCLE, "other-circle care"),
    ("by a consent for somebody else", OUR_CARE, "cpi.registry", FOR_OTHERS, "other-recipients cpi"),
    ("by a consent for others' data", OUR_CARE, "cpi.registry", OTHER_DATA, "other-controllers ass6"),
    ("for a purpose not theirs", OUR_CARE, "mute.registry", FOLLOWED, "other-purpose mute work-integration"),
    # by what has become of it
    ("by a consent withdrawn", OUR_CARE, "cpi.registry", WITHDRAWN, "withdrawn 2013-10-13"),
    ("by a law opposed", OUR_CARE, "cpi.registry", OPPOSED, "opposed 2013-10-13"),
    (
        "of several faults, what became of it",
        OUR_CARE,
        "cpi.registry",
        SEVERAL_FAULTS,
        "withdrawn 2013-10-13",
    ),
    ("of what is restricted", OUR_CARE, "cpi.registry", RESTRICTED, "restricted 2013-10-13"),
    ("to who has closed", OUR_CARE, "cpi.registry", CLOSED, "closed cpi"),
    ("on the word of who is silent", OUR_CARE, "cpi.registry", SILENT, "silent dsm.registry"),
    (
        "to who is named out of its circle",
        OUR_CARE,
        "coop-filo.registry",
        FOLLOWED,
        "not-in-circle coop-filo care",
    ),
]


def named(rules: list[Rule], permitted: bool) -> list[object]:
    """Parameters of a test, each with its rule for a name."""
    return [pytest.param(*rule[1:], permitted, id=rule[0].replace(" ", "-")) for rule in rules]


@pytest.mark.parametrize(
    ("offered", "recipient", "known", "reason", "permitted"), named(PERMITTED, True) + named(DENIED, False)
)
def test_every_rule_of_sharing(
    offered: Offered, recipient: str, known: Knowledge, reason: str, permitted: bool
) -> None:
    verdict = entitled(offered, recipient, known)
    assert verdict.permitted is permitted, verdict.reason
    assert reason in str(verdict.reason)
    assert verdict.reason.code in REASONS
    assert Reason.read(str(verdict.reason)) == verdict.reason


def test_while_a_source_is_silent_nobody_is_let_in_and_nobody_turned_away() -> None:
    assert not entitled(OUR_CARE, "cpi.registry", SILENT).permitted
    assert entitled(OUR_CARE, "cpi.registry", SILENT, has_it=True).permitted
    withdrawn = replace(SILENT, authorisations=(replace(SILENT.authorisations[0], withdrawn_on=TODAY),))
    assert not entitled(OUR_CARE, "cpi.registry", withdrawn, has_it=True).permitted


def test_every_reason_there_is_has_its_row() -> None:
    assert {rule[4].split(" ")[0] for rule in PERMITTED + DENIED} - {CONSENT.authorisation} == {
        code for code in REASONS if code != "authorised"
    }


def test_a_grant_by_consent_states_what_the_consent_says() -> None:
    verdict = entitled(sil("care", CARE), "cpi.registry", FOLLOWED)
    assert (verdict.authorisation, verdict.purpose, verdict.basis) == (
        CONSENT,
        "work-integration",
        {"kind": "consent"},
    )


NAMES = ("alfa", "beta", "gamma")
SERVICES = ("registry", "placement", "reporting")
SCOPES = tuple(f"{kind}:{EPISODE}" for kind in ("record", "sister", "referral", "placement", "measure"))
PRINCIPALS = tuple(f"{member}.{service}" for member in NAMES for service in SERVICES)


def some(values: Iterable[str]) -> st.SearchStrategy[frozenset[str]]:
    return st.frozensets(st.sampled_from(sorted(values)))


places = st.builds(
    Place,
    services=some(SERVICES).map(lambda some: tuple(sorted(some))),
    controller=st.sampled_from(("k1", "k2")),
    circles=some(CIRCLES).map(lambda some: tuple(sorted(some))),
    purposes=some(("work-integration", "research")).map(lambda some: tuple(sorted(some))),
)
authorisations = st.builds(
    Authorisation,
    authorisation=st.just(CONSENT.authorisation),
    purpose=st.sampled_from(("work-integration", "research")),
    basis=st.just({"kind": "consent"}),
    circles=some(CIRCLES),
    recipients=some(NAMES),
    controllers=some(("k1", "k2")),
    starts_on=st.sampled_from((YESTERDAY, TODAY, TOMORROW)),
    ends_on=st.sampled_from((None, YESTERDAY, TODAY, TOMORROW)),
)
directories = st.dictionaries(st.sampled_from(NAMES), places, min_size=1).map(directory_of)
knowledge = st.builds(
    Knowledge,
    directory=directories,
    today=st.just(TODAY),
    parties=st.dictionaries(st.sampled_from(SCOPES), some(PRINCIPALS)),
    linked=some(NAMES),
    authorisations=st.lists(authorisations, max_size=3).map(tuple),
)
offers = st.builds(
    Offered,
    member=st.sampled_from(NAMES),
    service=st.sampled_from(("registry", "placement")),
    circle=st.sampled_from(sorted(CIRCLES)),
    scope=st.sampled_from(SCOPES),
)


@settings(max_examples=400, deadline=None)
@given(offers, st.sampled_from(PRINCIPALS), knowledge)
def test_nobody_gets_what_the_directory_forbids(offered: Offered, recipient: str, known: Knowledge) -> None:
    """INVARIANT: whatever parties, links and authorisations say, a key goes only to a listed service of a
    member in that circle, from a member in that circle, facts to reporting alone and nothing else to it.
    A rule that permits before the directory is asked breaks it."""
    if not entitled(offered, recipient, known).permitted:
        return
    member, _, service = recipient.partition(".")
    assert service in known.directory.services(member)
    assert offered.circle in known.directory.circles(member)
    assert offered.circle in known.directory.circles(offered.member)
    assert (offered.circle == "accountability") == (service == "reporting")


@settings(max_examples=200, deadline=None)
@given(offers, st.sampled_from(PRINCIPALS), knowledge)
def test_knowing_less_never_permits_more(offered: Offered, recipient: str, known: Knowledge) -> None:
    if entitled(offered, recipient, known).permitted:
        return
    for less in (
        replace(known, parties={}),
        replace(known, linked=frozenset()),
        replace(known, authorisations=()),
        replace(known, authorisations=known.authorisations[1:]),
        replace(known, directory=Directory("pn", None, ())),
        replace(known, restricted_since=TODAY),
        replace(known, closed=frozenset(NAMES)),
        replace(known, silent=frozenset({""})),
    ):
        assert not entitled(offered, recipient, less).permitted


def test_a_reason_is_read_as_it_was_written_also_that_of_a_file() -> None:
    for reason in (Reason("authorised", ("a-1",)), Reason("no-authorisation"), Reason("closed", ("sil",))):
        assert Reason.read(str(reason)) == Reason.read(f"file f-1: {reason}") == reason
