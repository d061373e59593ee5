"""Before sending: which members will read what, of what a command has collected. The commit is rehearsed, and
undone: nothing is reckoned beside it."""

from collections.abc import Callable

from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession
from trama_chassis import access, outbox
from trama_chassis.outbox import Rehearsed
from trama_contracts.event import Event

from trama_caseload.queries import member_name, own_member


class DraftReaderView(BaseModel):
    """One other member, with what it will read of this; nothing, if it reads nothing of it."""

    member: str
    name: str
    sees: list[str]


class DraftPreviewView(BaseModel):
    """Who will see what, if this is sent as it stands: who follows the person, and who is asked."""

    record: str
    readers: list[DraftReaderView]


async def preview(session: AsyncSession, record: str, told: Callable[[Event], str]) -> DraftPreviewView:
    """What the services of other members will read of what this transaction has collected; it is undone.

    `told` puts an event in words.
    """
    async with outbox.rehearse(session) as rehearsed:
        follow = {member for member, _ in await access.component(session, record)} - {own_member(session)}
    seen: dict[str, list[str]] = {member: [] for member in follow}
    for one in rehearsed:
        for member in _members(one):
            seen.setdefault(member, []).append(told(one.event))
    readers = [
        DraftReaderView(member=member, name=member_name(session, member), sees=lines)
        for member, lines in seen.items()
    ]
    return DraftPreviewView(record=record, readers=sorted(readers, key=lambda one: one.name.casefold()))


def _members(one: Rehearsed) -> list[str]:
    return sorted({reader.partition(".")[0] for reader in one.readers})
