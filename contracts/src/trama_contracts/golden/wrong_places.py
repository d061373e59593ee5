"""Cases of key, position and seal: erased, no-grant, order of a stream, sections 8 and 14."""

import hashlib
import hmac
from collections.abc import Iterator
from typing import Any, Final

from trama_contracts.encoding import b64u, lengths
from trama_contracts.golden.case import Erased
from trama_contracts.golden.event_draft import DSM_EVENTS, DSM_FACTS, SIL_EVENTS, Draft, flip
from trama_contracts.golden.fixtures import drawn, inner, uuid_of
from trama_contracts.golden.wrong_attributes import HASH
from trama_contracts.names import ERASED, MAX_SEQ, SEALED
from trama_contracts.outcomes import Outcome, Position
from trama_contracts.padding import SIZES, pad
from trama_contracts.sealing import compact, derive, value_hash

OTHER: Final = b64u(hashlib.sha256(b"another value").digest())
INNER: Final = compact(inner())


def _gone(name: str, hash: str | None = HASH, topic: str = DSM_EVENTS) -> tuple[Erased, ...]:
    return (Erased(topic, uuid_of("stream " + name), hash),)


def erasures() -> Iterator[Draft]:
    """Any record of an erased stream is refused as erased, older and stopped ones too."""
    erased, why = Outcome.ERASED, "section 10: any other record of that stream, older ones too"
    yield Draft("erased-first", erased, why, erased=_gone("erased-first"))
    yield Draft("erased-by-message", erased, why, erased=_gone("erased-by-message", None))
    yield Draft(
        "erased-no-grant", erased, "section 14: before no-grant", erased=_gone("erased-no-grant"), circle=None
    )
    older = Position(5, HASH, {5: HASH})
    yield Draft("erased-older", erased, why, erased=_gone("erased-older"), position=older)
    yield Draft("erased-gap", erased, why, seq=9, prevhash=OTHER, erased=_gone("erased-gap"), position=older)
    yield Draft(
        "erased-stopped",
        erased,
        "section 14: before equivocation",
        erased=_gone("erased-stopped"),
        position=Position(0, None, stopped=True),
    )
    yield Draft(
        "erased-wrong-commit",
        erased,
        "section 14: before bad-commit",
        erased=_gone("erased-wrong-commit"),
        edit_data=flip(1),
    )
    yield Draft(
        "good-same-id-erased-under-another-topic",
        Outcome.OK,
        "section 2: a stream is the pair (topic, stream id)",
        erased=_gone("good-same-id-erased-under-another-topic", topic=DSM_FACTS),
    )


def grants() -> Iterator[Draft]:
    """Without the key of (topic, stream) nothing is opened."""
    none = Outcome.NO_GRANT
    yield Draft("no-grant", none, "section 14", circle=None)
    yield Draft("no-grant-but-same-id-of-another-topic", none, "section 2: per pair", grant_topic=SIL_EVENTS)
    yield Draft("no-grant-but-same-id-on-facts", none, "section 2: per pair", grant_topic=DSM_FACTS)
    yield Draft("no-grant-gap", none, "section 14: before gap", seq=7, prevhash=HASH, circle=None)
    yield Draft(
        "no-grant-wrong-commit", none, "section 14: before bad-commit", edit_data=flip(1), circle=None
    )


def _applied(draft: Draft) -> Position:
    """The position once that very event is applied."""
    own = value_hash(draft.value())
    return Position(draft.seq, own, {draft.seq: own})


