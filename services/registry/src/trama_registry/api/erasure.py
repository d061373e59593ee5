"""Erasure over HTTP: ordered by a supervisor, followed in the register, answered when others ask."""

from trama_chassis.database import Reading, Router, Transaction
from trama_contracts.event import Uuid

from trama_registry import commands, queries
from trama_registry.api.callers import Supervisor
from trama_registry.schemas import AnswerErasure, ErasureAskedView, ErasureView, OrderErasure

router = Router()


@router.post("/persons/{record}/timeline/{entry}/erasure", status_code=201)
async def erase_entry(
    record: Uuid, entry: Uuid, request: OrderErasure, session: Transaction, by: Supervisor
) -> ErasureView:
    """Erase one entry of ours, here and wherever it was read. It cannot be undone."""
    made = await commands.erase_entry(session, record, entry, request, by)
    return await queries.erasure_view(session, made.order)


@router.post("/persons/{record}/erasure", status_code=201)
async def erase_record(
    record: Uuid, request: OrderErasure, session: Transaction, by: Supervisor
) -> ErasureView:
    """Erase our whole record of a person, and ask the others that follow them. It cannot be undone."""
    made = await commands.erase_record(session, record, request, by)
    return await queries.erasure_view(session, made.order)


@router.get("/erasures")
async def erasures(session: Reading, _: Supervisor) -> list[ErasureView]:
    """The register of erasures: open ones first."""
    return await queries.erasures(session)


@router.get("/erasures/{order}")
async def erasure(order: Uuid, session: Reading, _: Supervisor) -> ErasureView:
    """One order, and who answered what."""
    return await queries.erasure_view(session, order)


@router.post("/erasures/{order}/reminder", status_code=204)
async def remind(order: Uuid, session: Transaction, _: Supervisor) -> None:
    """Have an order sent again to who has not answered."""
    await commands.remind_of_erasure(session, order)


@router.get("/erasure-requests")
async def erasure_requests(session: Reading, _: Supervisor) -> list[ErasureAskedView]:
    """What other controllers ask of us: what is to be decided first."""
    return await queries.erasures_asked(session)


@router.post("/erasure-requests/{order}/answer", status_code=204)
async def answer_erasure(order: Uuid, request: AnswerErasure, session: Transaction, by: Supervisor) -> None:
    """Erase our record too, or say by which law we keep it."""
    await commands.answer_erasure(session, order, request, by)
