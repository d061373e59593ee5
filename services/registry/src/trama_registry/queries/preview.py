"""What each recipient will see of what is about to be sent: the one place that says so, before the sending.

It says nothing of its own: the commit is rehearsed, keys and all, and undone.
"""

from collections.abc import Iterator, Sequence

from sqlalchemy.ext.asyncio import AsyncSession
from trama_chassis import access, foreseen, outbox
from trama_chassis.language import say
from trama_chassis.outbox import Rehearsed, runtime_of
from trama_contracts.registry import ReferralSent

from trama_registry.queries import told
from trama_registry.queries.names import names_of
from trama_registry.schemas import DraftPreviewView, DraftReaderView


async def preview(session: AsyncSession, record: str) -> DraftPreviewView:
    """What the services of other members will read of what this transaction has collected; it is undone."""
    runtime = runtime_of(session)
    own, names = runtime.settings.member, names_of(runtime.directory.current)
    service = f".{runtime.settings.service}"
    async with outbox.rehearse(session) as rehearsed:
        follow = {member for member, _ in await access.component(session, record)} - {own}
        offered = {one.event.to for one in rehearsed if isinstance(one.event, ReferralSent)}
        later = {to: await foreseen.circles_open_to(session, record, to) for to in offered - follow}
    seen: dict[str, list[str]] = {member: [] for member in follow | offered}
    for one in rehearsed:
        for reader in sorted(one.readers):
            if reader.endswith(service):
                lines = seen.setdefault(reader.removesuffix(service), [])
                lines += list(_lines(one, own, reader.removesuffix(service), names))
    readers = [
        DraftReaderView(
            member=member,
            name=names(member),
            sees=lines,
            after_accepting=[say(told.sharing.CONTENTS[circle]) for circle in later.get(member, ())],
        )
        for member, lines in seen.items()
    ]
    return DraftPreviewView(record=record, readers=sorted(readers, key=lambda one: one.name.casefold()))


def _lines(one: Rehearsed, own: str, reader: str, names: told.Names) -> Iterator[str]:
    """An event as the reader's story will tell it; a referral also as the page it is answered from."""
    event = one.event
    yield told.happened(event.wire_type, event.payload(), own, names, corrected=one.corrects)
    if isinstance(event, ReferralSent) and event.to == reader:
        yield from _asked(event)


def _asked(sent: ReferralSent) -> Sequence[str]:
    who = sent.preview
    name = " ".join(part for part in (who.given_name, who.family_name) if part)
    found = [say("Persona: %(name)s", name=name)]
    if who.birth_date is not None:
        found.append(say("Data di nascita: %(day)s", day=who.birth_date))
    if who.tax_code is not None:
        found.append(say("Codice fiscale: %(code)s", code=who.tax_code))
    found.append(say("Bisogno: %(need)s", need=who.need))
    found += [
        say(
            "Documento, solo il nome: %(name)s, %(kind)s",
            name=one.name,
            kind=say(told.document.KINDS[one.kind]),
        )
        for one in sent.documents or ()
    ]
    return found
