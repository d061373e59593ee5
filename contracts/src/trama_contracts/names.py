"""Names on the wire: networks, members, services, topics, identifiers and their patterns.

Wire format sections 2 and 3. Pure: nothing here reads a directory or a clock.
"""

import re
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

Kind: TypeAlias = Literal["events", "facts", "catalogue", "mailbox"]
Circle: TypeAlias = Literal["care", "clinical", "social", "justice", "host", "referral", "accountability"]

KINDS: Final[tuple[Kind, ...]] = ("events", "facts", "catalogue", "mailbox")
CIRCLES: Final[tuple[Circle, ...]] = (
    "care",
    "clinical",
    "social",
    "justice",
    "host",
    "referral",
    "accountability",
)

SEALED: Final = "it.trama.sealed.v1"
ERASED: Final = "it.trama.stream-erased.v1"
MESSAGE: Final = "it.trama.message.v1"

MAX_VALUE: Final = 262_144
"""Longest value, in bytes, that a record may have (wire section 3)."""
MAX_SEQ: Final = 2_147_483_647
"""Highest streamseq (wire section 6)."""
MAX_TEXT: Final = 16_384
"""Longest JSON name or string, in code points, data_base64 excepted (wire section 5)."""

NETWORK_PATTERN: Final = r"[a-z][a-z0-9]{1,15}"
MEMBER_PATTERN: Final = r"[a-z][a-z0-9-]{1,30}[a-z0-9]"
SERVICE_PATTERN: Final = r"[a-z]{3,16}"
UUID4_PATTERN: Final = r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"
WIRE_TYPE_PATTERN: Final = rf"it\.trama\.{SERVICE_PATTERN}\.[a-z][a-z0-9-]{{1,63}}\.v[1-9][0-9]{{0,2}}"

_RESERVED_MEMBERS: Final = frozenset({"manifest", "network"})
_NETWORK: Final = re.compile(NETWORK_PATTERN)
_MEMBER: Final = re.compile(MEMBER_PATTERN)
_SERVICE: Final = re.compile(SERVICE_PATTERN)
_UUID4: Final = re.compile(UUID4_PATTERN)
_WIRE_TYPE: Final = re.compile(WIRE_TYPE_PATTERN)


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic that belongs to one service of one member (wire section 3)."""

    network: str
    member: str
    service: str
    kind: Kind

    @property
    def principal(self) -> str:
        """Who owns the topic: `<member>.<service>`."""
        return f"{self.member}.{self.service}"

    @property
    def source(self) -> str:
        """The CloudEvents source of what the owner writes: `/<network>/<member>/<service>`."""
        return f"/{self.network}/{self.member}/{self.service}"

    def __str__(self) -> str:
        return f"{self.network}.{self.member}.{self.service}.{self.kind}.v1"


def is_network(text: str) -> bool:
    """Whether the text is the name of a network."""
    return _NETWORK.fullmatch(text) is not None


def is_member(text: str) -> bool:
    """Whether the text may name a member; `manifest` and `network` may not."""
    return _MEMBER.fullmatch(text) is not None and text not in _RESERVED_MEMBERS


def is_service(text: str) -> bool:
    """Whether the text may name a service."""
    return _SERVICE.fullmatch(text) is not None


def is_principal(text: str) -> bool:
    """Whether the text is `<member>.<service>`."""
    member, dot, service = text.partition(".")
    return dot == "." and is_member(member) and is_service(service)


def is_uuid4(text: str) -> bool:
    """Whether the text is a UUID version 4 in the one form the wire allows."""
    return _UUID4.fullmatch(text) is not None


def is_wire_type(text: str) -> bool:
    """Whether the text has the form of an event type: `it.trama.<service>.<name>.v<N>`."""
    return _WIRE_TYPE.fullmatch(text) is not None


def parse_topic(text: str) -> Topic | None:
    """Read the name of a service's topic; None if it is anything else (the directory topic too)."""
    parts = text.split(".")
    if len(parts) != 5 or parts[4] != "v1":
        return None
    network, member, service, kind, _ = parts
    if not (is_network(network) and is_member(member) and is_service(service)):
        return None
    return next((Topic(network, member, service, known) for known in KINDS if known == kind), None)


def topic_of(network: str, principal: str, kind: Kind) -> str:
    """The topic of that kind of a principal."""
    return f"{network}.{principal}.{kind}.v1"


def source_of(network: str, principal: str) -> str:
    """The CloudEvents source of a principal."""
    member, _, service = principal.partition(".")
    return f"/{network}/{member}/{service}"


def directory_topic(network: str) -> str:
    """The topic of the network's signed directory."""
    return f"{network}.network.directory.v1"
