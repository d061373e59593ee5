"""Byte layouts and strict base64 (wire section 1). Decoders accept exactly one text for given bytes."""

import binascii
import hashlib
from typing import Final

from trama_contracts.errors import Malformed

HASH_LENGTH: Final = 43
"""Characters of b64u(SHA-256(..))."""
KID_LENGTH: Final = 22
"""Characters of b64u of 16 bytes: kid and hpkekey."""

_TO_STANDARD: Final = bytes.maketrans(b"-_", b"+/")
_TO_URL: Final = bytes.maketrans(b"+/", b"-_")


def lp(part: bytes) -> bytes:
    """lp(x): the length in four bytes, then x."""
    return len(part).to_bytes(4, "big") + part


def lengths(*parts: str | int | bytes) -> bytes:
    """L(a, b, ..): each part with its length before it; text as UTF-8, integers in ASCII decimal."""
    return b"".join([lp(part if isinstance(part, bytes) else str(part).encode()) for part in parts])


def b64(raw: bytes) -> str:
    """Base64 with padding (RFC 4648 section 4)."""
    return binascii.b2a_base64(raw, newline=False).decode()


def b64u(raw: bytes) -> str:
    """Base64url without padding (RFC 4648 section 5)."""
    return binascii.b2a_base64(raw, newline=False).translate(_TO_URL, b"=").decode()


def from_b64(text: str) -> bytes:
    """Decode base64 with padding; raises Malformed unless encoding again gives the same text."""
    try:
        raw = binascii.a2b_base64(text)
    except ValueError as fault:
        raise Malformed("not base64") from fault
    if b64(raw) != text:
        raise Malformed("base64 in another form than the one allowed")
    return raw


def from_b64u(text: str) -> bytes:
    """Decode base64url without padding; raises Malformed unless encoding again gives the same text."""
    try:
        raw = binascii.a2b_base64(text.encode().translate(_TO_STANDARD) + b"=" * (-len(text) % 4))
    except ValueError as fault:
        raise Malformed("not base64url") from fault
    if b64u(raw) != text:
        raise Malformed("base64url in another form than the one allowed")
    return raw


def short_hash(raw: bytes) -> str:
    """b64u of the first 16 bytes of SHA-256: how a kid and an hpkekey are made."""
    return b64u(hashlib.sha256(raw).digest()[:16])


def full_hash(raw: bytes) -> str:
    """b64u(SHA-256(bytes)): how values are chained and listed."""
    return b64u(hashlib.sha256(raw).digest())
