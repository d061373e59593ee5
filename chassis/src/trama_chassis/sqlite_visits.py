"""Statements on SQLite: worked out once for all databases of a process, and one visit to the thread of their
connection for each.

SQLAlchemy asks four times: for a cursor, to execute, for the rows, to close. Beside other work each visit
waits for the other threads of the process; and who was cancelled between two of them left a cursor open.
"""

from typing import Any

import aiosqlite
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.sqlite.aiosqlite import SQLiteDialect_aiosqlite
from sqlalchemy.util import LRUCache

COMPILED: LRUCache[Any, Any] = LRUCache(1_500)
"""What SQLAlchemy has worked out of statements, for every SQLite database of this process."""


class OneDialect(SQLiteDialect_aiosqlite):
    """The same whatever the database: a node has a dozen, and would work out each statement for each."""

    supports_statement_cache = True

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self)

    def __hash__(self) -> int:
        return hash(type(self))


registry.register("sqlite.one", __name__, OneDialect.__name__)


class Visit(aiosqlite.Cursor):
    """By the time it has executed, all is read and nothing is open."""

    async def execute(self, sql: str, parameters: Any = ()) -> Any:  # noqa: ANN401 - as in aiosqlite
        await self._execute(self._run, "execute", sql, parameters)  # type: ignore[no-untyped-call]  # theirs

    async def executemany(self, sql: str, parameters: Any) -> Any:  # noqa: ANN401 - as in aiosqlite
        await self._execute(self._run, "executemany", sql, parameters)  # type: ignore[no-untyped-call]  # theirs

    def _run(self, how: str, sql: str, parameters: object) -> None:
        self._cursor = getattr(self._conn._conn, how)(sql, parameters)
        self._rows = self._cursor.fetchall()
        self._cursor.close()

    async def fetchall(self) -> list[Any]:
        return self._rows

    async def close(self) -> None:
        """Nothing is open."""
