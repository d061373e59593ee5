"""Cases of attributes in clear: missing, unknown, of another form; source and key (wire section 6)."""

from collections.abc import Iterator
from functools import partial
from typing import Any, Final

from trama_contracts.encoding import b64, from_b64
from trama_contracts.golden.event_draft import ABSENT, DSM_EVENTS, Draft, Edit
from trama_contracts.golden.fixtures import uuid_of
from trama_contracts.names import ERASED, MAX_SEQ, MESSAGE, SEALED
from trama_contracts.outcomes import Outcome, Position
from trama_contracts.strict_json import parse

HASH: Final = "dwj9HwsyLyQgfKHFnOR8hx40nQ-EuKrPUGwJDuIlRcw"
"""The value hash of the test vector in the wire format: a hash of the right form."""
ATTRIBUTES: Final = ("specversion", "id", "source", "type", "subject", "streamseq", "data_base64")
NOT_UUIDS: Final = {
    "capitals": "0B9D7C1E-51A4-4C39-8F0E-2A6B7C8D9E10",
    "braces": "{0b9d7c1e-51a4-4c39-8f0e-2a6b7c8d9e10}",
    "urn": "urn:uuid:0b9d7c1e-51a4-4c39-8f0e-2a6b7c8d9e10",
    "no-hyphens": "0b9d7c1e51a44c398f0e2a6b7c8d9e10",
    "version-1": "0b9d7c1e-51a4-1c39-8f0e-2a6b7c8d9e10",
    "version-7": "0b9d7c1e-51a4-7c39-8f0e-2a6b7c8d9e10",
    "variant": "0b9d7c1e-51a4-4c39-cf0e-2a6b7c8d9e10",
    "nil": "00000000-0000-0000-0000-000000000000",
    "newline-after": "0b9d7c1e-51a4-4c39-8f0e-2a6b7c8d9e10\n",
    "blank-before": " 0b9d7c1e-51a4-4c39-8f0e-2a6b7c8d9e10",
    "short": "0b9d7c1e-51a4-4c39-8f0e-2a6b7c8d9e1",
    "empty": "",
}
NOT_HASHES: Final = {
    "empty": "",
    "short": HASH[:-1],
    "long": HASH + "A",
    "padded": HASH + "=",
    "trailing-bits": HASH[:-1] + "x",
    "standard-alphabet": HASH.replace("-", "+"),
    "blank": HASH[:10] + " " + HASH[11:],
    "not-ascii": HASH[:-1] + "è",
}


def _bad(name: str, why: str, **clear: Any) -> Draft:  # noqa: ANN401 - any JSON
    return Draft(f"attribute-{name}", Outcome.MALFORMED, why, clear=clear)


def missing_and_unknown() -> Iterator[Draft]:
    """All attributes are required, no others accepted."""
    for name in ATTRIBUTES:
        yield _bad(f"absent-{name}", "section 6: all attributes required", **{name: ABSENT})
    unknown = {
        "time": "2013-10-14T07:30:00Z",
        "traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        "dataschema": "https://example.org/schema",
        "datacontenttype": "application/json",
        "recipient": "sil.registry",
        "hpkekey": "76QpJzbcRVDp5zySs3Nvvg",
        "data": {},
        "circle": "care",
        "keyversion": 1,
        "x": True,
        "": "",
    }
    for name, value in unknown.items():
        why = "section 6: no others accepted (time, traceparent and the like absent on purpose)"
        yield _bad(f"unknown-{name or 'empty-name'}", why, **{name: value})


def wrong_kinds() -> Iterator[Draft]:
    """Each attribute is of the one JSON kind it has."""
    why = "section 6: another kind of value"
    for name in ATTRIBUTES:
        number: object = "1" if name == "streamseq" else 1
        yield _bad(f"kind-{name}-text-or-number", why, **{name: number})
        yield _bad(f"kind-{name}-object", why, **{name: {}})
        yield _bad(f"kind-{name}-array", why, **{name: []})
        yield _bad(f"kind-{name}-null", "section 5: null is refused", **{name: None})
    yield _bad("kind-prevhash-number", why, prevhash=1, streamseq=2)


