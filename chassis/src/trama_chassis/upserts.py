"""Many rows written in one statement, over those that are already there."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import inspect
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import SQLModel

from trama_chassis.tables import insert_or

if TYPE_CHECKING:
    from trama_chassis.runtime import Runtime


async def upsert(
    session: AsyncSession,
    runtime: "Runtime",
    model: type[SQLModel],
    rows: Sequence[dict[str, Any]],
    *,
    update: Sequence[str],
) -> None:
    """Insert rows; where the primary key is there, overwrite the columns named."""
    if not rows:
        return
    statement = insert_or(runtime.database.dialect, model)
    keys = [column.name for column in inspect(model).primary_key]
    overwritten = {name: statement.excluded[name] for name in update}
    await session.execute(statement.on_conflict_do_update(index_elements=keys, set_=overwritten), list(rows))
