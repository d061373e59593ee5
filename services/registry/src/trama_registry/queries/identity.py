"""All that says who a person is: numbers, certificates, target groups, links, and what others tell."""

from collections.abc import Iterable
from datetime import date

import trama_caseload as caseload
from sqlalchemy import func, literal, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col
from trama_chassis import access
from trama_chassis.accounts import Caller
from trama_chassis.outbox import runtime_of
from trama_contracts.event import Event
from trama_contracts.registry import CertificateKind, IdentifierAssigned, PersonRegistered

from trama_registry.errors import CertificateNotHere, IdentifierNotHere
from trama_registry.models import (
    GROUPS,
    Certificate,
    EntryCopy,
    JudicialTargetGroup,
    PersonIdentifier,
    TakingInCharge,
    TargetGroup,
    kind_of_tax_code,
)
from trama_registry.queries.duplicate import candidates
from trama_registry.queries.entries import on_any_of
from trama_registry.queries.names import names_of
from trama_registry.queries.person import find_person
from trama_registry.queries.told.identity import (
    CERTIFICATE_ENDINGS,
    CERTIFICATES,
    IDENTIFIER_ENDINGS,
    IDENTIFIERS,
    VERIFICATIONS,
)
from trama_registry.queries.told.identity import (
    GROUPS as GROUP_WORDS,
)
from trama_registry.schemas import (
    GroupCountView,
    GroupsView,
    HeldCertificateView,
    IdentifierView,
    IdentityView,
    LinkView,
    OtherIdentifierView,
    TargetsView,
    TargetView,
)

AT_RISK = "at-risk-of-exclusion"
LEGAL_TITLES: tuple[CertificateKind, ...] = ("disadvantaged", "targeted-placement")
JUDICIAL_ROLES = frozenset({"supervisor", "justice-officer"})


def may_see_judicial(by: Caller) -> bool:
    """Whether this operator is named for data on judicial measures (GDPR art. 10)."""
    return bool(JUDICIAL_ROLES & by.roles)


async def identity_view(session: AsyncSession, record: str, by: Caller) -> IdentityView:
    """Who a person is, as this operator may see it. Raises PersonNotHere."""
    person = await find_person(session, record)
    today = caseload.today(session)
    numbers = await identifiers_of(session, record)
    names = set(IdentityView.model_fields) - {"identifiers", "certificates", "groups", "links"}
    return IdentityView(
        **person.model_dump(include=names - {"told_by_others", "alike"}),
        identifiers=[view_of_identifier(one, today) for one in numbers],
        certificates=[view_of_certificate(one, today) for one in await certificates_of(session, record)],
        groups=await _groups(session, record, by),
        links=await _links(session, record),
        told_by_others=await _told_by_others(session, record, {one.value for one in numbers}),
        alike=await candidates(session, person.identity, but=record),
    )


async def identifiers_of(session: AsyncSession, record: str) -> list[PersonIdentifier]:
    """A person's numbers: those in use first, then by day, newest first."""
    ended, since = col(PersonIdentifier.ended_on), col(PersonIdentifier.valid_from)
    found = await session.scalars(
        select(PersonIdentifier)
        .where(col(PersonIdentifier.record) == record)
        .order_by(ended.is_not(None), since.desc(), col(PersonIdentifier.identifier))
    )
    return list(found)


def view_of_identifier(found: PersonIdentifier, today: date) -> IdentifierView:
    """A number as it is shown."""
    return IdentifierView(
        **found.model_dump(exclude={"record"}),
        kind_label=IDENTIFIERS[found.kind],
        verification_label=VERIFICATIONS[found.verification],
        ending_label=IDENTIFIER_ENDINGS[found.ending] if found.ending else None,
        in_force=found.is_in_force(today),
    )


def view_of_certificate(found: Certificate, today: date) -> HeldCertificateView:
    """A certificate as it is shown."""
    return HeldCertificateView(
        **found.model_dump(exclude={"record"}),
        kind_label=CERTIFICATES[found.kind],
        ending_label=CERTIFICATE_ENDINGS[found.ending] if found.ending else None,
        holds=found.holds(today),
    )


