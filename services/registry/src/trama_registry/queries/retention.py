"""What is kept longer than the rules say: read from what stands here, changed by nobody."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import trama_caseload as caseload
from sqlalchemy import ColumnElement, ScalarSelect, Select, and_, exists, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped
from sqlmodel import col
from trama_chassis import access
from trama_chassis.clock import ZONE
from trama_chassis.outbox import runtime_of
from trama_chassis.settings import ServiceSettings

from trama_registry.errors import RetentionUnreadable
from trama_registry.models import (
    AccessRequest,
    EntryCopy,
    ObscuredEntry,
    OwnInterview,
    Person,
    TakingInCharge,
)
from trama_registry.models.retention import (
    FIRST_CONTACT,
    WHOLE_RECORD,
    Due,
    RetentionRule,
    in_force,
    rules_in,
)
from trama_registry.queries.told import local_day

OURS = Path(__file__).parents[1] / "models" / "retention.yaml"
"""The rules of who has not made their own: choices of this software."""
OWN = "retention.yaml"
"""Their own, beside the accounts of the member."""
OWN_INTERVIEW = "own-interview"
WIRE_TYPE = "it.trama.registry.{}.v1"
Name = tuple[str, str]
"""Record and kind."""


@dataclass(frozen=True, slots=True)
class Kept:
    """An entry of ours, of which day; or a whole record, with the day of its last one."""

    record: str
    day: date
    entry: str | None
    count: int = 1


def retention_rules(settings: ServiceSettings) -> tuple[RetentionRule, ...]:
    """The rules that hold at this member, those of other days too. Raises RetentionUnreadable."""
    named: Path | None = getattr(settings, "retention_file", None)
    beside = settings.accounts_file.with_name(OWN)
    file = named or (beside if beside.exists() else OURS)
    try:
        return rules_in(file.read_text(encoding="utf-8"), called=file.name)
    except (OSError, UnicodeDecodeError) as error:
        raise RetentionUnreadable(
            "Il file dei tempi di conservazione non si apre: %(file)s. Finché non c'è non si propone nessuna "
            "cancellazione.",
            file=str(file),
        ) from error


async def overdue(
    session: AsyncSession, today: date, records: Collection[str] | None = None
) -> dict[Name, Due]:
    """What is kept longer than the rules in force say, by record and kind; of these records, if named.

    A person has as many relations as records of ours are joined: none of them may go on, and the last to end
    counts. What is due with the whole record is not named apart. Raises RetentionUnreadable.
    """
    rules = in_force(retention_rules(runtime_of(session).settings), today)
    ended = await _ended(session, rules.values(), today, records)
    kept = [
        (rule, one)
        for rule in rules.values()
        for one in await _of_kind(session, rule, today, records)
        if _since(rule, one, ended) <= today
    ]
    ended = await _with_joined(session, ended, {one.record for _, one in kept})
    found: defaultdict[Name, list[Kept]] = defaultdict(list)
    for rule, one in kept:
        if _since(rule, one, ended) <= today:
            found[one.record, rule.kind].append(one)
    return {
        (record, rule.kind): _due(rule, found[record, rule.kind], ended)
        for rule in rules.values()
        for record in {record for record, kind in found if kind == rule.kind}
        if rule.kind == WHOLE_RECORD or (record, WHOLE_RECORD) not in found
    }


def _since(rule: RetentionRule, one: Kept, ended: Mapping[str, date]) -> date:
    """Since when it is kept too long; never, while somebody follows the person and that counts."""
    if rule.after == "entry":
        return rule.over_on(one.day)
    return rule.over_on(max(one.day, ended[one.record])) if one.record in ended else date.max


def _due(rule: RetentionRule, kept: Collection[Kept], ended: Mapping[str, date]) -> Due:
    return Due(
        record=next(iter(kept)).record,
        rule=rule,
        since=min(_since(rule, one, ended) for one in kept),
        count=sum(one.count for one in kept),
        entries=frozenset(one.entry for one in kept if one.entry is not None),
    )


async def _ended(
    session: AsyncSession, rules: Iterable[RetentionRule], today: date, records: Collection[str] | None
) -> dict[str, date]:
    """When the last relation of each record ended, as far as any of these rules may count it; of one that
    never had any, when it was made."""
    before = max((rule.began_by(today) for rule in rules if rule.after != "entry"), default=None)
    if before is None:
        return {}
    closed = _last(col(TakingInCharge.closed_on), col(TakingInCharge.record))
    concluded = _last(col(AccessRequest.concluded_on), col(AccessRequest.record))
    wanted = select(col(Person.record), col(Person.registered_at), closed, concluded).where(
        col(Person.record).in_(_left_alone(before, records))
    )
    return {
        record: max((day for day in days if day is not None), default=local_day(registered))
        for record, registered, *days in await session.execute(wanted)
    }


def _last(day: Mapped[Any], record: Mapped[Any]) -> ScalarSelect[date | None]:
    return select(func.max(day)).where(record == col(Person.record)).scalar_subquery()


def _left_alone(before: date, records: Collection[str] | None) -> Select[str]:
    """The records of whom nobody of ours follows, nor did after a day, also at the door."""
    wanted = select(col(Person.record))
    for record, ended in (
        (col(TakingInCharge.record), col(TakingInCharge.closed_on)),
        (col(AccessRequest.record), col(AccessRequest.concluded_on)),
    ):
        later = (record == col(Person.record)) & (ended.is_(None) | (ended > before))
        wanted = wanted.where(~exists().where(later))
    return wanted if records is None else wanted.where(col(Person.record).in_(sorted(records)))


async def _with_joined(
    session: AsyncSession, ended: Mapping[str, date], records: Iterable[str]
) -> dict[str, date]:
    """The same of the whole person, where more records of ours are: it ended when the last of them did."""
    own = caseload.own_member(session)
    together: dict[str, date] = {}
    for record in sorted(set(records) & ended.keys()):
        same = await access.own_records(session, (own, record))
        if same <= ended.keys():
            together[record] = max(ended[one] for one in same)
    return together


async def _of_kind(
    session: AsyncSession, rule: RetentionRule, today: date, records: Collection[str] | None
) -> list[Kept]:
    """The entries of a kind that may be due, wherever we keep them: told, hidden, or kept to ourselves."""
    before = rule.began_by(today)
    alone = _left_alone(before, records)

    def may_be(record: Mapped[Any], *others: ColumnElement[bool]) -> ColumnElement[bool]:
        if rule.after == "entry":
            return and_(*others) if records is None else and_(record.in_(sorted(records)), *others)
        return and_(record.in_(alone), *others)

    if rule.kind == WHOLE_RECORD:
        return await _whole_records(session, alone)
    if rule.kind == FIRST_CONTACT:
        asked = may_be(col(AccessRequest.access), col(AccessRequest.concluded_on) <= before, without_record())
        ended = select(col(AccessRequest.access), col(AccessRequest.concluded_on)).where(asked)
        days = await session.execute(ended)
        return [Kept(access, day, access) for access, day in days if day is not None]
    if rule.kind == OWN_INTERVIEW:
        held = select(OwnInterview).where(
            may_be(col(OwnInterview.record), col(OwnInterview.held_on) <= before)
        )
        return [Kept(one.record, one.held_on, one.interview) for one in await session.scalars(held)]
    end = datetime.combine(before, time.max, ZONE)
    found = []
    for table, own in ((EntryCopy, _ours(session)), (ObscuredEntry, ~col(ObscuredEntry.corrects))):
        told = (col(table.type) == WIRE_TYPE.format(rule.kind), col(table.occurred_at) <= end, own)
        rows = select(col(table.record), col(table.occurred_at), col(table.event_id)).where(
            may_be(col(table.record), *told)
        )
        found += [Kept(record, local_day(at), entry) for record, at, entry in await session.execute(rows)]
    return found


def without_record() -> ColumnElement[bool]:
    """Of whom a first contact is all that we keep."""
    return col(AccessRequest.record).is_(None)


def _ours(session: AsyncSession) -> ColumnElement[bool]:
    return (col(EntryCopy.member) == caseload.own_member(session)) & col(EntryCopy.corrects).is_(None)


async def _whole_records(session: AsyncSession, alone: Select[str]) -> list[Kept]:
    """The records that nobody follows any more, with how many entries of ours and the day of the last."""
    own = _ours(session) & (col(EntryCopy.record) == col(Person.record))
    rows = await session.execute(
        select(col(Person.record), func.count(col(EntryCopy.event_id)), func.max(col(EntryCopy.occurred_at)))
        .join(EntryCopy, own, isouter=True)
        .where(col(Person.record).in_(alone))
        .group_by(col(Person.record))
    )
    return [
        Kept(record, local_day(last) if last is not None else date.min, None, count)
        for record, count, last in rows
    ]
