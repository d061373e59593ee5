"""Writing and reading inner JSON, messages and catalogue records with the classes."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from trama_contracts.catalogue import (
    CatalogueRecord,
    HpkeKeyEntry,
    current_hpke_key,
    hpke_record,
    open_catalogue,
)
from trama_contracts.encoding import b64u, from_b64, full_hash
from trama_contracts.errors import InvalidPayload, TooLarge
from trama_contracts.golden.__main__ import ROOT
from trama_contracts.golden.catalogue_cases import LEGACY_TOPIC, SIL_TOPIC, published
from trama_contracts.golden.corpus import FILE, read
from trama_contracts.golden.fixtures import (
    DSM_KEY,
    LEGACY_KEY,
    LEGACY_X25519,
    LEGACY_XWING,
    NOW,
    SIL_KEY,
    drawn,
    uuid_of,
)
from trama_contracts.hpke import HpkePrivateKey
from trama_contracts.inner import Actor, Continues, Inner, encode_inner, parse_inner
from trama_contracts.messages import (
    FILE_PART_BYTES,
    MAX_ITEMS,
    Basis,
    Erasure,
    FilePart,
    From,
    Grant,
    GrantEnd,
    Grants,
    Heads,
    Message,
    Receipt,
    Request,
    encode_message,
    file_parts,
    grant_key,
    parse_message,
)
from trama_contracts.opening import Outcome
from trama_contracts.padding import MAX_INNER

TOPIC = "pn.dsm.registry.events.v1"
HASH = full_hash(b"x")
WRITTEN = Inner(
    type="it.trama.registry.conformance-noted.v1",
    circle="care",
    record=uuid_of("record"),
    occurred_at=datetime(2013, 10, 14, 7, 30, tzinfo=UTC),
    recorded_at=datetime(2013, 10, 14, 7, 31, 0, 5000, tzinfo=UTC),
    actor=Actor("operator", "dsm", "op-17", on_behalf_of="sil", ground="sostituzione"),
    payload={"text": "però \U0001d11e"},
    caused_by=(uuid_of("cause"),),
    corrects=uuid_of("corrected"),
    continues=Continues(TOPIC, uuid_of("old"), 3, HASH),
    traceparent="00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
)


def test_an_inner_json_comes_back_as_it_was_written() -> None:
    assert parse_inner(encode_inner(WRITTEN)) == WRITTEN
    least = replace(
        WRITTEN, actor=Actor("operator", "dsm", "op"), corrects=None, continues=None, traceparent=None
    )
    assert parse_inner(encode_inner(least)) == least
    assert b"null" not in encode_inner(least)


@pytest.mark.parametrize("payload", [[], "text", 1, True])
def test_a_payload_is_an_object_even_for_who_knows_no_types(payload: object) -> None:
    document = json.loads(encode_inner(WRITTEN)) | {"payload": payload}
    with pytest.raises(InvalidPayload):
        parse_inner(json.dumps(document).encode())


@pytest.mark.parametrize("text", ["00-x", 7, {}, "00-" + "0" * 32 + "-b7ad6b7169203331-01"])
def test_a_bad_traceparent_is_as_none(text: object) -> None:
    document = json.loads(encode_inner(WRITTEN)) | {"traceparent": text}
    assert parse_inner(json.dumps(document).encode()) == replace(WRITTEN, traceparent=None)


@pytest.mark.parametrize(
    "changes",
    [
        {"payload": {"text": "\ud800"}},
        {"payload": {"text": "\x00"}},
        {"payload": {"text": "\uffff"}},
        {"payload": {"text": "x" * 16_385}},
        {"payload": {"count": 1.5}},
        {"payload": {"count": float("nan")}},
        {"payload": {"count": 2**53}},
        {"payload": {"text": None}},
        {"type": "it.trama.registry.Noted.v1"},
        {"circle": "own"},
        {"record": None},
        {"record": "x"},
        {"actor": Actor("operator", "Il Servizio", "op")},
        {"caused_by": tuple(uuid_of(str(number)) for number in range(17))},
        {"corrects": "x"},
        {"continues": Continues(TOPIC, uuid_of("old"), 0, HASH)},
        {"circle": "accountability"},
    ],
    ids=lambda changes: ascii(changes)[:40],
)
def test_nobody_can_write_what_no_reader_would_accept(changes: dict[str, Any]) -> None:
    with pytest.raises(InvalidPayload):
        encode_inner(replace(WRITTEN, **changes))


def test_a_reason_never_quotes_what_was_written() -> None:
    for changes in ({"payload": {"text": "segreto\x00"}}, {"corrects": "segreto"}, {"circle": "segreto"}):
        with pytest.raises(InvalidPayload) as fault:
            encode_inner(replace(WRITTEN, **changes))
        assert "segreto" not in str(fault.value)
    with pytest.raises(InvalidPayload) as fault:
        parse_message(
            json.dumps(
                {"type": "it.trama.heads.v1", "sent_at": "2026-01-06T12:00:00.000Z", "heads": "segreto"}
            ).encode()
        )
    assert "segreto" not in str(fault.value)
    assert fault.value.reason == "heads"


STREAMS = {TOPIC: (uuid_of("stream"),)}
GRANT = Grant(
    topic=TOPIC,
    stream=uuid_of("stream"),
    key=grant_key(drawn("key")),
    circle="care",
    scope=f"referral:{uuid_of('referral')}",
    record=uuid_of("record"),
    authorisation=uuid_of("authorisation"),
    purpose="care",
    basis=Basis(kind="law", act="L. 68/1999", article="2"),
    valid_until=NOW,
    continues=Continues(TOPIC, uuid_of("old"), 3, HASH),
    from_=From(seq=4, prevhash=HASH),
)
MESSAGES: list[Message] = [
    Grants(grants=(GRANT,)),
    GrantEnd(streams=STREAMS, reason="fine"),
    Receipt(
        applied={TOPIC: ((uuid_of("s"), 1, HASH),)}, rejected={TOPIC: ((uuid_of("e"), "gap"),)}, granted={}
    ),
    Heads(heads={}),
    Request(keys={}, resend={TOPIC: ((uuid_of("s"), 3),)}),
    Request(),
    FilePart(file=uuid_of("f"), sha256=HASH, part=1, of=1, data=("AAAA",)),
    Erasure(order=uuid_of("o"), streams=STREAMS, action="confirmed", counts={"rows": 2}),
]


@pytest.mark.parametrize("message", MESSAGES, ids=lambda message: message.wire_type)
def test_a_message_comes_back_as_it_was_written(message: Message) -> None:
    assert parse_message(encode_message(message, NOW)) == (message, NOW)


def test_a_granted_key_is_the_streams_key() -> None:
    assert GRANT.raw_key == drawn("key")


def test_a_message_with_text_that_json_cannot_carry_is_not_written() -> None:
    for reason in ("\ud800", "\x00", "x" * 16_385):
        with pytest.raises(InvalidPayload):
            encode_message(GrantEnd(streams={}, reason=reason), NOW)


def test_so_many_items_fit_into_one_message_whatever_their_topics() -> None:
    topics = [f"{'p' * 16}.{'m' * 27}{number:05}.{'s' * 16}.events.v1" for number in range(MAX_ITEMS)]
    fullest = Heads(heads={topic: ((uuid_of("s"), 2**31 - 1, HASH),) for topic in topics})
    assert len(encode_message(fullest, NOW)) <= MAX_INNER


def test_what_does_not_fit_must_be_split() -> None:
    triple = (uuid_of("s"), 2**31 - 1, HASH)
    with pytest.raises(TooLarge):
        encode_message(Heads(heads={TOPIC: (triple,) * 2_000}), NOW)


@pytest.mark.parametrize("size", [0, 1, 12_288, FILE_PART_BYTES, FILE_PART_BYTES + 1, 3 * FILE_PART_BYTES])
def test_a_document_is_cut_into_parts_that_fit_and_is_whole_again(size: int) -> None:
    content = drawn("document", size)
    parts = list(file_parts(uuid_of("file"), content))
    assert [part.part for part in parts] == list(range(1, parts[0].of + 1))
    assert all(len(encode_message(part, NOW)) <= MAX_INNER for part in parts)
    assert b"".join(from_b64(text) for part in parts for text in part.data) == content
    assert {part.sha256 for part in parts} == {full_hash(content)}


def listed(key: HpkePrivateKey, start: int, end: int) -> HpkeKeyEntry:
    return HpkeKeyEntry(
        suite=key.suite,
        public=b64u(key.public),
        hpkekey=key.hpkekey,
        from_=NOW + timedelta(days=start),
        until=NOW + timedelta(days=end),
    )


def entry(*keys: HpkeKeyEntry) -> CatalogueRecord:
    record = published(
        hpke_record(keys, version=1, issued=NOW), key=b"hpke", topic=LEGACY_TOPIC, signer=LEGACY_KEY
    )
    outcome, found = open_catalogue(record, read(ROOT / FILE).directory(), None)
    assert outcome is Outcome.OK
    assert found is not None
    return found


def test_senders_use_the_first_key_in_force() -> None:
    new, old = HpkePrivateKey.from_seed(drawn("new")), LEGACY_XWING
    keys = entry(listed(new, 1, 29), listed(old, -10, 18))
    found = current_hpke_key(keys, NOW)
    assert found is not None
    assert (found.hpkekey, found.raw) == (old.hpkekey, old.public)
    later = current_hpke_key(keys, NOW + timedelta(days=1))
    assert later is not None
    assert later.hpkekey == new.hpkekey
    assert current_hpke_key(keys, NOW + timedelta(days=29)) is None
    assert current_hpke_key(keys, NOW - timedelta(days=11)) is None


def test_a_recipient_with_an_xwing_key_is_never_sent_less() -> None:
    """INVARIANT: no downgrade, in whatever order the keys are listed and even out of their period."""
    both = entry(listed(LEGACY_X25519, -1, 9), listed(LEGACY_XWING, -1, 9))
    found = current_hpke_key(both, NOW)
    assert found is not None
    assert found.suite == "xwing-v1"
    assert current_hpke_key(entry(listed(LEGACY_X25519, -1, 9), listed(LEGACY_XWING, -9, -1)), NOW) is None
    alone = current_hpke_key(entry(listed(LEGACY_X25519, -1, 9)), NOW)
    assert alone is not None
    assert alone.suite == "x25519-v1"


def test_a_topic_of_another_kind_is_a_fault_of_the_caller() -> None:
    directory = read(ROOT / FILE).directory()
    record = published({}, topic=SIL_TOPIC, signer=SIL_KEY)
    for topic in (TOPIC, "pn.network.directory.v1"):
        with pytest.raises(ValueError, match="catalogue"):
            open_catalogue(replace(record, topic=topic), directory, None)


def test_an_entity_of_another_name_has_no_hpke_keys() -> None:
    document = {
        "type": "it.trama.registry.capacity.v1",
        "id": "sportello",
        "version": 1,
        "issued": "2026-01-05T08:00:00.000Z",
        "data": {"keys": "none"},
    }
    record = published(document, key=b"sportello", signer=DSM_KEY)
    outcome, found = open_catalogue(record, read(ROOT / FILE).directory(), None)
    assert outcome is Outcome.OK
    assert found is not None
    assert found.hpke_keys == ()
