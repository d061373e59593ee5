"""The page of a person, from top to bottom: everything that its sections say, read once."""

from collections.abc import Mapping, Sequence
from datetime import date

import trama_caseload as caseload
from sqlalchemy.ext.asyncio import AsyncSession
from trama_chassis import access
from trama_chassis.language import say
from trama_contracts.registry import PersonRegistered, TakingInChargeOpened

from trama_registry.queries import told
from trama_registry.queries.awaited import (
    approvals_awaited,
    contributions_awaited,
    documents_awaited,
    referrals_awaited,
)
from trama_registry.queries.document import documents_of, filed_documents
from trama_registry.queries.entries import Edge, Part, entries_of
from trama_registry.queries.identity import certificates_of, view_of_certificate
from trama_registry.queries.interview import kept_to_ourselves
from trama_registry.queries.joined import others_here
from trama_registry.queries.landmarks import STEPS, Landmarks, landmarks_of
from trama_registry.queries.names import names_of
from trama_registry.queries.next_step import next_step_of, steps_of_others, view_of_next_step
from trama_registry.queries.note import NOTES, note_views, notes_awaited
from trama_registry.queries.obscuring import count_obscured
from trama_registry.queries.offer import network
from trama_registry.queries.person import person_view
from trama_registry.queries.relation import relations_of
from trama_registry.queries.timeline import how_complete, views_of
from trama_registry.queries.way import project_of, way_of
from trama_registry.schemas import (
    AwaitedView,
    EntryView,
    FiledDocumentView,
    FollowerView,
    HeldCertificateView,
    NeedView,
    NextStepView,
    PersonOverview,
    PersonView,
    RelationsView,
    SpokenView,
    StateView,
    TakingInChargeView,
)

NEWS = 8
LAST_SAID = 100
RELATION = "Presa in carico"
RELATIONS = {"registration": "Iscrizione"}
"""Relations that are called otherwise."""


async def overview(session: AsyncSession, record: str) -> PersonOverview:
    """All that the first page on a person says. Raises PersonNotHere."""
    own, today = caseload.own_member(session), caseload.today(session)
    names = names_of(session)
    person, same_person = await person_view(session, record), await access.component(session, record)
    landmarks = await landmarks_of(session, same_person)
    said = await landmarks_of(session, same_person, (*STEPS, *NOTES), most=LAST_SAID)
    relations = await relations_of(session, record)
    following = followers_of(relations, names(own), own, await _phones(session))
    notes = await note_views(session, said, followed_since=_followed_since(person))
    readers = await access.seen_by(session, record, "care")
    complete, completeness = await how_complete(session, same_person)
    filed, unread = await filed_documents(session, record), notes_awaited(notes, record, readers, today)
    return PersonOverview(
        person=person,
        name=" ".join(part for part in (person.given_name, person.family_name) if part),
        also_here=await others_here(session, record, same_person),
        age=_age(person.birth_date, today),
        state=state_of(relations.own),
        spoken=spoken_of(person, landmarks, own, names),
        case_manager=relations.referente,
        following=following,
        next_step=await _next_step(session, record),
        next_steps_of_others=list(steps_of_others(said, own, names)),
        notes=[note for note in notes if note.to_read or note.to_answer],
        awaited=[*await _awaited(session, record, landmarks, filed), *unread],
        way=way_of(person, following, landmarks, own, told.local_day(person.registered_at)),
        project=project_of(landmarks, own, names),
        news=await _news(session, same_person),
        complete=complete,
        completeness=completeness,
        documents=await documents_of(session, record, filed, own, names),
        needs=needs_of(landmarks, names),
        certificates=await _certificates(session, record, today),
        seen_by=sorted({names(one.partition(".")[0]) for one in readers}, key=str.casefold),
        kept_to_ourselves=await kept_to_ourselves(session, record),
        hidden=await count_obscured(session, record),
    )


def _followed_since(person: PersonView) -> date | None:
    return person.taking_in_charge.opened_on if person.taking_in_charge else None


async def _next_step(session: AsyncSession, record: str) -> NextStepView | None:
    step = await next_step_of(session, record)
    return view_of_next_step(step) if step is not None else None


