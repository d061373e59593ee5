"""First contacts at the doors, over HTTP."""

from typing import Annotated

from fastapi import Depends, Query
from trama_chassis.accounts import Caller, require
from trama_chassis.database import Reading, Router, Transaction
from trama_contracts.event import Uuid

from trama_registry import commands, queries
from trama_registry.models.access import SPECIALIST
from trama_registry.schemas import AccessList, AccessView, ConcludeAccess, RecordAccess

router = Router()
AtTheDoor = Annotated[Caller, Depends(require("caseworker", "supervisor", SPECIALIST))]


@router.post("/accesses", status_code=201)
async def record_access(request: RecordAccess, session: Transaction, by: AtTheDoor) -> AccessView:
    """Take in what somebody asks at a door of ours, before any taking in charge."""
    return queries.view_of_access(session, await commands.record_access(session, request, by))


@router.get("/accesses")
async def accesses(
    session: Reading,
    by: AtTheDoor,
    concluded: Annotated[bool, Query()] = False,
    name: Annotated[str, Query(max_length=100)] = "",
) -> AccessList:
    """First contacts to be routed, or with `concluded` all; the listening centre's to its specialists."""
    return await queries.access_list(session, by, open_only=not concluded, name=name)


@router.get("/accesses/{access}")
async def access(access: Uuid, session: Reading, by: AtTheDoor) -> AccessView:
    """One first contact."""
    return queries.view_of_access(session, await queries.find_access(session, access, by))


@router.post("/accesses/{access}/conclude")
async def conclude_access(
    access: Uuid, request: ConcludeAccess, session: Transaction, by: AtTheDoor
) -> AccessView:
    """Say what an access led to."""
    return queries.view_of_access(session, await commands.conclude_access(session, access, request, by))
