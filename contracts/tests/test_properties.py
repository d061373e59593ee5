"""Properties over drawn inputs: what is sealed opens, what is changed does not, and nothing crashes."""

import json
import random
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from trama_contracts.encoding import b64u, from_b64, from_b64u
from trama_contracts.envelope import parse_event, parse_message
from trama_contracts.errors import InvalidPayload, Malformed
from trama_contracts.golden.__main__ import ROOT
from trama_contracts.golden.case import Case
from trama_contracts.golden.corpus import FILE, Corpus, read
from trama_contracts.golden.event_draft import Draft
from trama_contracts.golden.fixtures import DSM_KEY, EVENTS, SIL_HPKE, uuid_of
from trama_contracts.hpke import message_info, seal_to
from trama_contracts.inner import parse_inner
from trama_contracts.messages import parse_message as parse_opened
from trama_contracts.names import Topic
from trama_contracts.opening import Outcome, open_event, open_message
from trama_contracts.padding import MAX_INNER, pad, unpad
from trama_contracts.record import Record
from trama_contracts.sealing import additional_bytes, open_sealed, seal_event
from trama_contracts.signature import headers_of, sign
from trama_contracts.strict_json import LARGEST_INTEGER, parse

from contracts.tests.wounding import mutated

QUICK = settings(deadline=None, max_examples=150, database=None)
EVENTS_TOPIC = Topic("pn", "dsm", "registry", "events")
MAILBOX = Topic("pn", "sil", "registry", "mailbox")
FORBIDDEN = {chr(plane * 0x10000 + last) for plane in range(17) for last in (0xFFFE, 0xFFFF)}
FORBIDDEN |= {chr(code) for code in range(0xFDD0, 0xFDF0)} | {"\x00"}

texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters=list(FORBIDDEN)), max_size=40)
integers = st.integers(-LARGEST_INTEGER, LARGEST_INTEGER)
values = st.recursive(
    st.booleans() | integers | texts,
    lambda inside: st.lists(inside, max_size=4) | st.dictionaries(texts, inside, max_size=4),
    max_leaves=12,
)
objects = st.dictionaries(texts, values, max_size=6)


@pytest.fixture(scope="module")
def corpus() -> Corpus:
    return read(ROOT / FILE)


@pytest.fixture(scope="module")
def good_event(corpus: Corpus) -> Case:
    return next(case for case in corpus.cases if case.name == "good-second")


@pytest.fixture(scope="module")
def good_message(corpus: Corpus) -> Case:
    return next(case for case in corpus.cases if case.name == "good-grant-whole")


def event_outcome(corpus: Corpus, case: Case, record: Record) -> Outcome:
    keyring, directory = corpus.keyring(case), corpus.directory()
    return open_event(record, keyring, directory, case.position, EVENTS)[0]


def message_outcome(corpus: Corpus, case: Case, record: Record) -> Outcome:
    return open_message(record, corpus.keyring(case), corpus.directory(), case.now)[0]


@QUICK
@given(objects, st.booleans(), st.sampled_from([None, 1]))
def test_good_json_is_read_as_the_stdlib_reads_it(
    document: dict[str, Any], escaped: bool, indent: int | None
) -> None:
    raw = json.dumps(document, ensure_ascii=escaped, indent=indent).encode()
    assert parse(raw, 64) == document


@QUICK
@given(st.binary(max_size=200) | texts.map(str.encode))
def test_bytes_that_are_no_json_are_malformed_and_nothing_worse(raw: bytes) -> None:
    with suppress(Malformed):
        assert type(parse(raw, 16)) is dict


@QUICK
@given(st.binary(max_size=300))
def test_base64_has_one_text_for_given_bytes(raw: bytes) -> None:
    assert from_b64u(b64u(raw)) == raw


@QUICK
@given(st.text(alphabet="AQgwBZaz09-_+/= \n", max_size=12))
def test_a_text_that_is_decoded_is_the_one_that_is_written(text: str) -> None:
    with suppress(Malformed):
        assert b64u(from_b64u(text)) == text
    with suppress(Malformed):
        assert from_b64(text) is not None


