"""The gate of contract changes: what is wrong with the committed schemas, and what to do about it.

For development and CI only: it needs jsonschema and jsoncompat, which a reader of events does not.
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import jsoncompat
from jsonschema import Draft7Validator, Draft202012Validator
from jsonschema.exceptions import best_match
from pydantic import ValidationError
from referencing import Registry, Resource

from trama_contracts.event import Event
from trama_contracts.schemas import Schema, as_text, documents, reader_schema, writer_schema

NEW_VERSION: Final = (
    "Within a version only optional fields may be added:"
    " undo the change, or add a class of the next version beside it"
)
UNSEEN: Final = ("pattern", "format", "x-circle", "x-scope")
"""What jsoncompat 0.3.1 does not compare, and nobody may change within a version."""
ASYNCAPI_SCHEMA: Final = Path("tests/asyncapi/asyncapi-3.1.0.json")


def complaints(root: Path, events: Mapping[str, type[Event]]) -> list[str]:
    """Everything that is wrong, most telling first: incompatible, unreadable, stale, not AsyncAPI."""
    return [
        *incompatible(root, events),
        *unreadable(root, events),
        *stale(root, events),
        *not_asyncapi(root),
    ]


def stale(root: Path, events: Mapping[str, type[Event]]) -> Iterator[str]:
    """Committed files that are not what the classes say today."""
    folder = root / "schemas"
    made = {name: as_text(document) for name, document in documents(events).items()}
    found = {path.name: path.read_text(encoding="utf-8") for path in folder.glob("*.json")}
    for name in sorted(made.keys() | found.keys()):
        if made.get(name) != found.get(name):
            yield f"schemas/{name} is not what the classes say: run `make schemas` and commit the result."


def incompatible(root: Path, events: Mapping[str, type[Event]]) -> Iterator[str]:
    """Released versions that today's classes no longer honour, both ways."""
    for path in sorted((root / "schemas" / "released").glob("*.reader.json")):
        wire_type = path.name.removesuffix(".reader.json")
        if wire_type not in events:
            yield f"{wire_type} was released and has no class any more: put it back, it is on the log."
            continue
        old_reader, old_writer = _read(path), _read(path.with_name(f"{wire_type}.writer.json"))
        new_reader = inlined(reader_schema(events[wire_type]))
        new_writer = inlined(writer_schema(events[wire_type]))
        if not jsoncompat.check_compat(json.dumps(old_reader), json.dumps(new_writer), "serializer"):
            yield f"{wire_type}: released readers would refuse what is written now. {NEW_VERSION}."
        if not jsoncompat.check_compat(json.dumps(old_writer), json.dumps(new_reader), "deserializer"):
            yield f"{wire_type}: released events could not be read any more. {NEW_VERSION}."
        for place in changed(old_reader, new_reader):
            yield f"{wire_type}: {place} is not what was released. {NEW_VERSION}."


def _read(path: Path) -> Schema:
    return inlined(json.loads(path.read_text(encoding="utf-8")))


def inlined(schema: Schema, whole: Schema | None = None) -> Schema:
    """The schema with every local reference replaced by what it names; jsoncompat refuses `$id` as well."""
    whole = schema if whole is None else whole
    if "$ref" in schema:
        return inlined(whole["$defs"][schema["$ref"].removeprefix("#/$defs/")], whole)
    copy = {name: value for name, value in schema.items() if name not in ("$defs", "$id", "$schema")}
    if "properties" in copy:
        copy["properties"] = {name: inlined(field, whole) for name, field in copy["properties"].items()}
    if "items" in copy:
        copy["items"] = inlined(copy["items"], whole)
    return copy


def changed(old: Schema, new: Schema, place: str = "the event") -> Iterator[str]:
    """Where the new schema lost a field or changed what jsoncompat does not look at."""
    for keyword in UNSEEN:
        if old.get(keyword) != new.get(keyword):
            yield f"{keyword.removeprefix('x-')} of {place}"
    for name, field in old.get("properties", {}).items():
        if name not in new.get("properties", {}):
            yield f"field {name} of {place}"
        else:
            yield from changed(field, new["properties"][name], f"{place}.{name}")
    if "items" in old and "items" in new:
        yield from changed(old["items"], new["items"], f"{place}[]")


def unreadable(root: Path, events: Mapping[str, type[Event]]) -> Iterator[str]:
    """Golden payloads of published versions that today's readers do not give back whole."""
    folder = root / "golden" / "events"
    for path in sorted(folder.glob("*/*.json")):
        name = path.relative_to(root)
        event = events.get(path.parent.name)
        if event is None:
            yield f"{name}: no class reads {path.parent.name} any more. {NEW_VERSION}."
            continue
        payload = json.loads(path.read_text(encoding="utf-8"))
        yield from (f"{name}: {fault}" for fault in _reading_faults(event, payload))
    for wire_type in sorted(events):
        if not list((folder / wire_type).glob("*.json")):
            yield f"{wire_type} has no golden payload: add golden/events/{wire_type}/full.json."


def _reading_faults(event: type[Event], payload: dict[str, Any]) -> Iterator[str]:
    fault = best_match(Draft202012Validator(reader_schema(event)).iter_errors(payload))
    if fault is not None:
        yield f"today's reader schema refuses {fault.json_path}. {NEW_VERSION}."
    try:
        understood = event.from_payload(payload).payload()
    except ValidationError as error:
        yield f"today's class refuses {error.errors()[0]['loc']}. {NEW_VERSION}."
        return
    if understood != payload:
        yield f"today's class does not give back what was written. {NEW_VERSION}."


def not_asyncapi(root: Path) -> Iterator[str]:
    """Where the committed document breaks AsyncAPI's own JSON Schema, or points at nothing."""
    path = root / "schemas" / "asyncapi.json"
    if not path.exists():
        return
    document = json.loads(path.read_text(encoding="utf-8"))
    rules = json.loads((root / ASYNCAPI_SCHEMA).read_text(encoding="utf-8"))
    registry: Registry[Any] = Registry().with_resource(rules["$id"], Resource.from_contents(rules)).crawl()
    for fault in Draft7Validator(rules, registry=registry).iter_errors(document):
        deepest = best_match([fault])
        yield (
            f"schemas/asyncapi.json is not AsyncAPI 3.1.0 at {deepest.json_path} ({deepest.message[:120]}):"
            " mend trama_contracts/asyncapi.py, then run `make schemas`."
        )
    for target in sorted(set(_dangling(document, document))):
        yield f"schemas/asyncapi.json points at {target}, which is not there: mend asyncapi.py."


def _dangling(node: object, document: Mapping[str, Any]) -> Iterator[str]:
    if isinstance(node, list):
        for item in node:
            yield from _dangling(item, document)
    if isinstance(node, dict):
        target = node.get("$ref")
        if isinstance(target, str) and not _is_there(target, document):
            yield target
        for value in node.values():
            yield from _dangling(value, document)


def _is_there(target: str, document: Mapping[str, Any]) -> bool:
    place: Any = document
    for step in target.removeprefix("#/").split("/"):
        if not isinstance(place, dict) or step not in place:
            return False
        place = place[step]
    return True
