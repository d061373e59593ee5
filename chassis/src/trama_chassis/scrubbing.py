"""Rewriting the files of a database, so that nothing that was deleted is left in them.

What a PostgreSQL's own log, its archive, its backups and the freed blocks of a disk still hold is the site's
to let go (docs/runbook.md, "PostgreSQL after an erasure").
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import Dialect, Table

if TYPE_CHECKING:
    from trama_chassis.database import Database

STATISTICS = "pg_catalog.pg_statistic"
"""Where PostgreSQL keeps samples of what stands in columns, to plan by."""


async def scrub(database: "Database") -> bool:
    """Rewrite the files; False if somebody is reading (later). Nobody else writes meanwhile."""
    async with database.engine.connect() as connection:
        driver: Any = (await connection.get_raw_connection()).driver_connection
        if database.dialect == "sqlite":
            await driver.execute("VACUUM")
            (cursor,) = await driver.execute_fetchall("PRAGMA wal_checkpoint(TRUNCATE)")
            return bool(cursor[0] == 0)
        await driver.set_autocommit(True)
        try:
            await driver.execute("SET statement_timeout = 0")  # a large table takes more than a request may
            await _rewrite(driver, database.tables, database.engine.dialect)
        finally:
            await driver.execute("RESET statement_timeout")
            await driver.set_autocommit(False)
        return True


async def _rewrite(driver: Any, tables: Sequence[Table], dialect: Dialect) -> None:  # noqa: ANN401 - psycopg's
    """Dead rows, and the samples that were taken of them."""
    for table in tables:
        await driver.execute(f'VACUUM (FULL, ANALYZE) "{table.name}"')
        found = await driver.execute(f'SELECT 1 FROM "{table.name}" LIMIT 1')  # noqa: S608 - a name of ours
        if await found.fetchone() is None:
            await _forget_samples(driver, table, dialect)
    await driver.execute(f"VACUUM (FULL) {STATISTICS}")


async def _forget_samples(driver: Any, table: Table, dialect: Dialect) -> None:  # noqa: ANN401 - as above
    """Of an empty table nothing new is sampled and the old stays; a column that is given its type again has
    none. Ids, by which rows are found, may stay."""
    kinds = [
        f'ALTER "{column.name}" TYPE {column.type.compile(dialect)}'
        for column in table.columns
        if not (column.primary_key or column.foreign_keys)
    ]
    if kinds:
        await driver.execute(f'ALTER TABLE "{table.name}" {", ".join(kinds)}')
