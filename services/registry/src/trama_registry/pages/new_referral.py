"""The form of a new referral: few fields, what the receiver will see, and on what ground it is shared."""

from typing import Annotated, Any

from fastapi import Query, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy.ext.asyncio import AsyncSession
from trama_chassis import forms
from trama_chassis.bodies import Body, Date
from trama_chassis.database import Reading, Router, Transaction
from trama_chassis.errors import Refused
from trama_chassis.outbox import runtime_of
from trama_contracts.event import Member, Uuid

from trama_registry import commands, queries
from trama_registry.api.callers import Operator
from trama_registry.pages.templates import templates
from trama_registry.schemas import BasisAsked, GiveAuthorisation, SendReferral
from trama_registry.schemas.fields import Sentences

router = Router()
CONSENT = "consenso"
"""What is chosen where the person consents now, and was given the privacy notice."""


class NewReferral(Body):
    """A referral as the form asks for it."""

    to: Member
    reason: Sentences
    need: Sentences
    answer_by: Date | None = None
    ground: str
    supersedes: Uuid | None = None
    documents: tuple[Uuid, ...] = ()


@router.get("/persone/{record}/segnala")
async def new_referral_page(
    request: Request,
    record: Uuid,
    session: Reading,
    _: Operator,
    sostituisce: Annotated[Uuid | None, Query()] = None,
) -> Response:
    """The form to refer a person to another service."""
    values = await _values(session, record, sostituisce)
    return await forms.page(request, "segnala.html", values, templates=templates)


@router.post("/persone/{record}/segnala")
async def send_new_referral(request: Request, record: Uuid, session: Transaction, _: Operator) -> Response:
    """Send it, or show the form again with why not."""
    sent_form = await request.form()
    typed: dict[str, object] = {name: text for name, text in sent_form.items() if name != "csrf_token"}
    typed["documents"] = sent_form.getlist("documents")
    try:
        asked = forms.read(NewReferral, typed)
        sent = await commands.send_referral(session, record, await _request(session, record, asked))
    except Refused as refused:
        if refused.status == 404:
            raise
        if refused.field in ("authorisation", "recipients", "purpose", "notice_given_on"):
            refused.field = "ground"
        values = await _values(session, record, str(typed.get("supersedes") or "") or None)
        return await forms.page(request, "segnala.html", values, templates=templates, refused=refused)
    return RedirectResponse(f"/segnalazioni/{sent.referral}", 303)


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
    own, other = members[runtime.settings.member], members.get(to)
    theirs = frozenset(other.purposes) if other else frozenset()
    purpose = queries.shared_purpose(frozenset(own.purposes), theirs) or "work-integration"
    return GiveAuthorisation(
        purpose=purpose,
        basis=BasisAsked(kind="consent"),
        circles=["care"],
        recipients=[to],
        notice_given_on=runtime.clock.today(),
    )


async def _values(session: AsyncSession, record: str, supersedes: str | None) -> dict[str, Any]:
    runtime = runtime_of(session)
    grounds = await queries.grounds_for_referring(session, record)
    names = queries.names_of(runtime.directory.current)
    return {
        "person": await queries.person_view(session, record),
        "documents": await queries.documents_to_name(session, record),
        "receivers": await queries.receivers(session),
        "grounds": [
            (
                one.authorisation,
                ", ".join(names(member) for member in one.recipients if member != runtime.settings.member),
                one,
            )
            for one in grounds
        ],
        "replaced": await queries.sent_referral_view(session, supersedes) if supersedes else None,
        "name_of": names,
        "today": runtime.clock.today(),
        "consent": CONSENT,
    }
