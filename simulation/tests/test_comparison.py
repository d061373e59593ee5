"""The comparison finds what is missing, surplus or counted wrongly, and waits for what is on its way."""

import json
from collections.abc import Mapping
from typing import Any

import httpx
import pytest
from trama_simulation import oracle
from trama_simulation.comparison import differences, questions
from trama_simulation.desks import Desk
from trama_simulation.living import Lived
from trama_simulation.members import (
    CPI,
    EVERYBODY,
    FILO,
    HOSTS,
    PROMOTERS,
    PROVINCIA,
    PUBLIC,
    SIL,
    SUPERVISOR,
    URBANO,
)
from trama_simulation.offers import free_places
from trama_simulation.stories import stories
from trama_simulation.territory import Member

BRUNO = Lived(stories(2, 1)[1], records={"dsm": "d", SIL: "s"}, referrals={("dsm", SIL, 1): "r"})
FIGURES = oracle.figures(oracle.lives_of([BRUNO.story]))
SHARING = oracle.sharing_of(BRUNO.story)
LIFE = oracle.life_of(BRUNO.story)
REGISTRY, EVALUATION, PLACEMENT = "/api/registry", "/api/evaluation", "/api/placement"
NOBODY: dict[str, Any] = {"persons": [], "after": None}


def timeline(member: str, **changed: int) -> dict[str, Any]:
    """What a member shows of Bruno; `changed` says how often it shows what sil wrote of a kind."""
    entries = oracle.timeline(BRUNO.story, member, SHARING)
    for kind, times in changed.items():
        entries[(SIL, kind.replace("_", "-"))] = times
    kinds = [(writer, f"it.trama.x.{kind}.v1") for writer, kind in entries.elements()]
    shown = {
        "entries": [
            {"member": writer, "type": kind, "corrected_by": None, "on_behalf_of": None}
            for writer, kind in kinds
        ]
    }
    return {f"{member}{REGISTRY}/persons/{BRUNO.records[member]}/timeline": shown}


def relations(member: str) -> dict[str, Any]:
    """What a member says of who follows Bruno."""
    nothing = ("closing_reason", "suspension_reason", "pact_valid_until", "integration", "competence_member")
    episodes = {
        one.member: dict.fromkeys(nothing)
        | {"kind": one.kind, "state": one.state, "competence": "ours"}
        | {"since": str(one.since), "member": one.member}
        for one in LIFE.episodes
    }
    hosts = [
        {
            "host": one.plan.host,
            "started_on": str(one.started_on),
            "ended_on": one.ended and str(one.ended.on),
        }
        for one in oracle.paths_of(BRUNO.story)
    ]
    return {
        "referente": {"member": "dsm"},
        "own": [episodes[member]],
        "others": [one for name, one in episodes.items() if name != member],
        "first_contacts": [],
        "hosts": hosts,
    }


def record(member: str) -> dict[str, Any]:
    """What a member says of Bruno: who follows him, who he is, what comes next; and that there is no more."""
    place = f"{member}{REGISTRY}/persons/{BRUNO.records[member]}"
    code = BRUNO.story.person.tax_code
    number = {"kind": "tax-code", "value": code, "ending": None}
    who: dict[str, Any] = {"tax_code": code, "identifiers": [number], "certificates": [], "groups": []}
    who |= {"told_by_others": [], "needs_interpreter": None}
    step = LIFE.steps.get(member)
    following = step and {"what": step.set.what, "due_on": str(step.set.due_on), "outcome": step.outcome}
    nothing: dict[str, Any] = {f"{place}/{one}": [] for one in ("notes", "interviews", "hidden")}
    nothing[f"{place}/documents"] = {"documents": []}
    nothing[f"{place}/accesses"] = {"urgent": []}
    told = {f"{place}/relations": relations(member), f"{place}/identity": who}
    told[f"{place}/sharing"] = sharing(member)
    return nothing | told | {f"{place}/next-step": following}


def sharing(member: str, *, reads: bool = True, in_force: bool = True) -> dict[str, Any]:
    """Who reads whom: dsm, where it was authorised, and sil."""
    other = {"member": SIL if member == "dsm" else "dsm", "shared": [{"circle": "care"}]}
    given = [{"recipients": ["dsm", SIL], "in_force": in_force}] if member == "dsm" else []
    nothing = dict.fromkeys(("notices", "participations", "restrictions", "oppositions"), ())
    return nothing | {"readers": [other] * reads, "sources": [other], "authorisations": given}


def referral(**changed: Any) -> dict[str, Any]:
    (one,) = LIFE.referrals.values()
    nothing = dict.fromkeys(("seen_on", "reminded_on", "question", "explanation"))
    return {
        **nothing,
        "state": "accepted",
        "version": one.moves,
        "answer_by": str(one.answer_by),
        "delivered": True,
        "documents": [],
    } | changed


