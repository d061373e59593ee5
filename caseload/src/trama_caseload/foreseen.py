"""Before sending: which members will read what, of what a command has collected. The commit is rehearsed, and
undone: nothing is reckoned beside it."""

from collections.abc import Callable, Iterable

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
    after_accepting: list[str] = []
    """Of a member that is asked to follow the person: what it will read of ours from its acceptance on."""


class DraftPreviewView(BaseModel):
    """Who will see what, if this is sent as it stands: who follows the person, and who is asked to."""

    record: str
    readers: list[DraftReaderView]


async def preview(session: AsyncSession, record: str, told: Callable[[Event], str]) -> DraftPreviewView:
    """What the services of other members will read of what this transaction has collected; it is undone.

    `told` puts an event in words.
    """
    async with outbox.rehearse(session) as rehearsed:
        follow = await followers(session, record)
    readers = readers_of(session, follow, rehearsed, lambda one, _: [told(one.event)])
    return DraftPreviewView(record=record, readers=readers)


async def followers(session: AsyncSession, record: str) -> set[str]:
    """The other members that follow the person of a record, as it would be."""
    return {member for member, _ in await access.component(session, record)} - {own_member(session)}


def readers_of(
    session: AsyncSession,
    members: Iterable[str],
    rehearsed: Iterable[Rehearsed],
    told: Callable[[Rehearsed, str], Iterable[str]],
) -> list[DraftReaderView]:
    """These members and all that read any of it, with what each reads; `told` puts it in words for one."""
    seen: dict[str, list[str]] = {member: [] for member in members}
    for one in rehearsed:
        for member in sorted({reader.partition(".")[0] for reader in one.readers}):
            seen.setdefault(member, []).extend(told(one, member))
    readers = [
        DraftReaderView(member=member, name=member_name(session, member), sees=lines)
        for member, lines in seen.items()
    ]
    return sorted(readers, key=lambda one: one.name.casefold())
