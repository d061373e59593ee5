"""The projects led here, and the page of one: signatures, refusal, reviews."""

from collections.abc import Mapping
from typing import Annotated, Literal

import trama_caseload as caseload
from fastapi import Form, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy.ext.asyncio import AsyncSession
from trama_chassis import forms, web
from trama_chassis.bodies import Offset
from trama_chassis.database import Reading, Router, Transaction
from trama_chassis.errors import Refused
from trama_contracts.event import Uuid

from trama_evaluation import commands, queries
from trama_evaluation.api import Deciding, Operator
from trama_evaluation.models import HOST_SECTOR, OUTCOME_LABELS, REVIEW_LABELS, ROLE_LABELS, ProjectState
from trama_evaluation.pages.shell import templates
from trama_evaluation.schemas import HoldReview, RefuseProject, SetReview, SignProject

router = Router()
Act = Literal["rifiuto", "verifica", "verifica-fatta"]
FORMS: Mapping[Act, forms.Act] = {
    "rifiuto": forms.Act(RefuseProject, forms.unsigned(commands.refuse_project)),
    "verifica": forms.Act(SetReview, forms.unsigned(commands.set_review)),
    "verifica-fatta": forms.Act(HoldReview, forms.unsigned(commands.hold_review)),
}


@router.get("/progetti")
async def projects_page(request: Request, session: Reading, _: Operator, da: Offset = 0) -> Response:
    """The projects led here, the next review first."""
    found = await queries.projects(session, offset=da)
    values = {"found": found, "next": da + queries.PAGE if found.total > da + queries.PAGE else None}
    return web.page(request, "progetti.html", values, templates=templates)


@router.get("/progetti/{project}")
async def project_page(request: Request, project: Uuid, session: Reading, _: Operator) -> Response:
    """One project, with what can be done about it today."""
    return await _page(request, session, project)


async def _page(
    request: Request, session: AsyncSession, project: str, refused: Refused | None = None
) -> Response:
    view = await queries.project_view(session, project)
    follow = await queries.followers(session, view.record)
    known = caseload.directory(session)
    hosts = {member for member, entry in known.items() if entry.sector == HOST_SECTOR}
    values = {
        "project": view,
        "ProjectState": ProjectState,
        "signing": [(member, known[member].name) for member in sorted(follow) if member in known],
        "together": [(member, known[member].name) for member in sorted(follow | hosts) if member in known],
        "outcomes": OUTCOME_LABELS,
        "roles": {code: label for code, label in ROLE_LABELS.items() if code != "service"},
        "reasons": REVIEW_LABELS,
        "today": caseload.today(session),
    }
    return await forms.page(request, "progetto.html", values, templates=templates, refused=refused)


@router.post("/progetti/{project}/firma")
async def sign_page(
    request: Request,
    project: Uuid,
    session: Transaction,
    _: Deciding,
    *,
    signed_on: Annotated[str, Form()] = "",
    person: Annotated[str, Form()] = "",
    services: Annotated[list[str] | None, Form()] = None,
) -> Response:
    """Record the signatures, or show whose is missing."""
    signatories = [{"role": person}] if person else []
    signatories += [{"role": "service", "member": member} for member in services or ()]
    try:
        asked = forms.read(SignProject, {"signed_on": signed_on, "signatories": signatories})
        await commands.sign_project(session, project, asked)
    except Refused as refused:
        return await _page(request, session, project, refused)
    return RedirectResponse(f"/progetti/{project}", 303)


@router.post("/progetti/{project}/{act}")
async def act_on_project(
    request: Request, project: Uuid, act: Act, session: Transaction, by: Deciding
) -> Response:
    """Do what one of the other forms on the page of a project says, or show it again with why not."""
    refused = await forms.do(request, FORMS[act], session, project, by)
    if refused is not None:
        return await _page(request, session, project, refused)
    return RedirectResponse(f"/progetti/{project}", 303)
