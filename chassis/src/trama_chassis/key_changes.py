"""What stood under a key that is given up, put under the one that takes its place, while the service is down.

Signatures are no part of a stream's chain (wire section 7): the bytes stay as they are.
"""

from collections.abc import Callable, Collection
from typing import Any, Final

from sqlalchemy import bindparam, func, select, update
from sqlmodel import SQLModel, col
from trama_contracts.signature import signature_header

from trama_chassis.database import Database
from trama_chassis.files import File
from trama_chassis.keystore import Keystore, KeystoreDamaged, SigningKey
from trama_chassis.tables import GrantReceived, OutboxRow, OwnHpkeKey, OwnStream, table_of

PAGE: Final = 200
SEALED: Final[tuple[tuple[type[SQLModel], str, Callable[[Any], str]], ...]] = (
    (OwnStream, "sealed_key", lambda row: row.stream),
    (GrantReceived, "sealed_key", lambda row: row.stream),
    (OwnHpkeKey, "sealed_seed", lambda row: row.hpkekey),
    (File, "sealed_key", lambda row: row.context),
)
"""Every column that the key outside the database seals, and what each is sealed for."""


async def signed_by(database: Database, kids: Collection[str]) -> int:
    """How many rows of the outbox carry a signature by one of these keys."""
    table = table_of(OutboxRow)
    async with database.read() as session:
        counted = 0
        for kid in kids:
            prefix = f"v1.{kid}.".encode()
            carries = func.substr(table.c.signature, 1, len(prefix)) == prefix
            counted += await session.scalar(select(func.count()).select_from(table).where(carries)) or 0
    return counted


async def sign_again(database: Database, signing: SigningKey, revoked: Collection[str]) -> int:
    """Sign again what revoked keys have signed, to be sent once more; returns how many rows.

    Receivers refuse every record under a revoked key, and drop what they know already (wire section 12).
    """
    table, after, done = table_of(OutboxRow), 0, 0
    prefixes = tuple(f"v1.{kid}.".encode() for kid in revoked)
    change = (
        update(table)
        .where(table.c.position == bindparam("of"))
        .values(signature=bindparam("by"), sent_at=None, partition=None, offset=None)
    )
    async with database.write() as session:
        while True:
            page = select(table).where(table.c.position > after).order_by(table.c.position).limit(PAGE)
            rows = (await session.execute(page)).all()
            if not rows:
                break
            after = rows[-1].position
            ours = [row for row in rows if bytes(row.signature).startswith(prefixes)]
            if ours:
                signed = [{"of": row.position, "by": _signature(signing, row)} for row in ours]
                await (await session.connection()).execute(change, signed)
                done += len(ours)
        await session.commit()
    return done


def _signature(signing: SigningKey, row: Any) -> bytes:  # noqa: ANN401 - a row of the outbox
    return signature_header(signing.private, row.topic, row.key.encode(), signing.kid, row.value)


async def seal_again(database: Database, old: Keystore, new: Keystore) -> int:
    """Seal every key under the new key-encryption key, in one transaction; returns how many.

    What the new one opens already is passed over, so that it can be done again after a crash. Raises
    KeystoreDamaged for what neither opens; nothing is changed then.
    """
    done = 0
    async with database.write() as session:
        for entity, column, context_of in SEALED:
            for row in await session.scalars(select(entity).where(col(getattr(entity, column)) != b"")):
                context, sealed = context_of(row), getattr(row, column)
                try:
                    new.open(sealed, context)
                except KeystoreDamaged:
                    setattr(row, column, new.seal(old.open(sealed, context), context))
                    done += 1
        await session.commit()
    return done
