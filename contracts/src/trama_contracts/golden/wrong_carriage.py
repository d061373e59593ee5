"""Cases of what carries an event: size, nulls, headers, signer, signature (wire sections 3, 4, 7)."""

import hashlib
from collections.abc import Callable, Iterator
from typing import Final

from trama_contracts.encoding import b64, b64u, from_b64u, lengths
from trama_contracts.golden.event_draft import DSM_EVENTS, DSM_FACTS, Draft, Headers, flip, last_header, swap
from trama_contracts.golden.fixtures import (
    DSM_KEY,
    DSM_PLACEMENT,
    DSM_RETIRED,
    DSM_REVOKED,
    HEIR_KEY,
    ROOTS,
    SIL_KEY,
    UNLISTED_KEY,
    inner,
    signing_key,
)
from trama_contracts.names import MAX_VALUE
from trama_contracts.outcomes import Outcome
from trama_contracts.signature import CLOUDEVENT, kid_of, raw_public

ORDER: Final = 2**252 + 27742317777372353535851937790883648493
STRANGER: Final = signing_key("stranger")
_KID: Final = kid_of(raw_public(DSM_KEY))


def resigned(make: Callable[[bytes], bytes]) -> Callable[[bytes], bytes]:
    """Exchanges the signature in the header for another of 64 bytes."""

    def edit(header: bytes) -> bytes:
        start, _, signature = header.rpartition(b".")
        return start + b"." + b64u(make(from_b64u(signature.decode()))).encode()

    return edit


FORGED: Final = resigned(flip(40))
"""One bit of S is another, the form of the header being right."""


def _with_type(*values: bytes | None) -> Callable[[Headers], Headers]:
    return lambda headers: (*(("content-type", value) for value in values), headers[1])


def _typed(name: str, why: str, *values: bytes | None) -> Draft:
    return Draft(f"header-{name}", Outcome.MALFORMED, f"section 4: {why}", edit_headers=_with_type(*values))


def content_types() -> Iterator[Draft]:
    """The header content-type: once, and exactly one value."""
    yield _typed("content-type-absent", "each exactly once")
    yield _typed("content-type-twice-alike", "each exactly once", CLOUDEVENT, CLOUDEVENT)
    yield _typed("content-type-twice", "each exactly once", CLOUDEVENT, b"application/json")
    yield _typed("content-type-null", "another form", None)
    yield _typed("content-type-empty", "another form", b"")
    yield _typed("content-type-parameter", "no parameter", CLOUDEVENT + b"; charset=utf-8")
    yield _typed("content-type-json", "events are application/cloudevents+json", b"application/json")
    yield _typed("content-type-capitals", "comparisons are of bytes", b"Application/CloudEvents+JSON")
    yield _typed("content-type-blank-after", "comparisons are of bytes", CLOUDEVENT + b" ")
    yield _typed("content-type-blank-before", "comparisons are of bytes", b" " + CLOUDEVENT)
    yield _typed("content-type-batch", "another value", b"application/cloudevents-batch+json")
    yield _typed("content-type-not-ascii", "another value", CLOUDEVENT + b"\xff")
    yield Draft(
        "header-content-type-name-in-capitals",
        Outcome.MALFORMED,
        "section 4: names are bytes, so Content-Type is another header and content-type is absent",
        edit_headers=lambda headers: (("Content-Type", CLOUDEVENT), headers[1]),
    )


def _sig(name: str, why: str, edit: Callable[[bytes], bytes]) -> Draft:
    return Draft(
        f"header-signature-{name}", Outcome.MALFORMED, f"section 4: {why}", edit_headers=last_header(edit)
    )


def _noncanonical(length_from_end: int) -> Callable[[bytes], bytes]:
    """Sets a trailing bit that no byte uses, at the last character of kid or signature."""

    def edit(header: bytes) -> bytes:
        at = len(header) - length_from_end
        other = {b"A": b"B", b"Q": b"R", b"g": b"h", b"w": b"x"}[header[at : at + 1]]
        return header[:at] + other + header[at + 1 :]

    return edit


def _first_only(headers: Headers) -> Headers:
    return headers[:1]


def _last_twice(headers: Headers) -> Headers:
    return (*headers, headers[-1])


