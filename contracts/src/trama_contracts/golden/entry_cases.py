"""Cases of the form of a member's directory entry, its keys above all (wire section 12)."""

from collections.abc import Iterator
from typing import Any, Final

from trama_contracts.directory import cross_sign
from trama_contracts.encoding import b64, b64u, short_hash
from trama_contracts.golden.case import Case
from trama_contracts.golden.directory_cases import judged
from trama_contracts.golden.event_draft import swap
from trama_contracts.golden.fixtures import DSM_KEY, DSM_RETIRED, SIL_KEY, drawn, listed_key, signing_key
from trama_contracts.golden.network import ENTRIES, entry, manifest, signed
from trama_contracts.golden.wrong_rest import MOMENTS
from trama_contracts.outcomes import Outcome
from trama_contracts.sealing import compact
from trama_contracts.signature import raw_public

NEW_KEY: Final = signing_key("nuovo.registry")
KEY: Final = listed_key(NEW_KEY)
NEW: Final = entry("nuovo", {"registry": {"signing": [KEY]}}, ["care"])
_P: Final = 2**255 - 19
_ORDER_8: Final = "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"
UNSOUND_KEYS: Final = {
    "identity": (1).to_bytes(32, "little"),
    "order-2": (_P - 1).to_bytes(32, "little"),
    "order-4": bytes(32),
    "order-4-sign": bytes(31) + b"\x80",
    "order-8": bytes.fromhex(_ORDER_8),
    "order-8-sign": bytes.fromhex(_ORDER_8[:-2] + "85"),
    "order-8-other": (_P - int.from_bytes(bytes.fromhex(_ORDER_8), "little")).to_bytes(32, "little"),
    "identity-sign": bytes([1]) + bytes(30) + b"\x80",
    "not-canonical-zero": _P.to_bytes(32, "little"),
    "not-canonical-identity": (_P + 1).to_bytes(32, "little"),
    "not-canonical": (_P + 3).to_bytes(32, "little"),
    "all-ones": b"\xff" * 32,
    "not-on-the-curve": (2).to_bytes(32, "little"),
}


def _listed(name: str, expect: Outcome, why: str, document: dict[str, Any] | bytes) -> Case:
    """An entry that the manifest in force lists, so that only its form can be at fault."""
    value = document if isinstance(document, bytes) else compact(document)
    lists_it = signed("manifest", manifest(ENTRIES | {"nuovo": value}, version=2))
    return judged(f"entry-{name}", expect, why, signed("nuovo", value), before=(lists_it,))


def _bad(name: str, why: str, /, **changes: Any) -> Case:  # noqa: ANN401 - any JSON
    return _listed(name, Outcome.MALFORMED, why, NEW | changes)


def _good(name: str, why: str, /, **changes: Any) -> Case:  # noqa: ANN401 - any JSON
    return _listed(name, Outcome.OK, why, NEW | changes)


def members() -> Iterator[Case]:
    """Each member of an entry, absent and of another kind."""
    for name in NEW:
        rest = {kept: value for kept, value in NEW.items() if kept != name}
        yield _listed(f"{name}-absent", Outcome.MALFORMED, "required", rest)
        yield _bad(f"{name}-true", "another kind", **{name: True})
    wrong: dict[str, dict[str, Any]] = {
        "version-zero": {"version": 0},
        "version-text": {"version": "1"},
        "circle-unknown": {"circles": ["own"]},
        "circle-capital": {"circles": ["Care"]},
        "purpose-number": {"purposes": [1]},
        "reader-principal": {"read_by": ["dsm.registry"]},
        "reader-reserved": {"read_by": ["manifest"]},
        "reader-capitals": {"read_by": ["DSM"]},
        "service-digits": {"services": {"registry2": {"signing": [KEY]}}},
        "service-short": {"services": {"re": {"signing": [KEY]}}},
        "service-array": {"services": [{"signing": [KEY]}]},
        "succeeds-text": {"succeeds": ["estinto"]},
        "succeeds-no-act": {"succeeds": [{"member": "estinto", "from": KEY["from"]}]},
        "succeeds-no-from": {"succeeds": [{"member": "estinto", "act": "x"}]},
        "succeeds-reserved": {"succeeds": [{"member": "network", "act": "x", "from": KEY["from"]}]},
    }
    for name, changes in wrong.items():
        yield _bad(name, "the form of an entry", **changes)
    yield _good("no-services", "services may be none", services={})
    yield _good("unknown-members", "unknown members ignored", note={"x": [1]})
    yield _good("delegations", "delegations", delegations=[{"act": "x", "from": "2013-10-14"}])
    yield _good("succeeds", "succeeds?", succeeds=[{"member": "vecchio", "act": "x", "from": KEY["from"]}])


def _key(name: str, expect: Outcome, why: str, /, **changes: Any) -> Case:  # noqa: ANN401 - any JSON
    key = {kept: value for kept, value in (KEY | changes).items() if value is not None}
    services = {"registry": {"signing": [key]}}
    return _listed(f"key-{name}", expect, why, NEW | {"services": services})


