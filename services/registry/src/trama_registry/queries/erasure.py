"""The register of erasures: what was ordered, who answered what, what others ask of us."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import trama_caseload as caseload
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col
from trama_chassis.erasure_tables import ErasureOrder, ErasureRecipient
from trama_chassis.language import Named, say
from trama_chassis.tables import GrantGiven, OwnStream

from trama_registry.errors import ErasedTogether, ErasureNotHere
from trama_registry.models import ALONE, EntryCopy, ErasureAsked, ErasureReplyCopy, OwnInterview
from trama_registry.queries import told
from trama_registry.queries.names import names_of
from trama_registry.queries.timeline import entry_view
from trama_registry.schemas import ErasureAskedView, ErasureView, RecipientView

GROUNDS = {
    "wrong-person": "Persona sbagliata",
    "request": "Richiesta della persona",
    "retention": "Tempo di conservazione finito",
    "ordered": "Disposta da chi aveva scritto",
    "restored": "Ripresa dall'elenco delle cancellazioni",
    "swept": "Arrivato mentre si cancellava",
}
"""Why something is erased, as it is said."""
SUBJECTS = {
    "record": "Tutta la cartella",
    "first-contact": "Primo accesso senza cartella",
    "note-written": "Nota alla rete",
    "note-read": "Risposta a una nota",
    "interview-recorded": "Colloquio",
    "social-interview-recorded": "Colloquio (sociale)",
    "own-interview": "Colloquio rimasto al nostro servizio",
    "document-filed": "Documento",
    "health-document-filed": "Documento (salute)",
    "social-document-filed": "Documento (sociale)",
    "judicial-document-filed": "Documento (giustizia)",
    "entry-corrected": "Correzione",
}
"""What was erased, without a word of what it said."""
REGISTER = "D.P.R. 445/2000, art. 53; D.Lgs. 42/2004, art. 21"
"""By which law an entry of the office's register (protocollo) is kept when the document goes."""
MOST = 200


async def erasures(session: AsyncSession, record: str | None = None) -> list[ErasureView]:
    """The orders, open ones first, then the newest; of one record if it is named."""
    wanted = select(ErasureOrder).order_by(
        col(ErasureOrder.closed_at).is_not(None), col(ErasureOrder.ordered_at).desc()
    )
    if record is not None:
        wanted = wanted.where(col(ErasureOrder.record) == record)
    return await _views(session, (await session.scalars(wanted.limit(MOST))).all())


async def erasure_view(session: AsyncSession, order: str) -> ErasureView:
    """One order. Raises ErasureNotHere."""
    found = await session.get(ErasureOrder, order)
    if found is None:
        raise ErasureNotHere
    (view,) = await _views(session, [found])
    return view


async def _views(session: AsyncSession, orders: Sequence[ErasureOrder]) -> list[ErasureView]:
    ids = [one.order for one in orders]
    told_to: defaultdict[str, list[ErasureRecipient]] = defaultdict(list)
    wanted = select(ErasureRecipient).where(col(ErasureRecipient.order).in_(ids))
    for one in await session.scalars(wanted.order_by(col(ErasureRecipient.recipient))):
        told_to[one.order].append(one)
    replies: defaultdict[str, dict[str, ErasureReplyCopy]] = defaultdict(dict)
    for reply in await session.scalars(select(ErasureReplyCopy).where(col(ErasureReplyCopy.order).in_(ids))):
        replies[reply.order][reply.member] = reply
    names = names_of(session)
    own = caseload.own_member(session)
    return [_view(one, told_to[one.order], replies[one.order], names, own) for one in orders]


def _view(
    order: ErasureOrder,
    told_to: Sequence[ErasureRecipient],
    replies: Mapping[str, ErasureReplyCopy],
    names: told.Names,
    own: str,
) -> ErasureView:
    recipients = [_recipient(one, names) for one in told_to]
    asked = [_asked(member, replies.get(member), order, names) for member in order.subject.get("asked", ())]
    closed = order.closed_at is not None and all(one.state != "waiting" for one in asked)
    return ErasureView(
        order=order.order,
        record=order.record,
        what="record" if order.whole else "entry",
        subject=subject_of(order.subject),
        ground=order.ground,
        act=order.act,
        reason=order.reason,
        ordered_on=order.ordered_on,
        closed=closed,
        scrubbed=order.scrubbed_at is not None,
        streams=sum(map(len, order.streams.values())),
        counts=order.counts,
        recipients=[*_register(order, names(own), own), *recipients, *asked],
    )


