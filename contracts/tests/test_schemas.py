"""The gate of contract changes, shown to close: each test breaks a copy of `contracts/` and is told."""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, Literal

import pytest
from jsonschema import Draft7Validator
from pydantic import StringConstraints, create_model
from referencing import Registry, Resource
from trama_contracts.event import Day, Event, Fact, Uuid
from trama_contracts.events import EVENTS
from trama_contracts.facts import Counted
from trama_contracts.payload_fields import NAME_PATTERN, Operator, PersonName, Phone, ShortText
from trama_contracts.registry import CaseManagerAssigned, PersonRegistered
from trama_contracts.schemas import as_text, check, documents, main, release, write
from trama_contracts.sealing import erased_event, seal_event

CONTRACTS = Path(__file__).parents[1]
MANAGER = CaseManagerAssigned.wire_type
FIELDS: dict[str, Any] = {
    "episode": (Uuid, ...),
    "operator": (Operator, ...),
    "name": (PersonName, ...),
    "phone": (Phone | None, None),
    "since": (Day, ...),
}
SHORTER = Annotated[str, StringConstraints(min_length=1, max_length=50, pattern=f"^{NAME_PATTERN}$")]
LONGER = Annotated[str, StringConstraints(min_length=1, max_length=500, pattern=f"^{NAME_PATTERN}$")]
CAPITALS = Annotated[str, StringConstraints(min_length=1, max_length=100, pattern="^[A-Z]+$")]


def remade(*without: str, **fields: Any) -> type[Event]:
    """CaseManagerAssigned as somebody changed it: some fields gone, some new or of another form."""
    kept = {name: field for name, field in FIELDS.items() if name not in without}
    changed = create_model(
        "CaseManagerAssigned", __base__=Event, __doc__=CaseManagerAssigned.__doc__, **(kept | fields)
    )
    changed.wire_type = CaseManagerAssigned.wire_type
    changed.circle, changed.scope = CaseManagerAssigned.circle, CaseManagerAssigned.scope
    return changed


def moved() -> type[Event]:
    """CaseManagerAssigned told to another circle."""
    changed = remade()
    changed.circle = "social"
    return changed


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The contracts folder as it is committed, with today's schemas taken as the released ones."""
    for part in ("schemas", "golden/events", "tests/asyncapi"):
        shutil.copytree(CONTRACTS / part, tmp_path / part)
    release(tmp_path)
    return tmp_path


def told(copy: Path, changed: type[Event]) -> list[str]:
    """What the gate says after the class was changed and `make schemas` was run."""
    events = EVENTS | {changed.wire_type: changed}
    write(copy, events)
    return check(copy, events)


def test_what_is_committed_is_what_the_classes_say() -> None:
    assert check(CONTRACTS) == []


def test_the_same_classes_give_the_same_bytes_in_whatever_order() -> None:
    backwards = dict(reversed(EVENTS.items()))
    once = {name: as_text(document) for name, document in documents(EVENTS).items()}
    assert once == {name: as_text(document) for name, document in documents(backwards).items()}


def test_a_class_made_again_without_a_change_passes(copy: Path) -> None:
    assert told(copy, remade()) == []


def test_an_optional_field_may_be_added(copy: Path) -> None:
    assert told(copy, remade(office=(ShortText | None, None))) == []


READERS_REFUSE = "released readers would refuse what is written now"
EVENTS_UNREADABLE = "released events could not be read any more"


@pytest.mark.parametrize(
    ("change", "complaints"),
    [
        pytest.param(lambda: remade(since=(int, ...)), [READERS_REFUSE, EVENTS_UNREADABLE], id="type"),
        pytest.param(lambda: remade(office=(ShortText, ...)), [EVENTS_UNREADABLE], id="new-required"),
        pytest.param(lambda: remade("name"), [READERS_REFUSE], id="required-removed"),
        pytest.param(lambda: remade("phone"), ["field phone of the event"], id="optional-removed"),
        pytest.param(lambda: remade(name=(PersonName | None, None)), [READERS_REFUSE], id="made-optional"),
        pytest.param(lambda: remade(phone=(Phone, ...)), [EVENTS_UNREADABLE], id="made-required"),
        pytest.param(lambda: remade(name=(SHORTER, ...)), [EVENTS_UNREADABLE], id="maxLength-tightened"),
        pytest.param(lambda: remade(name=(LONGER, ...)), [READERS_REFUSE], id="maxLength-widened"),
        pytest.param(lambda: remade(name=(CAPITALS, ...)), ["pattern of the event.name"], id="pattern"),
        pytest.param(lambda: remade(since=(Uuid, ...)), ["format of the event.since"], id="format"),
        pytest.param(moved, ["circle of the event"], id="circle"),
    ],
)
def test_a_change_that_breaks_a_released_version_is_refused(
    copy: Path, change: Callable[[], type[Event]], complaints: list[str]
) -> None:
    said = told(copy, change())
    for complaint in complaints:
        sentences = [sentence for sentence in said if sentence.startswith(MANAGER) and complaint in sentence]
        assert sentences
        assert all("add a class of the next version beside it" in sentence for sentence in sentences)


