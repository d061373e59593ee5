"""The preview of a form: what each recipient will see, in the page of the form or, for scripts, alone."""

from collections.abc import Mapping
from typing import Any

from fastapi import Request, Response
from jinja2 import Environment
from trama_chassis import forms, web
from trama_chassis.errors import Refused

from trama_caseload.foreseen import DraftPreviewView

ASKED = "anteprima"
"""The name of the button that asks for a preview."""


async def is_asked(request: Request) -> bool:
    """Whether the form was sent to see what each recipient will see, and not to be sent on."""
    return bool((await request.form()).get(ASKED))


async def page(
    request: Request,
    template: str,
    values: Mapping[str, Any],
    *,
    templates: Environment,
    refused: Refused | None = None,
    preview: DraftPreviewView | None = None,
) -> Response:
    """The page of a form with its preview, as it was typed; for scripts the preview alone, or why not."""
    asked = request.method == "POST" and await is_asked(request)
    if asked and "hx-request" in request.headers:
        wrong = refused.errors if isinstance(refused, forms.Uncorrected) else web.errors_of(refused)
        part = {"part": True, "refused": wrong, "preview": preview}
        return web.page(request, "anteprima.html", part, templates=templates)
    shown = await forms.page(
        request, template, {**values, "preview": preview}, templates=templates, refused=refused
    )
    if preview is None:
        return shown
    sent = (await request.form()).multi_items()
    typed = [(name, value) for name, value in sent if isinstance(value, str)]
    return forms.filled(shown, request.url.path, typed)