def subject_of(subject: Mapping[str, Any]) -> str:
    """What was erased, by kind and day."""
    kind = str(subject.get("type", "")).removeprefix("it.trama.registry.").removesuffix(".v1")
    words = say(SUBJECTS[kind]) if kind in SUBJECTS else say("Voci della cartella")
    if "count" in subject:
        return say("%(what)s (%(count)s)", what=words, count=subject["count"])
    if "day" not in subject:
        return words
    return say("%(what)s del %(day)s", what=words, day=date.fromisoformat(subject["day"]))


def _register(order: ErasureOrder, name: str, own: str) -> list[RecipientView]:
    """What we ourselves keep by law: the entry of the register under which a document came in."""
    subject = order.subject
    return [
        RecipientView(
            member=own,
            name=name,
            service="registry",
            state="kept",
            basis=say(
                "resta la registrazione di protocollo %(number)s: %(law)s", number=Named(number), law=REGISTER
            ),
            asked_on=order.ordered_on,
            answered_on=order.ordered_on,
        )
        for number in subject.get("protocols", [subject["protocol"]] if "protocol" in subject else [])
    ]


def _recipient(one: ErasureRecipient, names: told.Names) -> RecipientView:
    member, _, service = one.recipient.partition(".")
    return RecipientView(
        member=member,
        name=names(member),
        service=service,
        state=one.state,
        counts=one.counts,
        basis=_law(one.basis.get("act"), one.basis.get("article")) if one.basis is not None else None,
        asked_on=one.asked_on,
        answered_on=one.answered_on,
        times_asked=one.times_asked,
    )


def _asked(
    member: str, reply: ErasureReplyCopy | None, order: ErasureOrder, names: told.Names
) -> RecipientView:
    view = RecipientView(
        member=member,
        name=names(member),
        service="registry",
        state="waiting",
        asked_on=order.ordered_on,
        times_asked=1,
        decides=True,
    )
    if reply is None:
        return view
    said = {"state": reply.outcome, "answered_on": reply.answered_on, "kept_until": reply.kept_until}
    return view.model_copy(update=said | {"basis": _law(reply.act, reply.article)})


def _law(act: str | None, article: str | None) -> str | None:
    return ", ".join(part for part in (act, article) if part) or None


async def erasures_asked(session: AsyncSession) -> list[ErasureAskedView]:
    """What other controllers ask of us: what is to be decided first."""
    names = names_of(session)
    wanted = select(ErasureAsked).order_by(
        col(ErasureAsked.answered_on).is_not(None), col(ErasureAsked.requested_on), col(ErasureAsked.order)
    )
    return [
        ErasureAskedView(asker_name=names(one.asker), **one.model_dump(exclude={"answered_by"}))
        for one in await session.scalars(wanted.limit(MOST))
    ]


async def readings_of(session: AsyncSession, notes: Sequence[str]) -> dict[str, list[str]]:
    """Our own streams in which we said to have read these notes, by record."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    if notes:
        rows = await session.execute(
            select(col(OwnStream.record), col(OwnStream.stream)).where(
                col(OwnStream.scope).in_([f"note:{note}" for note in notes]),
                col(OwnStream.circle) == "referral",
            )
        )
        for record, stream in rows:
            found[record].append(stream)
    return found


@dataclass(frozen=True, slots=True)
class Erasable:
    """An entry as the form that erases it shows it: what it says, who read it, or why it cannot go alone."""

    event_id: str
    happened: str
    readers: list[str]
    refusal: str | None = None


async def erasable(session: AsyncSession, record: str, entry: str) -> Erasable:
    """What would be erased with an entry of ours. Raises PersonNotHere, EntryNotHere."""
    own = await session.get(OwnInterview, entry)
    if own is not None and own.record == record:
        return Erasable(entry, own.summary, [])
    shown = await entry_view(session, record, entry)
    found = await session.get(EntryCopy, entry)
    if found is None or found.scope.partition(":")[0] not in ALONE:
        return Erasable(entry, shown.happened, [], say(ErasedTogether.detail))
    names = names_of(session)
    given = await session.scalars(
        select(col(GrantGiven.recipient)).where(col(GrantGiven.stream) == found.stream)
    )
    own_member = caseload.own_member(session)
    members = {one.partition(".")[0] for one in given} - {own_member}
    return Erasable(entry, shown.happened, sorted(names(member) for member in members))
