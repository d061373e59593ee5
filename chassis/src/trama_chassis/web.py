"""How a page is written: templates in the shell, in the reader's language. It holds no business word."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from fastapi import Request
from jinja2 import ChoiceLoader, Environment, FileSystemLoader, PackageLoader, StrictUndefined, pass_context
from starlette.responses import HTMLResponse, Response

from trama_chassis import kept_forms, language
from trama_chassis.assets import asset
from trama_chassis.language import day
from trama_chassis.shell import Shell

__all__ = ["day", "environment", "error_of", "errors_of", "page", "wants_page"]
_SHELL = PackageLoader("trama_chassis", "templates")
_WORDS = Path(__file__).with_name("locale")


def environment(folder: Path | None = None) -> Environment:
    """A Jinja2 environment with the chassis' `shell.html` behind the service's own templates.

    The service's translations are in `locale/<language>.po` beside its templates' folder.
    """
    loaders = [FileSystemLoader(folder), _SHELL] if folder else [_SHELL]
    found = Environment(
        loader=ChoiceLoader(loaders),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    words = language.Words([folder.with_name("locale"), _WORDS] if folder else [_WORDS])
    found.install_gettext_callables(  # type: ignore[attr-defined]  # put there by the extension
        words.gettext, words.ngettext, newstyle=True
    )
    installed: Any = found.globals["gettext"]
    found.globals["gettext"] = pass_context(
        lambda context, text, **filled: installed(context, language.elided(text, filled), **filled)
    )
    found.filters.update(day=day, weekday=language.weekday, translated=words.label, named=language.Named)
    found.globals.update(errors_of=errors_of, error_of=error_of, asset=asset)
    return found


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
    caller = getattr(request.state, "caller", None)
    shell: Shell = getattr(request.app.state, "shell", None) or Shell() if "app" in request.scope else Shell()
    kept = kept_forms.asked_for(request)
    around = {
        "caller": caller,
        "csrf_token": session.csrf if session else "",
        "member": shell.member,
        "shell": {**shell.around(request, caller), "filled_in": kept is not None},
    }
    text = templates.get_template(template).render({**around, **values})
    return HTMLResponse(kept_forms.filled_in(text, kept) if kept else text, status, dict(headers or {}))