def constants() -> Iterator[Draft]:
    """specversion and type are written exactly so."""
    for version in ("1", "1.1", "0.3", "1.0 ", ""):
        yield _bad(f"specversion-{version or 'empty'}", "section 6: specversion is 1.0", specversion=version)
    for name, wire_type in {
        "v2": "it.trama.sealed.v2",
        "capitals": "it.trama.Sealed.v1",
        "message": MESSAGE,
        "erased-with-sealed-data": ERASED,
        "real-type": "it.trama.registry.conformance-noted.v1",
        "blank": SEALED + " ",
        "empty": "",
    }.items():
        yield _bad(f"type-{name}", "section 6: the one type in clear", type=wire_type)


def ids() -> Iterator[Draft]:
    """UUID version 4 in lower case with hyphens."""
    for name, text in NOT_UUIDS.items():
        yield _bad(f"id-{name}", "section 2: UUID version 4", id=text)
    for name in ("capitals", "version-1", "braces", "empty"):
        text = NOT_UUIDS[name]
        yield Draft(
            f"attribute-subject-{name}",
            Outcome.MALFORMED,
            "section 2: UUID version 4, the Kafka key alike or not",
            clear={"subject": text},
            kafka_key=text.encode(),
        )


def hashes() -> Iterator[Draft]:
    """prevhash: b64u of 32 bytes; absent exactly in the first event."""
    for name, text in NOT_HASHES.items():
        yield _bad(f"prevhash-{name}", "section 6: b64u of a SHA-256, strict", prevhash=text, streamseq=2)
    for name, seq in {"zero": 0, "minus-one": -1, "two-to-31": 2**31}.items():
        why = "section 6: streamseq 1..2147483647"
        yield _bad(f"seq-{name}-with-prevhash", why, streamseq=seq, prevhash=HASH)
    yield _bad("prevhash-in-the-first", "section 6: absent iff streamseq = 1", prevhash=HASH)
    yield _bad("prevhash-empty-in-the-first", "section 6: absent iff streamseq = 1", prevhash="")
    yield _bad("prevhash-absent-in-the-second", "section 6: absent iff streamseq = 1", streamseq=2)


def _next_last_letter(text: bytes) -> bytes:
    """Sets a bit of the last letter that no byte uses."""
    alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    letters = text.rstrip(b"=")
    return letters[:-1] + alphabet[alphabet.index(letters[-1]) + 1 :][:1] + text[len(letters) :]


def data_texts() -> Iterator[Draft]:
    """b64 with padding, strict: one text for given bytes."""
    edits: dict[str, Edit] = {
        "blank-inside": lambda text: text[:100] + b" " + text[100:],
        "newline-inside": lambda text: text[:76] + b"\\n" + text[76:],
        "newline-after": lambda text: text + b"\\n",
        "blank-before": lambda text: b" " + text,
        "no-padding": lambda text: text.rstrip(b"="),
        "padding-more": lambda text: text + b"=",
        "padding-group-more": lambda text: text + b"====",
        "padding-inside": lambda text: text[:4] + b"====" + text[4:],
        "trailing-bits": _next_last_letter,
        "url-alphabet": lambda text: text[:8] + b"-_" + text[10:],
        "not-ascii": lambda text: text[:8] + "è".encode() + text[9:],
        "letter-more": lambda text: text + b"A",
        "cut-by-one": lambda text: text[:-1],
        "cut-by-four": lambda text: text[:-4],
        "empty": lambda _: b"",
        "dots": lambda text: b"." * len(text),
    }
    for name, edit in edits.items():
        yield Draft(
            f"data-text-{name}",
            Outcome.MALFORMED,
            "section 1: base64 strict, canonical trailing bits",
            edit_json=_data(edit),
        )


def _data(edit: Edit) -> Edit:
    """Edits the text of data_base64 where it stands."""

    def change(raw: bytes) -> bytes:
        text = parse(raw, 4, exempt="data_base64")["data_base64"].encode()
        if len(text) % 4 or not text.endswith(b"=") or from_b64(text.decode()) == b"":
            raise ValueError("the good text should end with padding")
        return raw.replace(text, edit(text), 1)

    return change


def data_bytes() -> Iterator[Draft]:
    """61 + 1024 * 2^k bytes, the first of them 1."""
    why = "section 6: length 61 + 1024 * 2^k, k 0..7"
    for length in (1, 61, 61 + 512, 61 + 1023, 61 + 1025, 61 + 3 * 1024, 60 + 2048):
        yield _bad(f"data-length-{length}", why, data_base64=b64(b"\x01" + bytes(length - 1)))
    for layout in (b"\x00", b"\x02", b"\xff"):
        yield Draft(
            f"attribute-data-layout-{layout[0]}",
            Outcome.MALFORMED,
            "section 6: byte 0 = 1",
            edit_data=partial(_with_layout, layout),
        )


