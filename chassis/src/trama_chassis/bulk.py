"""Rows of a hot copy, written in one statement per table when the transaction ends.

A handler that is called for thousands of events offers a row here instead of `session.add`; the row cannot
be queried before the commit.
"""

from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import SQLModel

from trama_chassis.tables import table_of

_KEY = "bulk"


def insert(session: AsyncSession, model: type[SQLModel], **row: Any) -> None:  # noqa: ANN401 - a row is any columns
    """Write a row of this table at the commit. Every row of a table names the same columns."""
    session.info.setdefault(_KEY, {}).setdefault(model, []).append(row)


def withdraw(session: AsyncSession, model: type[SQLModel], **alike: Any) -> None:  # noqa: ANN401 - as above
    """Take back offered rows of a table whose columns have these values."""
    offered: dict[type[SQLModel], list[dict[str, Any]]] = session.info.get(_KEY, {})
    if model in offered:
        offered[model] = [
            row for row in offered[model] if any(row[name] != value for name, value in alike.items())
        ]


async def write(session: AsyncSession) -> None:
    """Write what was offered; the commit points and the rebuild call it."""
    offered: dict[type[SQLModel], list[dict[str, Any]]] = session.info.pop(_KEY, {})
    if not offered:
        return
    connection = await session.connection()
    for model, rows in offered.items():
        if rows:
            await connection.execute(table_of(model).insert(), rows)
