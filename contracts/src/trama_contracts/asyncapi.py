"""The AsyncAPI 3.1 document of a network: its topics, what goes on them in clear, and what is sealed inside.

AsyncAPI knows nothing of sealed payloads: what a key holder reads is under `x-opened` of each message. No
broker, no member and no network is named: addresses carry parameters.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, TypeAlias, get_type_hints

from pydantic import BaseModel

from trama_contracts.asyncapi_wire import (
    CATALOGUE_SIGNATURE,
    CHANNEL_PARAMETERS,
    DIRECTORY_SIGNATURE,
    WIRE_SCHEMAS,
    uuid_schema,
)
from trama_contracts.catalogue import HPKE_ENTITY, HPKE_TYPE, HpkeKeyEntry
from trama_contracts.directory_entries import Entry, Manifest
from trama_contracts.event import Event, Fact, OpenFact, Payload
from trama_contracts.facts import Counted
from trama_contracts.messages import MESSAGES, Message
from trama_contracts.offers import OPEN_FACTS

Json: TypeAlias = dict[str, Any]
SchemaOf: TypeAlias = Callable[[type[BaseModel], str], Json]

REF_TEMPLATE: Final = "#/components/schemas/{model}"
MAILBOX: Final = "Mailbox"
DIRECTORY: Final = "Directory"
CATALOGUE: Final = "Catalogue"
"""Prefixes of the schemas that are not events': each has parts whose names events use as well."""
KAFKA: Final = "0.5.0"
"""Version of AsyncAPI's Kafka binding; 0.6, with ACLs, is not out: they are told as `x-acl`."""
INTRODUCTION: Final = (
    "What the services of a Trama network tell each other on Apache Kafka. Events, facts and mailbox messages"
    " are sealed: in clear they are all alike, and `x-opened` shows what a holder of the key reads. The wire"
    " format is normative and says what no schema can: signatures, sealing, order, outcomes."
)


def asyncapi_document(events: Mapping[str, type[Event]], schema_of: SchemaOf) -> Json:
    """The whole document, made from the event classes; the same classes give the same document."""
    ordered = [event for _, event in sorted(events.items())]
    channels = _channels(ordered)
    return {
        "asyncapi": "3.1.0",
        "id": "urn:trama:contracts",
        "info": {"title": "Trama", "version": "1.0.0", "description": INTRODUCTION},
        "defaultContentType": "application/cloudevents+json",
        "channels": channels,
        "operations": dict(_operations(channels)),
        "components": {
            "schemas": _schemas(ordered, schema_of),
            "messages": _messages(ordered),
            "messageTraits": _traits(),
            "parameters": CHANNEL_PARAMETERS,
        },
    }


def service_of(event: type[Payload]) -> str:
    """The service that publishes the event or open fact: the owner in its wire type."""
    return event.wire_type.split(".")[2]


def _schemas(events: Iterable[type[Event]], schema_of: SchemaOf) -> Json:
    made: Json = dict(WIRE_SCHEMAS)
    classes: list[tuple[str, type[BaseModel]]] = [
        *(("", event) for event in events),
        *((MAILBOX, message) for message in MESSAGES.values()),
        *((DIRECTORY, form) for form in (Manifest, Entry)),
        (CATALOGUE, HpkeKeyEntry),
        *((CATALOGUE, fact) for fact in OPEN_FACTS.values()),
    ]
    for prefix, model in classes:
        schema = schema_of(model, REF_TEMPLATE.replace("{", prefix + "{"))
        parts = {**schema.pop("$defs", {}), model.__name__: schema}
        for name, part in parts.items():
            named = _positional(part) | {"title": prefix + name}
            if made.setdefault(prefix + name, named) != named:
                raise TypeError(
                    f"two different schemas are called {name}: give one of the classes another name"
                )
    return dict(sorted(made.items()))


def _positional(schema: Json) -> Json:
    """AsyncAPI's schemas are of draft 7, where a list with a schema for each place is written `items`."""
    changed = {name: _positional(part) if isinstance(part, dict) else part for name, part in schema.items()}
    if "prefixItems" in changed:
        changed["items"] = changed.pop("prefixItems")
    return changed


