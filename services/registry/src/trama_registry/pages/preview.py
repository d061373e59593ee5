"""The preview of a form: what each recipient will see, in the page of the form or, for scripts, alone."""

from collections.abc import Mapping
from typing import Any

from fastapi import Request, Response
from sqlalchemy.ext.asyncio import AsyncSession
from trama_caseload import DraftPreviewView
from trama_chassis import forms, web
from trama_chassis.errors import Refused

from trama_registry import queries
from trama_registry.pages.templates import templates

ASKED = "anteprima"
"""The name of the button that asks for a preview."""


async def is_asked(request: Request) -> bool:
    """Whether the form was sent to see what each recipient will see, and not to be sent on."""
    return bool((await request.form()).get(ASKED))


async def preview(request: Request, session: AsyncSession, record: str) -> DraftPreviewView | None:
    """Of what this request has collected, if that is what is asked; nothing of it is sent then."""
    return await queries.preview(session, record) if await is_asked(request) else None


async def page(
    request: Request,
    template: str,
    values: Mapping[str, Any],
    *,
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