@pytest.mark.parametrize("codes", [Literal["a"], Literal["a", "b", "c"]], ids=["code-removed", "code-added"])
def test_the_codes_of_a_released_version_stay_as_they_are(copy: Path, codes: Any) -> None:
    events = EVENTS | {MANAGER: remade(kind=(Literal["a", "b"] | None, None))}
    write(copy, events)
    release(copy)
    assert any(MANAGER in sentence for sentence in told(copy, remade(kind=(codes | None, None))))


def test_a_released_event_cannot_lose_its_class(copy: Path) -> None:
    events = {wire_type: event for wire_type, event in EVENTS.items() if wire_type != MANAGER}
    write(copy, events)
    said = check(copy, events)
    assert any("was released and has no class any more" in sentence for sentence in said)
    assert any(sentence.startswith(f"golden/events/{MANAGER}/full.json") for sentence in said)


def test_before_a_release_golden_payloads_still_hold_a_published_version(copy: Path) -> None:
    shutil.rmtree(copy / "schemas" / "released")
    for change in (remade(since=(int, ...)), remade("phone"), remade(office=(ShortText, ...))):
        said = told(copy, change)
        assert said
        assert all(sentence.startswith(f"golden/events/{MANAGER}/") for sentence in said)


def test_golden_payloads_hold_where_jsoncompat_does_not_look(copy: Path) -> None:
    said = told(copy, remade(name=(CAPITALS, ...)))
    assert any(sentence.startswith(f"golden/events/{MANAGER}/full.json") for sentence in said)


def test_an_event_without_a_golden_payload_is_refused(copy: Path) -> None:
    shutil.rmtree(copy / "golden" / "events" / MANAGER)
    assert any("has no golden payload" in sentence for sentence in check(copy))


def _edit(file: Path) -> None:
    file.write_text(file.read_text("utf-8").replace("Published", "Sent"), encoding="utf-8")


def _leave_over(file: Path) -> None:
    shutil.copyfile(file, file.with_name(file.name.replace(".v1.", ".v2.")))


@pytest.mark.parametrize("spoil", [_edit, Path.unlink, _leave_over], ids=["edited", "missing", "left-over"])
def test_a_stale_file_is_refused(copy: Path, spoil: Callable[[Path], None]) -> None:
    spoil(copy / "schemas" / f"{MANAGER}.reader.json")
    said = check(copy)
    assert len(said) == 1
    assert "run `make schemas` and commit the result" in said[0]
    write(copy)
    assert check(copy) == []


BREAKS: dict[str, Callable[[dict[str, Any]], object]] = {
    "version": lambda document: document.update(asyncapi="2.6.0"),
    "no-title": lambda document: document["info"].pop("title"),
    "unknown-word": lambda document: document["channels"]["mailbox"].update(adress="x"),
    "action": lambda document: document["operations"]["sendMailbox"].update(action="publish"),
    "schema": lambda document: document["components"]["schemas"]["SealedEvent"].update(type="objekt"),
    "binding": lambda document: document["channels"]["mailbox"]["bindings"].update(kafka={"topic": 7}),
    "dangling": lambda document: document["components"]["schemas"].pop("SealedEvent"),
}


@pytest.mark.parametrize("broken", BREAKS)
def test_a_document_that_is_not_asyncapi_is_refused(copy: Path, broken: str) -> None:
    file = copy / "schemas" / "asyncapi.json"
    document = json.loads(file.read_text("utf-8"))
    BREAKS[broken](document)
    file.write_text(as_text(document), encoding="utf-8")
    said = [sentence for sentence in check(copy) if "asyncapi.py" in sentence]
    assert said
    assert all("is not AsyncAPI 3.1.0 at $" in sentence or "points at" in sentence for sentence in said)


def test_the_command_ends_with_1_and_says_what_to_do(copy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "--root", str(copy)]) == 0
    (copy / "schemas" / f"{MANAGER}.writer.json").unlink()
    assert main(["check", "--root", str(copy)]) == 1
    assert "make schemas" in capsys.readouterr().err
    command = [sys.executable, "-m", "trama_contracts.schemas", "check", "--root", str(copy)]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ran.returncode == 1
    assert "make schemas" in ran.stderr
    assert main(["write", "--root", str(copy)]) == 0
    assert main(["check", "--root", str(copy)]) == 0


def test_a_release_freezes_only_what_passes(copy: Path) -> None:
    shutil.rmtree(copy / "schemas" / "released")
    assert main(["release", "--root", str(copy)]) == 0
    frozen = {path.name for path in (copy / "schemas" / "released").iterdir()}
    assert frozen == {path.name for path in (copy / "schemas").glob("it.trama.*.json")}
    shutil.rmtree(copy / "schemas" / "released")
    (copy / "schemas" / f"{MANAGER}.writer.json").unlink()
    assert main(["release", "--root", str(copy)]) == 1
    assert not (copy / "schemas" / "released").exists()