def duplicates() -> Iterator[Draft]:
    """seq <= last: a duplicate, except with another hash than one still held."""
    same, why = Outcome.DUPLICATE, "section 14: seq <= last"
    last = Draft("duplicate-of-last", same, why)
    yield Draft("duplicate-of-last", same, why, position=_applied(last))
    held = _applied(Draft("duplicate-held", same, why)).held
    yield Draft("duplicate-held", same, why, position=Position(3, OTHER, {**held, 2: HASH, 3: OTHER}))
    yield Draft(
        "duplicate-no-longer-held",
        same,
        "section 14: other hash, but none is held for that sequence",
        position=Position(99, OTHER, {99: OTHER}),
    )
    yield Draft(
        "duplicate-before-the-grant",
        same,
        "section 14: granted from 5, nothing held of 1",
        position=Position(4, HASH),
    )
    before = Draft("duplicate-last-before-the-grant", same, why, seq=4, prevhash=HASH)
    yield Draft(
        "duplicate-last-before-the-grant",
        same,
        "section 14: the value whose hash is from.prevhash",
        seq=4,
        prevhash=HASH,
        position=Position(4, value_hash(before.value())),
    )
    broken = Draft("duplicate-wrong-commit", same, why, edit_data=flip(1))
    yield Draft(
        "duplicate-wrong-commit",
        same,
        "section 14: before bad-commit",
        edit_data=flip(1),
        position=_applied(broken),
    )


def equivocations() -> Iterator[Draft]:
    """Another value where one is known, another predecessor, or a stopped stream."""
    forked = Outcome.EQUIVOCATION
    own = Draft("", forked, "").prevhash
    cases: dict[str, tuple[str, int, str | None, Position]] = {
        "last": ("another hash than last's", 1, own, Position(1, OTHER, {1: OTHER})),
        "last-not-in-held": ("last's hash is held too", 1, own, Position(1, OTHER)),
        "held": ("another hash than one still held", 1, own, Position(3, HASH, {1: OTHER, 3: HASH})),
        "next": ("prevhash must be last's hash", 2, HASH, Position(1, OTHER, {1: OTHER})),
        "next-after-the-grant": ("at first {from.seq - 1, from.prevhash}", 5, HASH, Position(4, OTHER)),
        "last-before-the-grant": ("another value than from.prevhash's", 4, HASH, Position(4, OTHER)),
        "stopped-next": ("stopped", 2, HASH, Position(1, HASH, {1: HASH}, stopped=True)),
        "stopped-gap": ("stopped", 9, HASH, Position(1, HASH, {1: HASH}, stopped=True)),
        "stopped-first": ("stopped", 1, None, Position(0, None, stopped=True)),
        "stopped-old": ("stopped", 1, None, Position(70, HASH, {70: HASH}, stopped=True)),
    }
    for name, (why, seq, prevhash, position) in cases.items():
        yield Draft(
            f"equivocation-{name}",
            forked,
            f"section 14: {why}",
            seq=seq,
            prevhash=prevhash,
            position=position,
        )
    stopped = _applied(Draft("equivocation-stopped-duplicate", forked, ""))
    yield Draft(
        "equivocation-stopped-duplicate",
        forked,
        "section 14: a stopped stream answers equivocation",
        position=Position(1, stopped.hash, stopped.held, stopped=True),
    )
    yield Draft(
        "equivocation-wrong-commit",
        forked,
        "section 14: before bad-commit",
        edit_data=flip(1),
        position=Position(1, OTHER),
    )


def gaps() -> Iterator[Draft]:
    """Above last + 1: kept for later, unopened."""
    gap = Outcome.GAP
    for name, seq, position in (
        ("of-one", 3, Position(1, HASH, {1: HASH})),
        ("second-before-first", 2, Position(0, None)),
        ("of-a-thousand", 1003, Position(2, HASH)),
        ("largest", MAX_SEQ, Position(0, None)),
        ("after-the-grant", 7, Position(4, HASH)),
    ):
        yield Draft(f"gap-{name}", gap, "section 14: above", seq=seq, prevhash=HASH, position=position)
    yield Draft(
        "gap-wrong-tag",
        gap,
        "section 14: before bad-tag",
        seq=3,
        prevhash=HASH,
        position=Position(1, OTHER),
        edit_data=flip(-1),
    )
    yield Draft(
        "good-after-the-grant",
        Outcome.OK,
        "section 14: granted from 5",
        seq=5,
        prevhash=HASH,
        position=Position(4, HASH),
    )


def _derived(name: str, *, ikm: bytes, salt: bytes, info: bytes) -> dict[str, bytes]:
    prk = hmac.digest(salt, ikm, "sha256")
    first = hmac.digest(prk, info + b"\x01", "sha256")
    second = hmac.digest(prk, first + info + b"\x02", "sha256")
    return {"k_event": first, "commit": second}


