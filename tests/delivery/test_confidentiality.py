"""What the broker gets to see: every byte it wrote, searched for every name and tax code in every guise."""

import asyncio
import base64
import json
from pathlib import Path

import pytest
from sqlmodel import col
from trama_chassis import outbox
from trama_chassis.tables import OutboxRow
from trama_chassis.testing import transaction
from trama_contracts.names import KINDS, topic_of
from trama_contracts.record import Record
from trama_contracts.registry import PersonRegistered, ReferralPreview, ReferralSent
from trama_deploy.broker import EmbeddedBroker

from chassis.tests.small_registry import DAY, SERVICE, consent, link, new_id, rows
from tests.delivery.life import PLACEMENT, REPORTING, REPORTING_ID, happen, heard_ids
from tests.delivery.network import Network, acquainted, until
from tests.harness.guises import everything_in, found

PEOPLE = [
    ("Ercolina", "Zanettovich", "ZNTRLN75R54Z999W"),
    ("Teodolinda", "D'Andreàz", "DNDTLN80A41Z999H"),
    ("Güntherina", "Öštrovška", "STRGTH68T45Z999O"),
    ("Adalgiso", "Bressanutti Del Zotto", "BRSDGS59C15Z999A"),
]
OTHER_WORDS = ["Villotta di Sopra", "0434 999999", "magazziniere a tempo parziale", "Ivonne Pradolin"]


@pytest.mark.parametrize("place", range(3))
@pytest.mark.parametrize("secret", [name for person in PEOPLE for name in person])
def test_the_scanner_finds_a_name_in_any_guise(secret: str, place: int) -> None:
    noise = bytes(range(256)) * place
    for hidden in (
        secret.encode(),
        secret.lower().encode("utf-16-le"),
        json.dumps({"name": secret}).encode(),
        base64.b64encode(bytes(place) + secret.encode() + b"and more"),
        base64.urlsafe_b64encode(bytes(place) + json.dumps({"n": secret}, ensure_ascii=False).encode()),
        base64.b64encode(bytes(place) + secret.encode("utf-16-be") + bytes(5)),
    ):
        assert found([secret], [("file", noise + hidden + noise)]) == {f"{secret} in file"}
    assert found([secret], [("file", noise + base64.b64encode(b"nothing to be found" * 40))]) == set()


async def test_no_name_and_no_tax_code_reaches_the_broker_in_any_guise(tmp_path: Path) -> None:
    """INVARIANT: after a life in which persons were registered, referred, shared and counted, not one byte
    that the broker wrote holds a name, a tax code, a record or a pseudonym. An attribute, a header, a key
    or a log line that is not sealed breaks it."""
    with EmbeddedBroker(tmp_path / "broker", partitions=3) as own:
        network = Network(own, tmp_path)
        await network.prepare()
        records = await a_small_life(network)
        canary = "Canarina Gialletti"
        sealed = base64.b64encode(b"{" + canary.encode() + b"}" + b"." * 600)
        name = network.territory.network
        network.produce([Record(topic_of(name, "sil.registry", "events"), b"canary", sealed, ())])
        await asyncio.to_thread(own.stop)
    places = everything_in(tmp_path / "broker")
    for kind in KINDS:
        log = f"registry.{kind}.v1"
        written = [content for where, content in places if log in where and where.endswith(".log")]
        assert any(len(content) > 1000 for content in written), f"nothing in {kind} was searched"
    assert found([canary], places), "what is planted is found"
    secrets = [*(word for person in PEOPLE for word in person), *OTHER_WORDS, *records, REPORTING_ID]
    assert found(secrets, places) == set()


async def a_small_life(network: Network) -> list[str]:
    """Registered, referred, taken in charge, shared with another member, counted; gives the record ids."""
    async with (
        network.alive(SERVICE, "sil") as source,
        network.alive(PLACEMENT, "sil") as sister,
        network.alive(SERVICE, "cpi") as other,
        network.alive(REPORTING, "provincia") as reporting,
    ):
        await acquainted(source, sister, other, reporting)
        records = []
        for given, family, code in PEOPLE:
            record, theirs = new_id(), new_id()
            records.append(record)
            await happen(source, record)
            async with transaction(source) as session:
                town, phone, *_ = OTHER_WORDS
                registered = PersonRegistered(
                    given_name=given, family_name=family, tax_code=code, town=town, phone=phone
                )
                outbox.add(session, registered, record=record, scope=record)
                sent = referral_of(given, family, code)
                outbox.add(session, sent, record=record, scope=sent.referral, to=["cpi.registry"])
                outbox.add(session, consent("cpi"), record=record, scope=record)
                outbox.add(session, link(("sil", record), ("cpi", theirs)), record=record, scope=record)

        async def all_arrived() -> bool:
            sent = await rows(source, OutboxRow, col(OutboxRow.kind).in_(("event", "fact")))
            copies = [len(await heard_ids(one, "sil.registry")) for one in (sister, other, reporting)]
            return all(row.sent_at for row in sent) and copies == [16, 16, 4]

        await until(all_arrived, "all has arrived")
        return records


def referral_of(given: str, family: str, code: str) -> ReferralSent:
    """A referral with all that a preview may hold."""
    preview = ReferralPreview(given_name=given, family_name=family, tax_code=code, need=OTHER_WORDS[2])
    return ReferralSent(
        referral=new_id(),
        to="cpi",
        sent_on=DAY,
        reason=OTHER_WORDS[3],
        preview=preview,
        answer_by=DAY,
        authorisation=new_id(),
    )