def test_where_the_tools_are_missing_the_command_names_them(
    copy: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delitem(sys.modules, "trama_contracts.schemas_check", raising=False)
    monkeypatch.setitem(sys.modules, "jsoncompat", None)
    assert main(["check", "--root", str(copy)]) == 1
    assert "jsoncompat is not installed: pip install 'trama-contracts[check]'" in capsys.readouterr().err


def test_readers_of_events_need_none_of_the_tools() -> None:
    """INVARIANT: event classes and their schemas load without jsonschema and jsoncompat. Broken by importing
    schemas_check, or either tool, from a module that outsiders use.
    """
    say = "import sys, trama_contracts.schemas, trama_contracts.messages; print(*sys.modules, sep='\\n')"
    ran = subprocess.run([sys.executable, "-c", say], capture_output=True, text=True, check=True)
    loaded = set(ran.stdout.split())
    assert "trama_contracts.events" in loaded
    assert not loaded & {"jsonschema", "jsoncompat", "referencing", "trama_contracts.schemas_check"}


def asyncapi() -> dict[str, Any]:
    document: dict[str, Any] = json.loads((CONTRACTS / "schemas" / "asyncapi.json").read_text("utf-8"))
    return document


@pytest.mark.parametrize("event", EVENTS.values(), ids=lambda event: event.__name__)
def test_the_document_tells_of_each_event_its_topic_circle_scope_and_fact(event: type[Event]) -> None:
    document = asyncapi()
    message = document["components"]["messages"][event.__name__]
    service = event.wire_type.split(".")[2]
    channel = document["channels"][f"{service}{'Facts' if issubclass(event, Fact) else 'Events'}"]
    assert event.__name__ in channel["messages"]
    assert channel["address"].startswith(f"{{network}}.{{member}}.{service}.")
    assert (message["name"], message["x-circle"], message["x-scope"]) == (
        event.wire_type,
        event.circle,
        event.scope,
    )
    assert ("x-fact" in message) == issubclass(event, Counted)
    assert message["payload"] == {"$ref": "#/components/schemas/SealedEvent"}
    assert message["description"] == " ".join((event.__doc__ or "").split())


def test_the_document_says_of_each_topic_who_writes_and_who_reads() -> None:
    channels = asyncapi()["channels"]
    assert set(channels) == {
        *(
            f"{owner}{kind}"
            for owner in ("registry", "evaluation", "placement")
            for kind in ("Events", "Facts")
        ),
        *("catalogue", "mailbox", "directory"),
    }
    for channel in channels.values():
        assert set(channel["x-acl"]) == {"write", "read"}
    assert channels["mailbox"]["x-acl"]["read"] == "{member}.{service} alone"
    assert channels["placementFacts"]["x-acl"]["read"] == "reporting services alone"


def test_what_is_really_sealed_has_the_form_the_document_says() -> None:
    document = asyncapi()
    clear: dict[str, Any] = {
        "source": "/pn/dsm/registry",
        "id": "0b9d7c1e-51a4-4c39-8f0e-2a6b7c8d9e10",
        "subject": "6f1c9b7e-3a52-4d0e-9a4f-0c2f5d8e7b11",
        "streamseq": 1,
        "prevhash": None,
    }
    sealed = json.loads(
        seal_event(key=bytes(32), topic="pn.dsm.registry.events.v1", inner=b"{}", **clear),
    )
    erased = json.loads(erased_event(**clear))
    assert faults(document, "SealedEvent", sealed) == []
    assert faults(document, "StreamErased", erased) == []
    for wrong in (
        {"time": "now"},
        {"streamseq": 2},
        {"prevhash": "A" * 43},
        {"type": "x"},
        {"data_base64": 1},
    ):
        assert faults(document, "SealedEvent", sealed | wrong)
    assert faults(document, "SealedEvent", erased)


def faults(document: dict[str, Any], name: str, value: dict[str, Any]) -> list[str]:
    whole = Resource.from_contents(
        {"$id": "urn:whole", "$schema": "http://json-schema.org/draft-07/schema#"} | document
    )
    registry: Registry[Any] = Registry().with_resource("urn:whole", whole)
    validator = Draft7Validator({"$ref": f"urn:whole#/components/schemas/{name}"}, registry=registry)
    return [fault.message for fault in validator.iter_errors(value)]


def test_an_opened_payload_has_the_form_the_document_says() -> None:
    document = asyncapi()
    payload = json.loads((CONTRACTS / "golden/events" / PersonRegistered.wire_type / "full.json").read_text())
    assert faults(document, "PersonRegistered", payload) == []
    assert faults(document, "PersonRegistered", payload | {"birth_date": 7})