def signature_headers() -> Iterator[Draft]:
    """The header trama-signature: once, and exactly "v1." kid "." signature."""
    malformed = Outcome.MALFORMED
    yield Draft("header-signature-absent", malformed, "section 4: absent", edit_headers=_first_only)
    yield Draft("header-signature-twice", malformed, "section 4: repeated", edit_headers=_last_twice)
    yield Draft("header-none", malformed, "section 4: absent", edit_headers=lambda _: ())
    yield Draft(
        "header-signature-null",
        malformed,
        "section 4: another form",
        edit_headers=lambda headers: (headers[0], ("trama-signature", None)),
    )
    yield Draft(
        "header-signature-name-in-capitals",
        malformed,
        "section 4: names are bytes",
        edit_headers=lambda headers: (headers[0], ("Trama-Signature", headers[1][1])),
    )
    yield _sig("empty", "another form", lambda _: b"")
    yield _sig("v2", "another form", swap("v1.", "v2."))
    yield _sig("v-capital", "comparisons are of bytes", swap("v1.", "V1."))
    yield _sig("no-version", "another form", lambda header: header[3:])
    yield _sig("no-kid", "another form", lambda header: b"v1." + header[26:])
    yield _sig("kid-short", "another form", lambda header: header[:24] + header[25:])
    yield _sig("kid-long", "another form", swap("v1.", "v1.A"))
    yield _sig("kid-trailing-bits", "section 1: canonical trailing bits", _noncanonical(88))
    yield _sig("short", "another form", lambda header: header[:-1])
    yield _sig("long", "another form", lambda header: header + b"A")
    yield _sig("trailing-bits", "section 1: canonical trailing bits", _noncanonical(1))
    yield _sig("padded", "b64u has no padding", lambda header: header + b"==")
    yield _sig("standard-alphabet", "no other alphabet", lambda header: header[:-3] + b"+/A")
    yield _sig("newline-after", "no whitespace; patterns match whole", lambda header: header + b"\n")
    yield _sig("blank-before", "no whitespace", lambda header: b" " + header)
    yield _sig("blank-inside", "no whitespace", lambda header: header[:40] + b" " + header[41:])
    yield _sig("fourth-part", "another form", lambda header: header + b".A")
    yield _sig("several", "several are for the directory", lambda header: header + b"," + header)
    yield _sig("comma-after", "another form", lambda header: header + b",")
    yield _sig("not-ascii", "ASCII only", lambda header: header[:-1] + b"\xc3\xa8")
    yield _sig("nul-after", "another form", lambda header: header + b"\x00")


def good_headers() -> Iterator[Draft]:
    """Other headers are ignored; order means nothing."""
    other = (("traceparent", b"00-x"), ("other", None), ("other", b"\xff"), ("Content-Type", b"text/plain"))
    yield Draft(
        "good-other-headers",
        Outcome.OK,
        "section 4: other headers are ignored",
        edit_headers=lambda headers: (*other, *headers),
    )
    yield Draft(
        "good-headers-in-other-order",
        Outcome.OK,
        "section 4 gives no order",
        edit_headers=lambda headers: headers[::-1],
    )


def _filled(raw: bytes) -> bytes:
    return raw.ljust(MAX_VALUE)


def _too_long(raw: bytes) -> bytes:
    return raw.ljust(MAX_VALUE + 1)


def sizes_and_nulls() -> Iterator[Draft]:
    """Nulls are malformed, 262,144 bytes are the most; size is judged first."""
    yield Draft("good-largest-value", Outcome.OK, "section 3: at most 262144 bytes", edit_json=_filled)
    yield Draft("oversize", Outcome.OVERSIZE, "section 3: at most 262144 bytes", edit_json=_too_long)
    yield Draft(
        "oversize-null-key",
        Outcome.OVERSIZE,
        "section 14: oversize first",
        edit_json=_too_long,
        kafka_key=None,
    )
    yield Draft(
        "oversize-no-headers",
        Outcome.OVERSIZE,
        "section 14: oversize first",
        edit_json=_too_long,
        edit_headers=lambda _: (),
    )
    yield Draft(
        "oversize-unknown-signer", Outcome.OVERSIZE, "section 14: first", edit_json=_too_long, signer=STRANGER
    )
    yield Draft("null-key", Outcome.MALFORMED, "section 3: malformed everywhere", kafka_key=None)
    yield Draft("null-value", Outcome.MALFORMED, "section 3: malformed everywhere", null_value=True)
    yield Draft("null-both", Outcome.MALFORMED, "section 3", kafka_key=None, null_value=True)
    yield Draft(
        "null-value-unknown-signer",
        Outcome.MALFORMED,
        "section 14: before unknown-signer",
        null_value=True,
        signer=STRANGER,
    )
    yield Draft(
        "null-key-and-broken-json",
        Outcome.MALFORMED,
        "section 3",
        kafka_key=None,
        edit_json=lambda _: b"{",
    )


