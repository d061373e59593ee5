"""Who follows a person: our own episodes, other members as far as we may know, and the one referente."""

from collections.abc import Iterable, Sequence
from datetime import date

import trama_caseload as caseload
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col
from trama_chassis import access
from trama_chassis.language import say
from trama_contracts.registry import (
    CaseManagerAssigned,
    TakingInChargeClosed,
    TakingInChargeOpened,
    TakingInChargeReopened,
    TakingInChargeResumed,
    TakingInChargeSuspended,
)

from trama_registry.errors import ProtocolNotHere
from trama_registry.models import EntryCopy, Protocol, TakingInCharge, Word, case_manager_at
from trama_registry.models.taking_in_charge import KINDS
from trama_registry.queries import told
from trama_registry.queries.beside import relations_beside
from trama_registry.queries.entries import on_any_of
from trama_registry.queries.names import names_of
from trama_registry.queries.person import find_person, view_of_taking_in_charge
from trama_registry.schemas import FollowingView, ProtocolView, ReferenteView, RelationsView

FOLLOWING = (
    TakingInChargeOpened.wire_type,
    TakingInChargeSuspended.wire_type,
    TakingInChargeResumed.wire_type,
    TakingInChargeClosed.wire_type,
    TakingInChargeReopened.wire_type,
    CaseManagerAssigned.wire_type,
)
"""All that says who follows a person, and whether they still do."""
_DAYS = {
    TakingInChargeOpened.wire_type: "opened_on",
    TakingInChargeSuspended.wire_type: "suspended_on",
    TakingInChargeResumed.wire_type: "resumed_on",
    TakingInChargeClosed.wire_type: "closed_on",
    TakingInChargeReopened.wire_type: "reopened_on",
    CaseManagerAssigned.wire_type: "since",
}
_STATES = {
    TakingInChargeOpened.wire_type: "open",
    TakingInChargeSuspended.wire_type: "suspended",
    TakingInChargeResumed.wire_type: "open",
    TakingInChargeClosed.wire_type: "closed",
    TakingInChargeReopened.wire_type: "open",
}


async def relations_of(session: AsyncSession, record: str) -> RelationsView:
    """Who follows a person, and who is the one to speak to. Raises PersonNotHere."""
    await find_person(session, record)
    own = await session.scalars(
        select(TakingInCharge)
        .where(col(TakingInCharge.record) == record)
        .order_by(col(TakingInCharge.opened_on).desc(), col(TakingInCharge.episode))
    )
    entries = await _following(session, record)
    names = names_of(session)
    others = [
        entry for entry in entries if (entry.member, entry.record) != (caseload.own_member(session), record)
    ]
    return RelationsView(
        record=record,
        own=[view_of_taking_in_charge(episode) for episode in own],
        others=_others(others, names, caseload.own_member(session)),
        referente=referente_among(entries, names, caseload.today(session)),
    )


async def all_relations_of(session: AsyncSession, record: str) -> RelationsView:
    """Who follows a person, with first contacts and hosts beside. Raises PersonNotHere."""
    following = await relations_of(session, record)
    names = names_of(session)
    contacts, hosts = await relations_beside(session, record, names)
    return following.model_copy(update={"first_contacts": contacts, "hosts": hosts})


async def referente_of(session: AsyncSession, record: str) -> ReferenteView | None:
    """The one person to speak to about the way, whichever member they are of."""
    names = names_of(session)
    return referente_among(await _following(session, record), names, caseload.today(session))


async def referente_elsewhere(session: AsyncSession, record: str) -> set[str]:
    """The other member that holds the referente del percorso, if one that follows the person does."""
    referente = await referente_of(session, record)
    own = caseload.own_member(session)
    follows = {member for member, _ in await access.component(session, record)} - {own}
    return {referente.member} & follows if referente is not None else set()


async def _following(session: AsyncSession, record: str) -> list[EntryCopy]:
    """What was said about who follows, in the order in which every reader puts it."""
    same_person = await access.component(session, record)
    found = await session.scalars(
        select(EntryCopy).where(on_any_of(same_person), col(EntryCopy.type).in_(FOLLOWING))
    )
    return sorted(found, key=lambda entry: (_day(entry), entry.recorded_at, entry.event_id))


def _day(entry: EntryCopy) -> date:
    return date.fromisoformat(entry.payload[_DAYS[entry.type]])


def referente_among(entries: Iterable[EntryCopy], names: told.Names, on: date) -> ReferenteView | None:
    """The one referente that these entries of one person name on a day."""
    known = {entry.event_id: entry for entry in entries if entry.type in FOLLOWING}
    last = case_manager_at((word for entry in known.values() if (word := _word(entry))), on)
    if last is None:
        return None
    said = CaseManagerAssigned.from_payload(known[last.event_id].payload)
    return ReferenteView(
        **said.model_dump(include={"operator", "name", "phone", "since"}),
        member=last.member,
        member_name=names(last.member),
    )


def _word(entry: EntryCopy) -> Word | None:
    whats = {
        CaseManagerAssigned.wire_type: "assigned",
        TakingInChargeClosed.wire_type: "closed",
        TakingInChargeReopened.wire_type: "reopened",
    }
    what = whats.get(entry.type)
    if what is None:
        return None
    return Word(
        what=what,  # type: ignore[arg-type]  # one of the three above
        member=entry.member,
        episode=entry.scope,
        day=_day(entry),
        recorded_at=entry.recorded_at,
        event_id=entry.event_id,
    )


def _others(entries: Sequence[EntryCopy], names: told.Names, own: str) -> list[FollowingView]:
    """One line for each relation of another member, or of another record of ours; the open ones first."""
    views: dict[tuple[str, str], dict[str, object]] = {}
    for entry in entries:
        said, view = entry.payload, views.setdefault((entry.member, entry.scope), {})
        if entry.type == TakingInChargeOpened.wire_type:
            view["kind"] = said.get("kind") or KINDS[said["sector"]]
            view["opened_on"] = _day(entry)
        if entry.type in _STATES:
            view["state"], view["since"] = _STATES[entry.type], _day(entry)
        elif entry.type == CaseManagerAssigned.wire_type:
            view["case_manager"], view["phone"] = said["name"], said.get("phone")
    made = [
        FollowingView.model_validate(
            {"case_manager": None, "phone": None, "member": member}
            | view
            | {"name": names(member) if member != own else say("%(who)s (altra scheda)", who=names(member))}
        )
        for (member, _), view in views.items()
        if "opened_on" in view and "state" in view
    ]
    return sorted(made, key=lambda one: (one.state == "closed", one.name, one.opened_on))


async def find_protocol(session: AsyncSession, protocol: str) -> Protocol:
    """A protocol kept here. Raises ProtocolNotHere."""
    found = await session.get(Protocol, protocol)
    if found is None:
        raise ProtocolNotHere(field="protocol")
    return found


async def protocols(session: AsyncSession, on: date | None = None) -> list[ProtocolView]:
    """Protocols for the integrated taking in charge: all, or those in force on a day."""
    day = on or caseload.today(session)
    found = await session.scalars(
        select(Protocol).order_by(col(Protocol.district), col(Protocol.valid_from), col(Protocol.protocol))
    )
    kept = [one for one in found if on is None or one.in_force(day)]
    return [ProtocolView(**one.model_dump(), in_force=one.in_force(day)) for one in kept]
