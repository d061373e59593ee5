"""What is kept longer than the rules say: proposed by the clock, decided by a person, proved afterwards."""

from datetime import date, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import select
from trama_chassis.clock import ZONE, Clock, write_clock
from trama_chassis.runtime import Runtime
from trama_chassis.tables import OwnStream
from trama_chassis.testing import client, published
from trama_chassis.timers import run_due
from trama_contracts.facts import TakingInChargeOpenedFact
from trama_registry.errors import DayTooEarly, ProposalSettled, RetentionUnreadable
from trama_registry.models import OwnInterview, RetentionProposal
from trama_registry.models.retention import Due, RetentionRule, in_force, rules_in
from trama_registry.queries.retention import OURS
from trama_registry.schemas import RegisterPerson

from services.registry.tests.test_erasure import Side, on_disk, settle

API = "/api/registry"
PAGE = {"accept": "text/html"}
CANARY = "Canarino conservato troppo a lungo"
ACT = {"act": "Determina 7/2020"}
BACK = {"reason": "È tornata"}


@pytest.fixture
def side() -> type[Side]:
    """Those who erase."""
    return Side


async def move_to(clock_file: Path, day: str, *runtimes: Runtime) -> None:
    """Let the business clock of these services say that it is this day, and what waits for it happen."""
    write_clock(clock_file, datetime.fromisoformat(f"{day}T09:00").replace(tzinfo=ZONE))
    for runtime in runtimes:
        runtime.clock = Clock(clock_file)
        await run_due(runtime)


async def proposed(http: httpx.AsyncClient, *, settled: bool = False) -> list[dict[str, Any]]:
    answer = await http.get(f"{API}/erasure-proposals{'/settled' if settled else ''}")
    found: list[dict[str, Any]] = answer.json()
    return found


async def briefly(http: httpx.AsyncClient) -> set[tuple[str, int, str]]:
    """Kind, how many, since when."""
    return {(one["kind"], one["count"], one["due_since"]) for one in await proposed(http)}


async def decide(http: httpx.AsyncClient, proposal: str, what: str, body: object, status: int = 200) -> Any:
    answer = await http.post(f"{API}/erasure-proposals/{proposal}/{what}", json=body)
    assert answer.status_code == status, answer.text
    return answer.json()


async def interviews(http: httpx.AsyncClient, record: str, *circles: str) -> None:
    for circle in circles:
        said = {"kind": "desk", "present": "Anna", "summary": CANARY, "circle": circle}
        assert (await http.post(f"{API}/persons/{record}/interviews", json=said)).status_code == 201


async def close(http: httpx.AsyncClient, record: str) -> None:
    closing = {"reason": "goals-reached"}
    answer = await http.post(f"{API}/persons/{record}/taking-in-charge/close", json=closing)
    assert answer.status_code == 200, answer.text


async def test_the_clock_proposes_and_erases_nothing_and_who_comes_back_is_left_alone(
    ambito: Runtime, anna: RegisterPerson, desk: Any, clock_file: Path
) -> None:
    """INVARIANT: what is kept too long is proposed and stands until somebody decides; a relation that goes on
    again takes the proposal away. A timer that erases, or a reopening that is not heard, breaks it."""
    record = await desk.register(ambito, anna)
    async with client(ambito, "supervisor") as http:
        await interviews(http, record, "care", "own", "own")
        await move_to(clock_file, "2016-10-13", ambito)
        assert await briefly(http) == set()
        await move_to(clock_file, "2020-01-01", ambito)
        assert await briefly(http) == {("own-interview", 2, "2016-10-14")}, "she is still in charge"
        await close(http, record)
        await move_to(clock_file, "2025-01-01", ambito)
        assert await briefly(http) == {
            ("own-interview", 2, "2016-10-14"),
            ("interview-recorded", 1, "2025-01-01"),
        }
        held = (await http.get(f"{API}/persons/{record}/interviews")).json()
        assert len(held) == 3, "nothing goes by itself"
        told = next(one for one in await proposed(http) if one["kind"] == "interview-recorded")
        reopened = await http.post(f"{API}/persons/{record}/taking-in-charge/reopen", json=BACK)
        assert reopened.status_code == 200, reopened.text
        assert await briefly(http) == {("own-interview", 2, "2016-10-14")}, "this does not depend on it"
        (fallen,) = await proposed(http, settled=True)
        assert (fallen["kind"], fallen["state"]) == ("interview-recorded", "fallen")
        await decide(http, told["proposal"], "accept", ACT, 409)
        await http.post(f"{API}/erasure-proposals")
        assert await briefly(http) == {("own-interview", 2, "2016-10-14")}