def signers() -> Iterator[Draft]:
    """The kid is looked up among the keys of the topic's service only."""
    unknown = Outcome.UNKNOWN_SIGNER
    where = "section 7: kid is looked up among that service's keys only"
    yield Draft("signer-stranger", unknown, where, signer=STRANGER)
    yield Draft("signer-sister-service", unknown, where, signer=DSM_PLACEMENT)
    yield Draft("signer-other-member", unknown, where, signer=SIL_KEY)
    yield Draft("signer-root", unknown, "section 7: roots sign the directory only", signer=ROOTS[0])
    yield Draft(
        "signer-member-not-listed",
        unknown,
        "section 12: an entry counts only while the manifest lists it",
        topic="pn.fuori.registry.events.v1",
        signer=UNLISTED_KEY,
    )
    yield Draft(
        "signer-member-unheard-of", unknown, where, topic="pn.nessuno.registry.events.v1", signer=STRANGER
    )
    yield Draft(
        "signer-service-not-listed", unknown, where, topic="pn.dsm.evaluation.events.v1", signer=DSM_KEY
    )
    yield Draft(
        "signer-other-network",
        unknown,
        "section 7: the directory of pn lists no key for a topic of ud",
        topic="ud.dsm.registry.events.v1",
    )
    yield Draft(
        "signer-heir-on-a-topic-not-inherited",
        unknown,
        "section 12: only the predecessor's topics",
        signer=HEIR_KEY,
    )
    yield Draft(
        "signer-unknown-and-bad-signature",
        unknown,
        "section 14: unknown-signer first",
        signer=STRANGER,
        edit_headers=last_header(FORGED),
    )
    yield Draft(
        "signer-unknown-and-broken-json",
        unknown,
        "section 14: JSON later",
        signer=STRANGER,
        edit_json=lambda _: b"{",
    )
    yield Draft("good-retired-signer", Outcome.OK, "section 12: verifies for ever", signer=DSM_RETIRED)
    yield Draft(
        "good-heir-writes-on-the-predecessors-topic",
        Outcome.OK,
        "section 12: the predecessor's keys are listed on by the successor, which writes there",
        topic="pn.estinto.registry.events.v1",
        signer=HEIR_KEY,
        inner=inner(actor={"role": "operator", "member": "erede", "operator": "op-3"}),
    )


def revoked_signers() -> Iterator[Draft]:
    """A revoked key is refused for every record, once its signature is seen to be good."""
    revoked = Outcome.REVOKED_SIGNER
    yield Draft("signer-revoked", revoked, "section 12: refused for every record", signer=DSM_REVOKED)
    yield Draft(
        "signer-revoked-broken-json",
        revoked,
        "section 14: before malformed (JSON)",
        signer=DSM_REVOKED,
        edit_json=lambda _: b"[]",
    )
    yield Draft(
        "signer-revoked-bad-signature",
        Outcome.BAD_SIGNATURE,
        "section 14: bad-signature before revoked-signer",
        signer=DSM_REVOKED,
        edit_after=swap("1.0", "1.1"),
    )


def _high_s(signature: bytes) -> bytes:
    s = int.from_bytes(signature[32:], "little") + ORDER
    return signature[:32] + s.to_bytes(32, "little")


