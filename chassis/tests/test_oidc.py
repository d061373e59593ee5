"""Signing in elsewhere: the whole way with a real provider, and what comes back from a hostile one."""

import json
import re
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
import yaml
from fastapi import FastAPI
from jwcrypto import jwk, jws
from pydantic import ValidationError
from sqlalchemy import select
from trama_chassis import oidc
from trama_chassis.audit_entry import AuditEntry
from trama_chassis.clock import machine_now
from trama_chassis.oidc import CALLBACK, Provider

from tests.harness import identity_provider
from tests.harness.identity_provider import CLIENT_ID, CLIENT_SECRET, PASSWORDS, Running

ORIGIN = "https://sil.test"
on_one_database = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
Browsers = Callable[[], httpx.AsyncClient]


@pytest.fixture(scope="module")
def real() -> Iterator[Running]:
    """A real provider of identities, in a process of its own."""
    with identity_provider.running(ORIGIN + CALLBACK, ORIGIN + "/") as provider:
        yield provider


@pytest.fixture
async def browsers(
    app: FastAPI, client_for: Callable[[FastAPI, dict[str, str]], httpx.AsyncClient]
) -> AsyncIterator[Browsers]:
    """A function giving new browsers at the member's origin."""
    opened: list[httpx.AsyncClient] = []

    def another() -> httpx.AsyncClient:
        opened.append(client_for(app, {"Accept": "text/html"}))
        opened[-1].base_url = httpx.URL(ORIGIN)
        return opened[-1]

    yield another
    for one in opened:
        await one.aclose()


def name_provider(folder: Path, issuer: str, **subjects: str) -> None:
    """Write into the account file where operators may sign in, and who they are there."""
    content = yaml.safe_load((path := folder / "accounts.yaml").read_text())
    content["provider"] = {
        "issuer": issuer,
        "client_id": CLIENT_ID,
        "client_secret": CLIENT_SECRET,
        "origin": ORIGIN,
        "title": "Identità di prova",
    }
    for operator in (one for one in content["operators"] if one["id"] in subjects):
        operator["subject"] = subjects[operator["id"]]
    path.write_text(yaml.safe_dump(content))


@pytest.fixture
def provided(real: Running, app: FastAPI, tmp_path: Path) -> Running:  # app: its account file
    """The member takes what the real provider says; anna is op-1 here, the other one is nobody."""
    name_provider(tmp_path, real.issuer, **{"op-1": "1"})
    return real


async def sent_away(browser: httpx.AsyncClient, next: str = "/appunti") -> str:
    """Where the browser is sent to sign in."""
    answer = await browser.get("/accedi/altrove", params={"next": next})
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


async def signed_in_there(address: str, login: str = "anna") -> str:
    """Sign in at the provider by its own form; the path with which it sends the browser back."""
    async with httpx.AsyncClient() as there:
        form = await there.get(address, follow_redirects=True)
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', form.text)
        assert token is not None, form.text
        fields = {"username": login, "password": PASSWORDS[login], "csrfmiddlewaretoken": token.group(1)}
        answer = await there.post(form.url, data=fields)
        answer = await there.get(httpx.URL(form.url).join(answer.headers["location"]))
        assert answer.headers["location"].startswith(ORIGIN + CALLBACK), answer.text
        return answer.headers["location"].removeprefix(ORIGIN)


def of(address: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}


@on_one_database
async def test_who_signs_in_at_the_provider_is_the_operator_our_file_says(
    provided: Running, browsers: Browsers
) -> None:
    browser = browsers()
    page = await browser.get("/accedi?next=/appunti")
    assert "Accedi con Identità di prova" in page.text
    address = await sent_away(browser)
    asked = of(address)
    assert (asked["response_type"], asked["code_challenge_method"]) == ("code", "S256")
    assert asked["redirect_uri"] == ORIGIN + CALLBACK
    back = await browser.get(await signed_in_there(address))
    assert (back.status_code, back.headers["location"]) == (303, "/appunti"), back.text
    cookies = back.headers.get_list("set-cookie")
    assert any(one.startswith("trama_sil=") and "Secure" in one and "HttpOnly" in one for one in cookies)
    assert any(one.startswith('trama_sil_accesso=""') for one in cookies)
    assert "Anna Prova" in (await browser.get("/appunti")).text


