"""JSON Schemas of every event, from its class: `python -m trama_contracts.schemas write|check|release`.

Two per wire type: the writer's (closed: what may be published) and the reader's (open: what is understood).
Nothing here decides compatibility: see `schemas_check`.
"""

import argparse
import importlib
import json
import shutil
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final, TypeAlias

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from trama_contracts.asyncapi import asyncapi_document
from trama_contracts.event import Event
from trama_contracts.events import EVENTS

Schema: TypeAlias = dict[str, Any]

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
ROOT: Final = Path(__file__).resolve().parents[2]
"""The `contracts` folder of a source tree, with `schemas/`, `golden/events/` and `tests/asyncapi/`."""


class WireSchema(GenerateJsonSchema):
    """Pydantic's schemas as the wire means them: what is None is absent, so null is nowhere allowed."""

    def nullable_schema(self, schema: core_schema.NullableSchema) -> JsonSchemaValue:
        """`X | None` is X, optional."""
        return self.generate_inner(schema["schema"])

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        """A default of None is no default on the wire."""
        inner = super().default_schema(schema)
        return {name: value for name, value in inner.items() if name != "default" or value is not None}

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ANN401 - pydantic's own union
        """Titles of fields say nothing, and code generators make classes of them."""
        return False


def plain_schema(model: type[BaseModel], ref_template: str = "#/$defs/{model}") -> Schema:
    """The open schema of a class, its descriptions on one line."""
    schema = model.model_json_schema(
        mode="serialization", schema_generator=WireSchema, ref_template=ref_template
    )
    for part in (schema, *schema.get("$defs", {}).values()):
        if "description" in part:
            part["description"] = " ".join(part["description"].split())
    return schema


def reader_schema(event: type[Event]) -> Schema:
    """What a reader accepts: fields it does not know are none of its business."""
    head = {
        "$schema": DIALECT,
        "$id": f"urn:trama:schema:{event.wire_type}:reader",
        "x-circle": event.circle,
        "x-scope": event.scope,
    }
    return head | plain_schema(event)


def writer_schema(event: type[Event]) -> Schema:
    """What a writer may publish: closed at every level."""
    schema = reader_schema(event) | {"$id": f"urn:trama:schema:{event.wire_type}:writer"}
    for part in (schema, *schema.get("$defs", {}).values()):
        if part.get("type") == "object":
            part["additionalProperties"] = False
    return schema


def documents(events: Mapping[str, type[Event]]) -> dict[str, Schema]:
    """Every committed document by its file name."""
    made: dict[str, Schema] = {}
    for wire_type, event in sorted(events.items()):
        made[f"{wire_type}.reader.json"] = reader_schema(event)
        made[f"{wire_type}.writer.json"] = writer_schema(event)
    made["asyncapi.json"] = asyncapi_document(events, plain_schema)
    return made


def as_text(document: Schema) -> str:
    """The one way a document is written: same classes, same bytes."""
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def write(root: Path, events: Mapping[str, type[Event]] = EVENTS) -> None:
    """Write every document under `root/schemas` and remove what is no longer made."""
    folder = root / "schemas"
    folder.mkdir(parents=True, exist_ok=True)
    made = documents(events)
    for old in folder.glob("*.json"):
        if old.name not in made:
            old.unlink()
    for name, document in made.items():
        (folder / name).write_text(as_text(document), encoding="utf-8")


def check(root: Path, events: Mapping[str, type[Event]] = EVENTS) -> list[str]:
    """What is wrong with the committed documents, one sentence each.

    Raises ModuleNotFoundError where the development tools that judge them are not installed.
    """
    # By name, because jsonschema and jsoncompat are tools of this repository, not of who reads events.
    judge = importlib.import_module("trama_contracts.schemas_check")
    complaints: list[str] = judge.complaints(root, events)
    return complaints


def release(root: Path) -> None:
    """Freeze today's schemas as the ones that later changes are compared with."""
    frozen = root / "schemas" / "released"
    frozen.mkdir(exist_ok=True)
    for path in (root / "schemas").glob("it.trama.*.json"):
        shutil.copyfile(path, frozen / path.name)


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line. 0: all well; 1: something to do, and what; 2: used wrongly."""
    parser = argparse.ArgumentParser(prog="python -m trama_contracts.schemas", description=__doc__)
    parser.add_argument("what", choices=["write", "check", "release"])
    parser.add_argument("--root", type=Path, default=ROOT, help="the contracts folder of a source tree")
    asked = parser.parse_args(arguments)
    if asked.what == "write":
        write(asked.root)
        return 0
    try:
        wrong = check(asked.root)
    except ModuleNotFoundError as missing:
        sys.stderr.write(f"{missing.name} is not installed: pip install 'trama-contracts[check]'\n")
        return 1
    if wrong:
        sys.stderr.write("\n".join(wrong) + "\n")
        return 1
    if asked.what == "release":
        release(asked.root)
    return 0


if __name__ == "__main__":
    sys.exit(main())