async def test_what_is_put_off_keeps_its_reason_and_is_proposed_anew_on_its_day(
    ambito: Runtime, anna: RegisterPerson, desk: Any, clock_file: Path
) -> None:
    record = await desk.register(ambito, anna)
    async with client(ambito, "supervisor") as http:
        await interviews(http, record, "own")
        await move_to(clock_file, "2016-10-14", ambito)
        (one,) = await proposed(http)
        assert (one["name"], one["basis"]) == ("Anna Esempio", "scelta del titolare")
        assert one["kept"] == "3 anni dal giorno della voce"
        put = {"reason": "Ricorso in corso", "until": "2016-10-14"}
        assert (await decide(http, one["proposal"], "put-off", put, 409))["errors"][0]["field"] == "until"
        put["until"] = "2017-10-14"
        stale = await decide(http, one["proposal"], "put-off", put | {"version": one["version"] + 1}, 409)
        assert stale["type"].endswith("changed-meanwhile")
        kept = await decide(http, one["proposal"], "put-off", put | {"version": one["version"]})
        assert (kept["state"], kept["reason"], kept["until"], kept["settled_by"]) == (
            *("put-off", "Ricorso in corso", "2017-10-14", "Operatrice di prova"),
        )
        await decide(http, one["proposal"], "accept", ACT, 409)
        await move_to(clock_file, "2017-10-13", ambito)
        assert await proposed(http) == []
        await move_to(clock_file, "2017-10-14", ambito)
        (again,) = await proposed(http)
        assert again["proposal"] != one["proposal"]
        (before,) = await proposed(http, settled=True)
        assert (before["reason"], before["name"]) == ("Ricorso in corso", "Anna Esempio")


async def test_what_is_accepted_goes_everywhere_and_the_proof_names_nobody(
    sides: tuple[Side, Side], exchange: Any, clock_file: Path
) -> None:
    """INVARIANT: entries whose time is over go wherever they are, told, hidden or kept, and what is left says
    how many, who decided and who answered, but not whose they were. A place that is spared breaks it."""
    ambito, sil = sides
    both = (ambito.runtime, sil.runtime)
    note = (await ambito.of_anna("notes", {"text": CANARY}))["note"]
    hidden = (await ambito.of_anna("notes", {"text": f"{CANARY}, nascosto"}))["note"]
    await ambito.of_anna(f"timeline/{hidden}/hide", {"reason": "Lo chiede"}, 200)
    await ambito.of_anna(f"timeline/{note}/correction", {"reason": f"{CANARY}, corretto"})
    await exchange(*both)
    assert CANARY in await sil.story()
    await move_to(clock_file, "2016-10-14", *both)
    (one,) = await proposed(ambito.http)
    assert (one["kind"], one["count"], one["due_since"]) == ("note-written", 2, "2016-10-14")
    assert await proposed(sil.http) == [], "another's notes are not ours to erase"
    page = await ambito.http.get("/cancellazioni/proposte", headers=PAGE)
    assert "Anna Esempio" in page.text
    done = await decide(ambito.http, one["proposal"], "accept", ACT)
    assert (done["state"], done["name"], done["closed"]) == ("ordered", None, False)
    await settle(exchange, sides)
    for side in sides:
        assert CANARY not in await side.story()
        assert on_disk(side.runtime).count(CANARY.encode()) == 0
    (proof,) = await proposed(ambito.http, settled=True)
    assert (proof["name"], proof["settled_by"], proof["count"]) == (None, "Operatrice di prova", 2)
    assert proof["counts"]["copies"] >= 3
    order = await ambito.read(f"erasures/{proof['order']}")
    answers = {(one["member"], one["service"]): one["state"] for one in order["recipients"]}
    assert answers["sil", "registry"] == "done"
    assert (order["ground"], order["act"], order["subject"]) == (
        *("retention", ACT["act"], "Nota alla rete (2)"),
    )
    assert order["reason"] == proof["why"]
    register = (await ambito.http.get("/cancellazioni/proposte", headers=PAGE)).text
    assert "Anna" not in register
    assert "Nota alla rete (2)" in register