def commits() -> Iterator[Draft]:
    """The commitment is equal before anything is decrypted."""
    bad, why = Outcome.BAD_COMMIT, "section 8: commit equal BEFORE decrypting"
    for name, at in (("first-bit", 1), ("last-bit", 32)):
        yield Draft(f"commit-{name}", bad, why, edit_data=flip(at))
    yield Draft("commit-of-another-key", bad, why, seal_key=drawn("another stream key"))
    yield Draft("commit-zero", bad, why, edit_data=lambda raw: raw[:1] + bytes(32) + raw[33:])
    yield Draft(
        "commit-and-tag-wrong",
        bad,
        "section 14: before bad-tag",
        edit_data=lambda raw: flip(-1)(flip(2)(raw)),
    )
    yield Draft("commit-other-id", bad, f"{why}: id is the salt", seal_as={"id": uuid_of("another id")})
    yield Draft("commit-other-subject", bad, f"{why}: info", seal_as={"subject": uuid_of("another stream")})
    for name in (
        "salt-of-bytes",
        "no-salt",
        "other-label",
        "bare-subject",
        "no-subject",
        "halves",
        "sha-256",
    ):
        yield Draft(f"commit-{name}", bad, "section 8: the derivation", seal_as=_wrongly_derived(name))


def _wrongly_derived(name: str) -> dict[str, Any]:
    draft = Draft(f"commit-{name}", Outcome.BAD_COMMIT, "")
    event, stream = str(draft.attributes()["id"]), draft.stream
    info = lengths("trama/v1/event", stream)
    ways = {
        "salt-of-bytes": _derived(name, ikm=draft.key, salt=bytes.fromhex(event.replace("-", "")), info=info),
        "no-salt": _derived(name, ikm=draft.key, salt=bytes(32), info=info),
        "other-label": _derived(
            name, ikm=draft.key, salt=event.encode(), info=lengths("trama/v2/event", stream)
        ),
        "bare-subject": _derived(
            name, ikm=draft.key, salt=event.encode(), info=b"trama/v1/event" + stream.encode()
        ),
        "no-subject": _derived(name, ikm=draft.key, salt=event.encode(), info=lengths("trama/v1/event")),
        "sha-256": {"commit": hashlib.sha256(draft.key).digest()},
    }
    k_event, commit = derive(draft.key, event, stream)
    return dict(ways.get(name, {"k_event": commit, "commit": k_event}))


def tags() -> Iterator[Draft]:
    """AES-256-GCM with the aad of section 8."""
    bad, why = Outcome.BAD_TAG, "section 8: the tag"
    for name, at in (("nonce", 33), ("nonce-last", 44), ("first-bit", 45), ("middle", 500), ("tag", -1)):
        yield Draft(f"tag-flipped-{name}", bad, why, edit_data=flip(at))
    yield Draft("tag-zero", bad, why, edit_data=lambda raw: raw[:-16] + bytes(16))
    yield Draft(
        "tag-first",
        bad,
        "section 8: tag at the end",
        edit_data=lambda raw: raw[:45] + raw[-16:] + raw[45:-16],
    )
    told: dict[str, dict[str, Any]] = {
        "topic": {"topic": DSM_FACTS},
        "source": {"source": "/pn/dsm/placement"},
        "type": {"type": ERASED},
        "type-inside": {"type": "it.trama.registry.conformance-noted.v1"},
        "seq": {"streamseq": 2},
        "seq-written-otherwise": {"streamseq": "01"},
        "prevhash": {"prevhash": HASH},
        "prevhash-null": {"prevhash": "null"},
    }
    for name, seal_as in told.items():
        yield Draft(f"tag-sealed-under-another-{name}", bad, f"{why}: aad", seal_as=seal_as)
    yield Draft(
        "tag-sealed-without-the-prevhash",
        bad,
        f"{why}: aad",
        seq=2,
        prevhash=HASH,
        seal_as={"prevhash": ""},
        position=Position(1, HASH, {1: HASH}),
    )
    draft = Draft("tag-aad-without-lengths", bad, "section 8: aad = L(..)")
    clear = draft.attributes()
    bare = "trama/v1/aad" + "".join(
        str(part) for part in (DSM_EVENTS, clear["source"], clear["id"], SEALED, draft.stream, 1, "")
    )
    yield Draft(draft.name, bad, draft.why, seal_as={"aad": bare.encode()})
    yield Draft("tag-aad-empty", bad, "section 8: aad = L(..)", seal_as={"aad": lengths("")})
    yield Draft("tag-key-exchanged", bad, why, seal_as={"k_event": drawn("another k_event")})
    yield Draft("tag-aes-128", bad, "section 8: AES-256", seal_as={"k_event": drawn("short", 16)})


