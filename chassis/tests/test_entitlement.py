"""Who gets a key: the table of rules, what can never be, and that each decision is written down."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlmodel import col
from trama_chassis import access, outbox
from trama_chassis.entitlement import Authorisation, Knowledge, Offered, entitled
from trama_chassis.runtime import Runtime
from trama_chassis.tables import Decision, GrantGiven, OwnStream
from trama_chassis.testing import Place, Territory, running, transaction
from trama_contracts.directory import Directory, DirectoryReader
from trama_contracts.names import CIRCLES
from trama_contracts.signature import raw_public

from chassis.tests.small_registry import SERVICE, new_id, opening, person, rows

TODAY = date(2013, 10, 14)
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


def with_terms(**changes: object) -> Knowledge:
    """What is known when the one authorisation says something else."""
    return replace(FOLLOWED, authorisations=(replace(CONSENT, **changes),))  # type: ignore[arg-type]


DSM_REFERRAL = Offered("dsm", "registry", "referral", f"referral:{REFERRAL}")
SIL_HOST = Offered("sil", "placement", "host", f"placement:{EPISODE}")
YESTERDAY, TOMORROW = TODAY - timedelta(days=1), TODAY + timedelta(days=1)

RULES: list[tuple[str, Offered, str, Knowledge, bool, str]] = [
    # the directory
    ("a stranger", sil("care", CARE), "asl-x.registry", FOLLOWED, False, "not in the directory"),
    ("no such service", sil("care", CARE), "cpi.evaluation", FOLLOWED, False, "has no service evaluation"),
    ("not a principal", sil("care", CARE), "cpi", FOLLOWED, False, "has no service"),
    ("the circle is not the reader's", sil("clinical", CLINICAL), "cpi.registry", FOLLOWED, False, "cpi is not"),
    ("the circle is not the writer's", sil("justice", JUSTICE), "sil.placement", ALONE, False, "sil is not"),
    ("a circle that does not exist", sil("everything", CARE), "sil.placement", ALONE, False, "is not in circle"),
    ("nobody is known yet", sil("care", CARE), "sil.placement", Knowledge(Directory("pn", None, ()), TODAY), False, ""),
    # facts
    ("a fact, to reporting", sil("accountability", CARE), "provincia.reporting", ALONE, True, "by law"),
    ("a fact, to a registry", sil("accountability", CARE), "provincia.registry", ALONE, False, "reporting services only"),
    ("a fact, to a sister", sil("accountability", CARE), "sil.placement", ALONE, False, "reporting services only"),
    ("a fact, with consent", sil("accountability", CARE), "cpi.registry", FOLLOWED, False, "reporting services only"),
    ("care, to reporting", sil("care", CARE), "provincia.reporting", FOLLOWED, False, "facts only"),
    # within a member
    ("care, to a sister", sil("care", CARE), "sil.placement", ALONE, True, "same member"),
    ("a sister's own scope", sil("care", f"sister:{RECORD}"), "sil.placement", ALONE, True, "same member"),
    ("a sister's scope, to others", sil("care", f"sister:{RECORD}"), "cpi.registry", FOLLOWED, False, "same member only"),
    ("of one controller is not within", sil("care", CARE), "dsm.registry", FOLLOWED, False, "does not follow"),
    # parties
    ("a referral's receiver", DSM_REFERRAL, "cpi.registry", FOLLOWED, True, "party to referral"),
    ("another service of the receiver", DSM_REFERRAL, "cpi.placement", FOLLOWED, False, "not party"),
    ("another referral", replace(DSM_REFERRAL, scope=f"referral:{EPISODE}"), "cpi.registry", FOLLOWED, False, "not party"),
    ("the scope of another kind", replace(DSM_REFERRAL, scope=f"placement:{REFERRAL}"), "cpi.registry", FOLLOWED, False, "not party"),
    ("a host", SIL_HOST, "coop-filo.placement", FOLLOWED, True, "party to placement"),
    ("a party outside the circle", SIL_HOST, "cpi.placement", FOLLOWED, False, "not in circle host"),
    ("consent makes nobody a party", SIL_HOST, "coop-filo.registry", FOLLOWED, False, "not party"),
    # authorisations
    ("with consent", sil("care", CARE), "cpi.registry", FOLLOWED, True, CONSENT.authorisation),
    ("every service of the recipient", sil("care", CARE), "cpi.placement", FOLLOWED, True, CONSENT.authorisation),
    ("consent, but not followed there", sil("care", CARE), "cpi.registry", replace(FOLLOWED, linked=frozenset()), False, "does not follow"),
    ("followed, but no consent", sil("care", CARE), "cpi.registry", replace(FOLLOWED, authorisations=()), False, "no authorisation"),
    ("not yet begun", sil("care", CARE), "cpi.registry", with_terms(starts_on=TOMORROW, ends_on=None), False, "not in force"),
    ("over", sil("care", CARE), "cpi.registry", with_terms(starts_on=YESTERDAY, ends_on=YESTERDAY), False, "not in force"),
    ("without an end", sil("care", CARE), "cpi.registry", with_terms(starts_on=YESTERDAY, ends_on=None), True, ""),
    ("of another circle", sil("care", CARE), "cpi.registry", with_terms(circles=frozenset({"clinical"})), False, "does not cover circle care"),
    ("for somebody else", sil("care", CARE), "cpi.registry", with_terms(recipients=frozenset({"dsm"})), False, "does not name cpi"),
    ("of another controller's data", sil("care", CARE), "cpi.registry", with_terms(controllers=frozenset({"provincia-pn"})), False, "does not cover data of ass6"),
    ("for a purpose that is not theirs", sil("care", CARE), "mute.registry", FOLLOWED, False, "does not act for purpose"),
    ("named, but outside the circle", sil("care", CARE), "coop-filo.registry", FOLLOWED, False, "not in circle care"),
    ("one good reason among bad ones", sil("care", CARE), "cpi.registry", replace(FOLLOWED, authorisations=(replace(CONSENT, circles=frozenset()), CONSENT)), True, CONSENT.authorisation),
]  # fmt: skip


@pytest.mark.parametrize(
    ("offered", "recipient", "known", "permitted", "reason"),
    [rule[1:] for rule in RULES],
    ids=[rule[0].replace(" ", "-") for rule in RULES],
)
def test_every_rule_of_sharing(
    offered: Offered, recipient: str, known: Knowledge, permitted: bool, reason: str
) -> None:
    verdict = entitled(offered, recipient, known)
    assert verdict.permitted is permitted, verdict.reason
    assert reason in verdict.reason
    assert verdict.reason, "a decision without a reason cannot be audited"


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
    member in that circle, from a member in that circle, facts to reporting alone and nothing else to it. A rule
    that permits before the directory is asked breaks it."""
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
    ):
        assert not entitled(offered, recipient, less).permitted


