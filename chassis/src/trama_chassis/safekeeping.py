"""Whether what a service keeps secret is secret: asked at start, and outside the demo refused where not.

Demonstration passwords, tokens and keys are known to whoever has read this program; a file that others on the
machine can read is a secret no more. Every refusal says the command that mends it.
"""

from __future__ import annotations

import hashlib
import hmac
import os
from collections.abc import Iterable
from itertools import pairwise
from pathlib import Path
from typing import Final

from trama_chassis.settings import SecretUnsafe

DEMO_PASSWORD: Final = "demo-"  # noqa: S105 - how published passwords begin
DEMO_TOKEN: Final = "demo-token-"  # noqa: S105 - how published tokens begin
DEMO_MARK: Final = "DIMOSTRAZIONE"
"""The file that provisioning leaves beside keys drawn for a demonstration."""
KEY_BYTES: Final = 32


def is_demo_password(password: str) -> bool:
    """Whether this is one of the passwords that the demonstration prints."""
    return password.lower().startswith(DEMO_PASSWORD)


def is_demo_token(digest: str | None, login: str) -> bool:
    """Whether an account's token is the one that the demonstration gives to this name."""
    published = hashlib.sha256(f"{DEMO_TOKEN}{login}".encode()).hexdigest()
    return digest is not None and hmac.compare_digest(digest, published)


def refuse_readable_by_others(path: Path) -> None:
    """Refuse a file, or the folder it is in, that others can read or change. Raises SecretUnsafe."""
    for one, forbidden, mode in ((path, 0o077, "600"), (path.parent, 0o022, "go-w")):
        found = one.stat()
        if found.st_mode & forbidden:
            raise SecretUnsafe(f"{one}: readable or writable by others; mend it with: chmod {mode} {one}")
        if found.st_uid not in (os.geteuid(), 0):
            raise SecretUnsafe(f"{one}: belongs to another user; mend it with: chown {os.geteuid()} {one}")


def refuse_published_key(path: Path, key: bytes) -> None:
    """Refuse a key that was drawn for a demonstration, or that nobody drew. Raises SecretUnsafe."""
    if (path.parent / DEMO_MARK).exists():
        raise SecretUnsafe(
            f"{path}: a key of the demonstration; outside it draw new ones: delete the folder "
            f"{path.parent} and run «trama network apply»"
        )
    steps = {(after - before) % 256 for before, after in pairwise(key)}
    if len(key) == KEY_BYTES and (len(steps) == 1 or key.isascii()):
        draw = f"head -c {KEY_BYTES} /dev/urandom > {path}"
        raise SecretUnsafe(f"{path}: not a random key; draw it with: {draw}")


def refuse_unsafe(secrets: Iterable[Path], private: Iterable[Path]) -> None:
    """What a service asks before it starts outside the demo: its keys, and its files. Raises SecretUnsafe."""
    for path in secrets:
        refuse_readable_by_others(path)
        refuse_published_key(path, path.read_bytes())
    for path in private:
        if path.exists():
            refuse_readable_by_others(path)