def _ref(kind: str, name: str) -> Json:
    return {"$ref": f"#/components/{kind}/{name}"}


def _messages(events: Iterable[type[Event]]) -> Json:
    made = {event.__name__: _event_message(event) for event in events}
    made["StreamErased"] = {
        "name": "it.trama.stream-erased.v1",
        "title": "StreamErased",
        "summary": "In clear: the stream's key is destroyed; erase what was opened with it.",
        "traits": [_ref("messageTraits", "sealed")],
        "payload": _ref("schemas", "StreamErased"),
    }
    made |= {message.__name__: _mailbox_message(message) for message in MESSAGES.values()}
    made["CatalogueRecord"] = {
        "title": "CatalogueRecord",
        "summary": "An open signed fact, about no person, one per entity.",
        "traits": [_ref("messageTraits", "catalogue")],
        "payload": _ref("schemas", "CatalogueRecord"),
    }
    made["HpkeKeys"] = {
        "name": HPKE_TYPE,
        "title": "HpkeKeys",
        "summary": "The catalogue record that holds the keys to seal messages to, newest first.",
        "traits": [_ref("messageTraits", "catalogue")],
        "payload": _hpke_keys(),
    }
    made |= {fact.__name__: _open_fact_message(fact) for fact in OPEN_FACTS.values()}
    made["DirectoryManifest"] = {
        "title": "DirectoryManifest",
        "summary": "Which entry of which member is in force, until when; signed by two of three roots.",
        "traits": [_ref("messageTraits", "directory")],
        "payload": _ref("schemas", "DirectoryManifest"),
    }
    made["DirectoryEntry"] = {
        "title": "DirectoryEntry",
        "summary": "A member: who answers for it, its circles, who reads it, its services and keys.",
        "traits": [_ref("messageTraits", "directory")],
        "payload": _ref("schemas", "DirectoryEntry"),
    }
    return made


def _open_fact_message(fact: type[OpenFact]) -> Json:
    told = {
        "type": {"const": fact.wire_type},
        "id": {"type": "string", "pattern": f"^{fact.entity}:"},
        "data": _ref("schemas", CATALOGUE + fact.__name__),
    }
    return {
        "name": fact.wire_type,
        "title": fact.__name__,
        "summary": _described(fact),
        "traits": [_ref("messageTraits", "catalogue")],
        "payload": {"allOf": [_ref("schemas", "CatalogueRecord"), {"type": "object", "properties": told}]},
        "x-owner": service_of(fact),
    }


def _hpke_keys() -> Json:
    keys = {"type": "array", "items": _ref("schemas", CATALOGUE + HpkeKeyEntry.__name__)}
    told = {
        "type": {"const": HPKE_TYPE},
        "id": {"const": HPKE_ENTITY},
        "data": {"type": "object", "properties": {"keys": keys}, "required": ["keys"]},
    }
    return {"allOf": [_ref("schemas", "CatalogueRecord"), {"type": "object", "properties": told}]}


def _mailbox_message(message: type[Message]) -> Json:
    opened = {"type": "object", "properties": {"type": {"const": message.wire_type}}}
    form = _ref("schemas", MAILBOX + message.__name__)
    return {
        "name": message.wire_type,
        "title": message.__name__,
        "summary": _described(message),
        "traits": [_ref("messageTraits", "mailbox")],
        "payload": _ref("schemas", "SealedMessage"),
        "x-opened": {"allOf": [_ref("schemas", "OpenedMessage"), opened, form]},
    }


def _described(model: type[BaseModel]) -> str:
    return " ".join((model.__doc__ or "").split())


def _event_message(event: type[Event]) -> Json:
    described = _described(event)
    opened = {
        "type": {"const": event.wire_type},
        "circle": {"const": event.circle},
        "payload": _ref("schemas", event.__name__),
    }
    return {
        "name": event.wire_type,
        "title": event.__name__,
        "summary": described.partition(". ")[0].rstrip(".") + ".",
        "description": described,
        "traits": [_ref("messageTraits", "sealed")],
        "payload": _ref("schemas", "SealedEvent"),
        "x-opened": {"allOf": [_ref("schemas", "Inner"), {"type": "object", "properties": opened}]},
        "x-circle": event.circle,
        "x-scope": event.scope,
    } | _fact_of(event)