async def test_a_record_that_goes_leaves_its_count_without_a_link_and_its_proposals_without_a_name(
    ambito: Runtime, anna: RegisterPerson, desk: Any, clock_file: Path
) -> None:
    """INVARIANT: facts kept by law lose their link also when it is the time that is over."""
    record = await desk.register(ambito, anna)
    async with client(ambito, "supervisor") as http:
        await interviews(http, record, "own")
        await close(http, record)
        await move_to(clock_file, "2016-10-14", ambito)
        assert {one["kind"] for one in await proposed(http)} == {"own-interview"}
        await move_to(clock_file, "2023-10-14", ambito)
        (whole,) = await proposed(http)
        assert (whole["kind"], whole["due_since"]) == ("record", "2023-10-14"), "its parts go with it"
        (told,) = [one.event for one in await published(ambito, TakingInChargeOpenedFact)]
        await decide(http, whole["proposal"], "accept", ACT)
        assert (await http.get(f"{API}/persons/{record}")).status_code == 404
        (anew,) = [one.event for one in await published(ambito, TakingInChargeOpenedFact)]
        assert isinstance(told, TakingInChargeOpenedFact)
        assert isinstance(anew, TakingInChargeOpenedFact)
        assert anew.reporting_id != told.reporting_id
        assert (anew.sector, anew.opened_on) == (told.sector, told.opened_on)
        states = {one["kind"]: (one["state"], one["name"]) for one in await proposed(http, settled=True)}
        assert states == {"record": ("ordered", None), "own-interview": ("fallen", None)}
        await ambito.erasures.turn()
        assert on_disk(ambito).count(b"Esempio") == 0
        assert on_disk(ambito).count(CANARY.encode()) == 0
    async with ambito.database.read() as session:
        assert {one.sealed_key for one in await session.scalars(select(OwnStream))} != set()


async def test_of_two_joined_records_the_last_relation_counts(
    ambito: Runtime, anna: RegisterPerson, desk: Any, clock_file: Path
) -> None:
    first = await desk.register(ambito, anna)
    other = anna.model_copy(update={"tax_code": None, "another_person": "Doppione"})
    second = await desk.register(ambito, other)
    async with client(ambito, "supervisor") as http:
        await interviews(http, first, "care")
        await close(http, first)
        joined = {"member": "ambito-urbano", "record": second}
        assert (await http.post(f"{API}/persons/{first}/links", json=joined)).status_code == 201
        await move_to(clock_file, "2019-01-01", ambito)
        assert await proposed(http) == []
        await close(http, second)
        await move_to(clock_file, "2023-12-31", ambito)
        assert await proposed(http) == []
        await move_to(clock_file, "2024-01-01", ambito)
        assert await briefly(http) == {("interview-recorded", 1, "2024-01-01")}


async def test_the_pages_propose_put_off_and_order(
    ambito: Runtime, anna: RegisterPerson, desk: Any, clock_file: Path
) -> None:
    record = await desk.register(ambito, anna)
    async with client(ambito, "supervisor") as http:
        await interviews(http, record, "own")
        await move_to(clock_file, "2016-10-14", ambito)
        assert (await http.post("/cancellazioni/proposte", headers=PAGE)).status_code == 303
        for page in ("/cancellazioni", "/oggi"):
            assert "Proposte di cancellazione" in (await http.get(page, headers=PAGE)).text
        shown = (await http.get("/cancellazioni/proposte", headers=PAGE)).text
        assert "scelta del titolare" in shown
        (one,) = await proposed(http)
        path = f"/cancellazioni/proposte/{one['proposal']}"
        form = (await http.get(path, headers=PAGE)).text
        assert "14 ottobre 2013" in form
        assert (await http.post(f"{path}/accetta", data={}, headers=PAGE)).status_code == 422
        wrong = await http.post(
            f"{path}/rinvia", data={"reason": "Ricorso", "until": "2016-10-14"}, headers=PAGE
        )
        assert wrong.status_code == 409
        assert "Indicate un giorno dopo oggi" in wrong.text
        assert "Ricorso" in wrong.text, "what was typed stays"
        done = await http.post(f"{path}/accetta", data=ACT, headers=PAGE)
        assert done.status_code == 303
        order = (await http.get(done.headers["location"], headers=PAGE)).text
        assert "Tempo di conservazione finito" in order
    async with ambito.database.read() as session:
        assert (await session.scalars(select(OwnInterview))).all() == []


