"""What each recipient will see of what is about to be sent: the one place that says so, before the sending.

It says nothing of its own: the commit is rehearsed, keys and all, and undone.
"""

from collections.abc import Iterator, Sequence

import trama_caseload as caseload
from sqlalchemy.ext.asyncio import AsyncSession
from trama_caseload import DraftPreviewView, foreseen
from trama_chassis import outbox
from trama_chassis.foreseen import circles_open_to
from trama_chassis.language import say
from trama_chassis.outbox import Rehearsed
from trama_contracts.registry import ReferralSent

from trama_registry.queries import told
from trama_registry.queries.names import names_of


async def preview(session: AsyncSession, record: str) -> DraftPreviewView:
    """What the services of other members will read of what this transaction has collected; it is undone."""
    own, names = caseload.own_member(session), names_of(session)
    async with outbox.rehearse(session) as rehearsed:
        follow = await foreseen.followers(session, record)
        offered = {one.event.to for one in rehearsed if isinstance(one.event, ReferralSent)}
        later = {to: await circles_open_to(session, record, to) for to in offered - follow}

    def lines(one: Rehearsed, reader: str) -> Iterator[str]:
        """An event as the reader's story will tell it; a referral also as the page it is answered from."""
        event = one.event
        yield told.happened(event.wire_type, event.payload(), own, names, corrected=one.corrects)
        if isinstance(event, ReferralSent) and event.to == reader:
            yield from _asked(event)

    readers = foreseen.readers_of(session, follow | offered, rehearsed, lines)
    for one in readers:
        one.after_accepting = [say(told.sharing.CONTENTS[circle]) for circle in later.get(one.member, ())]
    return DraftPreviewView(record=record, readers=readers)


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
