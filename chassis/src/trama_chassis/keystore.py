"""This service's secrets: signing key and key-encryption key from files, every other key sealed by this.

A copy of the database without the files opens nothing.
"""

import os
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from trama_contracts.signature import kid_of

from trama_chassis.settings import SecretUnsafe, read_secret

KEK = "kek"
SIGNING = "signing.key"
KEY_BYTES = 32


class KeystoreDamaged(Exception):
    """A sealed key does not open: wrong key file for this database, or a damaged row."""


def key_from(path: Path) -> bytes:
    """The 32 bytes of a key file that only its owner may read.

    Raises SecretUnsafe.
    """
    raw = read_secret(path)
    if len(raw) != KEY_BYTES:
        raise SecretUnsafe(f"{path}: {len(raw)} bytes where a key has {KEY_BYTES}")
    return raw


@dataclass(frozen=True, slots=True)
class SigningKey:
    """The Ed25519 key this service signs with."""

    private: Ed25519PrivateKey
    public: bytes
    kid: str


class Keystore:
    """Seals and opens keys at rest (AES-256-GCM under the key-encryption key) and holds the signing key."""

    def __init__(self, secrets_dir: Path, kek: str = KEK) -> None:
        self._kek = AESGCM(key_from(secrets_dir / kek))
        private = Ed25519PrivateKey.from_private_bytes(key_from(secrets_dir / SIGNING))
        public = private.public_key().public_bytes_raw()
        self.signing = SigningKey(private, public, kid_of(public))

    def seal(self, key: bytes, context: str) -> bytes:
        """Seal a key for storage; `context` (a stream, a key id) must be given again to open it."""
        nonce = os.urandom(12)
        return nonce + self._kek.encrypt(nonce, key, context.encode())

    def open(self, sealed: bytes, context: str) -> bytes:
        """Open a sealed key.

        Raises KeystoreDamaged.
        """
        try:
            return self._kek.decrypt(sealed[:12], sealed[12:], context.encode())
        except InvalidTag as error:
            raise KeystoreDamaged(
                "a stored key does not open: is `kek` the file made with this database?"
            ) from error