async def _news(session: AsyncSession, same_person: set[Edge]) -> list[EntryView]:
    """The last that happened, newest first."""
    last = await entries_of(session, same_person, Part(size=NEWS))
    return list(reversed(await views_of(session, last.entries, same_person)))


async def _awaited(
    session: AsyncSession, record: str, landmarks: Landmarks, filed: Sequence[FiledDocumentView]
) -> list[AwaitedView]:
    """What other services owe: answers, parts of an evaluation, agreement to a placement, documents."""
    own, today = caseload.own_member(session), caseload.today(session)
    names = names_of(session)
    return [
        *await referrals_awaited(session, record, names, today),
        *contributions_awaited(landmarks, own, names, today),
        *approvals_awaited(landmarks, own, names, today),
        *documents_awaited(filed, record, today),
    ]


async def _certificates(session: AsyncSession, record: str, today: date) -> list[HeldCertificateView]:
    """The certificates that hold today."""
    found = await certificates_of(session, record)
    return [view_of_certificate(one, today) for one in found if one.holds(today)]


def _age(born: date | None, today: date) -> int | None:
    if born is None:
        return None
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))


def state_of(episodes: Sequence[TakingInChargeView]) -> StateView:
    """Where a person stands with our service, in the words of a chip: the open episode, or the last."""
    last = max(
        episodes, key=lambda one: (one.closed_on is None, one.closed_on or one.opened_on), default=None
    )
    if last is None:
        return StateView(label=say("Primo contatto"), kind="neutral")
    if last.closed_on is not None:
        return StateView(label=say("Conclusa il %(day)s", day=last.closed_on), kind="closed")
    if last.suspended_on is not None and last.state == "suspended":
        return StateView(label=say("Sospesa dal %(day)s", day=last.suspended_on), kind="waiting")
    if last.kind == "registration":
        return StateView(label=say("Iscrizione dal %(day)s", day=last.opened_on), kind="good")
    return StateView(label=say("In carico dal %(day)s", day=last.opened_on), kind="good")


def spoken_of(person: PersonView, landmarks: Landmarks, own: str, names: told.Names) -> SpokenView | None:
    """How a person is best spoken to: as we know it or, where we do not, as another service tells."""
    if person.language or person.needs_interpreter:
        return SpokenView(
            language=person.language, needs_interpreter=bool(person.needs_interpreter), told_by=None
        )
    last = {entry.member: said for entry, said in landmarks.of(PersonRegistered) if entry.member != own}
    for member, said in sorted(last.items()):
        if said.language or said.needs_interpreter:
            return SpokenView(
                language=said.language,
                needs_interpreter=bool(said.needs_interpreter),
                told_by=names(member),
            )
    return None


def followers_of(
    relations: RelationsView, own_name: str, own: str, phones: Mapping[str, str]
) -> list[FollowerView]:
    """The services that follow a person, ours first, with whom to speak to in each."""
    found = [
        FollowerView(
            member=own,
            name=own_name,
            relation=RELATIONS.get(one.kind, RELATION),
            since=one.opened_on,
            contact=one.case_manager.name if one.case_manager is not None else None,
            phone=(one.case_manager.phone if one.case_manager is not None else None) or phones.get(own),
        )
        for one in relations.own
        if one.closed_on is None
    ]
    return found + [
        FollowerView(
            member=one.member,
            name=one.name,
            relation=RELATIONS.get(one.kind, RELATION),
            since=one.opened_on,
            contact=one.case_manager,
            phone=one.phone or phones.get(one.member),
        )
        for one in relations.others
        if one.state != "closed"
    ]


def needs_of(landmarks: Landmarks, names: told.Names) -> list[NeedView]:
    """What the person asked for, of whom, newest first."""
    opened = reversed(landmarks.of(TakingInChargeOpened))
    return [NeedView(need=one.need, to=names(entry.member), since=one.opened_on) for entry, one in opened]


async def _phones(session: AsyncSession) -> dict[str, str]:
    """The number that each service tells the network, for who has no number of their own."""
    members = await network(session)
    return {one.member: one.offers[0].phone for one in members if one.offers and one.offers[0].phone}
