"""Whether what a service keeps secret is secret: asked at start, and outside the demo refused where not.

Demonstration passwords, tokens and keys are known to whoever has read this program; a file that others on the
machine can read is a secret no more. Every refusal says the command that mends it.
"""

from __future__ import annotations

import fcntl
import hashlib
import hmac
import os
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import Final

from trama_chassis.errors import Refused
from trama_chassis.settings import SecretUnsafe, ServiceSettings

DEMO_PASSWORD: Final = "demo-"  # noqa: S105 - how published passwords begin
DEMO_TOKEN: Final = "demo-token-"  # noqa: S105 - how published tokens begin
SHORTEST_PASSWORD: Final = 12
DEMO_MARK: Final = "DIMOSTRAZIONE"
"""The file that provisioning leaves beside keys drawn for a demonstration."""
KEY_BYTES: Final = 32
KEYS: Final = ("kek", "signing.key")
SECRET_ENDINGS: Final = frozenset({".key", ".password", ".secret"})


def is_demo_password(password: str) -> bool:
    """Whether this is one of the passwords that the demonstration prints."""
    return password.lower().startswith(DEMO_PASSWORD)


class WeakPassword(Refused):
    """A password that is short, says the name, or was published."""

    status = 422
    code = "weak-password"
    field = "new_password"


def refuse_weak(login: str, password: str) -> None:
    """Refuse a new password that others may guess or know. Raises WeakPassword."""
    if len(password) < SHORTEST_PASSWORD:
        raise WeakPassword(
            "La password è corta: servono almeno %(count)s caratteri.", count=SHORTEST_PASSWORD
        )
    if login.casefold() in password.casefold():
        raise WeakPassword("La password contiene il nome utente: sceglietene un'altra.")
    if is_demo_password(password):
        raise WeakPassword("Questa è una password delle dimostrazioni: sceglietene un'altra.")


def is_demo_token(digest: str | None, login: str) -> bool:
    """Whether an account's token is the one that the demonstration gives to this name."""
    published = hashlib.sha256(f"{DEMO_TOKEN}{login}".encode()).hexdigest()
    return digest is not None and hmac.compare_digest(digest, published)


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Whoever changes a file of this folder waits for the others who do."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def write_private(path: Path, content: str | bytes) -> None:
    """Write a file that only its owner can read, whole or not at all, and flushed to the disk."""
    written = content.encode() if isinstance(content, str) else content
    path.parent.mkdir(parents=True, exist_ok=True)
    incoming = path.with_name(path.name + ".incoming")
    incoming.unlink(missing_ok=True)
    with os.fdopen(os.open(incoming, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as handle:
        handle.write(written)
        handle.flush()
        os.fsync(handle.fileno())
    incoming.replace(path)


def refuse_readable_by_others(path: Path) -> None:
    """Refuse a file, or the folder it is in, that others can read or change. Raises SecretUnsafe."""
    for one, forbidden, mode in ((path, 0o077, "600"), (path.parent, 0o022, "go-w")):
        found = one.stat()
        if found.st_mode & forbidden:
            raise SecretUnsafe(f"{one}: readable or writable by others; mend it with: chmod {mode} {one}")
        if found.st_uid not in (os.geteuid(), 0):
            raise SecretUnsafe(f"{one}: belongs to another user; mend it with: chown {os.geteuid()} {one}")


def refuse_published_key(path: Path) -> None:
    """Refuse a key that was drawn for a demonstration, or that nobody drew. Raises SecretUnsafe."""
    if (path.parent / DEMO_MARK).exists():
        raise SecretUnsafe(
            f"{path}: a key drawn for a demonstration. Outside it, begin in a new state directory: "
            "its keys are drawn there, and no data of the demonstration are in it"
        )
    key = path.read_bytes()
    if len({(after - before) % 256 for before, after in pairwise(key)}) <= 1 or key.isascii():
        draw = f"head -c {KEY_BYTES} /dev/urandom > {path}"
        raise SecretUnsafe(f"{path}: not a random key; draw one with: {draw}")


def refuse_unsafe(settings: ServiceSettings) -> None:
    """What a service asks before it starts outside the demo. Raises SecretUnsafe."""
    keys = [settings.secrets_dir / name for name in KEYS]
    keys += [settings.reporting_key_file] if settings.reporting_key_file else []
    for key in keys:
        if key.exists():  # that it is there is asked by who reads it
            refuse_readable_by_others(key)
            refuse_published_key(key)
    for path in _kept(settings):
        if path.is_file():
            refuse_readable_by_others(path)


def _kept(settings: ServiceSettings) -> Iterator[Path]:
    """What lies in clear, or opens something: accounts, sessions, the database, what SQLite has beside it."""
    accounts = settings.accounts_file
    yield from (accounts, accounts.with_name("session.key"), accounts.with_name("sessions.db"))
    scheme, _, path = settings.database_url.partition("://")
    if scheme == "sqlite":
        yield from (Path(path[1:] + ending) for ending in ("", "-wal", "-shm"))
    yield from sorted(one for one in settings.secrets_dir.glob("*") if one.suffix in SECRET_ENDINGS)
