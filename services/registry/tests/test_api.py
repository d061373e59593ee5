"""The registry as its callers meet it: who may, what is answered, what is refused and in which words."""

import re
from collections.abc import AsyncIterator, Callable
from typing import Any
from uuid import uuid4

import httpx
import pytest
from trama_chassis.runtime import Runtime
from trama_chassis.testing import client, published

API = "/api/registry"
NEED = {"need": "Cerca lavoro dopo una lunga assenza"}
CONSENT = {
    "purpose": "work-integration",
    "basis": {"kind": "consent"},
    "circles": ["care"],
    "recipients": ["sil"],
    "notice_given_on": "2013-10-14",
}
REFERRAL = {
    "to": "sil",
    "reason": "Vuole tornare al lavoro",
    "need": "Inserimento con sostegno",
    "answer_by": "2013-10-21",
}
NO_SUCH = "6f1c9b7e-3a52-4d0e-9a4f-0c2f5d8e7b11"

WRONG_PERSONS: list[tuple[dict[str, Any], str]] = [
    ({}, "family_name"),
    ({"family_name": ""}, "family_name"),
    ({"family_name": "  "}, "family_name"),
    ({"family_name": "x" * 101}, "family_name"),
    ({"family_name": "Es\u0000empio"}, "family_name"),
    ({"family_name": "Es\uffffempio"}, "family_name"),
    ({"family_name": 7}, "family_name"),
    ({"family_name": "Esempio", "tax_code": "SMPNNA72B44Z999X"}, "tax_code"),
    ({"family_name": "Esempio", "tax_code": ""}, "tax_code"),
    ({"family_name": "Esempio", "birth_date": "4/2/1972"}, "birth_date"),
    ({"family_name": "Esempio", "birth_date": "1972-02-30"}, "birth_date"),
    ({"family_name": "Esempio", "birth_date": 1381708800}, "birth_date"),
    ({"family_name": "Esempio", "birth_date": "2013-10-15"}, "birth_date"),
    ({"family_name": "Esempio", "phone": "chiamare la zia"}, "phone"),
    ({"family_name": "Esempio", "diagnosis": "x"}, "diagnosis"),
    ({"family_name": "Esempio", "taking_in_charge": {}}, "taking_in_charge.need"),
    ({"family_name": "Esempio", "taking_in_charge": {"need": "   "}}, "taking_in_charge.need"),
    ({"family_name": "Esempio", "taking_in_charge": NEED | {"opened_on": "2013-10-15"}}, "opened_on"),
    ({"family_name": "Esempio", "taking_in_charge": NEED | {"sector": "x"}}, "taking_in_charge.sector"),
]

ON_A_RECORD: list[tuple[str, str, dict[str, Any] | None]] = [
    ("GET", "", None),
    ("GET", "/timeline", None),
    ("GET", "/authorisations", None),
    ("POST", "/taking-in-charge", NEED),
    ("POST", "/taking-in-charge/close", {"reason": "moved"}),
    ("POST", "/case-manager", {}),
    ("POST", "/authorisations", CONSENT),
]

NEED_AN_EPISODE: list[tuple[str, dict[str, Any]]] = [
    ("case-manager", {}),
    ("authorisations", CONSENT),
    ("referrals", REFERRAL | {"authorisation": NO_SUCH}),
    ("taking-in-charge/close", {"reason": "moved"}),
]

WRONG_TERMS: list[tuple[dict[str, Any], str, str]] = [
    ({"notice_given_on": None}, "notice-not-given", "notice_given_on"),
    ({"recipients": ["dsm"]}, "not-in-directory", "recipients"),
    ({"controllers": ["comune-di-nessuno"]}, "not-in-directory", "controllers"),
    ({"purpose": "marketing"}, "not-their-purpose", "purpose"),
    ({"recipients": ["coop-filo"]}, "not-their-circle", "circles"),
    ({"basis": {"kind": "law"}}, "law-not-named", "basis"),
    ({"ends_on": "2013-10-01"}, "ends-before-start", "ends_on"),
    ({"recipients": []}, "invalid", "recipients"),
    ({"circles": ["everything"]}, "invalid", "circles.0"),
    ({"basis": {"kind": "custom"}}, "invalid", "basis.kind"),
]

