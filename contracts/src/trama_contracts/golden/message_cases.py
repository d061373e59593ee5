"""Cases of what carries a message: headers, sender, attributes, HPKE key, seal (wire section 11)."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any, Final

from trama_contracts.encoding import b64
from trama_contracts.golden.event_draft import ABSENT, Edit, flip, last_header, swap
from trama_contracts.golden.fixtures import (
    DSM_PLACEMENT,
    DSM_RETIRED,
    DSM_REVOKED,
    HEIR_KEY,
    LEGACY,
    LEGACY_X25519,
    LEGACY_XWING,
    NOW,
    SIL_HPKE,
    SIL_KEY,
    SIL_X25519,
    UNLISTED_KEY,
    drawn,
)
from trama_contracts.golden.message_draft import HEADS, LEGACY_MAILBOX, MessageDraft, message
from trama_contracts.golden.wrong_attributes import NOT_UUIDS
from trama_contracts.golden.wrong_carriage import FORGED, STRANGER
from trama_contracts.hpke import HpkePrivateKey
from trama_contracts.moments import instant
from trama_contracts.names import MAX_VALUE
from trama_contracts.outcomes import Outcome
from trama_contracts.padding import pad
from trama_contracts.sealing import compact
from trama_contracts.signature import CLOUDEVENT

NOBODYS: Final = HpkePrivateKey.from_seed(drawn("hpke that no reader holds"))
_FILL: Final[dict[str, Any]] = {"filled": True}


def _early(name: str, expect: Outcome, why: str, **settings: Any) -> MessageDraft:  # noqa: ANN401
    """A fault found before opening: nothing need be sealed."""
    return MessageDraft(f"message-{name}", expect, why, **(_FILL | settings))


def carriage() -> Iterator[MessageDraft]:
    """Size, nulls, headers and JSON: as for events."""
    bad = Outcome.MALFORMED
    for name, edit in {
        "no-content-type": lambda headers: headers[1:],
        "no-signature": lambda headers: headers[:1],
        "plain-json": lambda headers: (("content-type", b"application/json"), headers[1]),
        "content-type-twice": lambda headers: (headers[0], *headers),
        "signature-twice": lambda headers: (*headers, headers[1]),
        "content-type-parameter": lambda headers: (("content-type", CLOUDEVENT + b";v=1"), headers[1]),
    }.items():
        yield _early(f"header-{name}", bad, "section 4", edit_headers=edit)
    yield _early("null-key", bad, "section 3: malformed everywhere", kafka_key=None)
    yield _early("null-value", bad, "section 3: malformed everywhere", null_value=True)
    yield _early("oversize", Outcome.OVERSIZE, "section 3", edit_json=lambda raw: raw.ljust(MAX_VALUE + 1))
    json: dict[str, Edit] = {
        "bom": lambda raw: b"\xef\xbb\xbf" + raw,
        "repeated": swap("{", '{"specversion":"1.0",'),
        "trailing-data": lambda raw: raw + b"x",
        "null": swap("{", '{"subject":null,'),
        "depth": swap("{", '{"x":[[[[1]]]],'),
        "array": lambda raw: b"[" + raw + b"]",
    }
    for name, change in json.items():
        yield _early(f"json-{name}", bad, "section 5", edit_json=change)


def senders() -> Iterator[MessageDraft]:
    """The signer is the service that the Kafka key names, in the topic's network."""
    unknown, why = Outcome.UNKNOWN_SIGNER, "section 7: in a mailbox the service the Kafka key names"
    for name, key in {
        "nobody": b"nessuno.registry",
        "member-alone": b"dsm",
        "with-network": b"pn.dsm.registry",
        "source": b"/pn/dsm/registry",
        "capitals": b"DSM.registry",
        "empty": b"",
        "not-utf-8": b"\xff\xfe",
        "nul-after": b"dsm.registry\x00",
        "sister": b"dsm.placement",
        "recipient": b"sil.registry",
        "not-listed": b"fuori.registry",
    }.items():
        yield _early(f"key-{name}", unknown, why, kafka_key=key)
    for name, signer in {
        "stranger": STRANGER,
        "sister": DSM_PLACEMENT,
        "recipient": SIL_KEY,
        "not-listed": UNLISTED_KEY,
        "heir": HEIR_KEY,
    }.items():
        yield _early(f"signer-{name}", unknown, why, signer=signer)
    yield _early("signer-revoked", Outcome.REVOKED_SIGNER, "section 12", signer=DSM_REVOKED)
    bad = Outcome.BAD_SIGNATURE
    yield _early(
        "replayed-into-another-mailbox", bad, "section 7: the topic is signed", signed_topic=LEGACY_MAILBOX
    )
    yield _early("signature-flipped", bad, "section 7", edit_headers=last_header(FORGED))
    yield MessageDraft("good-message-retired-signer", Outcome.OK, "section 12", signer=DSM_RETIRED)
    yield MessageDraft("good-message-from-itself", Outcome.OK, why, sender="sil.registry", signer=SIL_KEY)
    yield MessageDraft(
        "good-message-from-a-sister", Outcome.OK, why, sender="dsm.placement", signer=DSM_PLACEMENT
    )