def path(given: oracle.Path) -> dict[str, Any]:
    said = [{"party": party, "state": state} for party, state in given.approvals().items()]
    shown = {"person": given.person, "path_type": given.plan.path_type, "host": given.plan.host}
    return shown | {"state": given.state(), "approvals": said}


def hosted(**changed: Any) -> dict[str, Any]:
    (one,) = oracle.hosted(oracle.paths_of(BRUNO.story), "mobili-campione")
    shown = {name: getattr(one, name) for name in one.__slots__}
    days = {name: str(shown[name]) for name in ("planned_from", "planned_to", "started_on")}
    return {f"mobili-campione{PLACEMENT}/hosted": [shown | days | {"ended_on": None} | changed]}


def counted(codes: Mapping[str, float | None]) -> dict[str, Any]:
    shown = [
        {
            "code": code,
            "value": value,
            "breakdowns": [
                {"by": by, "shares": [{"code": one, "value": number} for one, number in shares.items()]}
                for by, shares in FIGURES.get(code, oracle.Figure(0)).shares.items()
            ],
        }
        for code, value in codes.items()
    ]
    return {f"{PROVINCIA}/api/reporting/indicators": {"indicators": shown}}


def network(**free: int) -> list[dict[str, Any]]:
    told = free_places() | {name.replace("_", "-"): places for name, places in free.items()}
    return [{"member": name, "offers": [{"capacity": {"free": places}}]} for name, places in told.items()]


def all_well() -> dict[str, Any]:
    """What members answer when everybody knows what they should."""
    nothing: dict[str, Any] = {}
    for member in PUBLIC:
        nothing[f"{member}{REGISTRY}/persons"] = NOBODY
        nothing[f"{member}{REGISTRY}/referral-drafts"] = []
        nothing[f"{member}{REGISTRY}/accesses"] = {"accesses": [], "total": 0}
        for pages in ("evaluations", "projects"):
            nothing[f"{member}{EVALUATION}/{pages}"] = {"total": 0, pages: []}
        nothing |= {f"{member}{EVALUATION}/asked": [], f"{member}{EVALUATION}/invitations": []}
    for asked in ("conflicts", "erasure-proposals", "erasure-proposals/settled"):
        nothing |= {f"{member}{REGISTRY}/{asked}": [] for member in SUPERVISOR}
    nothing |= {f"{member}{PLACEMENT}/placements": {"total": 0, "placements": []} for member in PROMOTERS}
    paths = [path(one) for one in oracle.paths_of(BRUNO.story)]
    known = {"persons": [{"name": "Finto Bruno", "record": "?"}], "after": None}
    return {
        **nothing,
        **{f"{member}{REGISTRY}/network": network() for member in (*PUBLIC, *HOSTS)},
        **{f"{member}{PLACEMENT}/hosted": [] for member in HOSTS},
        **hosted(),
        **timeline("dsm"),
        **timeline(SIL),
        **record("dsm"),
        **record(SIL),
        **{f"{member}{REGISTRY}/persons": known for member in BRUNO.records},
        f"{SIL}{PLACEMENT}/placements": {"total": 2, "placements": paths},
        f"dsm{REGISTRY}/referrals/sent/r": referral(),
        f"{SIL}{REGISTRY}/referrals/received/r": referral(),
        **counted({code: figure.value for code, figure in FIGURES.items()}),
    }


async def judged(answers: Mapping[str, Any]) -> list[str]:
    def answer(asked: httpx.Request) -> httpx.Response:
        place = f"{asked.url.host}{asked.url.path}"
        if place not in answers:
            return httpx.Response(404, json={"type": "urn:trama:problem:person-not-here"})
        return httpx.Response(200, content=json.dumps(answers[place]))

    async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as client:
        members = [Member(name, name, f"http://{name}", None) for name in EVERYBODY]
        desks = {member.name: Desk(member, client, 1) for member in members}
        return await differences(questions([BRUNO], desks), patience=0, at_once=2, settled=lambda: None)


async def test_nothing_is_said_when_all_is_as_it_should_be() -> None:
    assert await judged(all_well()) == []


async def test_a_lost_event_and_one_that_came_twice_are_both_named() -> None:
    assert await judged(all_well() | timeline("dsm", placement_ended=0, placement_agreed=3)) == [
        "dsm, storia di Bruno Finto: manca placement-ended di sil",
        "dsm, storia di Bruno Finto: in più placement-agreed di sil",
    ]


