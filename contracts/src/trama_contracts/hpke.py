"""Messages sealed to one recipient with HPKE (wire section 11): keys, seal, open."""

import hashlib
import os
from functools import lru_cache
from typing import Final, Literal, Self, TypeAlias

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey, MLKEM768PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import (
    AEAD,
    KDF,
    KEM,
    MLKEM768X25519PrivateKey,
    MLKEM768X25519PublicKey,
    Suite,
)

from trama_contracts.encoding import b64, lengths, short_hash
from trama_contracts.errors import BadTag, UnusableKey
from trama_contracts.names import MESSAGE
from trama_contracts.padding import pad
from trama_contracts.sealing import compact

SuiteName: TypeAlias = Literal["xwing-v1", "x25519-v1"]

XWING: Final = "xwing-v1"
X25519: Final = "x25519-v1"
ENC_LENGTH: Final[dict[str, int]] = {XWING: 1120, X25519: 32}
PUBLIC_LENGTH: Final[dict[str, int]] = {XWING: 1216, X25519: 32}

_Private: TypeAlias = MLKEM768X25519PrivateKey | X25519PrivateKey

_SUITES: Final = {
    XWING: Suite(KEM.MLKEM768_X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM),
    X25519: Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM),
}


def new_seed() -> bytes:
    """A private key of either suite: 32 bytes from the system's generator."""
    return os.urandom(32)


def hpkekey_of(public: bytes) -> str:
    """The name of an HPKE public key: b64u of the first 16 bytes of its SHA-256."""
    return short_hash(public)


class HpkePrivateKey:
    """A recipient's private key. Never printed, never serialised: keep the seed instead."""

    __slots__ = ("_private", "hpkekey", "public", "suite")

    def __init__(self, private: _Private, public: bytes, suite: SuiteName) -> None:
        self._private = private
        self.public = public
        self.suite: SuiteName = suite
        self.hpkekey = hpkekey_of(public)

    @classmethod
    def from_seed(cls, seed: bytes, suite: SuiteName = "xwing-v1") -> Self:
        """The key of a 32-byte seed: X-Wing's SHAKE256 expansion, or the X25519 scalar as it stands."""
        if len(seed) != 32:
            raise ValueError("a seed has 32 bytes")
        if suite == X25519:
            scalar = X25519PrivateKey.from_private_bytes(seed)
            return cls(scalar, scalar.public_key().public_bytes_raw(), suite)
        expanded = hashlib.shake_256(seed).digest(96)
        kem = MLKEM768PrivateKey.from_seed_bytes(expanded[:64])
        scalar = X25519PrivateKey.from_private_bytes(expanded[64:])
        public = kem.public_key().public_bytes_raw() + scalar.public_key().public_bytes_raw()
        return cls(MLKEM768X25519PrivateKey(kem, scalar), public, suite)

    def open(self, sealed: bytes, info: bytes) -> bytes:
        """The padded plaintext; raises BadTag."""
        try:
            return _SUITES[self.suite].decrypt(sealed, self._private, info=info)
        except InvalidTag as fault:
            raise BadTag("does not open") from fault

    def __repr__(self) -> str:
        return f"HpkePrivateKey({self.suite}, {self.hpkekey})"


@lru_cache(maxsize=1024)
def _public_key(raw: bytes, suite: SuiteName) -> MLKEM768X25519PublicKey | X25519PublicKey:
    if len(raw) != PUBLIC_LENGTH[suite]:
        raise ValueError("a public key of another length")
    scalar = X25519PublicKey.from_public_bytes(raw[-32:])
    if suite == X25519:
        return scalar
    return MLKEM768X25519PublicKey(MLKEM768PublicKey.from_public_bytes(raw[:-32]), scalar)


def message_info(*, topic: str, source: str, id: str, recipient: str, hpkekey: str) -> bytes:
    """info: everything in clear, so that none of it can be exchanged."""
    return lengths("trama/v1/message", topic, source, id, recipient, hpkekey)


def seal_message(
    *,
    recipient_public: bytes,
    suite: SuiteName,
    topic: str,
    source: str,
    id: str,
    recipient: str,
    inner: bytes,
) -> bytes:
    """The value bytes of a message to the owner of a mailbox; raises TooLarge or UnusableKey.

    `recipient` is the principal that owns `topic`. Not deterministic: HPKE draws its own randomness.
    """
    hpkekey = hpkekey_of(recipient_public)
    info = message_info(topic=topic, source=source, id=id, recipient=recipient, hpkekey=hpkekey)
    return message_value(
        source=source,
        id=id,
        recipient=recipient,
        hpkekey=hpkekey,
        sealed=seal_to(recipient_public, suite, pad(inner), info),
    )


def seal_to(public: bytes, suite: SuiteName, padded: bytes, info: bytes) -> bytes:
    """enc || ct for the owner of that public key; raises UnusableKey."""
    try:
        return _SUITES[suite].encrypt(padded, _public_key(public, suite), info=info)
    except ValueError as fault:
        raise UnusableKey("nothing can be sealed to this public key") from fault


def message_value(*, source: str, id: str, recipient: str, hpkekey: str, sealed: bytes) -> bytes:
    """The value bytes of a message whose content is already sealed."""
    return compact(
        {
            "specversion": "1.0",
            "id": id,
            "source": source,
            "type": MESSAGE,
            "recipient": recipient,
            "hpkekey": hpkekey,
            "data_base64": b64(sealed),
        }
    )
