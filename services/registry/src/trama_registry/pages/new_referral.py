"""The form of a new referral: few fields, what the receiver will see, and on what ground it is shared."""

from collections.abc import Mapping
from typing import Annotated, Any

import trama_caseload as caseload
from fastapi import Query, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy.ext.asyncio import AsyncSession
from trama_caseload import preview_page
from trama_chassis import forms
from trama_chassis.bodies import Body, Date
from trama_chassis.database import Reading, Router, Transaction
from trama_chassis.errors import Refused
from trama_chassis.outbox import runtime_of
from trama_contracts.event import Member, Uuid

from trama_registry import commands, queries
from trama_registry.api.callers import Operator
from trama_registry.pages.draft import CONSENT, as_typed, put_aside
from trama_registry.pages.templates import templates
from trama_registry.schemas import BasisAsked, DraftView, GiveAuthorisation, SendReferral
from trama_registry.schemas.fields import Sentences

router = Router()


class NewReferral(Body):
    """A referral as the form asks for it."""

    to: Member
    reason: Sentences
    need: Sentences
    answer_by: Date | None = None
    ground: str
    supersedes: Uuid | None = None
    draft: Uuid | None = None
    documents: tuple[Uuid, ...] = ()


@router.get("/persone/{record}/segnala")
async def new_referral_page(
    request: Request,
    record: Uuid,
    session: Reading,
    _: Operator,
    sostituisce: Annotated[Uuid | None, Query()] = None,
    bozza: Annotated[Uuid | None, Query()] = None,
) -> Response:
    """The form to refer a person to another service; with `bozza`, as it was put aside."""
    draft = await _draft(session, record, bozza)
    values = await _values(session, record, draft.supersedes if draft else sostituisce)
    values["draft"] = draft
    shown = await preview_page.page(request, "segnala.html", values, templates=templates)
    usual = values["grounds"][0][0] if values["grounds"] else CONSENT
    return forms.filled(shown, request.url.path, as_typed(draft, usual)) if draft else shown


@router.post("/persone/{record}/segnala")
async def send_new_referral(request: Request, record: Uuid, session: Transaction, by: Operator) -> Response:
    """Send it, put it aside, or show what the receiver would see; or show the form again with why not."""
    sent_form = await request.form()
    typed: dict[str, object] = {name: text for name, text in sent_form.items() if name != "csrf_token"}
    typed["documents"] = sent_form.getlist("documents")
    version = str(typed.pop("version", ""))
    typed.pop(preview_page.ASKED, None)
    try:
        if typed.pop("bozza", None):
            await put_aside(session, record, typed, version, by)
            return RedirectResponse("/segnalazioni?scheda=bozze", 303)
        asked = forms.read(NewReferral, typed)
        sent = await commands.send_referral(session, record, await _request(session, record, asked))
        shown = await queries.preview(session, record) if await preview_page.is_asked(request) else None
    except Refused as refused:
        if refused.status == 404:
            raise
        if refused.field in ("authorisation", "recipients", "purpose", "notice_given_on"):
            refused.field = "ground"
        return await _again(request, session, record, typed, refused=refused)
    if shown is not None:
        return await _again(request, session, record, typed, preview=shown)
    return RedirectResponse(f"/segnalazioni/{sent.referral}", 303)


async def _again(
    request: Request,
    session: AsyncSession,
    record: str,
    typed: Mapping[str, object],
    **shown: Any,  # noqa: ANN401 - why not, or what would be seen
) -> Response:
    values = await _values(session, record, str(typed.get("supersedes") or "") or None)
    values["draft"] = await _draft(session, record, str(typed.get("draft") or ""))
    return await preview_page.page(request, "segnala.html", values, templates=templates, **shown)


async def _draft(session: AsyncSession, record: str, draft: str | None) -> DraftView | None:
    return await queries.draft_view(session, draft, record) if draft else None


async def _request(session: AsyncSession, record: str, asked: NewReferral) -> SendReferral:
    """The referral asked for; where the person consents now, their authorisation first."""
    authorisation = asked.ground
    if asked.ground == CONSENT:
        given = await commands.give_authorisation(session, record, _consent(session, asked.to))
        authorisation = given.authorisation
        await session.flush()
    return forms.read(SendReferral, asked.model_dump(exclude={"ground"}) | {"authorisation": authorisation})


def _consent(session: AsyncSession, to: str) -> GiveAuthorisation:
    runtime = runtime_of(session)
    members = runtime.directory.current.members
    own, other = members[caseload.own_member(session)], members.get(to)
    theirs = frozenset(other.purposes) if other else frozenset()
    purpose = queries.shared_purpose(frozenset(own.purposes), theirs) or "work-integration"
    return GiveAuthorisation(
        purpose=purpose,
        basis=BasisAsked(kind="consent"),
        circles=["care"],
        recipients=[to],
        notice_given_on=caseload.today(session),
    )


async def _values(session: AsyncSession, record: str, supersedes: str | None) -> dict[str, Any]:
    grounds = await queries.grounds_for_referring(session, record)
    names = queries.names_of(session)
    return {
        "person": await queries.person_view(session, record),
        "documents": await queries.documents_to_name(session, record),
        "receivers": await queries.receivers(session),
        "grounds": [
            (
                one.authorisation,
                ", ".join(
                    names(member) for member in one.recipients if member != caseload.own_member(session)
                ),
                one,
            )
            for one in grounds
        ],
        "replaced": await queries.sent_referral_view(session, supersedes) if supersedes else None,
        "name_of": names,
        "today": caseload.today(session),
        "consent": CONSENT,
    }
