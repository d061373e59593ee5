"""What the openers give besides a code: content, position, alarms, grants one by one; and from threads."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from trama_contracts.encoding import b64u
from trama_contracts.golden.__main__ import ROOT
from trama_contracts.golden.case import Case
from trama_contracts.golden.corpus import FILE, Corpus, read
from trama_contracts.golden.event_draft import Draft
from trama_contracts.golden.fixtures import DSM_KEY, EVENTS, NOW, SIL_HPKE, Noted, drawn, inner, uuid_of
from trama_contracts.golden.message_contents import GRANT
from trama_contracts.hpke import seal_message
from trama_contracts.messages import Grant, Grants, encode_message
from trama_contracts.opening import (
    KeysInMemory,
    Opened,
    OpenedMessage,
    Outcome,
    Position,
    StreamKey,
    check_event,
    check_message,
    judge_grants,
    open_checked,
    open_checked_message,
    open_event,
    open_message,
)
from trama_contracts.outcomes import HELD
from trama_contracts.record import Record
from trama_contracts.signature import headers_of, sign


@pytest.fixture(scope="module")
def corpus() -> Corpus:
    return read(ROOT / FILE)


@pytest.fixture(scope="module")
def cases(corpus: Corpus) -> dict[str, Case]:
    return {case.name: case for case in corpus.cases}


def opened(corpus: Corpus, case: Case, **settings: object) -> Opened:
    outcome, envelope = check_event(case.record, corpus.directory())
    assert envelope is not None, outcome
    position = settings.get("position", case.position)
    assert position is None or isinstance(position, Position)
    events = None if settings.get("unknowing") else EVENTS
    return open_checked(envelope, corpus.keyring(case), corpus.directory(), position, events)


def opened_message(corpus: Corpus, case: Case) -> OpenedMessage:
    outcome, envelope = check_message(case.record, corpus.directory())
    assert envelope is not None, outcome
    return open_checked_message(envelope, corpus.keyring(case), corpus.directory(), case.now)


def test_an_opened_event_is_the_class_of_its_type(corpus: Corpus, cases: dict[str, Case]) -> None:
    result = opened(corpus, cases["good-first"])
    assert isinstance(result.event, Noted)
    assert result.event.text == "però"
    assert result.inner is not None
    assert result.inner.actor.operator == "op-17"
    assert result.wire_type == Noted.wire_type


def test_who_knows_no_classes_gets_every_payload_unjudged(corpus: Corpus, cases: dict[str, Case]) -> None:
    for name in ("good-first", "unknown-type-plain", "inner-payload-text-number"):
        result = opened(corpus, cases[name], unknowing=True)
        assert (result.outcome, result.event) == (Outcome.OK, None)
        assert result.inner is not None


def test_an_unknown_type_is_named_and_passed_by(corpus: Corpus, cases: dict[str, Case]) -> None:
    result = opened(corpus, cases["unknown-type-plain"])
    assert result.wire_type == "it.trama.registry.not-yet-invented.v1"
    assert result.inner is None
    assert result.position is not None
    assert result.position.seq == 1


def test_a_stream_with_a_key_and_no_position_was_never_granted(
    corpus: Corpus, cases: dict[str, Case]
) -> None:
    assert opened(corpus, cases["good-first"], position=None).outcome is Outcome.NO_GRANT


def test_a_refused_event_tells_nothing_of_its_content(corpus: Corpus, cases: dict[str, Case]) -> None:
    for case in cases.values():
        if case.kind == "event" and case.expect not in (Outcome.OK, Outcome.UNKNOWN_TYPE):
            _, found, _ = open_event(
                case.record, corpus.keyring(case), corpus.directory(), case.position, EVENTS
            )
            assert found is None


@pytest.mark.parametrize(
    ("name", "alarm"),
    [
        ("first", False),
        ("next", False),
        ("never-granted", False),
        ("gap", True),
        ("other-prevhash", True),
        ("behind", True),
        ("stopped", True),
    ],
)
def test_a_control_event_erases_and_alarms_when_it_does_not_follow(
    corpus: Corpus, cases: dict[str, Case], name: str, alarm: bool
) -> None:
    case = cases[f"control-{name}"]
    position = None if name == "never-granted" else case.position
    result = opened(corpus, case, position=position)
    assert (result.outcome, result.erases, result.alarm) == (Outcome.OK, True, alarm)


@pytest.mark.parametrize("name", ["control-same-bytes", "control-other-bytes"])
def test_a_stream_is_erased_once(corpus: Corpus, cases: dict[str, Case], name: str) -> None:
    assert opened(corpus, cases[name]).erases is False


def test_a_control_event_after_an_order_by_message_still_leaves_its_hash(
    corpus: Corpus, cases: dict[str, Case]
) -> None:
    case = cases["control-first"]
    keyring = corpus.keyring(case)
    keyring.erase(case.record.topic, (case.record.key or b"").decode())
    _, envelope = check_event(case.record, corpus.directory())
    assert envelope is not None
    assert open_checked(envelope, keyring, corpus.directory(), case.position).erases


def test_a_topic_of_another_kind_is_a_fault_of_the_caller(corpus: Corpus, cases: dict[str, Case]) -> None:
    event, message = cases["good-first"].record, cases["good-grant"].record
    for topic in ("pn.dsm.registry.catalogue.v1", "pn.network.directory.v1", "x"):
        with pytest.raises(ValueError, match="topic"):
            check_event(replace(event, topic=topic), corpus.directory())
        with pytest.raises(ValueError, match="topic"):
            check_message(replace(message, topic=topic), corpus.directory())


def test_an_opened_message_says_when_it_was_sent(corpus: Corpus, cases: dict[str, Case]) -> None:
    result = opened_message(corpus, cases["good-message-of-60-days"])
    assert result.sent_at == NOW - timedelta(days=60)
    assert opened_message(corpus, cases["stale-old"]) == OpenedMessage(Outcome.STALE)


def test_the_sender_of_a_message_is_its_source(corpus: Corpus, cases: dict[str, Case]) -> None:
    _, envelope = check_message(cases["good-grant"].record, corpus.directory())
    assert envelope is not None
    assert envelope.sender == "dsm.registry"


def test_a_message_sealed_for_a_key_of_the_catalogue_opens(corpus: Corpus) -> None:
    topic, message_id = "pn.sil.registry.mailbox.v1", uuid_of("sent")
    value = seal_message(
        recipient_public=SIL_HPKE.public,
        suite="xwing-v1",
        topic=topic,
        source="/pn/dsm/registry",
        id=message_id,
        recipient="sil.registry",
        inner=encode_message(grants({}), NOW),
    )
    record = Record(topic, b"dsm.registry", value, headers_of(sign(DSM_KEY, topic, b"dsm.registry", value)))
    outcome, message = open_message(record, KeysInMemory([SIL_HPKE]), corpus.directory(), NOW)
    assert (outcome, message) == (Outcome.OK, grants({}))
    assert open_message(record, KeysInMemory(), corpus.directory(), NOW) == (Outcome.UNKNOWN_HPKEKEY, None)


def grants(*changes: dict[str, object]) -> Grants:
    return Grants(grants=tuple(Grant.model_validate(GRANT | change) for change in changes))


def test_grants_are_judged_one_by_one() -> None:
    other_key, other_stream = b64u(drawn("other key")), "0b9d7c1e-51a4-4c39-8f0e-2a6b7c8d9e10"
    gone = "5b0f9a5e-8d6e-4a53-9b58-0b7a5a3f1c22"
    keyring = KeysInMemory()
    keyring.erase(GRANT["topic"], gone, "hash")
    first = grants({})
    assert [outcome for _, outcome in judge_grants(first, keyring)] == [Outcome.OK]
    keyring.take(first.grants[0])
    judged = judge_grants(
        grants({}, {"key": other_key}, {"stream": gone}, {"stream": other_stream}, {"stream": other_stream}),
        keyring,
    )
    assert [outcome for _, outcome in judged] == [
        Outcome.DUPLICATE,
        Outcome.EQUIVOCATION,
        Outcome.ERASED,
        Outcome.OK,
        Outcome.DUPLICATE,
    ]


def test_two_keys_for_one_stream_in_one_message_are_equivocation() -> None:
    judged = judge_grants(grants({}, {"key": b64u(drawn("other key"))}), KeysInMemory())
    assert [outcome for _, outcome in judged] == [Outcome.OK, Outcome.EQUIVOCATION]


def test_an_erased_stream_keeps_no_key() -> None:
    keyring = KeysInMemory()
    keyring.hold("t", "s", StreamKey(b"k", "care", "r"))
    keyring.erase("t", "s", "h")
    assert keyring.stream_key("t", "s") is None
    assert keyring.is_erased("t", "s")
    assert keyring.erased_hash("t", "s") == "h"
    assert not keyring.is_erased("u", "s")


def test_secrets_are_not_printed() -> None:
    assert GRANT["key"] not in repr(grants({}))
    assert "secret" not in repr(StreamKey(b"secret", "care", "r"))
    assert "però" not in repr(Draft("x", Outcome.OK, "").case())


def test_a_position_holds_the_last_sixty_four_hashes() -> None:
    position = Position.start()
    for seq in range(1, 100):
        position = position.after(seq, f"hash {seq}")
    assert (position.seq, position.hash) == (99, "hash 99")
    assert sorted(position.held) == list(range(100 - HELD, 100))
    assert position.judge(99 - HELD, "another", None) is Outcome.DUPLICATE
    assert position.judge(100 - HELD, "another", None) is Outcome.EQUIVOCATION
    assert position.judge(100, "x", "hash 99") is Outcome.OK
    assert position.stop().judge(100, "x", "hash 99") is Outcome.EQUIVOCATION


def test_checks_from_many_threads_agree(corpus: Corpus) -> None:
    cases = [case for case in corpus.cases if case.kind == "event"]
    directory = corpus.directory()

    def check(case: Case) -> Outcome:
        return check_event(case.record, directory)[0]

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(check, cases * 2)) == [check(case) for case in cases] * 2


def test_an_event_of_another_record_of_the_same_stream_is_the_sources_affair(corpus: Corpus) -> None:
    """The wire asks for the grant's circle only; the record is the source's word (section 9)."""
    case = Draft("another record", Outcome.OK, "", inner=inner(record=uuid_of("other record"))).case()
    assert opened(corpus, case).outcome is Outcome.OK
