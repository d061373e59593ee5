"""Cases of catalogue records, HPKE keys among them (wire section 13)."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from trama_contracts.catalogue import Held
from trama_contracts.encoding import b64, b64u
from trama_contracts.golden.case import Case
from trama_contracts.golden.event_draft import Edit, Headers, last_header, swap
from trama_contracts.golden.fixtures import (
    DSM_KEY,
    DSM_PLACEMENT,
    DSM_RETIRED,
    DSM_REVOKED,
    ISSUED,
    LEGACY_KEY,
    LEGACY_X25519,
    LEGACY_XWING,
    SIL_HPKE,
    SIL_KEY,
    SIL_X25519,
    drawn,
)
from trama_contracts.golden.wrong_attributes import HASH
from trama_contracts.golden.wrong_carriage import FORGED, STRANGER
from trama_contracts.golden.wrong_rest import MOMENTS
from trama_contracts.hpke import HpkePrivateKey, hpkekey_of
from trama_contracts.moments import instant
from trama_contracts.names import MAX_VALUE
from trama_contracts.outcomes import Outcome
from trama_contracts.record import Record
from trama_contracts.sealing import compact, value_hash
from trama_contracts.signature import CLOUDEVENT, PLAIN_JSON, headers_of, sign

TOPIC: Final = "pn.dsm.registry.catalogue.v1"
SIL_TOPIC: Final = "pn.sil.registry.catalogue.v1"
LEGACY_TOPIC: Final = "pn.coop-prova.registry.catalogue.v1"
GOOD: Final[dict[str, Any]] = {
    "type": "it.trama.registry.capacity.v1",
    "id": "sportello-di-prova",
    "version": 1,
    "issued": instant(ISSUED),
    "data": {"places": 12, "name": "Sportello di prova"},
}


def published(
    document: dict[str, Any] | bytes,
    *,
    key: bytes | None = b"sportello-di-prova",
    topic: str = TOPIC,
    signer: Ed25519PrivateKey = DSM_KEY,
) -> Record:
    """A catalogue record, signed."""
    value = document if isinstance(document, bytes) else compact(document)
    return Record(topic, key, value, headers_of(sign(signer, topic, key or b"", value), PLAIN_JSON))


def judged(name: str, expect: Outcome, why: str, record: Record, held: Held | None = None) -> Case:
    """A case of the catalogue."""
    return Case(f"catalogue-{name}", "catalogue", f"section 13: {why}", record, expect, held=held)


def _changed(edit: Callable[[Headers], Headers]) -> Record:
    record = published(GOOD)
    return Record(record.topic, record.key, record.value, edit(record.headers))


def carriage() -> Iterator[Case]:
    """Size, nulls, headers, signer."""
    bad = Outcome.MALFORMED
    for name, edit in {
        "content-type-absent": lambda headers: headers[1:],
        "content-type-cloudevents": lambda headers: (("content-type", CLOUDEVENT), headers[1]),
        "signature-absent": lambda headers: headers[:1],
        "signature-twice": lambda headers: (*headers, headers[1]),
        "signature-several": last_header(lambda raw: raw + b"," + raw),
        "content-type-twice": lambda headers: (headers[0], *headers),
    }.items():
        yield judged(f"header-{name}", bad, "section 4", _changed(edit))
    good = published(GOOD)
    yield judged("null-value", bad, "section 3: deletes nothing", Record(TOPIC, good.key, None, good.headers))
    yield judged("null-key", bad, "section 3", published(GOOD, key=None))
    long = compact(GOOD).ljust(MAX_VALUE + 1)
    yield judged("oversize", Outcome.OVERSIZE, "section 3", published(long))
    yield judged("largest", Outcome.OK, "section 3", published(compact(GOOD).ljust(MAX_VALUE)))
    unknown = Outcome.UNKNOWN_SIGNER
    for name, signer in {"stranger": STRANGER, "sister": DSM_PLACEMENT, "other": SIL_KEY}.items():
        yield judged(f"signer-{name}", unknown, "signed by the service", published(GOOD, signer=signer))
    yield judged("signer-retired", Outcome.OK, "section 12", published(GOOD, signer=DSM_RETIRED))
    yield judged("signer-revoked", Outcome.REVOKED_SIGNER, "section 12", published(GOOD, signer=DSM_REVOKED))
    forged = Outcome.BAD_SIGNATURE
    yield judged("signature-flipped", forged, "section 7", _changed(last_header(FORGED)))
    moved = Record(SIL_TOPIC, good.key, good.value, published(GOOD, signer=SIL_KEY).headers)
    yield judged("signature-of-another-topic", forged, "section 7: the topic is signed", moved)
    other = Record(TOPIC, b"other", good.value, good.headers)
    yield judged("signature-of-another-key", forged, "section 7: the key is signed", other)


def forms() -> Iterator[Case]:
    """{type, id, version 1.., issued, data}."""
    bad = Outcome.MALFORMED
    for name in GOOD:
        rest = {kept: value for kept, value in GOOD.items() if kept != name}
        yield judged(f"{name}-absent", bad, "required", published(rest))
        yield judged(f"{name}-array", bad, "another kind", published(GOOD | {name: []}))
        yield judged(f"{name}-true", bad, "another kind", published(GOOD | {name: True}))
    for name, version in {"zero": 0, "minus": -1, "text": "1"}.items():
        yield judged(f"version-{name}", bad, "version 1..", published(GOOD | {"version": version}))
    for name in ("no-milliseconds", "date", "second-60", "29-february-2013"):
        yield judged(
            f"issued-{name}", bad, "moments of section 9", published(GOOD | {"issued": MOMENTS[name]})
        )
    raw = compact(GOOD)
    json: dict[str, Edit] = {
        "empty": lambda _: b"",
        "array": lambda value: b"[" + value + b"]",
        "bom": lambda value: b"\xef\xbb\xbf" + value,
        "repeated": swap("{", '{"version":1,'),
        "repeated-deep": swap('"places":12', '"places":12,"places":12'),
        "fraction": swap("12", "12.5"),
        "exponent": swap("12", "12e0"),
        "null": swap("12", "null"),
        "noncharacter": swap("Sportello", "Sportello\\ufdd0"),
        "trailing-data": lambda value: value + b"0",
        "depth-17": swap("12", "[" * 15 + "]" * 15),
        "long-text": swap("Sportello", "x" * 16_385),
        "long-data-base64": swap("{", '{"data_base64":"' + "A" * 16_388 + '",'),
    }
    for name, edit in json.items():
        yield judged(f"json-{name}", bad, "section 5", published(edit(raw)))
    yield judged("depth-16", Outcome.OK, "section 5", published(swap("12", "[" * 14 + "]" * 14)(raw)))
    yield judged("good", Outcome.OK, "section 13", published(GOOD))
    yield judged("unknown-member", Outcome.OK, "ignored", published(GOOD | {"note": [1]}))
    yield judged("id-not-ascii", Outcome.OK, "id", published(GOOD | {"id": "è"}, key="è".encode()))


def keys_and_versions() -> Iterator[Case]:
    """id = Kafka key; a version not above the one held is a duplicate or stale."""
    wrong = Outcome.WRONG_KEY
    for name, key in {
        "other": b"other",
        "empty": b"",
        "blank-after": b"sportello-di-prova ",
        "bytes": b"\xff",
    }.items():
        yield judged(f"key-{name}", wrong, "id (= Kafka key)", published(GOOD, key=key))
    yield judged("key-hpke", Outcome.WRONG_KEY, "id (= Kafka key)", published(GOOD, key=b"hpke"))
    good = published(GOOD)
    own = value_hash(good.value or b"")
    for name, expect, held in (
        ("duplicate", Outcome.DUPLICATE, Held(1, own)),
        ("same-version-other-bytes", Outcome.STALE, Held(1, HASH)),
        ("older", Outcome.STALE, Held(2, HASH)),
        ("much-older", Outcome.STALE, Held(2**53 - 1, HASH)),
    ):
        yield judged(name, expect, "a version not above the one held", good, held)
    second = published(GOOD | {"version": 2})
    yield judged("newer", Outcome.OK, "above the one held", second, Held(1, own))
    far = published(GOOD | {"version": 2**53 - 1})
    yield judged("largest-version", Outcome.OK, "section 5", far, Held(1, own))


def _entry(key: HpkePrivateKey, **changes: Any) -> dict[str, Any]:  # noqa: ANN401 - any JSON
    until = instant(ISSUED + timedelta(days=28))
    good = {"suite": key.suite, "public": b64u(key.public), "hpkekey": key.hpkekey}
    listed = good | {"from": instant(ISSUED), "until": until} | changes
    return {name: value for name, value in listed.items() if value is not None}


def _hpke(name: str, expect: Outcome, why: str, content: Any, *, legacy: bool = False) -> Case:  # noqa: ANN401
    document = GOOD | {"type": "it.trama.hpke-keys.v1", "id": "hpke", "data": content}
    topic, signer = (LEGACY_TOPIC, LEGACY_KEY) if legacy else (SIL_TOPIC, SIL_KEY)
    return judged(f"hpke-{name}", expect, why, published(document, key=b"hpke", topic=topic, signer=signer))


def hpke_keys() -> Iterator[Case]:
    """{keys: [{suite, public, hpkekey, from, until}]}."""
    ok, bad = Outcome.OK, Outcome.MALFORMED
    xwing, x25519 = _entry(SIL_HPKE), _entry(SIL_X25519)
    yield _hpke("one", ok, "keys", {"keys": [xwing]})
    yield _hpke("none", ok, "keys", {"keys": []})
    yield _hpke("unknown-member", ok, "ignored", {"keys": [xwing | {"note": 1}]})
    yield _hpke(
        "later-suite", ok, "passed over", {"keys": [_entry(SIL_HPKE, suite="later-v9", public="x"), xwing]}
    )
    both = {"keys": [_entry(LEGACY_XWING), _entry(LEGACY_X25519)]}
    yield _hpke("both-suites-legacy", ok, "section 11: legacy_hpke", both, legacy=True)
    yield _hpke("x25519-legacy", ok, "section 11: legacy_hpke", {"keys": both["keys"][1:]}, legacy=True)
    yield _hpke("x25519-not-legacy", bad, "section 11: a key of that suite is malformed", {"keys": [x25519]})
    yield _hpke("x25519-second-not-legacy", bad, "section 11", {"keys": [xwing, x25519]})
    for name, content in {
        "absent": {},
        "object": {"keys": xwing},
        "text": {"keys": [xwing["hpkekey"]]},
        "array": {"keys": [[xwing]]},
    }.items():
        yield _hpke(f"keys-{name}", bad, "keys", content)
    for name in xwing:
        yield _hpke(f"{name}-absent", bad, "required", {"keys": [_entry(SIL_HPKE, **{name: None})]})
        yield _hpke(f"{name}-number", bad, "another kind", {"keys": [_entry(SIL_HPKE, **{name: 1})]})
    short = SIL_HPKE.public[:-1]
    for name, changes in {
        "public-short": {"public": b64u(short), "hpkekey": hpkekey_of(short)},
        "public-of-x25519": {"public": x25519["public"], "hpkekey": x25519["hpkekey"]},
        "public-padded": {"public": b64(SIL_HPKE.public)},
        "hpkekey-of-another": {"hpkekey": hpkekey_of(drawn("x"))},
        "hpkekey-trailing-bits": {"hpkekey": SIL_HPKE.hpkekey[:-1] + "h"},
        "from-date": {"from": MOMENTS["date"]},
        "until-second-60": {"until": MOMENTS["second-60"]},
    }.items():
        yield _hpke(name, bad, "the form of a key", {"keys": [_entry(SIL_HPKE, **changes)]})
    wrong_suite = _entry(LEGACY_X25519, suite="xwing-v1")
    yield _hpke("suite-of-another", bad, "a key of that suite", {"keys": [wrong_suite]}, legacy=True)


def cases() -> Iterator[Case]:
    """All cases of the catalogue."""
    for group in (carriage, forms, keys_and_versions, hpke_keys):
        yield from group()
