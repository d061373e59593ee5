"""Types of fields on the wire, for pydantic classes of directory, catalogue and messages."""

from datetime import datetime
from typing import Annotated, Final

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    PlainSerializer,
    StringConstraints,
    WithJsonSchema,
)

from trama_contracts.encoding import from_b64
from trama_contracts.event import Uuid
from trama_contracts.moments import INSTANT_PATTERN, instant, parse_instant
from trama_contracts.names import (
    MAX_SEQ,
    SERVICE_PATTERN,
    is_member,
    parse_topic,
)
from trama_contracts.strict_json import LARGEST_INTEGER

__all__ = [
    "Base64",
    "Hash",
    "Instant",
    "KeyName",
    "MemberName",
    "Secret",
    "Seq",
    "ServiceName",
    "Signature",
    "TopicName",
    "Uuid",
    "Version",
]

HASH_PATTERN: Final = "[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]"
"""b64u of 32 bytes, trailing bits canonical."""
KID_PATTERN: Final = "[A-Za-z0-9_-]{21}[AQgw]"
"""b64u of 16 bytes, trailing bits canonical."""
SIGNATURE_PATTERN: Final = "[A-Za-z0-9_-]{85}[AQgw]"
"""b64u of 64 bytes, trailing bits canonical."""


def _only_an_instant(value: object) -> object:
    return parse_instant(value) if isinstance(value, str) else value


def _member(text: str) -> str:
    if not is_member(text):
        raise ValueError("not the name of a member")
    return text


def _topic_of_streams(text: str) -> str:
    topic = parse_topic(text)
    if topic is None or topic.kind not in ("events", "facts"):
        raise ValueError("not a topic of streams")
    return text


def _base64(text: str) -> str:
    from_b64(text)
    return text


Instant = Annotated[
    datetime,
    BeforeValidator(_only_an_instant),
    PlainSerializer(instant, return_type=str),
    WithJsonSchema({"type": "string", "pattern": f"^{INSTANT_PATTERN}$"}),
]
Hash = Annotated[str, StringConstraints(pattern=f"^{HASH_PATTERN}$")]
Secret = Annotated[str, StringConstraints(pattern=f"^{HASH_PATTERN}$"), Field(repr=False)]
KeyName = Annotated[str, StringConstraints(pattern=f"^{KID_PATTERN}$")]
Signature = Annotated[str, StringConstraints(pattern=f"^{SIGNATURE_PATTERN}$")]
MemberName = Annotated[str, AfterValidator(_member)]
ServiceName = Annotated[str, StringConstraints(pattern=f"^{SERVICE_PATTERN}$")]
TopicName = Annotated[str, AfterValidator(_topic_of_streams)]
Base64 = Annotated[str, AfterValidator(_base64)]
Seq = Annotated[int, Field(ge=1, le=MAX_SEQ)]
Version = Annotated[int, Field(ge=1, le=LARGEST_INTEGER)]
