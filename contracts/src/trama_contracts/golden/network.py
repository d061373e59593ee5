"""Directory records of the imaginary network, good ones and the makings of wrong ones."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from trama_contracts.directory import sign_directory_record
from trama_contracts.golden.fixtures import (
    DSM_KEY,
    DSM_PLACEMENT,
    DSM_RETIRED,
    DSM_REVOKED,
    EXPIRES,
    HEIR_KEY,
    ISSUED,
    LEGACY_KEY,
    NETWORK,
    ROOTS,
    SIL_KEY,
    UNLISTED_KEY,
    listed_key,
)
from trama_contracts.moments import instant
from trama_contracts.names import directory_topic
from trama_contracts.record import Record
from trama_contracts.sealing import compact, value_hash
from trama_contracts.signature import PLAIN_JSON, headers_of

TOPIC: Final = directory_topic(NETWORK)


def entry(member: str, services: dict[str, Any], circles: Sequence[str], **changes: Any) -> dict[str, Any]:  # noqa: ANN401
    """A good entry; a change to None takes the member away."""
    document = {
        "member": member,
        "controller": "ente-di-prova",
        "delegations": [],
        "version": 1,
        "name": f"Unità di prova {member}",
        "kind": "public",
        "sector": "social",
        "circles": list(circles),
        "purposes": ["care"],
        "read_by": ["dsm", "sil"],
        "services": services,
    } | changes
    return {name: value for name, value in document.items() if value is not None}


def manifest(entries: Mapping[str, bytes], *, version: int = 1, **changes: Any) -> dict[str, Any]:  # noqa: ANN401
    """A good manifest of version-1 entries with these bytes."""
    listed = {member: {"version": 1, "sha256": value_hash(value)} for member, value in entries.items()}
    times = {"issued": instant(ISSUED), "expires": instant(EXPIRES)}
    return {"version": version, **times, "entries": listed} | changes


def signed(
    key: str, document: dict[str, Any] | bytes, roots: Sequence[Ed25519PrivateKey] = ROOTS[:2]
) -> Record:
    """A directory record, signed by these roots."""
    value = document if isinstance(document, bytes) else compact(document)
    signature = sign_directory_record(topic=TOPIC, key=key.encode(), value=value, roots=roots)
    return Record(TOPIC, key.encode(), value, headers_of(signature, PLAIN_JSON))


DSM_ENTRY: Final = entry(
    "dsm",
    {
        "registry": {
            "signing": [
                listed_key(DSM_KEY),
                listed_key(DSM_RETIRED, "retired"),
                listed_key(DSM_REVOKED, "revoked"),
            ]
        },
        "placement": {"signing": [listed_key(DSM_PLACEMENT)]},
    },
    ["care", "clinical"],
)
SIL_ENTRY: Final = entry(
    "sil", {"registry": {"signing": [listed_key(SIL_KEY)]}}, ["care", "host", "accountability"]
)
LEGACY_ENTRY: Final = entry(
    "coop-prova",
    {"registry": {"signing": [listed_key(LEGACY_KEY)], "legacy_hpke": True}},
    ["care"],
)
HEIR_ENTRY: Final = entry(
    "erede",
    {"registry": {"signing": [listed_key(HEIR_KEY)]}},
    ["care"],
    succeeds=[{"member": "estinto", "act": "delibera di prova 1", "from": instant(ISSUED)}],
)
UNLISTED_ENTRY: Final = entry("fuori", {"registry": {"signing": [listed_key(UNLISTED_KEY)]}}, ["care"])

ENTRIES: Final = {
    document["member"]: compact(document) for document in (DSM_ENTRY, SIL_ENTRY, LEGACY_ENTRY, HEIR_ENTRY)
}
MANIFEST: Final = compact(manifest(ENTRIES))


def main_directory() -> list[Record]:
    """What the readers of the corpus have read: four members, one entry that no manifest lists."""
    entries = [signed(member, value) for member, value in ENTRIES.items()]
    return [*entries, signed("fuori", UNLISTED_ENTRY), signed("manifest", MANIFEST)]