def signatures() -> Iterator[Draft]:
    """Ed25519 over topic, key, kid and the hash of the value; S < L."""
    bad, why = Outcome.BAD_SIGNATURE, "section 7"
    forged: dict[str, Callable[[bytes], bytes]] = {
        "first-bit": flip(0),
        "last-bit-of-r": flip(31),
        "first-bit-of-s": flip(32),
        "last-bit": flip(63),
        "high-s": _high_s,
        "zero": lambda _: bytes(64),
        "identity-and-zero": lambda _: b"\x01" + bytes(63),
        "all-ones": lambda _: b"\xff" * 64,
        "halves-exchanged": lambda signature: signature[32:] + signature[:32],
        "of-the-hash-alone": lambda _: DSM_KEY.sign(hashlib.sha256(b"x").digest()),
    }
    for name, make in forged.items():
        edit = last_header(resigned(make))
        yield Draft(f"signature-{name}", bad, f"{why}: RFC 8032, S < L", edit_headers=edit)
    yield Draft("signature-of-other-topic", bad, f"{why}: the topic is signed", signed_topic=DSM_FACTS)
    yield Draft("signature-of-changed-value", bad, f"{why}: the value is signed", edit_after=flip(-20))
    yield Draft("signature-value-longer", bad, f"{why}: exact bytes", edit_after=lambda raw: raw + b" ")
    yield Draft("signature-value-empty", bad, f"{why}: exact bytes", edit_after=lambda _: b"")
    yield Draft(
        "signature-under-another-kid",
        bad,
        f"{why}: the kid names the key that verifies",
        edit_headers=last_header(swap(_KID, kid_of(raw_public(DSM_RETIRED)))),
    )
    yield Draft(
        "signature-changed-value-broken-json",
        bad,
        "section 14: before malformed (JSON)",
        edit_after=lambda _: b"{",
    )


def _signed_otherwise(layout: Callable[[bytes, bytes], bytes]) -> Callable[[Draft], Draft]:
    """A header whose signature is over other bytes than those of section 7."""

    def change(draft: Draft) -> Draft:
        key, value = draft.stream.encode(), draft.value()
        signature = DSM_KEY.sign(layout(key, value))
        header = f"v1.{_KID}.{b64u(signature)}".encode()
        return Draft(
            draft.name,
            draft.expect,
            draft.why,
            edit_headers=lambda headers: (headers[0], (headers[1][0], header)),
        )

    return change


def signed_layouts() -> Iterator[Draft]:
    """What is signed, byte for byte: a signature by the right key over anything else is bad."""
    layouts: dict[str, Callable[[bytes, bytes], bytes]] = {
        "value-itself": lambda key, value: lengths("trama/v1/signature", DSM_EVENTS, key, _KID) + value,
        "hash-with-length": lambda key, value: lengths(
            "trama/v1/signature", DSM_EVENTS, key, _KID, hashlib.sha256(value).digest()
        ),
        "no-lengths": lambda key, value: (
            b"trama/v1/signature" + DSM_EVENTS.encode() + key + _KID.encode() + hashlib.sha256(value).digest()
        ),
        "other-label": lambda key, value: (
            lengths("trama/v2/signature", DSM_EVENTS, key, _KID) + hashlib.sha256(value).digest()
        ),
        "no-kid": lambda key, value: (
            lengths("trama/v1/signature", DSM_EVENTS, key) + hashlib.sha256(value).digest()
        ),
        "kid-bytes": lambda key, value: (
            lengths("trama/v1/signature", DSM_EVENTS, key, from_b64u(_KID)) + hashlib.sha256(value).digest()
        ),
        "hash-as-text": lambda key, value: (
            lengths("trama/v1/signature", DSM_EVENTS, key, _KID)
            + b64(hashlib.sha256(value).digest()).encode()
        ),
        "value-alone": lambda _key, value: value,
    }
    for name, layout in layouts.items():
        draft = Draft(f"signed-{name}", Outcome.BAD_SIGNATURE, "section 7: the layout of what is signed")
        yield _signed_otherwise(layout)(draft)


def drafts() -> Iterator[Draft]:
    """All cases of carriage."""
    for group in (
        content_types,
        signature_headers,
        good_headers,
        sizes_and_nulls,
        signers,
        revoked_signers,
        signatures,
        signed_layouts,
    ):
        yield from group()