WRONG_REFERRALS: list[tuple[dict[str, Any], str, str]] = [
    ({"to": "ambito-urbano"}, "referred-to-oneself", "to"),
    ({"to": "dsm"}, "not-in-directory", "to"),
    ({"to": "provincia"}, "receives-no-referrals", "to"),
    ({"to": "coop-filo"}, "receives-no-referrals", "to"),
    ({"to": "cpi"}, "authorisation-names-others", "authorisation"),
    ({"authorisation": NO_SUCH}, "authorisation-not-here", "authorisation"),
    ({"answer_by": "2013-10-13"}, "term-in-past", "answer_by"),
    ({"reason": " "}, "invalid", "reason"),
]


@pytest.fixture
async def http(ambito: Runtime) -> AsyncIterator[httpx.AsyncClient]:
    """A caseworker of the social service."""
    async with client(ambito, "caseworker") as session:
        yield session


async def post(http: httpx.AsyncClient, path: str, body: dict[str, Any], status: int = 201) -> Any:
    answer = await http.post(f"{API}{path}", json=body)
    assert answer.status_code == status, answer.text
    return answer.json()


async def register(http: httpx.AsyncClient, **person: Any) -> str:
    given = {"given_name": "Anna", "family_name": "Esempio", "taking_in_charge": NEED} | person
    record: str = (await post(http, "/persons", given))["record"]
    return record


def fields(problem: dict[str, Any]) -> list[str]:
    return [error["field"] for error in problem["errors"]]


async def test_registering_and_taking_in_charge_may_be_one_request(
    http: httpx.AsyncClient, ambito: Runtime, tax_code: str
) -> None:
    manager = {"name": "Sara Demo", "phone": "0434 000000"}
    person = await post(
        http,
        "/persons",
        {
            "given_name": " Anna  Maria ",
            "family_name": "D'Esempiò",
            "tax_code": tax_code.lower(),
            "birth_date": "1972-02-04",
            "town": "Pordenone",
            "taking_in_charge": NEED | {"opened_on": "2013-10-10", "case_manager": manager},
        },
    )
    assert (person["given_name"], person["family_name"], person["tax_code"]) == (
        "Anna Maria",
        "D'Esempiò",
        tax_code,
    )
    episode = person["taking_in_charge"]
    assert (episode["sector"], episode["opened_on"]) == ("social", "2013-10-10")
    assert episode["case_manager"] == {
        "operator": "op-test",
        "name": "Sara Demo",
        "phone": "0434 000000",
        "since": "2013-10-14",
    }
    assert (await http.get(f"{API}/persons/{person['record']}")).json() == person
    assert [one.event.wire_type.split(".")[3] for one in await published(ambito)] == [
        "person-registered",
        "reporting-id-assigned",
        "taking-in-charge-opened",
        "case-manager-assigned",
        "taking-in-charge-opened-fact",
    ]


async def test_names_are_taken_as_people_have_them(http: httpx.AsyncClient) -> None:
    for family_name in ("Rahmatullah", "Nguyễn Văn", "O’Brien", "d'Aosta", "Łukasiewicz"):
        person = await post(http, "/persons", {"family_name": family_name})
        assert (person["given_name"], person["family_name"]) == (None, family_name)
        assert person["taking_in_charge"] is None


async def test_a_second_record_of_one_tax_code_is_refused_and_names_the_first(
    http: httpx.AsyncClient, ambito: Runtime, tax_code: str
) -> None:
    record = await register(http, tax_code=tax_code)
    before = len(await published(ambito))
    problem = await post(http, "/persons", {"family_name": "Altra", "tax_code": tax_code}, 409)
    assert problem["type"] == "urn:trama:problem:already-registered"
    assert "Anna Esempio" in problem["detail"]
    assert f"/persone/{record}/storia" in problem["detail"]
    assert fields(problem) == ["tax_code"]
    assert len(await published(ambito)) == before


async def test_two_people_without_tax_code_are_two_records(http: httpx.AsyncClient) -> None:
    assert await register(http) != await register(http)