def paddings() -> Iterator[Draft]:
    """n valid, |P| minimal, all padding zero."""
    bad = Outcome.BAD_PADDING
    n, size = len(INNER), len(pad(INNER))
    head = n.to_bytes(4, "big") + INNER
    zeros = bytes(size - len(head))
    dirty = {
        "first": b"\x01" + zeros[1:],
        "last": zeros[:-1] + b"\x80",
        "middle": zeros[:50] + b"\x20" + zeros[51:],
        "blanks": b" " * len(zeros),
        "count-as-in-pkcs7": zeros[:-1] + bytes([len(zeros) % 256]),
    }
    for name, padding in dirty.items():
        yield Draft(f"padding-dirty-{name}", bad, "section 8: all padding zero", padded=head + padding)
    for larger in (SIZES[1], SIZES[-1]):
        yield Draft(
            f"padding-not-minimal-{larger}",
            bad,
            "section 8: |P| minimal",
            padded=head + bytes(larger - len(head)),
        )
    for name, count in {
        "more-than-fits": size - 3,
        "one-size-more": 2048,
        "largest": 2**32 - 1,
        "high-bit": 2**31 + n,
        "little-endian": int.from_bytes(n.to_bytes(4, "little"), "big"),
    }.items():
        yield Draft(
            f"padding-length-{name}",
            bad,
            "section 8: n valid",
            padded=count.to_bytes(4, "big") + INNER + zeros,
        )
    yield Draft(
        "padding-length-short",
        bad,
        "section 8: what n leaves out is padding, and not zero",
        padded=(n - 1).to_bytes(4, "big") + INNER + zeros,
    )
    exact = compact(inner({**_LONG, "remark": "x" * (1021 - _SHORT)}))
    yield Draft(
        "padding-1020-in-2048",
        bad,
        "section 8: n = 1020 fits in 1024",
        padded=(1020).to_bytes(4, "big") + exact[:1020] + bytes(1024),
    )


_LONG: Final = {"text": "x", "on": "2013-10-14", "count": 1}
_SHORT: Final = len(compact(inner({**_LONG, "remark": ""})))


def _of_length(length: int) -> bytes:
    """A good inner JSON of exactly that many bytes, no text of it over 16,384 characters."""
    texts = []
    room = length - len(compact(inner({**_LONG, "tags": []})))
    while room > 16_387:
        texts.append("x" * 16_000)
        room -= 16_003
    document = compact(inner({**_LONG, "tags": [*texts, "x" * (room - 2)]}))
    if len(document) != length:
        raise ValueError(f"{len(document)} bytes instead of {length}")
    return document


def sizes() -> Iterator[Draft]:
    """Every size is used to its last byte."""
    for size in (SIZES[0], SIZES[1], SIZES[-1]):
        raw = _of_length(size - 4)
        yield Draft(f"good-inner-of-{size - 4}", Outcome.OK, "section 8: n + 4 = |P|", inner=raw)
    yield Draft("good-inner-of-1021", Outcome.OK, "section 8: |P| = 2048", inner=_of_length(1021))
    yield Draft(
        "padding-1021-in-1024",
        Outcome.BAD_PADDING,
        "section 8: n = 1021 needs 2048",
        padded=(1021).to_bytes(4, "big") + _of_length(1021)[:1020],
    )


def drafts() -> Iterator[Draft]:
    """All cases of key, position and seal."""
    for group in (
        erasures,
        grants,
        duplicates,
        equivocations,
        gaps,
        commits,
        tags,
        paddings,
        sizes,
    ):
        yield from group()
