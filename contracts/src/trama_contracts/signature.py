"""Ed25519 over topic, key, kid and the hash of the value (wire section 7), and which keys are sound."""

import hashlib
import re
from functools import lru_cache
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from trama_contracts.encoding import b64u, from_b64u, lengths, short_hash
from trama_contracts.errors import Malformed

SIGNATURE_HEADER: Final = "trama-signature"
CONTENT_TYPE_HEADER: Final = "content-type"
CLOUDEVENT: Final = b"application/cloudevents+json"
PLAIN_JSON: Final = b"application/json"

_ONE: Final = r"v1\.[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{86}"
_SIGNATURE: Final = re.compile(_ONE)
_SEVERAL: Final = re.compile(rf"{_ONE}(?:,{_ONE})+")
_GROUP_ORDER: Final = 2**252 + 27742317777372353535851937790883648493
_P: Final = 2**255 - 19
_D: Final = (-121665 * pow(121666, -1, _P)) % _P
_Y_OF_ORDER_EIGHT: Final = 2707385501144840649318225287225658788936804267575313519463743609750303402022
_SMALL_ORDER: Final = frozenset({0, 1, _P - 1, _Y_OF_ORDER_EIGHT, _P - _Y_OF_ORDER_EIGHT})


def raw_public(key: Ed25519PrivateKey | Ed25519PublicKey) -> bytes:
    """The 32 bytes of a public key."""
    public = key.public_key() if isinstance(key, Ed25519PrivateKey) else key
    return public.public_bytes_raw()


@lru_cache(maxsize=4096)
def kid_of(public: bytes) -> str:
    """The name of a public key: b64u of the first 16 bytes of its SHA-256."""
    return short_hash(public)


def signed_bytes(topic: str, key: bytes, kid: str, value: bytes) -> bytes:
    """What is signed: L("trama/v1/signature", topic, key, kid) || SHA-256(value)."""
    return lengths("trama/v1/signature", topic, key, kid) + hashlib.sha256(value).digest()


def signature_header(private: Ed25519PrivateKey, topic: str, key: bytes, kid: str, value: bytes) -> bytes:
    """The value of the header `trama-signature`: v1.kid.signature."""
    return f"v1.{kid}.{b64u(private.sign(signed_bytes(topic, key, kid, value)))}".encode()


def sign(private: Ed25519PrivateKey, topic: str, key: bytes, value: bytes) -> bytes:
    """The signature header, for who does not keep the kid beside the key."""
    return signature_header(private, topic, key, kid_of(raw_public(private)), value)


def headers_of(signature: bytes, content_type: bytes = CLOUDEVENT) -> tuple[tuple[str, bytes], ...]:
    """The two headers that every record has (wire section 4)."""
    return ((CONTENT_TYPE_HEADER, content_type), (SIGNATURE_HEADER, signature))


def the_headers(headers: tuple[tuple[str, bytes | None], ...], content_type: bytes) -> bytes:
    """The signature header of a record whose two headers are each there once; raises Malformed."""
    kinds = [value for name, value in headers if name == CONTENT_TYPE_HEADER]
    signatures = [value for name, value in headers if name == SIGNATURE_HEADER]
    if kinds != [content_type] or len(signatures) != 1 or signatures[0] is None:
        raise Malformed("a header is absent, repeated or of another form")
    return signatures[0]


def parse_signature(header: bytes) -> tuple[str, bytes]:
    """Kid and signature of a header with one signature; raises Malformed."""
    return _one(_text(header, _SIGNATURE))


def parse_signatures(header: bytes) -> tuple[tuple[str, bytes], ...]:
    """Kids and signatures of a directory record, at least two, in order; raises Malformed."""
    return tuple(_one(part) for part in _text(header, _SEVERAL).split(","))


def _text(header: bytes, form: re.Pattern[str]) -> str:
    text = header.decode("ascii", errors="replace")
    if form.fullmatch(text) is None:
        raise Malformed("the signature header has another form")
    return text


def _one(text: str) -> tuple[str, bytes]:
    _, kid, signature = text.split(".")
    from_b64u(kid)
    return kid, from_b64u(signature)


def verify(public: Ed25519PublicKey, signature: bytes, signed: bytes) -> bool:
    """Whether the signature is that of the key over the bytes, with S < L (RFC 8032)."""
    if int.from_bytes(signature[32:], "little") >= _GROUP_ORDER:
        return False
    try:
        public.verify(signature, signed)
    except InvalidSignature:
        return False
    return True


def is_sound(public: bytes) -> bool:
    """Whether a raw public key is a canonical point of the curve and not of small order (section 12)."""
    encoded = int.from_bytes(public, "little")
    y = encoded & (2**255 - 1)
    if len(public) != 32 or y >= _P or y in _SMALL_ORDER:
        return False
    x_squared = (y * y - 1) * pow(_D * y * y + 1, -1, _P) % _P
    return pow(x_squared, (_P - 1) // 2, _P) == 1
