"""This service's secrets: signing key and key-encryption key from files, every other key sealed by this.

A copy of the database without the files opens nothing.
"""

import os
import stat
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from trama_contracts.signature import kid_of

KEK = "kek"
SIGNING = "signing.key"


class KeyFileUnusable(Exception):
    """A key file is missing, of the wrong length, or readable by others. The message says what to do."""


class KeystoreDamaged(Exception):
    """A sealed key does not open: wrong key file for this database, or a damaged row."""


def create_secrets(directory: Path) -> None:
    """Draw the key files of one service, once; existing ones are kept."""
    directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    for name in (KEK, SIGNING):
        path = directory / name
        if not path.exists():
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(os.urandom(32))


def read_key_file(path: Path) -> bytes:
    """Read 32 bytes that only the owner may read.

    Raises KeyFileUnusable.
    """
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
        raw = path.read_bytes()
    except OSError as error:
        raise KeyFileUnusable(f"{path.name}: cannot be read ({error.strerror})") from error
    if mode & 0o077:
        raise KeyFileUnusable(f"{path.name}: others can read it (mode {mode:o}); run: chmod 600 {path.name}")
    if len(raw) != 32:
        raise KeyFileUnusable(f"{path.name}: {len(raw)} bytes, 32 expected")
    return raw


@dataclass(frozen=True, slots=True)
class SigningKey:
    """The Ed25519 key this service signs with."""

    private: Ed25519PrivateKey
    public: bytes
    kid: str


class Keystore:
    """Seals and opens keys at rest (AES-256-GCM under the key-encryption key) and holds the signing key."""

    def __init__(self, secrets_dir: Path) -> None:
        self._kek = AESGCM(read_key_file(secrets_dir / KEK))
        private = Ed25519PrivateKey.from_private_bytes(read_key_file(secrets_dir / SIGNING))
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