def keys() -> Iterator[Case]:
    """{kid, public, state, from, crosssigned?}; canonical and not of small order."""
    bad = Outcome.MALFORMED
    for name, raw in UNSOUND_KEYS.items():
        why = "canonical and not of small order"
        yield _key(name, bad, why, public=b64u(raw), kid=short_hash(raw))
    for name in ("kid", "public", "state", "from"):
        yield _key(f"{name}-absent", bad, "required", **{name: None})
        yield _key(f"{name}-number", bad, "another kind", **{name: 1})
    public = raw_public(NEW_KEY)
    for name, changes in {
        "kid-of-another": {"kid": short_hash(drawn("x"))},
        "kid-trailing-bits": {"kid": KEY["kid"][:-1] + "z"},
        "kid-long": {"kid": b64u(drawn("x"))},
        "public-short": {"public": b64u(public[:31]), "kid": short_hash(public[:31])},
        "public-long": {"public": b64u(public + b"x"), "kid": short_hash(public + b"x")},
        "public-padded": {"public": b64(public)},
        "public-trailing-bits": {"public": KEY["public"][:-1] + chr(ord(KEY["public"][-1]) + 1)},
        "state-unknown": {"state": "suspended"},
        "state-capital": {"state": "Active"},
        "from-date": {"from": MOMENTS["date"]},
        "from-offset": {"from": MOMENTS["offset"]},
        "crosssigned-text": {"crosssigned": "x"},
        "crosssigned-no-sig": {"crosssigned": {"kid": KEY["kid"]}},
        "crosssigned-sig-short": {"crosssigned": {"kid": KEY["kid"], "sig": "AAAA"}},
    }.items():
        yield _key(name, bad, "the form of a key", **changes)
    kid, sig = cross_sign(DSM_KEY, network="pn", principal="nuovo.registry", new_public=public)
    crosssigned = {"kid": kid, "sig": sig}
    yield _key("crosssigned", Outcome.OK, "crosssigned: judged by an operator", crosssigned=crosssigned)
    yield _key("retired", Outcome.OK, "a state", state="retired")
    yield _key("revoked", Outcome.OK, "a state", state="revoked")
    yield _key("unknown-member", Outcome.OK, "unknown members ignored", note=1)


def services() -> Iterator[Case]:
    """A public key is listed under one service only; legacy_hpke is true or false."""
    why = "a public key is listed under one service only"
    twice = {"registry": {"signing": [KEY]}, "placement": {"signing": [KEY]}}
    yield _bad("key-under-two-services", why, services=twice)
    for name, key in {"another-members": SIL_KEY, "another-members-retired": DSM_RETIRED}.items():
        services = {"registry": {"signing": [KEY, listed_key(key)]}}
        yield _bad(f"key-of-{name}", why, services=services)
    for name, legacy in {"text": "true", "number": 1, "date": "2027-01-01"}.items():
        odd = {"registry": {"signing": [KEY], "legacy_hpke": legacy}}
        yield _bad(f"legacy-{name}", "legacy_hpke", services=odd)
    legacy_service = {"registry": {"signing": [KEY], "legacy_hpke": False}}
    yield _good("legacy-false", "legacy_hpke", services=legacy_service)
    yield _bad("signing-absent", "services: {signing: [..]}", services={"registry": {}})
    yield _bad("signing-object", "services: {signing: [..]}", services={"registry": {"signing": KEY}})
    yield _good(
        "two-keys", "several keys", services={"registry": {"signing": [KEY, listed_key(signing_key("n2"))]}}
    )


def names() -> Iterator[Case]:
    """The Kafka key is the member."""
    raw = compact(NEW)
    for name, key, expect in (
        ("another-member", "dsm", Outcome.WRONG_KEY),
        ("member-longer", "nuovo-2", Outcome.WRONG_KEY),
        ("capitals", "NUOVO", Outcome.MALFORMED),
        ("reserved", "network", Outcome.MALFORMED),
        ("empty", "", Outcome.MALFORMED),
        ("principal", "nuovo.registry", Outcome.MALFORMED),
        ("newline-after", "nuovo\n", Outcome.MALFORMED),
    ):
        yield judged(f"entry-key-{name}", expect, "key member", signed(key, raw))
    for name, value in {
        "bom": b"\xef\xbb\xbf" + raw,
        "repeated": swap("{", '{"member":"dsm",')(raw),
        "null": swap("{", '{"note":null,')(raw),
        "minus-zero": swap('"version":1', '"version":-0')(raw),
        "exponent": swap('"version":1', '"version":1e0')(raw),
        "trailing-data": raw + b",",
        "nul-in-a-name": swap("{", '{"a\\u0000":1,')(raw),
        "cut": raw[:-1],
    }.items():
        yield _listed(f"json-{name}", Outcome.MALFORMED, "section 5", value)


def cases() -> Iterator[Case]:
    """All cases of the form of entries."""
    for group in (members, keys, services, names):
        yield from group()