def _attribute(name: str, why: str, **clear: Any) -> MessageDraft:  # noqa: ANN401 - any JSON
    return _early(f"attribute-{name}", Outcome.MALFORMED, why, clear=clear)


def attributes() -> Iterator[MessageDraft]:
    """As events, without streamseq, prevhash and subject, with recipient and hpkekey."""
    for name in ("specversion", "id", "source", "type", "recipient", "hpkekey", "data_base64"):
        yield _attribute(f"absent-{name}", "section 11: all required", **{name: ABSENT})
        yield _attribute(f"kind-{name}", "section 11: another kind", **{name: 1})
    for name, value in {
        "subject": NOT_UUIDS["nil"],
        "streamseq": 1,
        "time": "2026-01-06T12:00:00Z",
        "data": {},
        "traceparent": "x",
    }.items():
        yield _attribute(
            f"unknown-{name}", "section 11: without streamseq, prevhash, subject", **{name: value}
        )
    yield _attribute("type-sealed", "section 11: type", type="it.trama.sealed.v1")
    yield _attribute("type-v2", "section 11: type", type="it.trama.message.v2")
    yield _attribute("type-inner", "section 11: type", type="it.trama.heads.v1")
    yield _attribute("specversion-0.3", "section 6: specversion", specversion="0.3")
    yield _attribute("id-capitals", "section 2", id=NOT_UUIDS["capitals"])
    yield _attribute("id-version-7", "section 2", id=NOT_UUIDS["version-7"])
    yield _attribute("source-dots", "section 2", source="pn.dsm.registry")
    for name, recipient in {
        "other": "coop-prova.registry",
        "sister": "sil.placement",
        "sender": "dsm.registry",
        "member": "sil",
        "source": "/pn/sil/registry",
        "capitals": "SIL.registry",
        "empty": "",
    }.items():
        why = "section 11: recipient must be the topic's owner"
        yield _attribute(f"recipient-{name}", why, recipient=recipient)
    for name, key in {
        "empty": "",
        "short": SIL_HPKE.hpkekey[:-1],
        "long": SIL_HPKE.hpkekey + "A",
        "padded": SIL_HPKE.hpkekey + "==",
        "trailing-bits": SIL_HPKE.hpkekey[:-1] + "h",
        "standard-alphabet": "+" + SIL_HPKE.hpkekey[1:],
    }.items():
        yield _attribute(f"hpkekey-{name}", "section 1: b64u of 16 bytes", hpkekey=key)


def data() -> Iterator[MessageDraft]:
    """enc + 16 + 1024 * 2^k bytes, of a suite the recipient may have."""
    bad = Outcome.MALFORMED
    edits: dict[str, Edit] = {
        "blank": lambda raw: raw.replace(b'"data_base64":"', b'"data_base64":" '),
        "url-alphabet": lambda raw: raw.replace(b'"data_base64":"AAAA', b'"data_base64":"-_AA'),
        "no-padding": lambda raw: raw.replace(b"=", b""),
    }
    # 3,184 bytes are no multiple of three, so there is a padding to take away.
    for name, edit in edits.items():
        content = {"data_base64": b64(bytes(1120 + 16 + 2048))}
        yield _early(f"data-text-{name}", bad, "section 1: base64 strict", clear=content, edit_json=edit)
    for length in (0, 1136, 1136 + 1023, 1136 + 1025, 1136 + 3 * 1024, 1120 + 1024, 1121 + 1024):
        yield _early(
            f"data-length-{length}", bad, "section 11: length", clear={"data_base64": b64(bytes(length))}
        )
    odd = {"data_base64": b64(bytes(1200))}
    yield _early(
        "length-and-unknown-key", bad, "section 14: before unknown-hpkekey", clear=odd, sealed_to=NOBODYS
    )
    yield _early(
        "length-and-source",
        bad,
        "section 14: before wrong-source",
        clear=odd | {"source": "/pn/dsm/placement"},
    )
    yield _early(
        "x25519-where-not-legacy",
        bad,
        "section 11: only where the directory says legacy_hpke",
        sealed_to=SIL_X25519,
    )
    yield MessageDraft(
        "message-x25519-where-not-legacy-well-sealed",
        bad,
        "section 11: a key of that suite is malformed, though the reader holds it",
        sealed_to=SIL_X25519,
    )
    yield _early(
        "x25519-length-for-an-xwing-key",
        bad,
        "section 11: the length is enc + 16 + 1024 * 2^k of the key's suite",
        topic=LEGACY_MAILBOX,
        sealed_to=LEGACY_X25519,
        named_key=LEGACY_XWING.hpkekey,
    )
    yield _early(
        "xwing-length-for-an-x25519-key",
        bad,
        "section 11: the length is enc + 16 + 1024 * 2^k of the key's suite",
        topic=LEGACY_MAILBOX,
        sealed_to=LEGACY_XWING,
        named_key=LEGACY_X25519.hpkekey,
    )


