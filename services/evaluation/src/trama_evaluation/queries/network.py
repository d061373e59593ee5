"""What the directory and our own registry's copies say: who we are, who follows, what day it is."""

from collections.abc import Iterable

import trama_caseload as caseload
from sqlalchemy.ext.asyncio import AsyncSession
from trama_chassis import access
from trama_contracts.directory_entries import Entry

SERVICE = "evaluation"


def names(session: AsyncSession, members: Iterable[str]) -> str:
    """Members as a sentence lists them."""
    return ", ".join(f"«{caseload.member_name(session, member)}»" for member in sorted(members))


async def followers(session: AsyncSession, record: str) -> set[str]:
    """The members that follow the person of an own record, ourselves included."""
    return {member for member, _ in await access.component(session, record)}


async def possible_contributors(session: AsyncSession, record: str) -> list[Entry]:
    """The members that can be asked to contribute: they follow the person and have an evaluation service."""
    known = caseload.directory(session)
    return [
        known[member]
        for member in sorted(await followers(session, record))
        if member in known and SERVICE in known[member].services
    ]
