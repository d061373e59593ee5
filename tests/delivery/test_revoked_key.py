"""A signing key is stolen: nobody believes it any more, and all it had signed comes again under another."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from sqlmodel import col
from trama_chassis.key_changes import sign_again
from trama_chassis.rebuild import ask_network
from trama_chassis.tables import OutboxRow, Refusal
from trama_contracts.record import Record
from trama_contracts.signature import headers_of, kid_of, raw_public
from trama_deploy.broker import EmbeddedBroker

from chassis.tests.small_registry import SERVICE, Effect, new_id, rows
from tests.delivery.life import (
    PLACEMENT,
    digest_of,
    happen,
    heard_ids,
    living,
    once_and_in_order,
    published_ids,
)
from tests.delivery.network import Network, acquainted, lived, until

SOURCE = "sil.registry"


def _rob(network: Network, signed: Sequence[OutboxRow]) -> str:
    """Revoke the key of the source; who stole it sends again what it had signed. Which key it was."""
    stolen = kid_of(raw_public(network.territory.signing(SOURCE)))
    network.territory = replace(network.territory, robbed=frozenset({SOURCE}))
    network.produce(network.territory.directory_records())
    network.produce(
        Record(row.topic, row.key.encode(), row.value, headers_of(row.signature)) for row in signed
    )
    return stolen


async def test_what_a_stolen_key_signed_is_refused_and_arrives_once_more_under_the_new_one(
    broker: EmbeddedBroker, tmp_path: Path
) -> None:
    """INVARIANT: revoking a key loses no event and repeats no effect. Signing anew what is not sent again, or
    believing a signature because the event is known, breaks it."""
    network = Network(broker, tmp_path)
    await network.prepare()
    async with living(network) as life:
        await life.go_on([new_id() for _ in range(5)])
        await life.settled()
        before = await digest_of(life.sister)
        signed = await rows(life.source, OutboxRow, col(OutboxRow.kind) == "event")
    stolen = _rob(network, signed)
    async with network.started(SERVICE, "sil") as source, network.started(PLACEMENT, "sil") as sister:
        await ask_network(sister)
        assert await sign_again(source.database, source.keystore.signing, {stolen}) > len(signed)
        async with lived(source), lived(sister):
            await acquainted(source, sister)

            async def as_before() -> bool:
                return await digest_of(sister) == before

            await until(as_before, "all is here again")
            await happen(source, new_id())

            async def arrived() -> bool:
                return await heard_ids(sister, SOURCE) == await published_ids(source, "event")

            await until(arrived, "what is new arrives too")

            async def refused() -> bool:
                return bool(await rows(sister, Refusal, col(Refusal.code) == "revoked-signer"))

            await until(refused, "the stolen signature is refused, and counted")
        await once_and_in_order(sister)
        assert len(await rows(sister, Effect)) == 12, "nothing was acted upon again"
