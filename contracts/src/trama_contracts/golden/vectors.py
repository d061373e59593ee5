"""Golden files: one good record of each kind, with every value between the plain text and the bytes sent."""

import hashlib
import json
from collections.abc import Iterator
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from trama_contracts.encoding import b64, b64u
from trama_contracts.golden.catalogue_cases import GOOD as CATALOGUE
from trama_contracts.golden.catalogue_cases import published
from trama_contracts.golden.drawn_seals import DrawnSeals
from trama_contracts.golden.fixtures import (
    DSM_KEY,
    ISSUED,
    PAYLOAD,
    ROOTS,
    SIL_HPKE,
    drawn,
    inner,
    uuid_of,
)
from trama_contracts.golden.message_contents import ERASURE, FILE, RECEIPT, STREAMS, TRIPLES, WHOLE_GRANT
from trama_contracts.golden.message_draft import MessageDraft, message
from trama_contracts.golden.network import DSM_ENTRY, SIL_ENTRY, manifest, signed
from trama_contracts.golden.wrong_attributes import HASH
from trama_contracts.hpke import message_info
from trama_contracts.moments import instant
from trama_contracts.outcomes import Outcome
from trama_contracts.padding import pad
from trama_contracts.record import Record
from trama_contracts.sealing import additional_bytes, compact, derive, erased_event, seal_event, value_hash
from trama_contracts.signature import CLOUDEVENT, headers_of, kid_of, raw_public, sign, signed_bytes

Json = dict[str, Any]

TOPIC: Final = "pn.dsm.registry.events.v1"
SOURCE: Final = "/pn/dsm/registry"
STREAM: Final = "6f1c9b7e-3a52-4d0e-9a4f-0c2f5d8e7b11"
K: Final = b"\x11" * 32


def _carried(record: Record, private: Ed25519PrivateKey) -> Json:
    """What goes on Kafka, and how it is signed."""
    key, value = record.key or b"", record.value or b""
    kid = kid_of(raw_public(private))
    return {
        "value": value.decode(),
        "value_length": len(value),
        "value_hash": value_hash(value),
        "signing_private_hex": private.private_bytes_raw().hex(),
        "signing_public_hex": raw_public(private).hex(),
        "kid": kid,
        "signed_hex": signed_bytes(record.topic, key, kid, value).hex(),
        "headers": {name: (content or b"").decode() for name, content in record.headers},
    }


def _record(topic: str, key: str, value: bytes, content_type: bytes = CLOUDEVENT) -> Record:
    signature = sign(DSM_KEY, topic, key.encode(), value)
    return Record(topic, key.encode(), value, headers_of(signature, content_type))


def event(*, id: str, seq: int, prevhash: str | None, plain: bytes, nonce: bytes) -> tuple[Json, bytes]:
    """A sealed event of the stream of the test vector, and its value."""
    clear: Json = {"source": SOURCE, "id": id, "subject": STREAM, "streamseq": seq, "prevhash": prevhash}
    value = seal_event(key=K, topic=TOPIC, inner=plain, nonce=nonce, **clear)
    k_event, commit = derive(K, id, STREAM)
    aad = additional_bytes(topic=TOPIC, **clear)
    data = json.loads(value)["data_base64"]
    vector = {
        "topic": TOPIC,
        "key": STREAM,
        "clear": {name: content for name, content in clear.items() if content is not None},
        "inner": plain.decode(),
        "padded_hex": pad(plain).hex(),
        "stream_key_hex": K.hex(),
        "k_event_hex": k_event.hex(),
        "commit_hex": commit.hex(),
        "nonce_hex": nonce.hex(),
        "aad_hex": aad.hex(),
        "aad_sha256_hex": hashlib.sha256(aad).hexdigest(),
        "data_base64": data,
    }
    return vector | _carried(_record(TOPIC, STREAM, value), DSM_KEY), value


def _full_inner() -> Json:
    actor = {
        "role": "social-worker",
        "member": "dsm",
        "operator": "op-17",
        "on_behalf_of": "sil",
        "ground": "sostituzione",
    }
    earlier = {"topic": TOPIC, "stream": uuid_of("old stream"), "seq": 4, "hash": HASH}
    return inner(
        actor=actor,
        corrects=uuid_of("corrected"),
        continues=earlier,
        traceparent="00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
    )


