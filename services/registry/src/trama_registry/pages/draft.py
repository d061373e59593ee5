"""A referral put aside while it is written: from its form, and from the list of those that wait."""

from collections.abc import Mapping

from fastapi import Response
from fastapi.responses import RedirectResponse
from sqlalchemy.ext.asyncio import AsyncSession
from trama_chassis import forms
from trama_chassis.accounts import Caller
from trama_chassis.database import Router, Transaction
from trama_contracts.event import Uuid

from trama_registry import commands
from trama_registry.api.callers import Operator
from trama_registry.schemas import ChangeDraft, DraftView, SaveDraft

router = Router()
CONSENT = "consenso"
"""What is chosen where the person consents now, and was given the privacy notice."""


async def put_aside(
    session: AsyncSession, record: str, typed: Mapping[str, object], version: str, by: Caller
) -> None:
    """Keep the form of a referral as far as it is filled in, anew or in place of what was kept.

    Raises PersonNotHere, DraftNotHere, ChangedMeanwhile and what is wrong with what was typed.
    """
    said = {name: value for name, value in typed.items() if name not in ("ground", "draft")}
    ground = typed.get("ground")
    said["authorisation"] = None if ground == CONSENT else ground
    draft = str(typed.get("draft") or "")
    if draft:
        changed = forms.read(ChangeDraft, said | {"version": version})
        await commands.change_draft(session, draft, changed, by)
    else:
        await commands.save_draft(session, record, forms.read(SaveDraft, said), by)


def as_typed(draft: DraftView, ground: str) -> list[tuple[str, str]]:
    """The fields of the form as they were left; where no authorisation was chosen, on the usual ground."""
    left = [("to", draft.to), ("reason", draft.reason), ("need", draft.need)]
    left.append(("ground", draft.authorisation or ground))
    left.append(("answer_by", draft.answer_by.isoformat() if draft.answer_by else None))
    return [
        *((name, value) for name, value in left if value),
        *(("documents", one) for one in draft.documents),
    ]


@router.post("/segnalazioni/bozze/{draft}/elimina")
async def discard_draft_page(draft: Uuid, session: Transaction, _: Operator) -> Response:
    """Throw a draft away."""
    await commands.discard_draft(session, draft)
    return RedirectResponse("/segnalazioni?scheda=bozze", 303)