async def test_a_member_keeps_by_its_own_file_and_one_that_cannot_be_read_proposes_nothing(
    ambito: Runtime, anna: RegisterPerson, desk: Any, clock_file: Path
) -> None:
    record = await desk.register(ambito, anna)
    own = ambito.settings.accounts_file.with_name("retention.yaml")
    async with client(ambito, "supervisor") as http:
        await interviews(http, record, "own", "care")
        own.write_text("rules: [{kind: own-interview, years: soon}]")
        await move_to(clock_file, "2014-05-14", ambito)
        refused = await http.get(f"{API}/retention-rules")
        assert refused.status_code == 409
        assert "retention.yaml" in refused.json()["detail"]
        assert "rules.0.years" in refused.json()["detail"]
        assert await proposed(http) == []
        page = await http.get("/cancellazioni/proposte", headers=PAGE)
        assert (page.status_code, "Non si propone nulla" in page.text) == (409, True)
        own.write_text(
            "rules:\n- {kind: own-interview, months: 6, after: entry, holds_from: 2013-01-01,"
            " why: Poco serve, act: Regolamento 3/2014, article: art. 9}\n"
        )
        await move_to(clock_file, "2014-05-15", ambito)
        assert await briefly(http) == {("own-interview", 1, "2014-04-14")}
        (one,) = await proposed(http)
        assert one["basis"] == "Regolamento 3/2014, art. 9"
        assert one["kept"] == "6 mesi dal giorno della voce"


RULE = RetentionRule.model_validate(
    {"kind": "own-interview", "years": 1, "after": "entry", "holds_from": "2013-01-01", "why": "Prova"}
)


def test_the_rule_that_began_last_holds_and_a_year_without_the_day_is_over_earlier() -> None:
    later = RULE.model_copy(update={"years": 3, "holds_from": date(2014, 1, 1)})
    assert in_force([later, RULE], date(2013, 12, 31)) == {"own-interview": RULE}
    assert in_force([later, RULE], date(2014, 1, 1)) == {"own-interview": later}
    assert in_force([later, RULE], date(2012, 12, 31)) == {}
    assert RULE.over_on(date(2012, 2, 29)) == date(2013, 2, 28)


def test_our_own_rules_are_every_kind_once_and_all_a_choice() -> None:
    rules = rules_in(OURS.read_text(encoding="utf-8"), called=OURS.name)
    assert len(rules) == len({rule.kind for rule in rules}) == 10
    assert {rule.act for rule in rules} == {None}, "none is verified law; who names one says so"


TWICE = "{kind: record, years: 1, after: relation-closed, holds_from: 2013-01-01, why: x}"


@pytest.mark.parametrize(
    "wrong",
    [
        "rules: [",
        "other: []",
        "rules: [{kind: own-interview, after: entry, holds_from: 2013-01-01, why: Quanto}]",
        "rules: [{kind: record, years: 1, after: entry, holds_from: 2013-01-01, why: Da quando}]",
        "rules: [{kind: own-interview, years: 1, after: entry, holds_from: 2013-01-01, why: x, act: Legge}]",
        f"rules: [{TWICE}, {TWICE}]",
    ],
)
def test_a_file_that_does_not_hold_together_is_refused(wrong: str) -> None:
    with pytest.raises(RetentionUnreadable):
        rules_in(wrong, called="retention.yaml")


def test_a_proposal_is_settled_once() -> None:
    due = Due("record", RULE, date(2014, 1, 1), 1, frozenset({"entry"}))
    one = RetentionProposal.of(due, date(2014, 1, 2))
    one.follow(due)
    assert one.version == 0
    with pytest.raises(DayTooEarly):
        one.be_put_off("Serve", date(2014, 1, 3), on=date(2014, 1, 3), by="Rita")
    one.be_put_off("Serve", date(2014, 1, 4), on=date(2014, 1, 3), by="Rita")
    assert one.entries == []
    with pytest.raises(ProposalSettled):
        one.fall(date(2014, 1, 4))