@on_one_database
async def test_an_answer_opens_one_session_once_and_only_in_the_browser_that_asked(
    provided: Running, browsers: Browsers
) -> None:
    """INVARIANT: a link signs nobody in. Breaks if state, cookie or verifier is not asked for."""
    anna, other = browsers(), browsers()
    first = await signed_in_there(await sent_away(anna))
    await sent_away(other)
    for browser in (browsers(), other):  # one that began nothing; one that began another sign-in
        refused = await browser.get(first)
        assert refused.status_code == 400
        assert "Questo accesso non è cominciato in questo browser" in refused.text
        assert "trama_sil" not in browser.cookies
    # The code under the other's own state: the provider asks for the verifier, and it is another's.
    own = of(await sent_away(other))["state"]
    refused = await other.get(CALLBACK, params={"code": of(first)["code"], "state": own})
    assert (refused.status_code, "trama_sil" in other.cookies) == (403, False)
    assert "non siete entrati" in refused.text


@on_one_database
async def test_a_code_used_once_is_used_up(provided: Running, browsers: Browsers) -> None:
    browser = browsers()
    path = await signed_in_there(await sent_away(browser))
    under_way = browser.cookies["trama_sil_accesso"]
    assert (await browser.get(path)).status_code == 303
    browser.cookies.delete("trama_sil")
    browser.cookies.set("trama_sil_accesso", under_way, domain="sil.test", path="/accedi")
    assert (await browser.get(path)).status_code == 400
    again = of(await sent_away(browser))["state"]
    refused = await browser.get(CALLBACK, params={"code": of(path)["code"], "state": again})
    assert (refused.status_code, "trama_sil" in browser.cookies) == (403, False)


@on_one_database
async def test_who_is_not_in_our_file_is_told_so_and_stays_outside(
    provided: Running, browsers: Browsers, runtime: Any
) -> None:
    browser = browsers()
    refused = await browser.get(await signed_in_there(await sent_away(browser), "estranea"))
    assert (refused.status_code, "trama_sil" in browser.cookies) == (403, False)
    assert "non risultate tra gli operatori di questo servizio" in refused.text
    async with runtime.database.read() as session:
        codes = (await session.scalars(select(AuditEntry.code))).all()
    assert codes == ["not-one-of-ours"]


@on_one_database
@pytest.mark.parametrize("next", ["//evil.test/", "https://evil.test", "/\\evil.test", "javascript:alert(1)"])
async def test_one_comes_back_to_this_origin_only(provided: Running, browsers: Browsers, next: str) -> None:
    browser = browsers()
    back = await browser.get(await signed_in_there(await sent_away(browser, next)))
    assert (back.status_code, back.headers["location"]) == (303, "/")


@on_one_database
async def test_signing_in_again_ends_the_session_there_was(provided: Running, browsers: Browsers) -> None:
    """A session that somebody put into a browser before must not become that of who signs in (fixation)."""
    browser = browsers()
    await browser.get(await signed_in_there(await sent_away(browser)))
    before = browser.cookies["trama_sil"]
    await browser.get(await signed_in_there(await sent_away(browser)))
    assert browser.cookies["trama_sil"] != before
    stranger = browsers()
    stranger.cookies.set("trama_sil", before, domain="sil.test")
    assert (await stranger.get("/appunti")).status_code == 303


@on_one_database
async def test_signing_out_ends_the_session_and_shows_the_way_out_of_the_provider(
    provided: Running, browsers: Browsers
) -> None:
    browser = browsers()
    await browser.get(await signed_in_there(await sent_away(browser)))
    page = await browser.get("/appunti")
    token = re.search(r'name="csrf_token" value="([^"]+)"', page.text)
    assert token is not None
    out = await browser.post("/esci", data={"csrf_token": token.group(1)})
    assert (out.status_code, "trama_sil" in browser.cookies) == (303, False)
    shown = await browser.get(out.headers["location"])
    link = re.search(r'href="([^"]+)">uscite anche da Identità di prova', shown.text)
    assert link is not None
    async with httpx.AsyncClient() as there:
        answer = await there.get(link.group(1).replace("&amp;", "&"))
    assert (answer.status_code, answer.headers["location"].rstrip("/")) == (302, ORIGIN)


