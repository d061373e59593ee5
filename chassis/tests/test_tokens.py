"""Signed tokens at the API: which are taken, and a corpus of bad ones, made by another library than ours."""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from jwcrypto import jwk, jws
from pydantic import ValidationError
from sqlalchemy import select
from sqlmodel import col
from trama_chassis.audit_entry import AuditEntry
from trama_chassis.clock import machine_now
from trama_chassis.logs import SAFE_TEXT
from trama_chassis.tokens import ACCESS_TOKEN, LONGEST, TokenKey, TokenRefused, operator_of

on_one_database = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

ISSUER = "https://tokens.test"
OURS = jwk.JWK.generate(kty="OKP", crv="Ed25519", kid="ours", alg="Ed25519")
THEIRS = jwk.JWK.generate(kty="OKP", crv="Ed25519", kid="ours", alg="Ed25519")
RSA = jwk.JWK.generate(kty="RSA", size=2048, kid="rsa", alg="RS256")
CURVE = jwk.JWK.generate(kty="EC", crv="P-256", kid="curve", alg="ES256")


def public(key: jwk.JWK) -> dict[str, Any]:
    return dict(key.export_public(as_dict=True))


KEYS = tuple(
    TokenKey(issuer=ISSUER, operators=frozenset({"op-1", "op-gone"}), key=public(key))
    for key in (OURS, RSA, CURVE)
)


