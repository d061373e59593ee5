"""Many rows written in one statement, over those that are already there."""

from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import Executable, inspect
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import SQLModel

from trama_chassis.tables import insert_or, table_of

if TYPE_CHECKING:
    from trama_chassis.runtime import Runtime


async def upsert(
    session: AsyncSession,
    runtime: "Runtime",
    model: type[SQLModel],
    rows: Sequence[dict[str, Any]],
    *,
    update: Sequence[str],
    newer: str | None = None,
) -> None:
    """Insert rows; where the primary key is there, overwrite the columns named.

    With `newer`, only if that column of the row offered is above the one that is there. Rows are written in
    the order of their keys, so that two writers never wait for each other in a circle.
    """
    if not rows:
        return
    keys = [column.name for column in inspect(model).primary_key]
    statement = _over(runtime.database.dialect, model, tuple(update), newer)
    await session.execute(statement, sorted(rows, key=lambda row: [row[name] for name in keys]))


@cache
def _over(dialect: str, model: type[SQLModel], update: tuple[str, ...], newer: str | None) -> Executable:
    """The statement, built once: that takes longer than the database does."""
    statement = insert_or(dialect, model)
    overwritten = {name: statement.excluded[name] for name in update}
    above = None if newer is None else statement.excluded[newer] > table_of(model).c[newer]
    return statement.on_conflict_do_update(
        index_elements=[column.name for column in inspect(model).primary_key], set_=overwritten, where=above
    )