async def test_places_that_are_not_those_stated_are_noticed() -> None:
    answers = all_well() | {f"cor{REGISTRY}/network": network(coop_filo=99)}
    assert await judged(answers) == [
        "cor, che cosa offre la rete: manca 3 di coop-filo",
        "cor, che cosa offre la rete: in più 99 di coop-filo",
    ]


async def test_a_member_that_knows_somebody_it_does_not_follow_is_noticed() -> None:
    known = {"persons": [{"name": "Finto Bruno", "record": "?"}], "after": None}
    assert await judged(all_well() | {f"{CPI}{REGISTRY}/persons": known}) == [
        f"{CPI}, chi è conosciuto: in più Finto Bruno"
    ]


async def test_a_member_that_opens_anothers_record_is_noticed() -> None:
    opened: dict[str, Any] = {f"{URBANO}{REGISTRY}/persons/d/timeline": {"entries": []}}
    assert await judged(all_well() | opened) == [
        f"{URBANO}, che non segue Bruno Finto: ha risposto, e non doveva"
    ]


@pytest.mark.parametrize("wrong", [{"task": "sartoria"}, {"state": "asked"}, {"promoter": "cpi"}])
async def test_a_host_that_knows_something_else_is_noticed(wrong: dict[str, Any]) -> None:
    found = await judged(all_well() | hosted(**wrong))
    assert [one.partition(": ")[2].split()[0] for one in found] == ["manca", "in"]


async def test_a_host_that_is_told_of_somebody_who_does_not_come_is_noticed() -> None:
    (shown,) = hosted().values()
    found = await judged(all_well() | {f"{FILO}{PLACEMENT}/hosted": shown})
    assert [one.partition(":")[0] for one in found] == [f"{FILO}, chi lavora qui"]


async def test_another_answer_to_a_referral_is_noticed() -> None:
    wrong = referral(state="no-answer", reminded_on="2013-01-28")
    assert await judged(all_well() | {f"dsm{REGISTRY}/referrals/sent/r": wrong}) == [
        "dsm, segnalazione di Bruno Finto: state no-answer, doveva essere accepted",
        "dsm, segnalazione di Bruno Finto: reminded_on 2013-01-28, doveva essere None",
    ]


async def test_a_document_that_a_referral_names_and_should_not_is_noticed() -> None:
    wrong = referral(documents=[{"name": "Relazione clinica.txt"}])
    assert await judged(all_well() | {f"{SIL}{REGISTRY}/referrals/received/r": wrong}) == [
        f"{SIL}, segnalazione di Bruno Finto: documents ['Relazione clinica.txt'], doveva essere []"
    ]


async def test_who_reads_on_and_should_not_and_what_stands_and_should_not_are_noticed() -> None:
    place = f"dsm{REGISTRY}/persons/d/sharing"
    assert await judged(all_well() | {place: sharing("dsm", reads=False, in_force=False)}) == [
        "dsm, chi vede che cosa di Bruno Finto: manca sil di reads us",
        "dsm, chi vede che cosa di Bruno Finto: manca yes di dsm, sil di authorisation",
        "dsm, chi vede che cosa di Bruno Finto: in più no di dsm, sil di authorisation",
    ]


async def test_who_is_taken_for_the_one_to_speak_to_and_is_not_is_noticed() -> None:
    wrong = record(SIL)
    wrong[f"{SIL}{REGISTRY}/persons/s/relations"]["referente"] = {"member": SIL}
    assert await judged(all_well() | wrong) == [
        f"{SIL}, chi segue Bruno Finto: manca dsm di referente",
        f"{SIL}, chi segue Bruno Finto: in più sil di referente",
    ]


async def test_an_access_that_others_than_its_specialists_see_is_noticed() -> None:
    heard = {"name": "Bruno", "door": "desk", "need": "x", "route_by": "2013-10-19", "reserved": True}
    heard |= {"reminded_on": None, "escalated_on": None}
    shown = {"accesses": [heard | {"state": "concluded", "outcome": "informed"}], "total": 1}
    found = await judged(all_well() | {f"{CPI}{REGISTRY}/accesses": shown})
    assert {one.partition(":")[0] for one in found} == {f"{CPI}, accessi allo sportello"}


async def test_a_wrong_figure_a_missing_one_and_one_too_much_are_noticed() -> None:
    codes: dict[str, float | None] = {code: figure.value for code, figure in FIGURES.items()}
    del codes["answer-days"]
    answers = all_well() | counted(codes | {"referrals-sent": 7.0, "persons-guessed": 1.0})
    assert await judged(answers) == [
        f"{PROVINCIA}, conteggi: referrals-sent: 7.0, doveva essere 1",
        f"{PROVINCIA}, conteggi: answer-days: non c'è",
        f"{PROVINCIA}, conteggi: persons-guessed: un conteggio che nessuno ha previsto",
    ]
