"""The golden files: made again to the same bytes, and opened by today's readers."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from trama_contracts.catalogue import current_hpke_key, open_catalogue
from trama_contracts.directory import Directory, DirectoryReader
from trama_contracts.encoding import from_b64u
from trama_contracts.golden.__main__ import ROOT, differences, main, write
from trama_contracts.golden.corpus import FILE, Corpus, read
from trama_contracts.golden.drawn_seals import NotDrawn
from trama_contracts.golden.fixtures import EVENTS, NOW, SIL_HPKE, Noted
from trama_contracts.keyring import KeysInMemory, StreamKey
from trama_contracts.messages import MESSAGES
from trama_contracts.opening import Outcome, Position, check_event, open_checked, open_message
from trama_contracts.record import Record

WIRE = ROOT / "wire"


def golden(name: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((WIRE / f"{name}.json").read_text(encoding="utf-8"))
    return document


def record_of(document: dict[str, Any]) -> Record:
    headers = tuple((name, text.encode()) for name, text in document["headers"].items())
    return Record(document["topic"], document["key"].encode(), document["value"].encode(), headers)


@pytest.fixture(scope="module")
def corpus() -> Corpus:
    return read(ROOT / FILE)


@pytest.fixture(scope="module")
def directory(corpus: Corpus) -> Directory:
    return corpus.directory()


def test_golden_files_are_made_again_to_the_same_bytes() -> None:
    """INVARIANT: what is committed under golden/ is what this code writes; a changed wire shows as a diff."""
    assert differences() == []


def test_writing_keeps_the_seals_that_are_there(tmp_path: Path) -> None:
    (tmp_path / "hpke-drawn.json").write_bytes((ROOT / "hpke-drawn.json").read_bytes())
    write(tmp_path)
    assert (tmp_path / FILE).read_bytes() == (ROOT / FILE).read_bytes()


def test_a_check_without_kept_seals_says_that_files_must_be_written(tmp_path: Path) -> None:
    with pytest.raises(NotDrawn):
        differences(tmp_path)


def test_the_command_checks_and_explains_itself(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 2
    assert "write|check" in capsys.readouterr().err
    done = subprocess.run([sys.executable, "-m", "trama_contracts.golden", "check"], capture_output=True)
    assert (done.returncode, done.stderr) == (0, b"")


def test_the_full_event_and_its_successor_open_in_turn_and_then_the_stream_ends(
    directory: Directory,
) -> None:
    first, second, end = golden("event-first"), golden("event-second"), golden("stream-erased")
    keyring, position = KeysInMemory(), Position.start()
    key = StreamKey(bytes.fromhex(first["stream_key_hex"]), "care", "")
    keyring.hold(first["topic"], first["key"], key)
    for document in (first, second):
        outcome, envelope = check_event(record_of(document), directory)
        assert envelope is not None, outcome
        opened = open_checked(envelope, keyring, directory, position, EVENTS)
        assert opened.outcome is Outcome.OK
        assert opened.inner is not None
        assert opened.position is not None
        assert isinstance(opened.event, Noted)
        assert opened.inner.payload == json.loads(document["inner"])["payload"]
        position = opened.position
    assert position.hash == second["value_hash"]
    _, envelope = check_event(record_of(end), directory)
    assert envelope is not None
    ended = open_checked(envelope, keyring, directory, position, EVENTS)
    assert (ended.outcome, ended.erases, ended.alarm) == (Outcome.OK, True, False)


@pytest.mark.parametrize("path", sorted(WIRE.glob("message-*.json")), ids=lambda path: path.stem)
def test_a_golden_message_opens(path: Path, directory: Directory) -> None:
    document = golden(path.stem)
    keyring = KeysInMemory([SIL_HPKE])
    outcome, message = open_message(record_of(document), keyring, directory, NOW)
    assert outcome is Outcome.OK
    assert message is not None
    assert message.wire_type == json.loads(document["inner"])["type"]
    assert json.loads(message.model_dump_json(by_alias=True, exclude_none=True)) == {
        name: value
        for name, value in json.loads(document["inner"]).items()
        if name not in ("type", "sent_at")
    }


def test_there_is_a_golden_message_of_every_type() -> None:
    inner = [json.loads(golden(path.stem)["inner"])["type"] for path in WIRE.glob("message-*.json")]
    assert sorted(inner) == sorted(MESSAGES)


def test_the_golden_directory_is_read() -> None:
    document = golden("directory")
    reader = DirectoryReader("pn", [from_b64u(root) for root in document["roots"].values()])
    outcomes = [
        reader.apply(record_of(record | {"topic": document["topic"]})) for record in document["records"]
    ]
    assert outcomes == [Outcome.GAP, Outcome.GAP, Outcome.OK]
    assert sorted(reader.directory.members) == ["dsm", "sil"]


def test_the_golden_catalogue_is_read(directory: Directory) -> None:
    outcome, capacity = open_catalogue(record_of(golden("catalogue")), directory, None)
    assert outcome is Outcome.OK
    assert capacity is not None
    assert capacity.content["places"] == 12
    outcome, keys = open_catalogue(record_of(golden("catalogue-hpke")), directory, None)
    assert keys is not None
    current = current_hpke_key(keys, NOW)
    assert current is not None
    assert current.hpkekey == SIL_HPKE.hpkekey