def _with_layout(layout: bytes, raw: bytes) -> bytes:
    return layout + raw[1:]


SOURCES: Final = {
    "empty": "",
    "no-slash": "pn/dsm/registry",
    "text-before": "x/pn/dsm/registry",
    "slash-after": "/pn/dsm/registry/",
    "two-parts": "/pn/dsm",
    "four-parts": "/pn/dsm/registry/x",
    "dots": "pn.dsm.registry",
    "capitals": "/PN/dsm/registry",
    "member-reserved": "/pn/manifest/registry",
    "member-network": "/pn/network/registry",
    "member-hyphen-last": "/pn/dsm-/registry",
    "member-one-letter": "/pn/d/registry",
    "service-digits": "/pn/dsm/registry2",
    "service-short": "/pn/dsm/re",
    "network-one-letter": "/p/dsm/registry",
    "uri": "https://dsm.example/registry",
    "newline-after": "/pn/dsm/registry\n",
}


def sources() -> Iterator[Draft]:
    """A source of another form is malformed; a well-formed one that is not the topic's is wrong."""
    for name, text in SOURCES.items():
        yield _bad(f"source-{name}", 'section 2: source = "/" network "/" member "/" service', source=text)
    wrong = {
        "other-service": "/pn/dsm/placement",
        "other-member": "/pn/sil/registry",
        "other-network": "/ud/dsm/registry",
        "member-longer": "/pn/dsm-2/registry",
    }
    for name, text in wrong.items():
        yield Draft(
            f"source-{name}", Outcome.WRONG_SOURCE, "section 14: not the topic's", clear={"source": text}
        )
    yield Draft(
        "source-wrong-and-key-wrong",
        Outcome.WRONG_SOURCE,
        "section 14: wrong-source before wrong-key",
        clear={"source": "/pn/sil/registry"},
        kafka_key=b"x",
    )
    yield Draft(
        "source-wrong-and-form-wrong",
        Outcome.MALFORMED,
        "section 14: malformed before wrong-source",
        clear={"source": "/pn/sil/registry", "specversion": "2.0"},
    )


def keys() -> Iterator[Draft]:
    """The subject is the Kafka key, byte for byte."""
    own = uuid_of("stream key-capitals")
    wrong = {
        "other-stream": uuid_of("stream somebody else's").encode(),
        "empty": b"",
        "capitals": own.upper().encode(),
        "newline-after": uuid_of("stream key-newline-after").encode() + b"\n",
        "nul-after": uuid_of("stream key-nul-after").encode() + b"\x00",
        "not-utf-8": b"\xff\xfe",
        "principal": b"dsm.registry",
        "raw-bytes": bytes.fromhex(uuid_of("stream key-raw-bytes").replace("-", "")),
    }
    for name, key in wrong.items():
        yield Draft(
            f"key-{name}", Outcome.WRONG_KEY, "section 6: subject = Kafka key, bytes compared", kafka_key=key
        )
    yield Draft(
        "key-subject-of-another-stream",
        Outcome.WRONG_KEY,
        "section 6: subject = Kafka key",
        clear={"subject": uuid_of("another subject")},
    )
    yield Draft(
        "key-wrong-and-not-granted",
        Outcome.WRONG_KEY,
        "section 14: wrong-key before no-grant",
        kafka_key=b"x",
        circle=None,
    )


def good() -> Iterator[Draft]:
    """The edges of what is allowed."""
    yield Draft("good-first", Outcome.OK, "section 6")
    yield Draft(
        "good-second",
        Outcome.OK,
        "section 6: with prevhash",
        seq=2,
        prevhash=HASH,
        position=Position(1, HASH, {1: HASH}),
    )
    yield Draft(
        "good-last-sequence",
        Outcome.OK,
        "section 6: streamseq to 2147483647",
        seq=MAX_SEQ,
        prevhash=HASH,
        position=Position(MAX_SEQ - 1, HASH),
    )
    yield Draft("good-sister-topic-name", Outcome.OK, "section 3", topic=DSM_EVENTS)


def drafts() -> Iterator[Draft]:
    """All cases of attributes."""
    for group in (
        missing_and_unknown,
        wrong_kinds,
        constants,
        ids,
        hashes,
        data_texts,
        data_bytes,
        sources,
        keys,
        good,
    ):
        yield from group()