def sources() -> Iterator[MessageDraft]:
    """The source is that of the service that the Kafka key names."""
    for name, source in {
        "sister": "/pn/dsm/placement",
        "recipient": "/pn/sil/registry",
        "other-network": "/ud/dsm/registry",
    }.items():
        why = "section 14: not the source of the sender in the Kafka key"
        yield _early(f"source-{name}", Outcome.WRONG_SOURCE, why, clear={"source": source})
    yield _early(
        "source-wrong-and-key-unknown",
        Outcome.WRONG_SOURCE,
        "section 14: wrong-source before unknown-hpkekey",
        clear={"source": "/pn/dsm/placement"},
        sealed_to=NOBODYS,
    )


def hpke_keys() -> Iterator[MessageDraft]:
    """A message to a key that the reader does not hold is answered by a request."""
    unknown = Outcome.UNKNOWN_HPKEKEY
    yield MessageDraft("message-hpkekey-unknown", unknown, "section 14", sealed_to=NOBODYS)
    yield _early("hpkekey-of-another-member", unknown, "section 14", sealed_to=LEGACY_XWING)
    yield _early("hpkekey-unknown-legacy", unknown, "section 14", topic=LEGACY_MAILBOX, sealed_to=SIL_X25519)
    ok = Outcome.OK
    yield MessageDraft(
        "good-message-x25519", ok, "section 11: legacy_hpke", topic=LEGACY_MAILBOX, sealed_to=LEGACY_X25519
    )
    yield MessageDraft(
        "good-message-xwing-to-legacy", ok, "section 11", topic=LEGACY_MAILBOX, sealed_to=LEGACY_XWING
    )


def seals() -> Iterator[MessageDraft]:
    """HPKE base mode, empty aad, info of section 11."""
    bad, why = Outcome.BAD_TAG, "section 11: info"
    for name, told in {
        "topic": {"topic": LEGACY_MAILBOX},
        "source": {"source": "/pn/dsm/placement"},
        "id": {"id": NOT_UUIDS["nil"]},
        "recipient": {"recipient": LEGACY},
        "hpkekey": {"hpkekey": LEGACY_XWING.hpkekey},
    }.items():
        yield MessageDraft(f"message-sealed-under-another-{name}", bad, why, seal_as=told)
    for name, at in {"enc": 0, "enc-x25519": 1119, "content": 1120, "tag": -1}.items():
        yield MessageDraft(f"message-flipped-{name}", bad, "section 11", edit_data=flip(at))
    yield MessageDraft(
        "message-flipped-x25519",
        bad,
        "section 11",
        topic=LEGACY_MAILBOX,
        sealed_to=LEGACY_X25519,
        edit_data=flip(3),
    )
    yield MessageDraft(
        "message-sealed-to-another-key", bad, "section 11", sealed_to=NOBODYS, named_key=SIL_HPKE.hpkekey
    )
    yield _early("noise", bad, "section 11: does not open")
    yield _early("zeros", bad, "section 11: does not open", edit_data=lambda raw: bytes(len(raw)))
    yield _early(
        "zeros-x25519",
        bad,
        "section 11: does not open",
        topic=LEGACY_MAILBOX,
        sealed_to=LEGACY_X25519,
        edit_data=lambda raw: bytes(len(raw)),
    )


def paddings() -> Iterator[MessageDraft]:
    """The plaintext is P of section 8."""
    bad, why = Outcome.BAD_PADDING, "section 8: n valid, |P| minimal, all padding zero"
    good = pad(compact(HEADS))
    head = good[: int.from_bytes(good[:4], "big") + 4]
    for name, padded in {
        "dirty": good[:-1] + b"\x01",
        "dirty-first": head + b"\x01" + bytes(len(good) - len(head) - 1),
        "not-minimal": good + bytes(1024),
        "length": (1021).to_bytes(4, "big") + good[4:],
        "length-largest": b"\xff" * 4 + good[4:],
        "length-short": (len(head) - 5).to_bytes(4, "big") + good[4:],
    }.items():
        yield MessageDraft(f"message-padding-{name}", bad, why, padded=padded)


def times() -> Iterator[MessageDraft]:
    """sent_at older than 60 days or more than 24 hours ahead: stale."""
    tick = timedelta(milliseconds=1)
    old, ahead = NOW - timedelta(days=60), NOW + timedelta(hours=24)
    why = "section 11: older than 60 days or more than 24 hours ahead"
    for name, expect, moment in (
        ("stale-old", Outcome.STALE, old - tick),
        ("stale-years-old", Outcome.STALE, NOW - timedelta(days=4000)),
        ("stale-ahead", Outcome.STALE, ahead + tick),
        ("stale-far-ahead", Outcome.STALE, NOW + timedelta(days=4000)),
        ("good-message-of-60-days", Outcome.OK, old),
        ("good-message-24-hours-ahead", Outcome.OK, ahead),
    ):
        content = message("it.trama.heads.v1", heads={}, sent_at=instant(moment))
        yield MessageDraft(name, expect, why, content=content)


def drafts() -> Iterator[MessageDraft]:
    """All cases of what carries a message."""
    for group in (carriage, senders, attributes, data, sources, hpke_keys, seals, paddings, times):
        yield from group()
