"""How often records of each source were refused, by outcome code. Never by stream: that says whose it is."""

from collections import Counter
from functools import cache
from typing import TYPE_CHECKING

from sqlalchemy import Executable
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from trama_chassis import clock
from trama_chassis.tables import Refusal, insert_or

if TYPE_CHECKING:
    from trama_chassis.runtime import Runtime


async def store_refusals(
    session: AsyncSession, runtime: "Runtime", counted: Counter[tuple[str, str]]
) -> None:
    """Add counts to what was counted before, in one statement."""
    now = clock.machine_now()
    rows = [
        {"source": source, "code": code, "count": count, "last_at": now}
        for (source, code), count in sorted(counted.items())
    ]
    await session.execute(_adding(runtime.database.dialect), rows)


@cache
def _adding(dialect: str) -> Executable:
    """Built once: what is counted is counted all the time."""
    statement = insert_or(dialect, Refusal)
    return statement.on_conflict_do_update(
        index_elements=["source", "code"],
        set_={"count": col(Refusal.count) + statement.excluded.count, "last_at": statement.excluded.last_at},
    )
