"""Hiding an entry of ours from all other services, and showing it again, over HTTP."""

from fastapi import Response
from trama_chassis.bodies import attached
from trama_chassis.database import Reading, Router, Transaction
from trama_contracts.event import Uuid

from trama_registry import commands, queries
from trama_registry.api.callers import Operator
from trama_registry.schemas import HideEntry, ObscuredView

router = Router()


@router.get("/persons/{record}/hidden")
async def hidden(record: Uuid, session: Reading, by: Operator) -> list[ObscuredView]:
    """The entries of a person that nobody but our service reads, newest first."""
    return await queries.obscured_of(session, record, by)


@router.post("/persons/{record}/timeline/{entry}/hide")
async def hide_entry(
    record: Uuid, entry: Uuid, request: HideEntry, session: Transaction, by: Operator
) -> dict[str, str]:
    """Take an entry of ours back from all other services: to them it is as if it had never been written."""
    await commands.hide_entry(session, record, entry, request, by)
    return {"entry": entry}


@router.post("/persons/{record}/hidden/{hidden}/show")
async def show_entry(record: Uuid, hidden: Uuid, session: Transaction, by: Operator) -> dict[str, str]:
    """Tell again what was hidden, to whoever may know of it now; it is an entry of another id then."""
    return {"entry": await commands.show_entry(session, record, hidden, by)}


@router.get("/persons/{record}/hidden/{hidden}/content", response_class=Response)
async def hidden_content(record: Uuid, hidden: Uuid, session: Reading, by: Operator) -> Response:
    """The file of a hidden document, to be saved."""
    filed, raw = await queries.hidden_document(session, record, hidden, by)
    return attached(raw, filed.name, filed.media_type)