@QUICK
@given(st.integers(0, 6000).map(bytes) | st.binary(max_size=2100) | st.just(b"x" * MAX_INNER))
def test_what_is_padded_comes_back(plain: bytes) -> None:
    assert unpad(pad(plain)) == plain


@QUICK
@given(st.binary(max_size=3000), st.integers(1, 2**31 - 1), st.binary(min_size=32, max_size=32))
def test_what_is_sealed_opens(plain: bytes, seq: int, key: bytes) -> None:
    prevhash = None if seq == 1 else b64u(key)
    clear: dict[str, Any] = {
        "topic": str(EVENTS_TOPIC),
        "source": EVENTS_TOPIC.source,
        "id": uuid_of("x"),
        "subject": uuid_of("y"),
        "streamseq": seq,
        "prevhash": prevhash,
    }
    envelope = parse_event(seal_event(key=key, inner=plain, **clear), EVENTS_TOPIC)
    assert envelope.additional_bytes == additional_bytes(**clear)
    assert (
        open_sealed(envelope.data, key, envelope.additional_bytes, id=clear["id"], subject=clear["subject"])
        == plain
    )


@QUICK
@given(st.binary(max_size=3000))
def test_what_is_sent_opens(plain: bytes) -> None:
    told = {
        "topic": str(MAILBOX),
        "source": "/pn/dsm/registry",
        "id": uuid_of("x"),
        "recipient": MAILBOX.principal,
        "hpkekey": SIL_HPKE.hpkekey,
    }
    info = message_info(**told)
    assert unpad(SIL_HPKE.open(seal_to(SIL_HPKE.public, "xwing-v1", pad(plain), info), info)) == plain


def flips(raw: bytes, step: int = 1) -> Iterator[bytes]:
    for bit in range(0, len(raw) * 8, step):
        at, mask = bit // 8, 1 << bit % 8
        yield raw[:at] + bytes([raw[at] ^ mask]) + raw[at + 1 :]


def flipped_records(record: Record, step: int) -> Iterator[Record]:
    """Each part of a record with one bit changed: every bit of key and signature, some of the value."""
    key, value = record.key or b"", record.value or b""
    (kind, signature), (name, header) = record.headers[0], record.headers[1]
    for one in flips(value, step):
        yield replace(record, value=one)
    for one in flips(key):
        yield replace(record, key=one)
    for one in flips(header or b""):
        yield replace(record, headers=((kind, signature), (name, one)))
    for one in flips(signature or b""):
        yield replace(record, headers=((kind, one), (name, header)))


def test_any_single_bit_changed_in_an_event_is_refused(corpus: Corpus, good_event: Case) -> None:
    """INVARIANT: integrity. Value, key, headers and topic are all under the signature or in its form."""
    assert event_outcome(corpus, good_event, good_event.record) is Outcome.OK
    refused = {
        event_outcome(corpus, good_event, record) for record in flipped_records(good_event.record, step=1)
    }
    assert refused == {Outcome.MALFORMED, Outcome.UNKNOWN_SIGNER, Outcome.BAD_SIGNATURE}


def test_any_single_bit_changed_in_a_message_is_refused(corpus: Corpus, good_message: Case) -> None:
    assert message_outcome(corpus, good_message, good_message.record) is Outcome.OK
    refused = {
        message_outcome(corpus, good_message, record)
        for record in flipped_records(good_message.record, step=5)
    }
    assert refused == {Outcome.MALFORMED, Outcome.UNKNOWN_SIGNER, Outcome.BAD_SIGNATURE}


def test_any_single_bit_changed_in_a_topic_is_refused(corpus: Corpus, good_event: Case) -> None:
    for topic in flips(good_event.record.topic.encode()):
        record = replace(good_event.record, topic=topic.decode("latin-1"))
        with suppress(ValueError):
            assert event_outcome(corpus, good_event, record) is not Outcome.OK


def resigned(record: Record, value: bytes) -> Record:
    key = record.key or b""
    return replace(record, value=value, headers=headers_of(sign(DSM_KEY, record.topic, key, value)))