async def test_wrong_input_is_refused_naming_the_field_and_changes_nothing(
    http: httpx.AsyncClient, ambito: Runtime
) -> None:
    for body, named in WRONG_PERSONS:
        answer = await http.post(f"{API}/persons", json=body)
        assert 400 <= answer.status_code < 500, (body, answer.text)
        assert answer.headers["content-type"] == "application/problem+json"
        assert (body, fields(answer.json())) == (body, [named])
    assert await published(ambito) == []
    assert (await http.get(f"{API}/persons")).json()["persons"] == []


async def test_an_unknown_record_is_not_here_and_nothing_is_said_of_others(http: httpx.AsyncClient) -> None:
    for method, path, body in ON_A_RECORD:
        answer = await http.request(method, f"{API}/persons/{uuid4()}{path}", json=body)
        assert (path, answer.status_code) == (path, 404)
        assert answer.json()["detail"] == (
            "Non risulta nel nostro servizio. Questo non dice nulla sugli altri servizi."
        )


async def test_a_record_that_is_no_id_is_wrong_input(http: httpx.AsyncClient) -> None:
    answer = await http.get(f"{API}/persons/anna")
    assert (answer.status_code, fields(answer.json())) == (422, ["record"])


async def test_no_route_is_open_to_whoever_asks_and_none_is_shut_to_supervisors(ambito: Runtime) -> None:
    """INVARIANT: no route is open to whoever asks. A route without `require` breaks it. Which are for
    caseworkers too, `tests/security/access.csv` says, a line each."""
    async with client(ambito, "caseworker") as http:
        paths = (await http.get(f"{API}/openapi.json")).json()["paths"]
    routes = [(method, path) for path, methods in paths.items() for method in methods]
    assert len(routes) > 25
    answers: dict[str, set[int]] = {}
    for role in ("reporting-reader", "supervisor"):
        async with client(ambito, role) as http:
            for method, path in routes:
                place = path.replace("{offer}", "laboratorio")
                place = re.sub(r"\{[a-z_]+\}", lambda _: str(uuid4()), place)
                answer = (await http.request(method, place, json={})).status_code
                answers.setdefault(role, set()).add(answer)
                unknown = await http.request(method, place, json={}, headers={"authorization": "Bearer x"})
                assert unknown.status_code == 401
    assert answers["reporting-reader"] == {403}
    assert not {401, 403} & answers["supervisor"]


async def test_close_and_reopen_is_a_new_episode(http: httpx.AsyncClient) -> None:
    record = await register(http)
    path = f"/persons/{record}/taking-in-charge"
    assert (await post(http, path, NEED, 409))["type"].endswith("already-in-charge")
    closed = await post(http, f"{path}/close", {"reason": "goals-reached"}, 200)
    assert (closed["closing_reason"], closed["closed_on"]) == ("goals-reached", "2013-10-14")
    assert (await post(http, f"{path}/close", {"reason": "moved"}, 409))["type"].endswith("not-in-charge")
    again = await post(http, path, NEED)
    assert again["episode"] != closed["episode"]


async def test_nothing_is_recorded_outside_an_open_taking_in_charge(
    http: httpx.AsyncClient, ambito: Runtime
) -> None:
    """INVARIANT: authorisation, referral and referente need an open relation. A command that does not ask for
    the open episode, or asks without locking it, breaks it."""
    record = (await post(http, "/persons", {"family_name": "Esempio"}))["record"]
    before = len(await published(ambito))
    for path, body in NEED_AN_EPISODE:
        problem = await post(http, f"/persons/{record}/{path}", body, 409)
        assert problem["type"] == "urn:trama:problem:not-in-charge"
        assert "aprite prima la presa in carico" in problem["detail"]
    assert len(await published(ambito)) == before


async def test_this_member_is_always_among_who_may_share(http: httpx.AsyncClient) -> None:
    record = await register(http)
    given = await post(http, f"/persons/{record}/authorisations", CONSENT | {"recipients": ["sil", "sil"]})
    assert given["recipients"] == ["ambito-urbano", "sil"]
    assert given["controllers"] == ["ass6", "comune-urbano"]
    assert given["in_force"] is True
    assert (await http.get(f"{API}/persons/{record}/authorisations")).json() == [given]


