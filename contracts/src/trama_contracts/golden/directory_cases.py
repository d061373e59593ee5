"""Cases of the directory topic: signatures of roots, manifest, order of versions (wire section 12)."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from trama_contracts.golden.case import Case
from trama_contracts.golden.event_draft import Edit, Headers, swap
from trama_contracts.golden.fixtures import DSM_KEY, ROOTS
from trama_contracts.golden.network import (
    DSM_ENTRY,
    ENTRIES,
    MANIFEST,
    SIL_ENTRY,
    TOPIC,
    UNLISTED_ENTRY,
    manifest,
    signed,
)
from trama_contracts.golden.wrong_attributes import NOT_HASHES
from trama_contracts.golden.wrong_carriage import FORGED, STRANGER
from trama_contracts.golden.wrong_rest import MOMENTS
from trama_contracts.names import MAX_VALUE
from trama_contracts.outcomes import Outcome
from trama_contracts.record import Record
from trama_contracts.sealing import compact
from trama_contracts.signature import CLOUDEVENT, headers_of, sign

SECOND: Final = manifest(ENTRIES, version=2)
"""The manifest that may come next."""
DSM_SECOND: Final = DSM_ENTRY | {"version": 2}


def judged(name: str, expect: Outcome, why: str, record: Record, **settings: Any) -> Case:  # noqa: ANN401
    """A case of the directory."""
    return Case(f"directory-{name}", "directory", f"section 12: {why}", record, expect, **settings)


def _good_second() -> Record:
    return signed("manifest", SECOND)


def _changed(edit: Callable[[Headers], Headers]) -> Record:
    record = _good_second()
    return Record(record.topic, record.key, record.value, edit(record.headers))


def _signature(edit: Edit) -> Record:
    return _changed(lambda headers: (headers[0], (headers[1][0], edit(headers[1][1] or b""))))


def headers() -> Iterator[Case]:
    """v1.kid.sig,v1.kid.sig[,..]: at least two, no blanks."""
    bad = Outcome.MALFORMED
    for name, edit in {
        "content-type-absent": lambda found: found[1:],
        "content-type-cloudevents": lambda found: (("content-type", CLOUDEVENT), found[1]),
        "signature-absent": lambda found: found[:1],
        "signature-twice": lambda found: (*found, found[1]),
        "signature-null": lambda found: (found[0], ("trama-signature", None)),
    }.items():
        yield judged(f"header-{name}", bad, "section 4", _changed(edit))
    edits: dict[str, Edit] = {
        "one": lambda raw: raw.split(b",")[0],
        "blank": swap(",", ", "),
        "semicolon": swap(",", ";"),
        "comma-after": lambda raw: raw + b",",
        "comma-before": lambda raw: b"," + raw,
        "two-commas": swap(",", ",,"),
        "v2": swap(",v1", ",v2"),
        "empty": lambda _: b"",
        "newline-after": lambda raw: raw + b"\n",
        "cut": lambda raw: raw[:-1],
        "trailing-bits": lambda raw: raw[:-1] + bytes([raw[-1] + 1]),
    }
    for name, change in edits.items():
        yield judged(f"signatures-{name}", bad, "the form of the header", _signature(change))
    good = _good_second()
    yield judged("null-key", bad, "section 3", Record(TOPIC, None, good.value, good.headers))
    yield judged("null-value", bad, "section 3: deletes nothing", Record(TOPIC, good.key, None, good.headers))
    long = compact(SECOND).ljust(MAX_VALUE + 1)
    yield judged("oversize", Outcome.OVERSIZE, "section 3", signed("manifest", long))
    largest = compact(SECOND).ljust(MAX_VALUE)
    yield judged("largest", Outcome.OK, "section 3", signed("manifest", largest))


def _by(*roots: Ed25519PrivateKey) -> Record:
    """Signed by these keys, however few."""
    value = compact(SECOND)
    parts = [sign(root, TOPIC, b"manifest", value) for root in roots]
    return Record(TOPIC, b"manifest", value, headers_of(b",".join(parts), b"application/json"))


def _bad_at(which: Sequence[int], *roots: Ed25519PrivateKey) -> Record:
    """Signed by these keys, the signatures at these places being of something else."""
    record = _by(*roots)
    parts = (record.headers[1][1] or b"").split(b",")
    parts = [FORGED(part) if at in which else part for at, part in enumerate(parts)]
    return Record(TOPIC, b"manifest", record.value, headers_of(b",".join(parts), b"application/json"))


def signatures() -> Iterator[Case]:
    """Distinct pinned roots, at least two valid, others ignored."""
    one, two, three = ROOTS
    ok, unknown, bad = Outcome.OK, Outcome.UNKNOWN_SIGNER, Outcome.BAD_SIGNATURE
    why = "distinct pinned roots, at least two valid (others ignored)"
    for name, expect, record in (
        ("two", ok, _by(two, three)),
        ("three", ok, _by(one, two, three)),
        ("other-order", ok, _by(three, one)),
        ("two-and-a-stranger", ok, _by(one, STRANGER, two)),
        ("two-and-a-third-bad", ok, _bad_at([1], one, two, three)),
        ("two-and-the-same-bad", ok, _bad_at([0], one, one, two)),
        ("same-root-twice", unknown, _by(one, one)),
        ("a-root-and-a-stranger", unknown, _by(one, STRANGER)),
        ("two-strangers", unknown, _by(STRANGER, DSM_KEY)),
        ("a-root-and-a-service", unknown, _by(three, DSM_KEY)),
        ("second-bad", bad, _bad_at([1], one, two)),
        ("both-bad", bad, _bad_at([0, 1], one, two)),
        ("same-root-twice-second-bad", bad, _bad_at([2], one, one, two)),
    ):
        yield judged(f"signed-{name}", expect, why, record)
    entry = signed("dsm", DSM_SECOND)
    yield judged(
        "signed-of-another-key",
        bad,
        "section 7: the Kafka key is signed",
        Record(TOPIC, b"sil", entry.value, entry.headers),
    )
    yield judged(
        "signed-of-another-value",
        bad,
        "section 7: the value is signed",
        Record(TOPIC, b"manifest", compact(SECOND) + b" ", _good_second().headers),
    )


def _wrong_manifest(name: str, why: str, document: dict[str, Any] | bytes) -> Case:
    return judged(f"manifest-{name}", Outcome.MALFORMED, why, signed("manifest", document))


def manifest_forms() -> Iterator[Case]:
    """{version, issued, expires, entries: {member: {version, sha256}}}."""
    for name in SECOND:
        rest = {kept: value for kept, value in SECOND.items() if kept != name}
        yield _wrong_manifest(f"{name}-absent", "required", rest)
        yield _wrong_manifest(f"{name}-array", "another kind", SECOND | {name: []})
    line = SECOND["entries"]["dsm"]
    entries: dict[str, Any] = {
        "line-text": {"dsm": line["sha256"]},
        "line-empty": {"dsm": {}},
        "line-version-zero": {"dsm": line | {"version": 0}},
        "line-version-text": {"dsm": line | {"version": "1"}},
        "line-hash-short": {"dsm": line | {"sha256": NOT_HASHES["short"]}},
        "line-hash-padded": {"dsm": line | {"sha256": NOT_HASHES["padded"]}},
        "line-hash-trailing-bits": {"dsm": line | {"sha256": NOT_HASHES["trailing-bits"]}},
        "member-reserved": {"manifest": line},
        "member-network": {"network": line},
        "member-capitals": {"DSM": line},
        "member-one-letter": {"d": line},
    }
    for name, listed in entries.items():
        yield _wrong_manifest(name, "entries", SECOND | {"entries": listed})
    for name, version in {"zero": 0, "minus": -1, "text": "2", "true": True}.items():
        yield _wrong_manifest(f"version-{name}", "version from 1", SECOND | {"version": version})
    for name in ("no-milliseconds", "date", "30-february", "second-60"):
        yield _wrong_manifest(f"expires-{name}", "moments of section 9", SECOND | {"expires": MOMENTS[name]})
    raw = compact(SECOND)
    json: dict[str, bytes] = {
        "empty": b"",
        "array": b"[]",
        "bom": b"\xef\xbb\xbf" + raw,
        "repeated": swap("{", '{"version":1,')(raw),
        "repeated-member": raw.replace(b'"entries":{', b'"entries":{"dsm":{},', 1),
        "fraction": swap('"version":2', '"version":2.0')(raw),
        "null": swap("{", '{"note":null,')(raw),
        "trailing-data": raw + raw,
        "depth-17": swap("{", '{"note":' + "[" * 16 + "]" * 16 + ",")(raw),
        "long-text": swap("{", '{"note":"' + "x" * 16_385 + '",')(raw),
    }
    for name, value in json.items():
        yield _wrong_manifest(f"json-{name}", "section 5", value)
    yield _wrong_manifest("an-entry-instead", "required members", DSM_ENTRY)
    yield judged(
        "manifest-unknown-members",
        Outcome.OK,
        "unknown members ignored",
        signed("manifest", SECOND | {"note": {"x": [1]}}),
    )


def manifest_order() -> Iterator[Case]:
    """Older: stale. Same version: duplicate or equivocation. Newer: in force."""
    third = signed("manifest", SECOND | {"version": 3})
    early = SECOND | {"expires": "2026-01-05T08:00:00.001Z"}
    for name, expect, why, record, before in (
        ("first", Outcome.OK, "nothing seen before", signed("manifest", MANIFEST), ()),
        ("next", Outcome.OK, "newer", _good_second(), ()),
        ("far", Outcome.OK, "versions may be left out", signed("manifest", SECOND | {"version": 900}), ()),
        ("expired", Outcome.OK, "events go on", signed("manifest", early), ()),
        ("again", Outcome.DUPLICATE, "same bytes", signed("manifest", MANIFEST), ()),
        (
            "again-signed-by-others",
            Outcome.DUPLICATE,
            "same bytes, section 7: signatures are not in the chain",
            signed("manifest", MANIFEST, ROOTS[1:]),
            (),
        ),
        (
            "same-version",
            Outcome.EQUIVOCATION,
            "same version and other bytes",
            signed("manifest", SECOND | {"version": 1, "expires": SECOND["issued"]}),
            (),
        ),
        (
            "same-version-other-blanks",
            Outcome.EQUIVOCATION,
            "same version and other bytes",
            signed("manifest", MANIFEST + b"\n"),
            (),
        ),
        ("older", Outcome.STALE, "older than one seen", _good_second(), (third,)),
        ("oldest", Outcome.STALE, "older than one seen", signed("manifest", MANIFEST), (third,)),
    ):
        directory = "empty" if name == "first" else "main"
        yield judged(f"manifest-{name}", expect, why, record, before=before, directory=directory)


def entry_order() -> Iterator[Case]:
    """An entry counts only while the manifest in force lists its version and hash."""
    both = {"dsm": compact(DSM_SECOND), "fuori": compact(UNLISTED_ENTRY)}
    newer = manifest(ENTRIES | {"fuori": both["fuori"]}, version=2)
    newer["entries"]["dsm"] = {"version": 2, "sha256": manifest(both)["entries"]["dsm"]["sha256"]}
    lists_second = signed("manifest", newer)
    without = signed("manifest", manifest({"dsm": ENTRIES["dsm"]}, version=2))
    other = SIL_ENTRY | {"name": "Altro nome"}
    for name, expect, why, record, directory, before in (
        ("again", Outcome.DUPLICATE, "in force already", signed("dsm", DSM_ENTRY), "main", ()),
        ("newer", Outcome.GAP, "newer: kept until the manifest comes", signed("dsm", DSM_SECOND), "main", ()),
        (
            "before-any-manifest",
            Outcome.GAP,
            "kept until the manifest comes",
            signed("dsm", DSM_ENTRY),
            "empty",
            (),
        ),
        (
            "not-listed",
            Outcome.GAP,
            "kept until a manifest lists it",
            signed("fuori", UNLISTED_ENTRY),
            "main",
            (),
        ),
        (
            "same-version",
            Outcome.EQUIVOCATION,
            "same version and other hash",
            signed("sil", other),
            "main",
            (),
        ),
        (
            "same-version-other-blanks",
            Outcome.EQUIVOCATION,
            "same version and other hash",
            signed("sil", ENTRIES["sil"] + b" "),
            "main",
            (),
        ),
        ("older", Outcome.DUPLICATE, "older", signed("dsm", DSM_ENTRY), "main", (lists_second,)),
        (
            "listed",
            Outcome.OK,
            "listed, version and hash",
            signed("dsm", DSM_SECOND),
            "main",
            (lists_second,),
        ),
        (
            "came-before-its-manifest",
            Outcome.DUPLICATE,
            "kept, and put in force by the manifest",
            signed("dsm", DSM_SECOND),
            "main",
            (signed("dsm", DSM_SECOND), lists_second),
        ),
        (
            "no-longer-listed",
            Outcome.GAP,
            "a member not listed is removed",
            signed("sil", SIL_ENTRY),
            "main",
            (without,),
        ),
        (
            "listed-with-another-hash",
            Outcome.EQUIVOCATION,
            "same version and other hash",
            signed("dsm", DSM_SECOND | {"name": "Altro nome"}),
            "main",
            (lists_second,),
        ),
    ):
        yield judged(f"entry-{name}", expect, why, record, directory=directory, before=before)


def cases() -> Iterator[Case]:
    """All cases of signatures, manifest and order."""
    for group in (headers, signatures, manifest_forms, manifest_order, entry_order):
        yield from group()
