"""Seal and open one event under its stream's key (wire section 8), and build control events (section 10).

Pure: takes keys, gives bytes. Grants, positions and the order of checks are elsewhere.
"""

import hmac
import json
import os
from typing import Any, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from trama_contracts.encoding import b64, full_hash, lengths
from trama_contracts.errors import BadCommit, BadTag
from trama_contracts.names import ERASED, SEALED
from trama_contracts.padding import pad, unpad

LAYOUT: Final = b"\x01"
OVERHEAD: Final = 1 + 32 + 12 + 16
"""Bytes of a sealed event beside the padded plaintext."""


def value_hash(value: bytes) -> str:
    """b64u(SHA-256(value)): what prevhash, positions and receipts hold."""
    return full_hash(value)


def new_stream_key() -> bytes:
    """A key for a new stream: 32 bytes from the system's generator."""
    return os.urandom(32)


def derive(key: bytes, event_id: str, subject: str) -> tuple[bytes, bytes]:
    """k_event and commitment: HKDF-SHA256 (RFC 5869) with two blocks of output."""
    info = lengths("trama/v1/event", subject)
    extracted = hmac.digest(event_id.encode(), key, "sha256")
    k_event = hmac.digest(extracted, info + b"\x01", "sha256")
    return k_event, hmac.digest(extracted, k_event + info + b"\x02", "sha256")


def additional_bytes(
    *, topic: str, source: str, id: str, subject: str, streamseq: int, prevhash: str | None
) -> bytes:
    """aad: everything in clear, so that none of it can be exchanged."""
    return lengths("trama/v1/aad", topic, source, id, SEALED, subject, streamseq, prevhash or "")


def seal_event(
    *,
    key: bytes,
    topic: str,
    source: str,
    id: str,
    subject: str,
    streamseq: int,
    prevhash: str | None,
    inner: bytes,
    nonce: bytes | None = None,
) -> bytes:
    """The value bytes of a sealed event; `nonce` only for test vectors. Raises TooLarge.

    An id is never used for two seals: who retries takes a new id.
    """
    k_event, commit = derive(key, id, subject)
    nonce = nonce if nonce is not None else os.urandom(12)
    aad = additional_bytes(
        topic=topic, source=source, id=id, subject=subject, streamseq=streamseq, prevhash=prevhash
    )
    sealed = LAYOUT + commit + nonce + AESGCM(k_event).encrypt(nonce, pad(inner), aad)
    clear = _clear(source=source, id=id, type=SEALED, subject=subject, seq=streamseq, prevhash=prevhash)
    return compact({**clear, "data_base64": b64(sealed)})


def erased_event(*, source: str, id: str, subject: str, streamseq: int, prevhash: str | None) -> bytes:
    """The value bytes of the control event that erases a stream (wire section 10)."""
    clear = _clear(source=source, id=id, type=ERASED, subject=subject, seq=streamseq, prevhash=prevhash)
    return compact({**clear, "data": {"stream": subject}})


def _clear(
    *, source: str, id: str, type: str, subject: str, seq: int, prevhash: str | None
) -> dict[str, Any]:
    if (seq == 1) != (prevhash is None):
        raise ValueError("the first event of a stream, and only it, has no prevhash")
    clear = {
        "specversion": "1.0",
        "id": id,
        "source": source,
        "type": type,
        "subject": subject,
        "streamseq": seq,
    }
    return clear if prevhash is None else {**clear, "prevhash": prevhash}


def open_sealed(data: bytes, key: bytes, aad: bytes, *, id: str, subject: str) -> bytes:
    """The inner JSON of a sealed event; raises BadCommit, BadTag or BadPadding, in this order."""
    k_event, commit = derive(key, id, subject)
    if not hmac.compare_digest(commit, data[1:33]):
        raise BadCommit("sealed under another key than the one held")
    try:
        padded = AESGCM(k_event).decrypt(data[33:45], data[45:], aad)
    except InvalidTag as fault:
        raise BadTag("does not open") from fault
    return unpad(padded)


def compact(document: dict[str, Any]) -> bytes:
    """JSON without blanks, in UTF-8."""
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()
