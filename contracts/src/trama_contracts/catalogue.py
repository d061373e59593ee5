"""Open, signed facts of a service that hold no personal data, HPKE keys among them (wire section 13)."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Any, Final, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from trama_contracts.directory import Directory
from trama_contracts.encoding import from_b64u
from trama_contracts.errors import Malformed
from trama_contracts.fields import Instant, KeyName
from trama_contracts.hpke import PUBLIC_LENGTH, X25519, XWING, SuiteName, hpkekey_of
from trama_contracts.moments import instant, parse_instant
from trama_contracts.names import parse_topic
from trama_contracts.opening import check_signed
from trama_contracts.outcomes import Outcome
from trama_contracts.record import Record
from trama_contracts.sealing import compact, value_hash
from trama_contracts.signature import PLAIN_JSON
from trama_contracts.strict_json import DOCUMENT_DEPTH, LARGEST_INTEGER, parse

HPKE_ENTITY: Final = "hpke"
HPKE_TYPE: Final = "it.trama.hpke-keys.v1"


class HpkeKeyEntry(BaseModel):
    """One public key of a service and when senders may use it (machine time)."""

    model_config = ConfigDict(frozen=True, extra="ignore", populate_by_name=True)

    suite: SuiteName
    public: str
    hpkekey: KeyName
    from_: Annotated[Instant, Field(alias="from")]
    until: Instant

    @property
    def raw(self) -> bytes:
        """The bytes of the public key."""
        return from_b64u(self.public)

    @model_validator(mode="after")
    def _named_after_its_bytes(self) -> Self:
        if len(self.raw) != PUBLIC_LENGTH[self.suite] or hpkekey_of(self.raw) != self.hpkekey:
            raise ValueError("not a key of that suite and name")
        return self


@dataclass(frozen=True, slots=True)
class CatalogueRecord:
    """One entity as its service tells it; the reader keeps `version` and `hash` to judge the next."""

    type: str
    id: str
    version: int
    issued: datetime
    content: dict[str, Any] = field(repr=False)
    hash: str
    hpke_keys: tuple[HpkeKeyEntry, ...] = ()


@dataclass(frozen=True, slots=True)
class Held:
    """The version of an entity that a reader holds, and the hash of its bytes."""

    version: int
    hash: str


def open_catalogue(
    record: Record, directory: Directory, held: Held | None
) -> tuple[Outcome, CatalogueRecord | None]:
    """Check one record of a catalogue topic against the version held.

    Raises ValueError if the topic is not a catalogue.
    """
    topic = parse_topic(record.topic)
    if topic is None or topic.kind != "catalogue":
        raise ValueError("not a catalogue topic")
    outcome = check_signed(record, directory, PLAIN_JSON, topic)
    if outcome is not Outcome.OK or record.value is None:
        return outcome, None
    try:
        found = _read(record.value, legacy=directory.legacy_hpke(topic.principal))
    except Malformed:
        return Outcome.MALFORMED, None
    if found.id.encode() != record.key:
        return Outcome.WRONG_KEY, None
    if held is not None and found.version <= held.version:
        return Outcome.DUPLICATE if found.hash == held.hash else Outcome.STALE, None
    return Outcome.OK, found


def _read(value: bytes, *, legacy: bool) -> CatalogueRecord:
    document = parse(value, DOCUMENT_DEPTH)
    wire_type, entity, version = document.get("type"), document.get("id"), document.get("version")
    issued, content = document.get("issued"), document.get("data")
    if type(wire_type) is not str or type(entity) is not str or type(issued) is not str:
        raise Malformed("type, id or issued")
    if type(version) is not int or not 1 <= version <= LARGEST_INTEGER or type(content) is not dict:
        raise Malformed("version or data")
    return CatalogueRecord(
        type=wire_type,
        id=entity,
        version=version,
        issued=parse_instant(issued),
        content=content,
        hash=value_hash(value),
        hpke_keys=_keys(content, legacy=legacy) if entity == HPKE_ENTITY else (),
    )


def _keys(content: dict[str, Any], *, legacy: bool) -> tuple[HpkeKeyEntry, ...]:
    """The keys of the record `hpke`; suites of a later wire are passed over (wire section 11)."""
    listed = content.get("keys")
    if type(listed) is not list or not all(type(key) is dict for key in listed):
        raise Malformed("keys")
    found = []
    for key in listed:
        suite = key.get("suite")
        if type(suite) is not str or (suite == X25519 and not legacy):
            raise Malformed("suite")
        if suite in PUBLIC_LENGTH:
            found.append(_key(key))
    return tuple(found)


def _key(key: dict[str, Any]) -> HpkeKeyEntry:
    try:
        return HpkeKeyEntry.model_validate_json(json.dumps(key), strict=True)
    except ValidationError:
        raise Malformed("keys") from None


def catalogue_value(*, type: str, id: str, version: int, issued: datetime, content: dict[str, Any]) -> bytes:
    """The value bytes of a catalogue record."""
    return compact({"type": type, "id": id, "version": version, "issued": instant(issued), "data": content})


def hpke_content(keys: Sequence[HpkeKeyEntry]) -> dict[str, Any]:
    """What a service's record `hpke` says; the newest key goes first."""
    return {"keys": [key.model_dump(mode="json", by_alias=True) for key in keys]}


def hpke_record(keys: Sequence[HpkeKeyEntry], *, version: int, issued: datetime) -> bytes:
    """The value bytes of a service's record `hpke`."""
    content = hpke_content(keys)
    return catalogue_value(type=HPKE_TYPE, id=HPKE_ENTITY, version=version, issued=issued, content=content)


def current_hpke_key(entry: CatalogueRecord, now: datetime) -> HpkeKeyEntry | None:
    """The key to seal to: the first in force; who lists an xwing-v1 key is never sent less."""
    strongest = XWING if any(key.suite == XWING for key in entry.hpke_keys) else X25519
    return next(
        (key for key in entry.hpke_keys if key.suite == strongest and key.from_ <= now < key.until), None
    )
