"""Deleting rows because what they tell was erased: for the handlers of services, which know the rows."""

from typing import Any

from sqlalchemy import delete
from sqlalchemy.engine import CursorResult
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import SQLModel, col


async def let_go(session: AsyncSession, table: type[SQLModel], **alike: Any) -> int:  # noqa: ANN401 - columns
    """Delete the rows of a table whose columns have these values; how many."""
    await session.flush()
    where = [col(getattr(table, name)) == value for name, value in alike.items()]
    result = await session.execute(
        delete(table).where(*where), execution_options={"synchronize_session": "fetch"}
    )
    return result.rowcount if isinstance(result, CursorResult) else 0
