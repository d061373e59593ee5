"""Pages of referrals: those received and sent, and one with all that can be done about it."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

import trama_caseload as caseload
from fastapi import Query, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy.ext.asyncio import AsyncSession
from trama_chassis import forms, web
from trama_chassis.database import Reading, Router, Transaction
from trama_contracts.event import Uuid

from trama_registry import commands, queries
from trama_registry.api.acts import NOTE_PROTOCOL, RECEIVER_ACTS, SENDER_ACTS
from trama_registry.api.callers import Operator
from trama_registry.pages.templates import templates

router = Router()
Tab = Literal["ricevute", "inviate", "bozze"]
Path = Literal[
    "accettazione",
    "domanda",
    "rifiuto",
    "riesame",
    "avvio",
    "conclusione",
    "rinuncia",
    "riapertura",
    "risposta",
    "sollecito",
    "nuovo-invio",
    "ritiro",
    "risposta-su-carta",
    "protocollo",
]


FORMS: Mapping[Path, forms.Act] = {
    "accettazione": RECEIVER_ACTS["accept"],
    "domanda": RECEIVER_ACTS["question"],
    "rifiuto": RECEIVER_ACTS["decline"],
    "riesame": RECEIVER_ACTS["reconsider"],
    "avvio": RECEIVER_ACTS["start"],
    "conclusione": RECEIVER_ACTS["complete"],
    "rinuncia": RECEIVER_ACTS["fail"],
    "riapertura": RECEIVER_ACTS["reopen"],
    "risposta": SENDER_ACTS["explain"],
    "sollecito": SENDER_ACTS["remind"],
    "nuovo-invio": SENDER_ACTS["renew"],
    "ritiro": SENDER_ACTS["withdraw"],
    "risposta-su-carta": SENDER_ACTS["note"],
    "protocollo": NOTE_PROTOCOL,
}
"""What each form on the page of a referral does."""


@router.get("/segnalazioni")
async def referrals_page(
    request: Request, session: Reading, by: Operator, scheda: Annotated[Tab, Query()] = "ricevute"
) -> Response:
    """Referrals received, or sent: first those that wait, by their term."""
    supervises = "supervisor" in by.roles
    values = {
        "tab": scheda,
        "received": await queries.received_by_urgency(session) if scheda == "ricevute" else [],
        "sent": await queries.sent_by_urgency(session) if scheda == "inviate" else [],
        "drafts": await queries.drafts(session) if scheda == "bozze" else [],
        "waiting": await queries.referrals_to_answer(session),
        "overdue": await queries.overdue_referrals(session) if supervises else [],
        "late": await queries.overdue_accesses(session, by) if supervises else [],
        **_common(session),
    }
    return web.page(request, "segnalazioni.html", values, templates=templates)


@router.get("/segnalazioni/{referral}")
async def referral_page(request: Request, referral: Uuid, session: Transaction, _: Operator) -> Response:
    """One referral. Opening one that was sent to us tells its sender that it was read."""
    if await queries.find_sent_referral(session, referral) is None:
        received, course = await commands.see_referral(session, referral)
        return await _received(request, session, queries.view_of_received(received, course))
    return await _sent(request, session, await queries.sent_referral_view(session, referral))


@router.get("/segnalazioni/{referral}/lettera")
async def letter_page(request: Request, referral: Uuid, session: Reading, _: Operator) -> Response:
    """The referral as a letter to print, with all that is known filled in."""
    values = {**await _either(session, referral), **_common(session)}
    one, ours = values["one"], not values["received"]
    given = await queries.authorisations_of(session, one.record) if ours else []
    values |= {
        "our_door": await queries.door_of(session, values["own"]),
        "their_door": await queries.door_of(session, values["other"]),
        "ground": next((found for found in given if found.authorisation == one.authorisation), None),
    }
    return web.page(request, "lettera.html", values, templates=templates)


@router.post("/segnalazioni/{referral}/{act}")
async def act_on_referral(
    request: Request, referral: Uuid, act: Path, session: Transaction, by: Operator
) -> Response:
    """Do what one of the forms on the page of a referral says, or show it again with why not."""
    refused = await forms.do(request, FORMS[act], session, referral, by)
    if refused is not None:
        if refused.status == 404:
            raise refused
        values = {**await _either(session, referral), **_common(session), "act": act}
        return await forms.page(request, "segnalazione.html", values, templates=templates, refused=refused)
    return RedirectResponse(f"/segnalazioni/{referral}", 303)


async def _either(session: AsyncSession, referral: str) -> dict[str, Any]:
    """What the page of a referral shows, whichever end we are."""
    if await queries.find_sent_referral(session, referral) is None:
        return await _received_values(session, await queries.received_referral_view(session, referral))
    return await _sent_values(session, await queries.sent_referral_view(session, referral))


async def _received(request: Request, session: AsyncSession, one: Any) -> Response:  # noqa: ANN401 - a view
    values = {**await _received_values(session, one), **_common(session)}
    return await forms.page(request, "segnalazione.html", values, templates=templates)


async def _sent(request: Request, session: AsyncSession, one: Any) -> Response:  # noqa: ANN401 - a view
    values = {**await _sent_values(session, one), **_common(session)}
    return await forms.page(request, "segnalazione.html", values, templates=templates)


async def _received_values(session: AsyncSession, one: Any) -> dict[str, Any]:  # noqa: ANN401 - a view
    return {
        "one": one,
        "received": True,
        "name": " ".join(part for part in (one.preview.given_name, one.preview.family_name) if part),
        "who": one.preview,
        "need": one.preview.need,
        "other": one.sender,
        "story": await queries.story_of_referral(session, one.referral),
        "protocol": await queries.protocol_of(session, one.sender, one.referral),
        "referente": await queries.referente_of(session, one.record) if one.record else None,
        "act": "",
    }


async def _sent_values(session: AsyncSession, one: Any) -> dict[str, Any]:  # noqa: ANN401 - a view
    return {
        "one": one,
        "received": False,
        "name": one.name,
        "who": await queries.person_view(session, one.record),
        "need": one.need,
        "other": one.to,
        "story": await queries.story_of_referral(session, one.referral),
        "protocol": await queries.protocol_of(session, caseload.own_member(session), one.referral),
        "referente": await queries.referente_of(session, one.record),
        "act": "",
    }


def _common(session: AsyncSession) -> dict[str, Any]:
    return {
        "name_of": queries.names_of(session),
        "own": caseload.own_member(session),
        "today": caseload.today(session),
    }