async def test_terms_that_would_share_nothing_or_rest_on_nothing_are_refused(
    http: httpx.AsyncClient, ambito: Runtime
) -> None:
    record = await register(http)
    before = len(await published(ambito))
    for change, code, named in WRONG_TERMS:
        status = 422 if code == "invalid" else 409
        problem = await post(http, f"/persons/{record}/authorisations", CONSENT | change, status)
        assert (problem["type"], fields(problem)) == (f"urn:trama:problem:{code}", [named])
    assert len(await published(ambito)) == before


async def referral_of(http: httpx.AsyncClient) -> dict[str, Any]:
    record = await register(http)
    given = await post(http, f"/persons/{record}/authorisations", CONSENT)
    return {"record": record, "body": REFERRAL | {"authorisation": given["authorisation"]}}


async def test_a_referral_is_sent_and_listed(http: httpx.AsyncClient) -> None:
    asked = await referral_of(http)
    sent = await post(http, f"/persons/{asked['record']}/referrals", asked["body"])
    assert (sent["state"], sent["name"], sent["to"], sent["sent_on"]) == (
        "sent",
        "Anna Esempio",
        "sil",
        "2013-10-14",
    )
    assert (await http.get(f"{API}/referrals/sent")).json() == [sent]
    assert (await http.get(f"{API}/referrals/sent/{sent['referral']}")).json() == sent
    assert (await http.get(f"{API}/referrals/received")).json() == []


async def test_a_referral_that_may_not_be_sent_is_refused_and_published_nowhere(
    http: httpx.AsyncClient, ambito: Runtime
) -> None:
    asked = await referral_of(http)
    before = len(await published(ambito))
    for change, code, named in WRONG_REFERRALS:
        status = 422 if code == "invalid" else 409
        path = f"/persons/{asked['record']}/referrals"
        problem = await post(http, path, asked["body"] | change, status)
        assert (problem["type"], fields(problem)) == (f"urn:trama:problem:{code}", [named])
    assert len(await published(ambito)) == before
    assert (await http.get(f"{API}/referrals/sent")).json() == []


async def test_another_persons_authorisation_does_not_serve(http: httpx.AsyncClient) -> None:
    asked, other = await referral_of(http), await register(http, family_name="Altra")
    problem = await post(http, f"/persons/{other}/referrals", asked["body"], 409)
    assert problem["type"].endswith("authorisation-not-here")


async def test_who_sent_a_referral_does_not_answer_it(http: httpx.AsyncClient) -> None:
    asked = await referral_of(http)
    sent = await post(http, f"/persons/{asked['record']}/referrals", asked["body"])
    for answer, body in (("accept", {}), ("decline", {"reason": "other"})):
        problem = await post(http, f"/referrals/{sent['referral']}/{answer}", body, 409)
        assert problem["type"].endswith("not-the-receiver")
        assert "può rispondere solo «sil»" in problem["detail"]
        await post(http, f"/referrals/{uuid4()}/{answer}", body, 404)


async def test_a_member_outside_the_care_circle_opens_no_record(
    registry_of: Callable[..., Any], database_url: str
) -> None:
    async with (
        registry_of("coop-filo", database_url, sector="host", reporting_key_file=None) as host,
        client(host, "caseworker") as http,
    ):
        problem = await post(http, "/persons", {"family_name": "Esempio"}, 409)
        assert problem["type"].endswith("not-in-circle")
        assert await published(host) == []


async def test_who_is_counted_is_not_registered_without_the_reporting_key(
    registry_of: Callable[..., Any], database_url: str
) -> None:
    async with (
        registry_of("ambito-urbano", database_url, reporting_key_file=None) as keyless,
        client(keyless, "caseworker") as http,
    ):
        problem = await post(http, "/persons", {"family_name": "Esempio"}, 503)
        assert problem["type"].endswith("reporting-key-missing")


async def test_members_that_may_be_asked_are_told(http: httpx.AsyncClient) -> None:
    members = (await http.get(f"{API}/members")).json()
    assert {one["member"] for one in members if one["receives_referrals"]} == {"ambito-urbano", "cpi", "sil"}