@on_one_database
async def test_a_provider_that_is_down_is_told_and_passwords_still_work(
    app: FastAPI, browsers: Browsers, tmp_path: Path
) -> None:
    name_provider(tmp_path, "http://127.0.0.1:9/o")
    browser = browsers()
    refused = await browser.get("/accedi/altrove")
    assert refused.status_code == 503
    assert "Riprovate tra qualche minuto" in refused.text
    fields = {"operator": "anna", "password": "una password lunga"}
    assert (await browser.post("/accedi", data=fields)).status_code == 303


@on_one_database
async def test_without_a_provider_there_is_no_such_address(app: FastAPI, browsers: Browsers) -> None:
    browser = browsers()
    assert "Accedi con" not in (await browser.get("/accedi")).text
    for path in ("/accedi/altrove", CALLBACK + "?code=a&state=b"):
        assert (await browser.get(path)).status_code == 404


# With a hostile one


KEY = jwk.JWK.generate(kty="RSA", size=2048, kid="k1", alg="RS256")
OTHER = jwk.JWK.generate(kty="RSA", size=2048, kid="k1", alg="RS256")


class Hostile(HTTPServer):
    """A provider that answers each question as the attack of the moment wants."""

    answer: str = ""
    says_it_is: str | None = None

    @property
    def issuer(self) -> str:  # its own name
        return f"http://127.0.0.1:{self.server_port}"