def events() -> Iterator[tuple[str, Json]]:
    """The test vector of the wire text; a full event; its successor; the end of the stream."""
    first_id = "0b9d7c1e-51a4-4c39-8f0e-2a6b7c8d9e10"
    yield "test-vector", event(id=first_id, seq=1, prevhash=None, plain=b"{}", nonce=bytes(12))[0]
    full = compact(_full_inner())
    nonces = drawn("nonce golden first", 12), drawn("nonce golden second", 12)
    first, value = event(id=uuid_of("golden first"), seq=1, prevhash=None, plain=full, nonce=nonces[0])
    yield "event-first", first
    longer = compact(inner(payload=PAYLOAD | {"remark": "Più lungo. " * 150}))
    second, value = event(
        id=uuid_of("golden second"), seq=2, prevhash=value_hash(value), plain=longer, nonce=nonces[1]
    )
    yield "event-second", second
    end = erased_event(
        source=SOURCE, id=uuid_of("golden erased"), subject=STREAM, streamseq=3, prevhash=value_hash(value)
    )
    yield "stream-erased", {"topic": TOPIC, "key": STREAM} | _carried(_record(TOPIC, STREAM, end), DSM_KEY)


MESSAGES: Final[dict[str, Json]] = {
    "grant": message("it.trama.grant.v1", grants=[WHOLE_GRANT]),
    "grant-end": message("it.trama.grant-end.v1", streams=STREAMS, reason="presa in carico chiusa"),
    "receipt": message("it.trama.receipt.v1", **RECEIPT),
    "heads": message("it.trama.heads.v1", heads=TRIPLES),
    "request": message("it.trama.request.v1", keys={}, resend={TOPIC: [[STREAM, 4]]}),
    "file": message("it.trama.file.v1", **FILE),
    "erasure": message("it.trama.erasure.v1", **ERASURE),
}


def messages(seals: DrawnSeals) -> Iterator[tuple[str, Json]]:
    """Each message, sealed once by HPKE: the bytes are kept, since they cannot be made again."""
    for name, content in MESSAGES.items():
        draft = MessageDraft(f"golden {name}", Outcome.OK, "", content=content)
        record, told = draft.record(seals), draft.told()
        sealed = draft.data(seals)
        vector = {
            "topic": record.topic,
            "key": (record.key or b"").decode(),
            "clear": told,
            "inner": compact(content).decode(),
            "padded_hex": draft.plain().hex(),
            "recipient_seed_hex": (b"\x22" * 32).hex(),
            "recipient_public": b64u(SIL_HPKE.public),
            "info_hex": message_info(**told).hex(),
            "enc_hex": sealed[:1120].hex(),
            "ct_hex": sealed[1120:].hex(),
            "data_base64": b64(sealed),
        }
        yield f"message-{name}", vector | _carried(record, DSM_KEY)


def _directory_record(record: Record) -> Json:
    key, value = record.key or b"", record.value or b""
    kids = [kid_of(raw_public(root)) for root in ROOTS[:2]]
    return {
        "key": key.decode(),
        "value": value.decode(),
        "value_hash": value_hash(value),
        "signed_hex": {kid: signed_bytes(record.topic, key, kid, value).hex() for kid in kids},
        "headers": {name: (content or b"").decode() for name, content in record.headers},
    }


def open_records() -> Iterator[tuple[str, Json]]:
    """A manifest with two entries, a catalogue record, a service's HPKE keys."""
    entries = [signed(document["member"], document) for document in (DSM_ENTRY, SIL_ENTRY)]
    listed = {str(document["member"]): compact(document) for document in (DSM_ENTRY, SIL_ENTRY)}
    records = [*entries, signed("manifest", manifest(listed))]
    yield (
        "directory",
        {
            "topic": records[0].topic,
            "roots": {kid_of(raw_public(root)): b64u(raw_public(root)) for root in ROOTS},
            "root_private_hex": [root.private_bytes_raw().hex() for root in ROOTS],
            "records": [_directory_record(record) for record in records],
        },
    )
    listed_key = {
        "suite": SIL_HPKE.suite,
        "public": b64u(SIL_HPKE.public),
        "hpkekey": SIL_HPKE.hpkekey,
        "from": instant(ISSUED),
        "until": instant(ISSUED.replace(month=2)),
    }
    keys = CATALOGUE | {"type": "it.trama.hpke-keys.v1", "id": "hpke", "data": {"keys": [listed_key]}}
    for name, record in (
        ("catalogue", published(CATALOGUE)),
        ("catalogue-hpke", published(keys, key=b"hpke")),
    ):
        where = {"topic": record.topic, "key": (record.key or b"").decode()}
        yield name, where | _carried(record, DSM_KEY)


def files(seals: DrawnSeals) -> Iterator[tuple[str, str]]:
    """Name and text of every golden file."""
    for group in (events(), messages(seals), open_records()):
        for name, vector in group:
            yield f"wire/{name}.json", json.dumps(vector, indent=2, ensure_ascii=False) + "\n"
