"""The pages' own files: style sheets, fonts, pictures; their addresses change with their content."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path
from urllib.parse import parse_qs

from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

FOLDER = Path(__file__).with_name("static")
FOR_EVER = "public, max-age=31536000, immutable"
ASK_AGAIN = "no-cache"


@lru_cache
def version(name: str) -> str:
    """A short name of a file's content."""
    return hashlib.sha256((FOLDER / name).read_bytes()).hexdigest()[:12]


def asset(name: str) -> str:
    """The address of one of our files, which a browser may keep for ever."""
    return f"/static/{name}?v={version(name)}"


class Assets(StaticFiles):
    """Our files: kept for ever where the address names the content (fonts never change)."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """The file with how long it may be kept."""
        response = await super().get_response(path, scope)
        named = "v" in parse_qs(scope["query_string"].decode("latin-1")) or path.endswith(".woff2")
        response.headers["Cache-Control"] = FOR_EVER if named else ASK_AGAIN
        return response
