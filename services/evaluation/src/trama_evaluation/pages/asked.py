"""What other members ask of us: our contribution, each part for whom it is, and where we must sit."""

from typing import Any

import trama_caseload as caseload
from fastapi import Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.datastructures import FormData
from trama_caseload import DraftPreviewView, preview_page
from trama_chassis import forms, web
from trama_chassis.database import Reading, Router, Transaction
from trama_chassis.errors import Refused
from trama_contracts.event import Member, Uuid

from trama_evaluation import commands, queries
from trama_evaluation.api import Operator
from trama_evaluation.errors import NotAsked
from trama_evaluation.models import (
    DISCIPLINE_LABELS,
    HEALTH_SECTOR,
    SOCIAL_SECTOR,
    STABILITY_LABELS,
    RequestCopy,
    instrument,
)
from trama_evaluation.pages.shell import preview_asked, templates
from trama_evaluation.schemas import Contribute

router = Router()
SCORE, HEALTH_SCORE = "voce:", "salute:"
SOCIAL = ("family", "housing", "economy")


@router.get("/valutazioni/richieste")
async def asked_page(request: Request, session: Reading, _: Operator) -> Response:
    """What we are asked to contribute to, what is due first on top."""
    values = {"asked": await queries.asked(session), "today": caseload.today(session)}
    return web.page(request, "richieste.html", values, templates=templates)


@router.get("/valutazioni/richieste/{member}/{evaluation}")
async def contribution_page(
    request: Request, member: Member, evaluation: Uuid, session: Reading, _: Operator
) -> Response:
    """Our part of one evaluation, as we last signed it."""
    asked = await _asked(session, member, evaluation)
    return await _page(request, session, asked, await _said_before(session, asked))


async def _asked(session: AsyncSession, member: str, evaluation: str) -> RequestCopy:
    asked = await queries.find_request(session, member, evaluation)
    if asked is None:
        raise NotAsked
    return asked


async def _said_before(session: AsyncSession, asked: RequestCopy) -> dict[str, Any]:
    """The form's fields with what we have contributed so far."""
    own_record = await queries.own_record_of(session, asked)
    if own_record is None:
        return {}
    part, health, social = await queries.own_contribution(session, asked, own_record)
    said: dict[str, Any] = {}
    if part is not None:
        said |= {f"{SCORE}{item}": str(score) for item, score in part.ratings.items()}
        said |= {"discipline": part.discipline, "note": part.note or "", "supports": part.supports}
    if health is not None:
        said |= {f"{HEALTH_SCORE}{item}": str(score) for item, score in health.ratings.items()}
        said |= {"stability": health.stability, "diagnosis": health.diagnosis}
    if social is not None:
        said |= {name: getattr(social, name) or "" for name in SOCIAL}
    return said


async def _page(
    request: Request,
    session: AsyncSession,
    asked: RequestCopy,
    said: dict[str, Any],
    refused: Refused | None = None,
    preview: DraftPreviewView | None = None,
) -> Response:
    sector = caseload.own_entry(session).sector
    values = {
        "asked": await queries.asked_view(session, asked),
        "said": said,
        "areas": instrument.PROFILE,
        "health": instrument.HEALTH if sector == HEALTH_SECTOR else None,
        "social": sector == SOCIAL_SECTOR,
        "scores": instrument.SCORE_LABELS,
        "supports": instrument.SUPPORTS,
        "disciplines": DISCIPLINE_LABELS,
        "stabilities": STABILITY_LABELS,
        "version": instrument.VERSION,
    }
    return await preview_page.page(
        request, "contributo.html", values, templates=templates, refused=refused, preview=preview
    )


@router.post("/valutazioni/richieste/{member}/{evaluation}")
async def contribute_page(
    request: Request, member: Member, evaluation: Uuid, session: Transaction, _: Operator
) -> Response:
    """Sign our part, or show what others would read of it, or why not, with everything that was written."""
    form = await request.form()
    try:
        contribution = forms.read(Contribute, _contribution(form))
        made = await commands.submit_contribution(session, member, evaluation, contribution)
        shown = await preview_asked(request, session, made.own_record)
    except Refused as refused:
        asked = await _asked(session, member, evaluation)
        return await _page(request, session, asked, await _said_before(session, asked), refused)
    if shown is not None:
        asked = await _asked(session, member, evaluation)
        return await _page(request, session, asked, await _said_before(session, asked), preview=shown)
    return RedirectResponse("/valutazioni/richieste", 303)


def _contribution(form: FormData) -> dict[str, object]:
    said: dict[str, object] = {
        "discipline": form.get("discipline"),
        "note": form.get("note"),
        "supports": form.getlist("supports"),
        "ratings": _ratings(form, SCORE),
    }
    if form.get("stability") or form.get("diagnosis") or _ratings(form, HEALTH_SCORE):
        health = {name: form.get(name) for name in ("stability", "diagnosis") if form.get(name)}
        said["health"] = {**health, "ratings": _ratings(form, HEALTH_SCORE)}
    social = {name: form.get(name) for name in SOCIAL if form.get(name)}
    if social:
        said["social"] = social
    return said


def _ratings(form: FormData, prefix: str) -> list[dict[str, Any]]:
    """The items that were rated; an item left blank is not said."""
    return [
        {"item": name.removeprefix(prefix), "score": forms.number(value)}
        for name, value in form.items()
        if name.startswith(prefix) and isinstance(value, str) and value
    ]


@router.get("/incontri")
async def invitations_page(request: Request, session: Reading, _: Operator) -> Response:
    """The sessions at which this member must sit without following the person."""
    today = caseload.today(session)
    values = {
        "invitations": await queries.invitations(session),
        "units": await queries.planning_units(session, today),
        "today": today,
        "roles": DISCIPLINE_LABELS,
    }
    return web.page(request, "incontri.html", values, templates=templates)
