"""Within a member, and between members of one node: conflicts of interest, who looked, nothing across."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest
import pytest_asyncio
from sqlalchemy import select, update
from trama_chassis.audit_entry import AuditEntry
from trama_chassis.conflict import ConflictHeld
from trama_registry.models import UrgentAccess

from tests.security.everything import LIFE
from tests.security.life import Step, live, multipart
from tests.security.origins import Answer, Member, Town, token_of, town

pytestmark = pytest.mark.asyncio(loop_scope="module")

NEEDED = ("/persons", "/authorisations", "/referrals", "/evaluations", "/placements")
ACTS = ("see", "accept")


def _needed(step: Step) -> bool:
    """What it takes for two members to follow one person, and for every service of one to know them."""
    ends = step.path.rpartition("/")[2]
    return step.path.endswith(NEEDED) or (
        step.path.endswith(("{referral}/see", "{referral}/accept")) and ends in ACTS
    )


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def place(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Town]:
    folder = tmp_path_factory.mktemp("inside")
    async with town(folder, lambda _: f"sqlite:///{folder}/{uuid4()}.db") as built:
        sil = built["sil"]
        sil.ids |= {"offer": "sportello", "stranger": str(uuid4())}
        steps, named = [], set()
        for step in LIFE:
            if _needed(step) and (step.path not in named or step.path.endswith("/persons")):
                steps.append(step)
                named.add(step.path)
        await live(built, sil.ids, tuple(steps))
        yield built


async def _look(member: Member, path: str, by: str = "caseworker") -> Answer:
    return await member.ask("GET", path, by=by)


async def test_a_person_learns_who_has_looked_at_every_member_that_follows_them_and_nobody_s_name(
    place: Town,
) -> None:
    sil, ambito = place["sil"], place["ambito-urbano"]
    record, theirs = sil.ids["record"], sil.ids["their_record"]
    for _ in range(3):
        assert (await _look(ambito, f"/api/registry/persons/{theirs}")).status == 200
    assert (await _look(sil, f"/api/registry/persons/{record}", by="supervisor")).status == 200
    asked = await sil.do("POST", f"/api/registry/persons/{record}/accesses")
    assert asked == {"asked": ["ambito-urbano"]}
    report = await sil.do("GET", f"/api/registry/persons/{record}/accesses")
    assert report["others"][0]["told_on"] is None
    await place.carry()
    answer = await _look(sil, f"/api/registry/persons/{record}/accesses")
    report = answer.json()
    (other,) = report["others"]
    assert other["member"] == "ambito-urbano"
    assert other["services"] == ["valutazioni", "persone e segnalazioni"]
    reads = [one for one in other["looks"] if one["kind"] == "read"]
    assert sum(one["times"] for one in reads) >= 3
    assert {one["role"] for one in report["own"]["looks"]} >= {"responsabile", "operatore"}
    assert {one["service"] for one in report["own"]["looks"]} >= {"persone e segnalazioni", "valutazioni"}
    assert "op-" not in answer.text
    assert "Operatrice" not in answer.text
    page = await sil.ask("GET", f"/persone/{record}/accessi", headers={"accept": "text/html"})
    assert "ha letto" in page.text
    assert "Operatrice" not in page.text.partition("<main")[2]


async def test_who_asks_about_somebody_they_do_not_follow_hears_nothing(place: Town) -> None:
    sil = place["sil"]
    other = sil.ids["other_record"]
    assert await sil.do("POST", f"/api/registry/persons/{other}/accesses") == {"asked": []}
    missing = await sil.ask("POST", f"/api/registry/persons/{uuid4()}/accesses")
    assert missing.status == 404


async def test_after_a_conflict_of_interest_the_person_is_gone_for_that_operator_in_every_service(
    place: Town,
) -> None:
    """INVARIANT: who declared a conflict finds the person nowhere: not opened, listed, sought, counted, in no
    service of the member; everybody else does. A service that did not hear of it breaks this."""
    sil = place["sil"]
    record = sil.ids["record"]
    evaluations = "/api/evaluation/evaluations"
    assert record in (await _look(sil, evaluations)).text
    answer = await sil.ask("POST", f"/api/registry/persons/{record}/conflict")
    assert answer.status == 201
    await place.carry()
    for path in (
        "/api/registry/persons/{}",
        "/api/registry/persons/{}/timeline",
        "/persone/{}",
        "/persone/{}/accessi",
    ):
        gone, never = await _look(sil, path.format(record)), await _look(sil, path.format(uuid4()))
        assert (gone.status, gone.body) == (never.status, never.body)
        assert gone.status == 404
    for path in ("/api/registry/persons", "/api/registry/persons?name=Esempio", evaluations, "/persone"):
        assert record not in (await _look(sil, path)).text, path
        assert record in (await _look(sil, path, by="supervisor")).text, path
    assert (await _look(sil, f"/api/evaluation/evaluations/{sil.ids['evaluation']}")).status == 404
    (held,) = (await _look(sil, "/api/registry/conflicts", by="supervisor")).json()
    assert (held["record"], held["operator_name"]) == (record, "Operatrice caseworker")
    page = await sil.ask("GET", "/persone/conflitti", by="supervisor", headers={"accept": "text/html"})
    assert "Operatrice caseworker" in page.text
    lifted = await sil.ask("POST", f"/api/registry/conflicts/{held['conflict']}/lift", by="supervisor")
    assert lifted.status == 200
    await place.carry()
    assert (await _look(sil, f"/api/registry/persons/{record}")).status == 200
    assert record in (await _look(sil, evaluations)).text


async def test_members_on_one_node_share_no_token_cookie_file_or_row(place: Town) -> None:
    """INVARIANT: what opens one hosted member opens no other. A key or a file in common breaks it."""
    members = list(place.members.values())
    for member in members:
        for other in members:
            if other is member:
                continue
            answer = await other.ask(
                "GET", "/api/registry/persons", by="token:" + token_of(member.name, "supervisor")
            )
            assert answer.status in (401, 404)
            cookie = await _cookie_of(member)
            for name in (f"trama_{member.name}", f"trama_{other.name}"):
                page = await other.ask(
                    "GET", "/nodo", by=None, headers={"cookie": f"{name}={cookie}", "accept": "text/html"}
                )
                assert page.status == 303, f"{member.name} at {other.name} with {name}"
    files = [_files_of(runtime) for member in members for runtime in member.runtimes.values()]
    databases = [one[0] for one in files]
    secrets = [one[1] for one in files]
    assert len(set(databases)) == len(databases)
    assert len(set(secrets)) == len(secrets)
    accounts = {runtime.settings.accounts_file for member in members for runtime in member.runtimes.values()}
    assert len(accounts) == len(members)
    keys = {path.with_name("session.key").read_bytes() for path in accounts}
    assert len(keys) == len(members)
    for member in members:
        beside = {id(one) for runtime in member.runtimes.values() for one in runtime.sisters}
        assert beside == {id(runtime) for runtime in member.runtimes.values()}


async def _cookie_of(member: Member) -> str:
    app = next(iter(member.apps.values()))
    cookie: str = app.state.accounts.sessions.open("op-supervisor")
    own = await member.ask(
        "GET", "/nodo", by=None, headers={"cookie": f"trama_{member.name}={cookie}", "accept": "text/html"}
    )
    assert own.status == 200, "the cookie is good where it is from"
    return cookie


def _files_of(runtime: object) -> tuple[str, Path]:
    settings = runtime.settings  # type: ignore[attr-defined]
    return settings.database_url, settings.secrets_dir


async def test_each_denial_and_each_look_of_a_supervisor_at_the_log_is_in_the_log(place: Town) -> None:
    sil = place["sil"]
    denied = await sil.ask("GET", "/registro-accessi", by="caseworker", headers={"accept": "text/html"})
    assert denied.status == 403
    first, second = [
        await sil.ask("GET", "/registro-accessi", by="supervisor", headers={"accept": "text/html"})
        for _ in range(2)
    ]
    assert (first.status, second.status) == (200, 200)
    assert "/registro-accessi" in second.text.partition("<tbody")[2]
    async with sil.runtimes["registry"].database.read() as session:
        noted = [one for one in await session.scalars(select(AuditEntry)) if one.route == "/registro-accessi"]
        assert [(one.kind, one.operator) for one in noted] == [
            ("refused", "op-caseworker"),
            ("read", "op-supervisor"),
            ("read", "op-supervisor"),
        ]
        assert sil.ids["record"] in noted[-1].records
        assert list(await session.scalars(select(ConflictHeld)))


async def test_an_urgent_access_opens_what_is_hidden_for_a_written_reason_and_is_known_to_all_who_must(
    place: Town,
) -> None:
    sil = place["sil"]
    record = sil.ids["record"]
    identity, urgent = (f"/api/registry/persons/{record}/{one}" for one in ("identity", "urgent-access"))
    groups = {"circle": "justice", "groups": ["former-prisoner"]}
    await sil.do("PUT", f"/api/registry/persons/{record}/target-groups", groups, by="supervisor")
    measure = await _file_measure(sil, record)
    hidden = {
        identity: "former-prisoner",
        f"/persone/{record}/dati": "ex detenuto",
        f"/persone/{record}/documenti": "misura.pdf",
        f"/api/registry/persons/{record}/documents": "misura.pdf",
        measure["href"]: "%PDF",
        f"/api/registry/persons/{record}/documents/sil/{measure['document']}/content": "%PDF",
    }
    assert await _open(sil, hidden) == []
    short = await sil.ask("POST", urgent, body={"reason": "serve"})
    assert (short.status, short.json()["errors"][0]["field"]) == (422, "reason")
    reason = "Il carcere chiede oggi chi segue la persona"
    assert (await sil.ask("POST", urgent, body={"reason": reason})).status == 201
    assert await _open(sil, hidden) == list(hidden)
    choices = (await _look(sil, f"/persone/{record}/documenti")).text
    assert 'value="justice"' not in choices, "what is opened is to be read: nothing judicial is filed by it"
    assert (await sil.ask("PUT", identity.replace("identity", "target-groups"), body=groups)).status == 403
    report = await sil.do("GET", f"/api/registry/persons/{record}/accesses")
    assert [(one["reason"], one["holds"]) for one in report["urgent"]] == [(reason, True)]
    assert reason in {one["reason"] for one in report["own"]["looks"] if one["kind"] == "urgent"}
    async with sil.runtimes["registry"].database.write() as session:
        past = datetime(2013, 1, 1, tzinfo=UTC)
        await session.execute(update(UrgentAccess).values(until=past))
        await session.commit()
    assert await _open(sil, hidden) == [], "its hour is over"


async def _file_measure(member: Member, record: str) -> dict[str, str]:
    """A judicial document, filed by who may."""
    kind, sent = multipart({"kind": "measure", "circle": "justice"}, "misura.pdf", b"%PDF-1.7 misura %%EOF")
    path = f"/api/registry/persons/{record}/documents"
    answer = await member.ask("POST", path, by="supervisor", headers={"content-type": kind}, content=sent)
    assert answer.status == 201, answer.text
    filed: dict[str, str] = answer.json()
    return filed


async def _open(member: Member, hidden: dict[str, str]) -> list[str]:
    """The paths on which a caseworker finds what is hidden there."""
    return [path for path, words in hidden.items() if words in (await _look(member, path)).text]