async def holders_of(session: AsyncSession, value: str) -> set[str]:
    """Records of ours on which a number is in use."""
    found = await session.scalars(
        select(col(PersonIdentifier.record)).where(
            col(PersonIdentifier.value) == value, col(PersonIdentifier.ended_on).is_(None)
        )
    )
    return set(found)


async def find_identifier(session: AsyncSession, record: str, identifier: str) -> PersonIdentifier:
    """A number of this person. Raises IdentifierNotHere."""
    found = await session.get(PersonIdentifier, identifier)
    if found is None or found.record != record:
        raise IdentifierNotHere
    return found


async def identifier_in_use(session: AsyncSession, record: str, value: str) -> PersonIdentifier | None:
    """The number of this person with that value, if it is in use."""
    return await session.scalar(
        select(PersonIdentifier).where(
            col(PersonIdentifier.record) == record,
            col(PersonIdentifier.value) == value,
            col(PersonIdentifier.ended_on).is_(None),
        )
    )


async def certificates_of(session: AsyncSession, record: str) -> list[Certificate]:
    """A person's certificates, by kind, newest first."""
    found = await session.scalars(
        select(Certificate)
        .where(col(Certificate.record) == record)
        .order_by(col(Certificate.kind), col(Certificate.starts_on).desc(), col(Certificate.certificate))
    )
    return list(found)


async def find_certificate(session: AsyncSession, record: str, certificate: str) -> Certificate:
    """A certificate of this person. Raises CertificateNotHere."""
    found = await session.get(Certificate, certificate)
    if found is None or found.record != record:
        raise CertificateNotHere
    return found


async def _groups(session: AsyncSession, record: str, by: Caller) -> list[GroupsView]:
    """Target groups of the circles this member is in; judicial ones for who is named alone."""
    runtime = runtime_of(session)
    circles = runtime.directory.current.circles(caseload.own_member(session))
    table = TargetGroup
    rows = await session.scalars(select(table).where(col(table.record) == record).order_by(col(table.group)))
    chosen = [(row.circle, row.group) for row in rows]
    if may_see_judicial(by):
        judicial = col(JudicialTargetGroup.record) == record
        chosen += [
            ("justice", row.group)
            for row in await session.scalars(select(JudicialTargetGroup).where(judicial))
        ]
    return [
        GroupsView(
            circle=circle,
            chosen=[group for of, group in chosen if of == circle],
            labels={group: GROUP_WORDS[group] for group in groups},
        )
        for circle, groups in GROUPS.items()
        if circle in circles and (circle != "justice" or may_see_judicial(by))
    ]


async def count_groups(session: AsyncSession, by: Caller) -> list[GroupCountView]:
    """How many of the persons we follow now are in each target group that this operator may see."""
    followed = select(col(TakingInCharge.record)).where(col(TakingInCharge.closed_on).is_(None))
    wanted = select(col(TargetGroup.circle), col(TargetGroup.group), func.count()).where(
        col(TargetGroup.record).in_(followed)
    )
    found = list(await session.execute(wanted.group_by(col(TargetGroup.circle), col(TargetGroup.group))))
    if may_see_judicial(by):
        group = col(JudicialTargetGroup.group)
        judicial = select(literal("justice"), group, func.count()).where(
            col(JudicialTargetGroup.record).in_(followed)
        )
        found += await session.execute(judicial.group_by(group))
    return [
        GroupCountView(circle=circle, group=group, label=GROUP_WORDS[group], persons=persons)
        for circle, group, persons in sorted(found)
    ]


