"""What a name looks like in bytes: every form in which it may lie in a file, and a search for all of them."""

import base64
import json
from collections.abc import Iterable, Iterator
from html import escape
from pathlib import Path
from urllib.parse import quote


def guises(secret: str) -> Iterator[bytes]:
    """The forms in which a text may stand in a file: encodings, escapes, and base64 wherever it may begin."""
    for text in {secret, secret.upper(), secret.lower()}:
        for encoding in ("utf-8", "utf-16-le", "utf-16-be", "latin-1", "cp1252"):
            try:
                raw = text.encode(encoding)
            except UnicodeEncodeError:
                continue
            yield raw
            yield from in_base64(raw)
        yield json.dumps(text)[1:-1].encode()
        yield quote(text).encode()
        yield escape(text).encode()
        yield text.encode().hex().encode()


def in_base64(raw: bytes) -> Iterator[bytes]:
    """The characters of base64 that depend on nothing but these bytes, for each place they may begin at."""
    for before in range(3):
        encoded = base64.b64encode(bytes(before) + raw)
        whole = len(encoded) if (before + len(raw)) % 3 == 0 else len(encoded) - 4
        sure = encoded[(0, 2, 3)[before] : whole]
        yield sure
        yield sure.translate(bytes.maketrans(b"+/", b"-_"))


def found(secrets: Iterable[str], places: Iterable[tuple[str, bytes]]) -> set[str]:
    """Which of these texts stand somewhere, in whatever guise, and where."""
    # Shorter ones stand in random bytes by chance.
    needles = [(secret, needle) for secret in secrets for needle in set(guises(secret)) if len(needle) >= 8]
    return {
        f"{secret} in {name}" for name, content in places for secret, needle in needles if needle in content
    }


def everything_in(folder: Path) -> list[tuple[str, bytes]]:
    """Every file below a folder: names and bytes (a name is searched too) without the room still to fill."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    return [(str(path.relative_to(folder)), str(path).encode() + b"\n" + _bytes_of(path)) for path in files]


def _bytes_of(path: Path) -> bytes:
    try:
        return path.read_bytes().rstrip(b"\0")  # the broker makes its index files large before it fills them
    except FileNotFoundError:
        return b""  # removed meanwhile, by who is alive
