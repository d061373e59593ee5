"""The shell of every page: templates, the style sheet, who is signed in. It holds no business word."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from fastapi import Request
from jinja2 import ChoiceLoader, Environment, FileSystemLoader, PackageLoader, StrictUndefined
from starlette.responses import HTMLResponse, Response

_SHELL = PackageLoader("trama_chassis", "templates")
MONTHS = (
    *("gennaio", "febbraio", "marzo", "aprile", "maggio", "giugno"),
    *("luglio", "agosto", "settembre", "ottobre", "novembre", "dicembre"),
)


def environment(folder: Path | None = None) -> Environment:
    """A Jinja2 environment with the chassis' `shell.html` behind the service's own templates."""
    loaders = [FileSystemLoader(folder), _SHELL] if folder else [_SHELL]
    found = Environment(
        loader=ChoiceLoader(loaders),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    found.filters["day"] = day
    return found


def day(on: date) -> str:
    """A day as pages write it, also the templates' filter of that name: `1º aprile 2013`."""
    return f"{on.day}{'º' if on.day == 1 else ''} {MONTHS[on.month - 1]} {on.year}"


_OWN = environment()


def wants_page(request: Request) -> bool:
    """Whether a person's browser is asking, and not a program at the API."""
    return not request.url.path.startswith("/api/") and "text/html" in request.headers.get("accept", "")


def page(
    request: Request,
    template: str,
    values: Mapping[str, Any],
    *,
    templates: Environment = _OWN,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """Render a template that extends `shell.html`; `caller`, `csrf_token` and `member` are always there."""
    session = getattr(request.state, "session_token", None)
    shell = {
        "caller": getattr(request.state, "caller", None),
        "csrf_token": session.csrf if session else "",
        "member": getattr(request.app.state, "member", "") if "app" in request.scope else "",
    }
    text = templates.get_template(template).render({**shell, **values})
    return HTMLResponse(text, status, dict(headers or {}))