def test_any_single_bit_changed_by_the_source_itself_is_refused(corpus: Corpus, good_event: Case) -> None:
    """Signed again by the right key: the seal, the chain or the form still refuse it."""
    value = good_event.record.value or b""
    refused = {
        event_outcome(corpus, good_event, resigned(good_event.record, one)) for one in flips(value, step=3)
    }
    assert Outcome.OK not in refused
    assert {Outcome.MALFORMED, Outcome.BAD_COMMIT, Outcome.BAD_TAG} <= refused


@pytest.mark.parametrize(
    ("name", "reader", "count"),
    [
        ("event", lambda raw: parse_event(raw, EVENTS_TOPIC), 40_000),
        ("message", lambda raw: parse_message(raw, MAILBOX), 30_000),
        ("inner", parse_inner, 15_000),
        ("opened", parse_opened, 15_000),
    ],
)
def test_a_hundred_thousand_wounded_documents_crash_nothing(
    corpus: Corpus, name: str, reader: Callable[[bytes], object], count: int
) -> None:
    chance = random.Random(f"trama {name}")  # noqa: S311 - the same wounds in every run
    seeds = documents(corpus, name)
    refused = 0
    for _ in range(count):
        raw = mutated(chance.choice(seeds), chance)
        try:
            reader(raw)
        except (Malformed, InvalidPayload):
            refused += 1
    assert refused > count // 2


def documents(corpus: Corpus, name: str) -> list[bytes]:
    good = {case.name: case for case in corpus.cases if case.expect is Outcome.OK}
    if name == "event":
        return [good[one].record.value or b"" for one in ("good-first", "good-second", "control-first")]
    if name == "message":
        return [good[one].record.value or b"" for one in ("good-heads", "good-message-x25519")]
    if name == "inner":
        event = json.loads((ROOT / "wire" / "event-first.json").read_text(encoding="utf-8"))
        return [event["inner"].encode()]
    wire = (ROOT / "wire").glob("message-*.json")
    return [json.loads(path.read_text(encoding="utf-8"))["inner"].encode() for path in sorted(wire)]


def test_wounded_records_signed_by_the_right_key_crash_nothing(corpus: Corpus) -> None:
    chance = random.Random("trama records")  # noqa: S311 - the same wounds in every run
    cases = [case for case in corpus.cases if case.kind == "event" and case.expect is Outcome.OK]
    cases = [case for case in cases if len(case.record.value or b"") < 3000]
    seen = set()
    for _ in range(5_000):
        case = chance.choice(cases)
        record = resigned(case.record, mutated(case.record.value or b"", chance))
        seen.add(event_outcome(corpus, case, record))
    assert {Outcome.MALFORMED, Outcome.BAD_COMMIT, Outcome.BAD_TAG} <= seen


def test_wounded_plaintext_under_the_right_key_crashes_nothing(corpus: Corpus) -> None:
    """What a faulty or hostile source can seal: everything after the tag is judged without a crash."""
    chance = random.Random("trama plaintext")  # noqa: S311 - the same wounds in every run
    plain = documents(corpus, "inner")[0]
    seen = set()
    for number in range(2_000):
        wounded = (
            pad(mutated(plain, chance)) if number % 2 else mutated(pad(plain), chance)[:1024].ljust(1024)
        )
        case = Draft(f"wounded {number}", Outcome.OK, "", padded=wounded).case()
        seen.add(event_outcome(corpus, case, case.record))
    assert seen <= {
        Outcome.OK,
        Outcome.BAD_PADDING,
        Outcome.INVALID_PAYLOAD,
        Outcome.CIRCLE_NOT_ALLOWED,
        Outcome.UNKNOWN_TYPE,
    }
    assert {Outcome.BAD_PADDING, Outcome.INVALID_PAYLOAD} <= seen


def test_wounded_headers_crash_nothing(corpus: Corpus, good_event: Case, good_message: Case) -> None:
    chance = random.Random("trama headers")  # noqa: S311 - the same wounds in every run
    for case, judge in ((good_event, event_outcome), (good_message, message_outcome)):
        for _ in range(1_000):
            headers = [(name, mutated(content or b"", chance)) for name, content in case.record.headers]
            record = replace(case.record, headers=tuple(headers), key=mutated(case.record.key or b"", chance))
            assert judge(corpus, case, record) is not Outcome.OK