def _fact_of(event: type[Event]) -> Json:
    """Which fact reporting services learn of the event, as its class promises."""
    if not issubclass(event, Counted):
        return {}
    fact: type[Fact] = get_type_hints(event.fact)["return"]
    return {"x-fact": fact.wire_type}


def _channels(events: Iterable[type[Event]]) -> Json:
    by_channel: dict[tuple[str, str], list[str]] = {}
    for event in events:
        kind = "facts" if issubclass(event, Fact) else "events"
        by_channel.setdefault((service_of(event), kind), []).append(event.__name__)
    channels = {
        f"{service}{kind.capitalize()}": _stream_channel(service, kind, names)
        for (service, kind), names in sorted(by_channel.items())
    }
    channels["catalogue"] = _channel(
        "{network}.{member}.{service}.catalogue.v1",
        ["CatalogueRecord", "HpkeKeys", *(fact.__name__ for fact in OPEN_FACTS.values())],
        acl={"write": "{member}.{service}", "read": "every service of the network"},
        kafka={"cleanup.policy": ["compact"]},
    )
    channels["mailbox"] = _channel(
        "{network}.{member}.{service}.mailbox.v1",
        [message.__name__ for message in MESSAGES.values()],
        acl={"write": "every service of the network", "read": "{member}.{service} alone"},
        kafka={"cleanup.policy": ["delete"], "retention.ms": 35 * 24 * 3600 * 1000},
    )
    channels["directory"] = _channel(
        "{network}.network.directory.v1",
        ["DirectoryManifest", "DirectoryEntry"],
        acl={"write": "the coordinator of the network", "read": "every service of the network"},
        kafka={"cleanup.policy": ["compact"]},
    )
    return channels


def _stream_channel(service: str, kind: str, names: list[str]) -> Json:
    readers = {
        "events": "services of {member}, and of the members in read_by of its directory entry",
        "facts": "reporting services alone",
    }
    return _channel(
        f"{{network}}.{{member}}.{service}.{kind}.v1",
        [*names, "StreamErased"],
        acl={"write": f"{{member}}.{service}", "read": readers[kind]},
        kafka={"cleanup.policy": ["delete"]},
    )


def _channel(address: str, names: list[str], *, acl: Json, kafka: Json) -> Json:
    parameters = [name for name in CHANNEL_PARAMETERS if f"{{{name}}}" in address]
    return {
        "address": address,
        "parameters": {name: _ref("parameters", name) for name in parameters},
        "messages": {name: _ref("messages", name) for name in names},
        "bindings": {
            "kafka": {
                "topicConfiguration": kafka | {"max.message.bytes": 300_000},
                "bindingVersion": KAFKA,
            }
        },
        "x-acl": acl,
    }


def _operations(channels: Json) -> Iterable[tuple[str, Json]]:
    for name, channel in channels.items():
        for action in ("send", "receive"):
            yield (
                f"{action}{name[0].upper()}{name[1:]}",
                {
                    "action": action,
                    "channel": {"$ref": f"#/channels/{name}"},
                    "messages": [
                        {"$ref": f"#/channels/{name}/messages/{message}"} for message in channel["messages"]
                    ],
                },
            )


def _traits() -> Json:
    sealed = "application/cloudevents+json"
    return {
        "sealed": _trait(sealed, "Headers", uuid_schema("The stream. Same as `subject`.")),
        "mailbox": _trait(sealed, "Headers", {"type": "string", "description": "The sender's principal."}),
        "catalogue": _trait(
            "application/json",
            CATALOGUE_SIGNATURE,
            {"type": "string", "description": "The entity. Same as `id`."},
        ),
        "directory": _trait(
            "application/json",
            DIRECTORY_SIGNATURE,
            {"type": "string", "description": "`manifest`, or the member."},
        ),
    }


def _trait(content_type: str, headers: str, key: Json) -> Json:
    return {
        "contentType": content_type,
        "headers": _ref("schemas", headers),
        "bindings": {"kafka": {"key": key, "bindingVersion": KAFKA}},
    }
