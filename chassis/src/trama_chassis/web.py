"""The shell of every page: templates, the style sheet, who is signed in. It holds no business word."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from fastapi import Request
from jinja2 import ChoiceLoader, Environment, FileSystemLoader, PackageLoader, StrictUndefined
from starlette.responses import HTMLResponse, Response

from trama_chassis import language

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
        extensions=["jinja2.ext.i18n"],
    )
    found.install_gettext_callables(  # type: ignore[attr-defined]  # put there by the extension
        language.gettext, language.ngettext, newstyle=True
    )
    found.filters["day"] = day
    found.globals.update(errors_of=errors_of, error_of=error_of)
    return found


def day(on: date) -> str:
    """A day as pages write it, also the templates' filter of that name: `1º aprile 2013`."""
    return f"{on.day}{'º' if on.day == 1 else ''} {MONTHS[on.month - 1]} {on.year}"


def errors_of(found: Any) -> list[dict[str, str]]:  # noqa: ANN401 - a refusal, a list of errors, or nothing
    """What the summary on top of a form lists: each message, and the field it leads to, if any."""
    if not found:
        return []
    if isinstance(found, Exception):
        return [{"field": getattr(found, "field", None) or "", "message": getattr(found, "detail", "")}]
    return [{"field": one.get("field", ""), "message": one["message"]} for one in found]


def error_of(found: Any, field: str) -> str:  # noqa: ANN401 - as above
    """The message beside one field of a form, or nothing."""
    return next((one["message"] for one in errors_of(found) if one["field"] == field), "")


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
