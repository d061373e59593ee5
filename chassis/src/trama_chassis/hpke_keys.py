"""This service's own HPKE keys, one per epoch: the seed sealed at rest, the public key in the catalogue."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col
from trama_contracts.catalogue import HPKE_ENTITY, HPKE_TYPE, HpkeKeyEntry, hpke_content
from trama_contracts.encoding import b64u
from trama_contracts.hpke import HpkePrivateKey, new_seed

from trama_chassis import catalogue, clock
from trama_chassis.tables import OwnHpkeKey

if TYPE_CHECKING:
    from trama_chassis.runtime import Runtime

EPOCH = timedelta(days=28)
RENEW_BEFORE = timedelta(days=7)
KEEP_AFTER = timedelta(days=35)
"""A private key outlives its epoch by the retention of the mailbox (wire section 13)."""
SUITE = "xwing-v1"


async def ensure(session: AsyncSession, runtime: "Runtime") -> None:
    """Draw the next epoch's key when the last one nears its end, and publish the list; the caller commits."""
    now = clock.machine_now()
    rows = list(
        (await session.execute(select(OwnHpkeKey).order_by(col(OwnHpkeKey.valid_from).desc()))).scalars()
    )
    if rows and rows[0].valid_until - now > RENEW_BEFORE:
        return
    rows.insert(0, _drawn(runtime, now))
    session.add(rows[0])
    runtime.hpke_keys[rows[0].hpkekey] = _private(runtime, rows[0])
    await _publish(session, [row for row in rows if row.valid_until > now])


async def load(session: AsyncSession, runtime: "Runtime") -> None:
    """Read the private keys of this and past epochs into the keyring; forget those past their grace."""
    now = clock.machine_now()
    runtime.hpke_keys.clear()
    for row in (await session.execute(select(OwnHpkeKey))).scalars():
        if row.valid_until + KEEP_AFTER < now:
            await session.delete(row)
        else:
            runtime.hpke_keys[row.hpkekey] = _private(runtime, row)


def _drawn(runtime: "Runtime", now: datetime) -> OwnHpkeKey:
    seed = new_seed()
    key = HpkePrivateKey.from_seed(seed)
    return OwnHpkeKey(
        hpkekey=key.hpkekey,
        suite=SUITE,
        public=b64u(key.public),
        sealed_seed=runtime.keystore.seal(seed, key.hpkekey),
        valid_from=now - timedelta(minutes=5),
        valid_until=now + EPOCH + RENEW_BEFORE,
    )


def _private(runtime: "Runtime", row: OwnHpkeKey) -> HpkePrivateKey:
    return HpkePrivateKey.from_seed(runtime.keystore.open(row.sealed_seed, row.hpkekey))


async def _publish(session: AsyncSession, rows: list[OwnHpkeKey]) -> None:
    keys = [
        HpkeKeyEntry.model_validate(
            {
                "suite": row.suite,
                "public": row.public,
                "hpkekey": row.hpkekey,
                "from": row.valid_from,
                "until": row.valid_until,
            }
        )
        for row in rows
    ]
    await catalogue.publish(session, HPKE_ENTITY, HPKE_TYPE, hpke_content(keys))