def b64u(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def claims(**changed: Any) -> dict[str, Any]:
    now = int(machine_now().timestamp())
    good = {"iss": ISSUER, "aud": "sil", "sub": "op-1", "iat": now, "exp": now + 300}
    return {name: value for name, value in (good | changed).items() if value is not ...}


def signed(payload: dict[str, Any] | bytes, key: jwk.JWK = OURS, **header: Any) -> str:
    content = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    token = jws.JWS(content)
    head = {"alg": key["alg"], "kid": key["kid"], "typ": ACCESS_TOKEN} | header
    head = {name: value for name, value in head.items() if value is not ...}
    token.allowed_algs = [head.get("alg"), "HS256", "RS256", "PS256", "ES256"]
    token.add_signature(key, protected=json.dumps(head))
    return str(token.serialize(compact=True))


def with_head(head: bytes) -> str:
    """A token whose header is written as it stands, under a signature that holds for it."""
    body = f"{b64u(head)}.{b64u(json.dumps(claims()).encode())}"
    return f"{body}.{b64u(OURS.get_op_key('sign').sign(body.encode()))}"


def hmac_of_the_public_key() -> str:
    """The old confusion: the public key, which everybody has, taken as a shared secret."""
    head = {"alg": "HS256", "kid": "rsa", "typ": ACCESS_TOKEN}
    body = f"{b64u(json.dumps(head).encode())}.{b64u(json.dumps(claims()).encode())}"
    secret = RSA.export_to_pem()
    return f"{body}.{b64u(hmac.new(secret, body.encode(), hashlib.sha256).digest())}"


def with_signature(raw: bytes, key: jwk.JWK = OURS) -> str:
    """Good claims under a signature that is no signature of anybody."""
    body = signed(claims(), key).rpartition(".")[0]
    return f"{body}.{b64u(raw)}"


def malleated() -> str:
    """The same signature said another way: S + L instead of S, which RFC 8032 forbids."""
    body, _, signature = GOOD.rpartition(".")
    raw = base64.urlsafe_b64decode(signature + "==")
    order = 2**252 + 27742317777372353535851937790883648493
    greater = int.from_bytes(raw[32:], "little") + order
    return f"{body}.{b64u(raw[:32] + greater.to_bytes(32, 'little'))}"


def in_der() -> str:
    """A true ES256 signature, in the form that certificates use and tokens do not."""
    body, _, signature = signed(claims(), CURVE).rpartition(".")
    raw = base64.urlsafe_b64decode(signature + "==")
    return f"{body}.{b64u(encode_dss_signature(int.from_bytes(raw[:32]), int.from_bytes(raw[32:])))}"


def other_trailing_bits() -> str:
    """The last letter changed in the bits that base64 does not count: the same bytes, another text."""
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    return GOOD[:-1] + letters[letters.index(GOOD[-1]) ^ 1]


def unsigned(alg: str) -> str:
    head = {"alg": alg, "kid": "ours", "typ": ACCESS_TOKEN}
    return f"{b64u(json.dumps(head).encode())}.{b64u(json.dumps(claims()).encode())}."


def now() -> int:
    """Asked when a token is made: between collection and a test there may be minutes."""
    return int(machine_now().timestamp())


GOOD = signed(claims())
HEAD, BODY, SIGNATURE = GOOD.split(".")
BAD: dict[str, Callable[[], str]] = {
    "alg none": lambda: unsigned("none"),
    "alg None": lambda: unsigned("None"),
    "alg empty": lambda: unsigned(""),
    "no signature": lambda: f"{HEAD}.{BODY}.",
    "HS256 with the public key": hmac_of_the_public_key,
    "another algorithm of the same key": lambda: signed(claims(), RSA, alg="PS256"),
    "another's key under our name": lambda: signed(claims(), THEIRS),
    "kid of another key": lambda: signed(claims(), OURS, kid="rsa"),
    "kid unknown": lambda: signed(claims(), OURS, kid="nobody"),
    "kid is a path": lambda: signed(claims(), OURS, kid="../../../../dev/null"),
    "kid is SQL": lambda: signed(claims(), OURS, kid="x' UNION SELECT 'key"),
    "kid is a list": lambda: signed(claims(), OURS, kid=["ours"]),
    "no kid": lambda: signed(claims(), OURS, kid=...),
    "brings its own key (jwk)": lambda: signed(claims(), THEIRS, jwk=public(THEIRS)),
    "says where its key is (jku)": lambda: signed(claims(), OURS, jku="https://evil.test/keys"),
    "says where its key is (x5u)": lambda: signed(claims(), OURS, x5u="https://evil.test/cert"),
    "crit": lambda: with_head(b'{"alg":"Ed25519","kid":"ours","typ":"at+jwt","crit":["exp"],"exp":1}'),
    "unencoded payload (b64 false)": lambda: with_head(
        b'{"alg":"Ed25519","kid":"ours","typ":"at+jwt","b64":false}'
    ),
    "made for another use (typ JWT)": lambda: signed(claims(), typ="JWT"),
    "no typ": lambda: signed(claims(), typ=...),
    "header says alg twice": lambda: with_head(b'{"alg":"none","alg":"Ed25519","kid":"ours","typ":"at+jwt"}'),
    "claims say sub twice": lambda: signed(
        json.dumps(claims()).replace('"sub"', '"sub": "op-2", "sub"').encode()
    ),
    "expired": lambda: signed(claims(iat=now() - 400, exp=now() - 100)),
    "no end": lambda: signed(claims(exp=...)),
    "no beginning": lambda: signed(claims(iat=...)),
    "ends in words": lambda: signed(claims(exp="2099-01-01")),
    "ends with a truth": lambda: signed(claims(exp=True)),
    "ends at no number": lambda: signed(json.dumps(claims(exp=float("inf"))).encode()),
    "not yet": lambda: signed(claims(nbf=now() + 200)),
    "begins tomorrow": lambda: signed(claims(iat=now() + 86_400, exp=now() + 86_500)),
    "lives a year": lambda: signed(claims(exp=now() + 31_536_000)),
    "other audience": lambda: signed(claims(aud="dsm")),
    "two audiences": lambda: signed(claims(aud=["sil", "dsm"])),
    "no audience": lambda: signed(claims(aud=...)),
    "audience in a mapping": lambda: signed(claims(aud={"sil": 1})),
    "other issuer": lambda: signed(claims(iss="https://evil.test")),
    "no issuer": lambda: signed(claims(iss=...)),
    "operator it may not speak for": lambda: signed(claims(sub="op-2")),
    "operator no more in the file": lambda: signed(claims(sub="op-gone")),
    "no operator": lambda: signed(claims(sub=...)),
    "operator is a list": lambda: signed(claims(sub=["op-1"])),
    "huge": lambda: signed(claims(filler="x" * LONGEST)),
    "a token within a token": lambda: signed(GOOD.encode(), cty="JWT"),
    "claims are a list": lambda: signed(b"[1]"),
    "claims are no JSON": lambda: signed(b"{"),
    "deep": lambda: signed(b'{"a":' + b"[" * 5000 + b"]" * 5000 + b"}"),
    "not UTF-8": lambda: signed(b'{"sub": "\xff"}'),
    "a bit of the signature": lambda: f"{HEAD}.{BODY}.{SIGNATURE[:-4]}AAAA",
    "another's claims": lambda: f"{HEAD}.{b64u(json.dumps(claims(sub='op-2')).encode())}.{SIGNATURE}",
    "padding": lambda: f"{HEAD}=.{BODY}.{SIGNATURE}",
    "spaces": lambda: f"{HEAD}. {BODY}.{SIGNATURE}",
    "two dots alone": lambda: "..",
    "signature of noughts": lambda: with_signature(bytes(64)),
    "signature of noughts on a curve": lambda: with_signature(bytes(64), CURVE),
    "signature of noughts of RSA": lambda: with_signature(bytes(256), RSA),
    "signature one byte short": lambda: with_signature(bytes(63)),
    "neutral point as signature": lambda: with_signature(b"\x01" + bytes(63)),
    "S greater than the order": malleated,
    "signature in DER": in_der,
    "trailing bits": other_trailing_bits,
    "the other base64 alphabet": lambda: with_signature(b"\xff" * 64).replace("_", "/"),
    "escaped line break in the header": lambda: f"{HEAD[:8]}%0A{HEAD[8:]}.{BODY}.{SIGNATURE}",
    "alg in other letters": lambda: with_head(b'{"alg":"ed25519","kid":"ours","typ":"at+jwt"}'),
    "alg is a list": lambda: with_head(b'{"alg":["Ed25519"],"kid":"ours","typ":"at+jwt"}'),
    "alg none beside the right kid": lambda: with_head(b'{"alg":"none","kid":"ours","typ":"at+jwt"}'),
    "typ is a list": lambda: with_head(b'{"alg":"Ed25519","kid":"ours","typ":["at+jwt"]}'),
    "typ with a blank": lambda: with_head(b'{"alg":"Ed25519","kid":"ours","typ":"at+jwt "}'),
    "kid with a nought": lambda: with_head(b'{"alg":"Ed25519","kid":"ours\\u0000","typ":"at+jwt"}'),
    "kid in look-alike letters": lambda: signed(claims(), kid="\u043eurs"),
    "header with a byte order mark": lambda: with_head(
        b'\xef\xbb\xbf{"alg":"Ed25519","kid":"ours","typ":"at+jwt"}'
    ),
    "header is a list": lambda: with_head(b'["alg","Ed25519"]'),
    "two objects": lambda: with_head(b'{"alg":"Ed25519","kid":"ours","typ":"at+jwt"}{}'),
    "compressed (zip)": lambda: with_head(b'{"alg":"Ed25519","kid":"ours","typ":"at+jwt","zip":"DEF"}'),
    "certificate chain (x5c)": lambda: signed(claims(), THEIRS, x5c=["MIIB"]),
    "ends with a fraction": lambda: signed(claims(exp=now() + 300.5)),
    "ends in a text": lambda: signed(claims(exp=str(now() + 300))),
    "ends beyond all time": lambda: signed(claims(exp=10**400)),
    "began before all time": lambda: signed(claims(iat=-(10**400))),
    "ends before it begins": lambda: signed(claims(iat=now() + 30, exp=now() - 61)),
    "issuer in a list": lambda: signed(claims(iss=[ISSUER])),
    "issuer with a slash more": lambda: signed(claims(iss=f"{ISSUER}/")),
    "audience in capitals": lambda: signed(claims(aud="SIL")),
    "audience with a blank": lambda: signed(claims(aud="sil ")),
    "audience in look-alike letters": lambda: signed(claims(aud="s\u0456l")),
    "no audience in a list": lambda: signed(claims(aud=[])),
    "operator with a blank": lambda: signed(claims(sub="op-1 ")),
    "operator with a nought": lambda: signed(claims(sub="op-1\x00")),
    "operator is a number": lambda: signed(claims(sub=1)),
    "operator is nothing": lambda: signed(claims(sub="")),
    "claims are null": lambda: signed(b"null"),
    "claims end in a comment": lambda: signed(json.dumps(claims()).encode() + b"//"),
    "encrypted form": lambda: f"{GOOD}.x.y",
}


@pytest.fixture
async def api(client: httpx.AsyncClient, tmp_path: Path) -> httpx.AsyncClient:
    """The API of a member whose account file names three keys for tokens."""
    path = tmp_path / "accounts.yaml"
    content = yaml.safe_load(path.read_text())
    content["token_keys"] = [one.model_dump(mode="json") for one in KEYS]
    path.write_text(yaml.safe_dump(content))
    client.headers.pop("authorization")
    return client


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


@on_one_database
@pytest.mark.parametrize("key", [OURS, RSA, CURVE], ids=["Ed25519", "RS256", "ES256"])
async def test_a_good_token_speaks_for_its_operator_with_the_roles_of_our_file(
    api: httpx.AsyncClient, key: jwk.JWK
) -> None:
    token = signed(claims(roles=["supervisor"]), key)
    answer = await api.post("/api/notes/notes", json={"text": "uno"}, headers=bearer(token))
    assert answer.json() == {"text": "uno", "by": "op-1", "role": "writer"}


@on_one_database
async def test_a_bad_token_is_401_in_the_log_and_changes_nothing(
    api: httpx.AsyncClient, runtime: Any
) -> None:
    for name, make in BAD.items():
        answer = await api.post("/api/notes/notes", json={"text": name[:40]}, headers=bearer(make()))
        assert answer.status_code == 401, name
        assert answer.json()["type"] == "urn:trama:problem:not-signed-in"
        assert answer.headers["www-authenticate"].startswith("Bearer")
    assert (await api.get("/api/notes/notes", headers=bearer(GOOD))).json() == []
    async with runtime.database.read() as session:
        refused = (await session.scalars(select(AuditEntry).where(col(AuditEntry.status) == 401))).all()
    assert len(refused) == len(BAD)
    assert {(one.kind, one.code, one.operator) for one in refused} == {("refused", "not-signed-in", None)}


def test_every_token_of_the_corpus_is_refused_for_its_own_reason() -> None:
    """Else one early check could hide that all others are missing."""
    reasons: set[str] = set()
    for make in BAD.values():
        try:
            operator_of(make(), KEYS, "sil")
        except TokenRefused as refused:
            reasons.add(refused.code)
    assert len(reasons) >= 12, sorted(reasons)
    assert all(SAFE_TEXT.fullmatch(reason) for reason in reasons), "the log would withhold it"


@on_one_database
async def test_a_key_taken_out_of_the_file_opens_nothing_any_more(
    api: httpx.AsyncClient, tmp_path: Path
) -> None:
    assert (await api.get("/api/notes/notes", headers=bearer(GOOD))).status_code == 200
    path = tmp_path / "accounts.yaml"
    content = yaml.safe_load(path.read_text())
    content["token_keys"] = content["token_keys"][1:]
    path.write_text(yaml.safe_dump(content))
    assert (await api.get("/api/notes/notes", headers=bearer(GOOD))).status_code == 401


@pytest.mark.parametrize(
    "found",
    [
        OURS.export_private(as_dict=True),
        {"kty": "oct", "k": b64u(b"x" * 32), "kid": "a", "alg": "HS256"},
        public(RSA) | {"alg": "HS256"},
        public(RSA) | {"alg": "ES256"},
        public(OURS) | {"alg": "none"},
        public(jwk.JWK.generate(kty="RSA", size=1024, kid="a", alg="RS256")),
        {key: value for key, value in public(OURS).items() if key != "kid"},
        public(OURS) | {"use": "enc"},
        {"kty": "OKP"},
    ],
    ids=["private", "shared", "HS with RSA", "ES with RSA", "none", "1024 bits", "no name", "enc", "half"],
)
def test_a_key_that_should_not_check_tokens_is_refused_in_the_file(found: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        TokenKey(issuer=ISSUER, operators=frozenset({"op-1"}), key=found)