async def count_targets(session: AsyncSession) -> TargetsView:
    """How many of the persons we follow are at risk of exclusion, hold a certificate of L. 381/1991 or one of
    L. 68/1999 today. None follows from another, and who is of several is one person."""
    today = caseload.today(session)
    followed = select(col(TakingInCharge.record)).where(col(TakingInCharge.closed_on).is_(None))
    at_risk = select(col(TargetGroup.group), col(TargetGroup.record)).where(
        col(TargetGroup.group) == AT_RISK, col(TargetGroup.record).in_(followed)
    )
    certified = select(col(Certificate.kind), col(Certificate.record)).where(
        col(Certificate.kind).in_(LEGAL_TITLES),
        col(Certificate.record).in_(followed),
        col(Certificate.starts_on) <= today,
        col(Certificate.ended_on).is_(None),
        or_(col(Certificate.ends_on).is_(None), col(Certificate.ends_on) >= today),
    )
    one_each = at_risk.union(certified).subquery()
    counted = await session.execute(select(one_each.c.group, func.count()).group_by(one_each.c.group))
    in_all = await session.scalar(select(func.count(one_each.c.record.distinct())))
    labels: dict[str, str] = {AT_RISK: GROUP_WORDS[AT_RISK]}
    labels |= {kind: CERTIFICATES[kind] for kind in LEGAL_TITLES}
    found: dict[str, int] = {target: persons for target, persons in counted}
    return TargetsView(
        targets=[
            TargetView(target=target, label=label, persons=found.get(target, 0))
            for target, label in labels.items()
        ],
        persons=in_all or 0,
    )


async def _links(session: AsyncSession, record: str) -> list[LinkView]:
    """Links of this record, those that hold first; a removed one only where the two are not joined again."""
    names, own = names_of(session), caseload.own_member(session)
    found = await access.links_of(session, record)
    joined = {other for _, other, removed in found if not removed}
    here = {other[1]: (await find_person(session, other[1])).name for _, other, _ in found if other[0] == own}
    return [
        LinkView(
            link=link,
            member=other[0],
            member_name=names(other[0]),
            record=other[1],
            removed=removed,
            name=here.get(other[1]),
        )
        for link, other, removed in sorted(found, key=lambda one: (one[2], one[1]))
        if not (removed and other in joined)
    ]


async def link_of(session: AsyncSession, record: str, link: str) -> LinkView | None:
    """A link of this record that holds."""
    held = [one for one in await _links(session, record) if one.link == link and not one.removed]
    return held[0] if held else None


async def last_told(session: AsyncSession, record: str, event: type[Event]) -> str | None:
    """The id of our last event of a kind on a record: what a correction corrects."""
    member = caseload.own_member(session)
    return await session.scalar(
        select(col(EntryCopy.event_id))
        .where(
            col(EntryCopy.member) == member,
            col(EntryCopy.record) == record,
            col(EntryCopy.type) == event.wire_type,
        )
        .order_by(col(EntryCopy.recorded_at).desc())
        .limit(1)
    )


async def _told_by_others(
    session: AsyncSession, record: str, known: Iterable[str]
) -> list[OtherIdentifierView]:
    """Numbers that services which follow the person tell and we have not: compared, never taken over."""
    own = caseload.own_member(session)
    others = sorted(edge for edge in await access.component(session, record) if edge[0] != own)
    if not others:
        return []
    names, seen = names_of(session), set(known)
    types = (PersonRegistered.wire_type, IdentifierAssigned.wire_type)
    told = await session.scalars(
        select(EntryCopy)
        .where(
            on_any_of(others),
            or_(*(col(EntryCopy.type) == one for one in types)),
        )
        .order_by(col(EntryCopy.recorded_at).desc())
    )
    found: dict[str, OtherIdentifierView] = {}
    for entry in told:
        value = entry.payload.get("value") or entry.payload.get("tax_code")
        if value and value not in seen:
            kind = entry.payload.get("kind") or kind_of_tax_code(value)
            found.setdefault(
                value,
                OtherIdentifierView(
                    member=entry.member,
                    member_name=names(entry.member),
                    kind=kind,
                    kind_label=IDENTIFIERS.get(kind, kind),
                    value=value,
                ),
            )
    return list(found.values())
