"""What an operator with a conflict of interest sees no more: in lists, searches, counts as if it were not.

Every statement of a request is narrowed here; no query need know of it.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from functools import lru_cache
from typing import Any

from sqlalchemy import event, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import ORMExecuteState, Session, with_loader_criteria
from sqlalchemy.sql.base import ExecutableOption
from sqlmodel import SQLModel, col

from trama_chassis.audit import LOOK, Look
from trama_chassis.conflict import ConflictHeld
from trama_chassis.links import RecordLink

_narrowed: dict[type[SQLModel], Any] = {}


def watch(tables: Iterable[type[SQLModel]]) -> None:
    """Narrow what is selected from these tables, where they bear a record."""
    for table in tables:
        if hasattr(table, "record"):
            _narrowed[table] = table.record
    _criteria.cache_clear()
    if not event.contains(Session, "do_orm_execute", _narrow):
        event.listen(Session, "do_orm_execute", _narrow, insert=True)


def _narrow(state: ORMExecuteState) -> None:
    look: Look | None = state.session.info.get(LOOK)
    if look is None or look.operator is None or not state.is_select or state.is_column_load:
        return
    if look.hidden is None:
        del state.session.info[LOOK]  # the question itself is not narrowed, and shows nobody to anybody
        try:
            look.hidden = _hidden_from(state.session, look.operator)
        finally:
            state.session.info[LOOK] = look
    if look.hidden:
        state.statement = state.statement.options(*_criteria(look.hidden))


@lru_cache(maxsize=64)
def _criteria(hidden: frozenset[str]) -> tuple[ExecutableOption, ...]:
    """What narrows a statement, built once for all that the same people are hidden from.

    SQLAlchemy keeps with each statement what first narrowed it: built for each, a node grew by 40 megabytes.
    """
    unseen = sorted(hidden)
    return tuple(
        with_loader_criteria(table, or_(record.is_(None), record.not_in(unseen)), include_aliases=True)
        for table, record in _narrowed.items()
    )


def _hidden_from(session: Session, operator: str) -> frozenset[str]:
    """Every record of the people about whom an operator has declared a conflict, other members' too."""
    declared = select(col(ConflictHeld.record)).where(
        col(ConflictHeld.operator) == operator, col(ConflictHeld.lifted_on).is_(None)
    )
    hidden = set(session.scalars(declared))
    new = set(hidden)
    while new:
        ends = [(col(RecordLink.a_record), col(RecordLink.b_record))]
        ends += [(there, here) for here, there in ends]
        linked = {one for here, there in ends for one in session.scalars(select(there).where(here.in_(new)))}
        new = linked - hidden
        hidden |= new
    return frozenset(hidden)


async def declare(
    session: AsyncSession, conflict: str, *, operator: str, record: str, declared_on: date
) -> None:
    """Take our registry's word that an operator has a conflict about a person."""
    held = ConflictHeld(conflict=conflict, operator=operator, record=record, declared_on=declared_on)
    await session.merge(held)


async def lift(session: AsyncSession, conflict: str, lifted_on: date) -> None:
    """Take our registry's word that a conflict is over."""
    held = await session.get(ConflictHeld, conflict)
    if held is not None:
        held.lifted_on = lifted_on
