"""The clear parts of the wire as JSON Schemas, for the AsyncAPI document alone.

Readers must not take them for the checks of the wire format: those are in `envelope`, `directory`, `opening`.
"""

from typing import Any, Final, TypeAlias

from trama_contracts.fields import HASH_PATTERN, KID_PATTERN, SIGNATURE_PATTERN
from trama_contracts.inner import INSTANT_PATTERN, MAX_CAUSES
from trama_contracts.names import (
    CIRCLES,
    ERASED,
    MAX_SEQ,
    MEMBER_PATTERN,
    MESSAGE,
    NETWORK_PATTERN,
    SEALED,
    SERVICE_PATTERN,
    UUID4_PATTERN,
    WIRE_TYPE_PATTERN,
)

Json: TypeAlias = dict[str, Any]

INSTANT: Final = f"^{INSTANT_PATTERN}$"
_HASH: Final = f"^{HASH_PATTERN}$"
_SIGNED: Final = rf"v1\.{KID_PATTERN}\.{SIGNATURE_PATTERN}"
_BASE64: Final = "^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$"
_SOURCE: Final = f"^/{NETWORK_PATTERN}/{MEMBER_PATTERN}/{SERVICE_PATTERN}$"
_PRINCIPAL: Final = rf"^{MEMBER_PATTERN}\.{SERVICE_PATTERN}$"

CATALOGUE_SIGNATURE: Final = "CatalogueHeaders"
DIRECTORY_SIGNATURE: Final = "DirectoryHeaders"

CHANNEL_PARAMETERS: Final[Json] = {
    "network": {"description": f"The territory, `{NETWORK_PATTERN}`."},
    "member": {"description": f"The unit with a need to know, `{MEMBER_PATTERN}`."},
    "service": {"description": f"The service of the member, `{SERVICE_PATTERN}`."},
}


def uuid_schema(description: str | None = None) -> Json:
    """A UUID version 4 in the one form the wire allows (wire section 2)."""
    schema: Json = {"type": "string", "pattern": f"^{UUID4_PATTERN}$"}
    return schema | {"description": description} if description else schema


def _text(pattern: str, description: str | None = None) -> Json:
    schema: Json = {"type": "string", "pattern": pattern}
    return schema | {"description": description} if description else schema


def _object(properties: Json, *, required: list[str], description: str, closed: bool = False) -> Json:
    schema: Json = {
        "type": "object",
        "description": description,
        "properties": properties,
        "required": required,
    }
    return schema | {"additionalProperties": False} if closed else schema


def _headers(content_type: str, signature: str) -> Json:
    return _object(
        {
            "content-type": {"const": content_type},
            "trama-signature": _text(
                signature, "Ed25519 over topic, key, key id and value (wire section 7)."
            ),
        },
        required=["content-type", "trama-signature"],
        description="Kafka headers: each exactly once, others are ignored (wire section 4).",
    )


_CLEAR: Final[Json] = {
    "specversion": {"const": "1.0"},
    "id": uuid_schema(),
    "source": _text(_SOURCE),
}
_STREAM: Final[Json] = {
    "subject": uuid_schema("The stream. Same as the Kafka key."),
    "streamseq": {"type": "integer", "minimum": 1, "maximum": MAX_SEQ},
    "prevhash": _text(_HASH, "SHA-256 of the value before; absent iff streamseq is 1."),
}
_CHAIN: Final[Json] = {
    "if": {"properties": {"streamseq": {"const": 1}}},
    "then": {"not": {"required": ["prevhash"]}},
    "else": {"required": ["prevhash"]},
}
_STREAM_REQUIRED: Final = ["specversion", "id", "source", "type", "subject", "streamseq"]
_SEALED_DATA: Final = _text(_BASE64, "Sealed (wire section 8); its length says nothing but a power of two.")