TERMS = {
    "authorisation": CONSENT.authorisation,
    "purpose": "work-integration",
    "basis": {"kind": "consent"},
    "circles": ["care"],
    "recipients": ["cpi"],
    "controllers": ["ass6"],
    "starts_on": "2013-01-01",
    "notice_given_on": "2013-01-01",
}


async def permit_cpi(runtime: Runtime, record: str) -> tuple[str, str]:
    """Both reasons for which cpi may have sil's care streams of a record: a link and an authorisation."""
    link, authorisation = new_id(), new_id()
    async with transaction(runtime) as session:
        await access.learn_link(session, link=link, a=("sil", record), b=("cpi", new_id()))
        await access.learn_authorisation(
            session, authorisation=authorisation, member="sil", record=record, terms=TERMS
        )
    return link, authorisation


async def test_each_decision_at_a_commit_is_written_down(database_url: str, tmp_path: Path) -> None:
    """INVARIANT: for every stream and every other service the table of decisions says permit or deny and why,
    and its last word is what was granted. Deciding outside `granting` breaks it."""
    async with running(SERVICE, database_url, tmp_path, member="sil") as runtime:
        await learn_reporting_id(runtime, record := new_id())
        async with transaction(runtime) as session:
            outbox.add(session, person(), record=record, scope=record)
            outbox.add(session, opening(EPISODE), record=record, scope=EPISODE)
        link, _ = await permit_cpi(runtime, record)
        async with transaction(runtime) as session:
            await access.unlearn_link(session, link)
        others = [name for name in runtime.directory.principals() if name != "sil.registry"]
        streams = await rows(runtime, OwnStream)
        assert len([stream for stream in streams if stream.ended]) == 2, "care shrank: two streams ended"
        for stream in streams:
            decided: dict[str, Decision] = {}
            for decision in await rows(runtime, Decision, col(Decision.stream) == stream.stream):
                assert decision.reason
                decided[decision.recipient] = decision
            given = await rows(
                runtime,
                GrantGiven,
                col(GrantGiven.stream) == stream.stream,
                col(GrantGiven.ended_at).is_(None),
            )
            assert sorted(decided) == sorted(others)
            assert {name for name, said in decided.items() if said.permitted} == {
                grant.recipient for grant in given
            }


async def learn_reporting_id(runtime: Runtime, record: str) -> None:
    async with transaction(runtime) as session:
        await access.learn_reporting_id(session, record, "A" * 43)


async def test_who_is_authorised_later_gets_every_stream_and_who_falls_away_none_that_goes_on(
    database_url: str, tmp_path: Path
) -> None:
    async with running(SERVICE, database_url, tmp_path, member="sil") as runtime:
        record = new_id()
        async with transaction(runtime) as session:
            outbox.add(session, person(), record=record, scope=record)
        (first,) = await rows(runtime, OwnStream)
        assert await recipients(runtime, first.stream) == {"sil.placement"}
        link, _ = await permit_cpi(runtime, record)
        assert await recipients(runtime, first.stream) == {"sil.placement", "cpi.registry", "cpi.placement"}
        async with transaction(runtime) as session:
            await access.unlearn_link(session, link)
            outbox.add(session, person("Dopo"), record=record, scope=record)
        assert await recipients(runtime, first.stream) == {"sil.placement"}
        (second,) = await rows(runtime, OwnStream, col(OwnStream.stream) != first.stream)
        assert await recipients(runtime, second.stream) == {"sil.placement"}
        assert (second.generation, second.seq) == (2, 1), "what comes next goes into the new stream"
        assert second.continues == {
            "topic": first.topic,
            "stream": first.stream,
            "seq": 1,
            "hash": first.hash,
        }


async def recipients(runtime: Runtime, stream: str) -> set[str]:
    """Who holds a stream's key and is still to have it."""
    given = await rows(
        runtime, GrantGiven, col(GrantGiven.stream) == stream, col(GrantGiven.ended_at).is_(None)
    )
    return {grant.recipient for grant in given}