class Answers(BaseHTTPRequestHandler):
    """Discovery, keys, and whatever token is to be tried."""

    server: Hostile

    def do_GET(self) -> None:
        """What a provider publishes."""
        issuer = self.server.issuer
        if self.path.endswith("/keys"):
            return self._say({"keys": [KEY.export_public(as_dict=True), {"kty": "oct", "k": "x"}, None]})
        ends = ("authorization_endpoint", "token_endpoint", "end_session_endpoint")
        return self._say(
            {"issuer": self.server.says_it_is or issuer, "jwks_uri": f"{issuer}/keys"}
            | {name: f"{issuer}/{name}" for name in ends}
        )

    def do_POST(self) -> None:
        """A token for any code."""
        self.rfile.read(int(self.headers["content-length"]))
        self._say({"access_token": "x", "token_type": "Bearer", "id_token": self.server.answer})

    def _say(self, document: dict[str, Any]) -> None:
        content = json.dumps(document).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing."""


@pytest.fixture
def hostile() -> Iterator[Hostile]:
    """A hostile provider on loopback."""
    server = Hostile(("127.0.0.1", 0), Answers)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()


def forged(content: dict[str, Any], key: jwk.JWK = KEY, **header: Any) -> str:
    head = {"alg": "RS256", "kid": "k1", "typ": "JWT"} | header
    payload = json.dumps({name: value for name, value in content.items() if value is not ...})
    if head["alg"] == "none":
        encode = jwk.base64url_encode
        return f"{encode(json.dumps(head))}.{encode(payload)}."
    token = jws.JWS(payload)
    token.allowed_algs = ["RS256", "HS256"]
    token.add_signature(key, protected=json.dumps(head))
    return str(token.serialize(compact=True))


SHARED = jwk.JWK(kty="oct", k=jwk.base64url_encode(KEY.export_to_pem()))
NOW = int(machine_now().timestamp())
ATTACKS: dict[str, Callable[[dict[str, Any]], str]] = {
    "wrong nonce": lambda good: forged(good | {"nonce": "another"}),
    "no nonce": lambda good: forged(good | {"nonce": ...}),
    "other audience": lambda good: forged(good | {"aud": "another-client"}),
    "for us among others, asked for by another": lambda good: forged(
        good | {"aud": [CLIENT_ID, "another-client"], "azp": "another-client"}
    ),
    "for us among others, nobody says who asked": lambda good: forged(good | {"aud": [CLIENT_ID, "b"]}),
    "other issuer": lambda good: forged(good | {"iss": "https://accounts.test"}),
    "other issuer's key": lambda good: forged(good, OTHER),
    "alg none": lambda good: forged(good, alg="none"),
    "HS256 with the public key": lambda good: forged(good, SHARED, alg="HS256"),
    "brings its own key": lambda good: forged(good, OTHER, jwk=OTHER.export_public(as_dict=True)),
    "expired": lambda good: forged(good | {"iat": NOW - 7200, "exp": NOW - 3600}),
    "no end": lambda good: forged(good | {"exp": ...}),
    "not yet": lambda good: forged(good | {"nbf": NOW + 3600}),
    "nobody": lambda good: forged(good | {"sub": ""}),
    "no token at all": lambda good: "",
}


@on_one_database
async def test_an_identity_that_does_not_hold_is_refused_in_words(
    app: FastAPI, browsers: Browsers, hostile: Hostile, tmp_path: Path
) -> None:
    """The last one holds: so the others were refused for what is wrong with them, and for nothing else."""
    name_provider(tmp_path, hostile.issuer, **{"op-1": "anna"})
    browser = browsers()
    for name, forge in (ATTACKS | {"good": forged}).items():
        asked = of(await sent_away(browser))
        good = {"iss": hostile.issuer, "aud": CLIENT_ID, "sub": "anna", "nonce": asked["nonce"]}
        hostile.answer = forge(good | {"iat": NOW, "exp": NOW + 600})
        back = await browser.get(CALLBACK, params={"code": "x", "state": asked["state"]})
        if name == "good":
            assert (back.status_code, "trama_sil" in browser.cookies) == (303, True), back.text
        else:
            assert (back.status_code, "trama_sil" in browser.cookies) == (403, False), name
            assert "non siete entrati" in back.text, name


@on_one_database
async def test_a_provider_that_says_it_is_another_is_not_believed(
    app: FastAPI, browsers: Browsers, hostile: Hostile, tmp_path: Path
) -> None:
    name_provider(tmp_path, hostile.issuer)
    hostile.says_it_is = "https://accounts.test"
    assert (await browsers().get("/accedi/altrove")).status_code == 503


@on_one_database
async def test_an_answer_of_another_issuer_or_a_no_signs_nobody_in(
    app: FastAPI, browsers: Browsers, hostile: Hostile, tmp_path: Path
) -> None:
    """RFC 9207: an answer that says whom it is of is held to it (mix-up); the person may also say no."""
    name_provider(tmp_path, hostile.issuer)
    browser = browsers()
    for answer, words in (
        ({"code": "x", "iss": "https://accounts.test"}, "non siete entrati"),
        ({"error": "access_denied", "error_description": "<script>alert(1)</script>"}, "Potete riprovare"),
    ):
        state = of(await sent_away(browser))["state"]
        back = await browser.get(CALLBACK, params=answer | {"state": state})
        assert (back.status_code, "trama_sil" in browser.cookies) == (403, False)
        assert words in back.text
        assert "<script>alert" not in back.text


@on_one_database
async def test_a_sign_in_that_took_too_long_begins_again(
    app: FastAPI, browsers: Browsers, hostile: Hostile, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name_provider(tmp_path, hostile.issuer)
    browser = browsers()
    state = of(await sent_away(browser))["state"]
    monkeypatch.setattr("trama_chassis.sessions.SIGN_IN_SECONDS", -1)
    late = of(await sent_away(browser))["state"]
    for one in (state, late):
        assert (await browser.get(CALLBACK, params={"code": "x", "state": one})).status_code == 400


@pytest.mark.parametrize(
    "changed",
    [
        {"issuer": "http://accounts.test"},
        {"origin": "http://sil.example"},
        {"issuer": "https://user:password@accounts.test"},
        {"issuer": "https://accounts.test/?a=b"},
        {"scope": "profile"},
    ],
)
def test_a_provider_that_is_not_reached_in_private_is_refused_in_the_file(changed: dict[str, str]) -> None:
    good = {"issuer": "https://accounts.test", "client_id": "x", "origin": ORIGIN, "title": "Identità"}
    assert oidc.client_of(Provider(**good)) is oidc.client_of(Provider(**good))
    with pytest.raises(ValidationError):
        Provider(**(good | changed))