_SEALED_EVENT: Final = _CHAIN | _object(
    _CLEAR | {"type": {"const": SEALED}} | _STREAM | {"data_base64": _SEALED_DATA},
    required=[*_STREAM_REQUIRED, "data_base64"],
    description="Every event and fact as anybody sees it (wire section 6).",
    closed=True,
)
_STREAM_ERASED: Final = _CHAIN | _object(
    _CLEAR
    | {"type": {"const": ERASED}}
    | _STREAM
    | {
        "data": _object(
            {"stream": uuid_schema()}, required=["stream"], description="Same as subject.", closed=True
        )
    },
    required=[*_STREAM_REQUIRED, "data"],
    description="The control event of an erasure (wire section 10).",
    closed=True,
)
_SEALED_MESSAGE: Final = _object(
    _CLEAR
    | {
        "type": {"const": MESSAGE},
        "recipient": _text(_PRINCIPAL, "The owner of the topic."),
        "hpkekey": _text(f"^{KID_PATTERN}$", "Which of the recipient's HPKE keys it is sealed to."),
        "data_base64": _SEALED_DATA,
    },
    required=["specversion", "id", "source", "type", "recipient", "hpkekey", "data_base64"],
    description="Every mailbox message as anybody sees it (wire section 11).",
    closed=True,
)
_ACTOR: Final = _object(
    {
        "role": {"type": "string"},
        "member": _text(f"^{MEMBER_PATTERN}$"),
        "operator": {"type": "string", "description": "Opaque."},
        "on_behalf_of": _text(f"^{MEMBER_PATTERN}$"),
        "ground": {"type": "string"},
    },
    required=["role", "member", "operator"],
    description="Who did it.",
)
_CONTINUES: Final = _object(
    {
        "topic": {"type": "string"},
        "stream": uuid_schema(),
        "seq": {"type": "integer", "minimum": 1, "maximum": MAX_SEQ},
        "hash": _text(_HASH),
    },
    required=["topic", "stream", "seq", "hash"],
    description="The stream this one carries on, and where it stood.",
)
_INNER: Final = _object(
    {
        "type": _text(f"^{WIRE_TYPE_PATTERN}$"),
        "circle": {"enum": list(CIRCLES)},
        "record": uuid_schema("Meaningful only with the member of `source`; absent iff accountability."),
        "occurred_at": _text(INSTANT),
        "recorded_at": _text(INSTANT),
        "actor": _ACTOR,
        "caused_by": {"type": "array", "maxItems": MAX_CAUSES, "items": uuid_schema()},
        "corrects": uuid_schema(),
        "continues": _CONTINUES,
        "traceparent": {"type": "string"},
        "payload": {"type": "object"},
    },
    required=["type", "circle", "occurred_at", "recorded_at", "actor", "caused_by", "payload"],
    description="What is sealed in an event (wire section 9). Readers ignore members they do not know.",
)
_OPENED_MESSAGE: Final = _object(
    {"type": _text(f"^{WIRE_TYPE_PATTERN}$"), "sent_at": _text(INSTANT)},
    required=["type", "sent_at"],
    description="What every message has inside (wire section 11). Readers ignore members they do not know.",
)
_CATALOGUE_RECORD: Final = _object(
    {
        "type": {"type": "string"},
        "id": {"type": "string", "description": "Same as the Kafka key."},
        "version": {"type": "integer", "minimum": 1},
        "issued": _text(INSTANT),
        "data": {"type": "object"},
    },
    required=["type", "id", "version", "issued", "data"],
    description="An open signed fact (wire section 13).",
)
WIRE_SCHEMAS: Final[Json] = {
    "Headers": _headers("application/cloudevents+json", f"^{_SIGNED}$"),
    CATALOGUE_SIGNATURE: _headers("application/json", f"^{_SIGNED}$"),
    DIRECTORY_SIGNATURE: _headers("application/json", f"^{_SIGNED}(?:,{_SIGNED})+$"),
    "SealedEvent": _SEALED_EVENT,
    "StreamErased": _STREAM_ERASED,
    "SealedMessage": _SEALED_MESSAGE,
    "Inner": _INNER,
    "OpenedMessage": _OPENED_MESSAGE,
    "CatalogueRecord": _CATALOGUE_RECORD,
}
