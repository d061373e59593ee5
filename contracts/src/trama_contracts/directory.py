"""The signed directory: who is a member, with which keys and circles (wire section 12).

`DirectoryReader` takes records in any order; `Directory` is what is in force, and never changes.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from types import MappingProxyType
from typing import Final, TypeVar

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from pydantic import BaseModel, ValidationError

from trama_contracts.directory_entries import Entry, KeyState, Manifest, ManifestLine, ServiceEntry
from trama_contracts.encoding import b64u, from_b64u, lengths
from trama_contracts.errors import Malformed
from trama_contracts.names import MAX_VALUE, Circle, directory_topic, is_member
from trama_contracts.outcomes import Outcome
from trama_contracts.record import Record
from trama_contracts.sealing import value_hash
from trama_contracts.signature import (
    PLAIN_JSON,
    kid_of,
    parse_signatures,
    raw_public,
    sign,
    signed_bytes,
    the_headers,
    verify,
)
from trama_contracts.strict_json import DOCUMENT_DEPTH, parse

MANIFEST_KEY: Final = b"manifest"
SIGNATURES_NEEDED: Final = 2

_Form = TypeVar("_Form", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Signer:
    """A signing key in force, parsed once."""

    kid: str
    public: Ed25519PublicKey
    state: KeyState


@lru_cache(maxsize=16_384)
def _public_key(raw: bytes) -> Ed25519PublicKey:
    return Ed25519PublicKey.from_public_bytes(raw)


class Directory:
    """The entries in force under one manifest. Empty until a manifest is read."""

    __slots__ = ("_manifest", "_signers", "_succeeded", "members", "network")

    def __init__(self, network: str, manifest: Manifest | None, entries: Iterable[Entry]) -> None:
        self.network = network
        self.members: Mapping[str, Entry] = MappingProxyType({entry.member: entry for entry in entries})
        self._manifest = manifest
        self._succeeded = {past.member: entry for entry in self.members.values() for past in entry.succeeds}
        self._signers = {
            (f"{entry.member}.{service}", key.kid): Signer(key.kid, _public_key(key.raw), key.state)
            for entry in self.members.values()
            for service, listed in entry.services.items()
            for key in listed.signing
        }

    @property
    def manifest_version(self) -> int:
        """The version in force, 0 before any."""
        return 0 if self._manifest is None else self._manifest.version

    @property
    def expires(self) -> datetime | None:
        """Until when grants may be sent and accepted under this manifest (machine time)."""
        return None if self._manifest is None else self._manifest.expires

    @property
    def missing(self) -> frozenset[str]:
        """Members whom the manifest lists and whose entry has not come."""
        listed = frozenset[str]() if self._manifest is None else self._manifest.entries.keys()
        return frozenset(listed - self.members.keys())

    def accepts_grants(self, now: datetime) -> bool:
        """Whether a new grant may be sent or accepted at that machine time."""
        return self.expires is not None and now < self.expires

    def entry(self, member: str) -> Entry | None:
        """Who speaks for a member: its own entry, else that of its successor."""
        return self.members.get(member) or self._succeeded.get(member)

    def signer(self, principal: str, kid: str) -> Signer | None:
        """The key of that name among that service's keys, or among its successor's."""
        found = self._signers.get((principal, kid))
        if found is not None:
            return found
        member, _, service = principal.partition(".")
        successor = self._succeeded.get(member)
        return None if successor is None else self._signers.get((f"{successor.member}.{service}", kid))

    def may_write(self, principal: str, owner: str) -> bool:
        """Whether topics of `owner` are those of `principal`: its own, or of the service it succeeds."""
        if principal == owner:
            return True
        member, _, service = owner.partition(".")
        successor = self._succeeded.get(member)
        return successor is not None and principal == f"{successor.member}.{service}"

    def circles(self, member: str) -> frozenset[Circle]:
        """The circles in which a member may write."""
        entry = self.entry(member)
        return frozenset() if entry is None else frozenset(entry.circles)

    def services(self, member: str) -> frozenset[str]:
        """The names of a member's services."""
        entry = self.members.get(member)
        return frozenset() if entry is None else frozenset(entry.services)

    def read_by(self, member: str) -> tuple[str, ...]:
        """The members that may read a member's events."""
        entry = self.members.get(member)
        return () if entry is None else entry.read_by

    def controller(self, member: str) -> str | None:
        """The legal body that answers for a member."""
        entry = self.members.get(member)
        return None if entry is None else entry.controller

    def legacy_hpke(self, principal: str) -> bool:
        """Whether a service may have keys of the suite x25519-v1."""
        member, _, service = principal.partition(".")
        entry = self.members.get(member)
        listed = None if entry is None else entry.services.get(service)
        return listed is not None and listed.legacy_hpke


class DirectoryReader:
    """Reads the directory topic: keeps what is in force and the entries that are ahead of the manifest."""

    def __init__(self, network: str, roots: Iterable[bytes]) -> None:
        self.network = network
        self._roots = {kid_of(raw): Ed25519PublicKey.from_public_bytes(raw) for raw in roots}
        self._manifest: Manifest | None = None
        self._manifest_hash = ""
        self._entries: dict[str, tuple[ManifestLine, Entry]] = {}
        self._waiting: dict[str, dict[str, Entry]] = {}
        self._directory = Directory(network, None, ())

    @property
    def directory(self) -> Directory:
        """What is in force now."""
        return self._directory

    def apply(self, record: Record) -> Outcome:
        """Judge one record of the directory topic and, if it counts, put it in force."""
        if record.topic != directory_topic(self.network):
            raise ValueError("not the topic of this directory")
        fault = self._signature_fault(record)
        if fault is not None or record.key is None or record.value is None:
            return fault or Outcome.MALFORMED
        if record.key == MANIFEST_KEY:
            return self._apply_manifest(record.value)
        return self._apply_entry(record.key, record.value)

    def _signature_fault(self, record: Record) -> Outcome | None:
        if record.value is not None and len(record.value) > MAX_VALUE:
            return Outcome.OVERSIZE
        if record.key is None or record.value is None:
            return Outcome.MALFORMED
        try:
            signatures = parse_signatures(the_headers(record.headers, PLAIN_JSON))
        except Malformed:
            return Outcome.MALFORMED
        pinned = [(kid, signature) for kid, signature in signatures if kid in self._roots]
        if len({kid for kid, _ in pinned}) < SIGNATURES_NEEDED:
            return Outcome.UNKNOWN_SIGNER
        valid = {
            kid
            for kid, signature in pinned
            if verify(self._roots[kid], signature, signed_bytes(record.topic, record.key, kid, record.value))
        }
        return None if len(valid) >= SIGNATURES_NEEDED else Outcome.BAD_SIGNATURE

    def _apply_manifest(self, value: bytes) -> Outcome:
        manifest = read_form(Manifest, value)
        if manifest is None:
            return Outcome.MALFORMED
        held = self._directory.manifest_version
        if manifest.version < held:
            return Outcome.STALE
        if manifest.version == held:
            return Outcome.DUPLICATE if value_hash(value) == self._manifest_hash else Outcome.EQUIVOCATION
        self._manifest, self._manifest_hash = manifest, value_hash(value)
        self._entries = {
            member: (line, entry)
            for member, (line, entry) in self._entries.items()
            if manifest.entries.get(member) == line
        }
        for member, waiting in sorted(self._waiting.items()):
            self._settle(member, waiting, manifest)
        self._put_in_force()
        return Outcome.OK

    def _settle(self, member: str, waiting: dict[str, Entry], manifest: Manifest) -> None:
        """Take from the entries that waited the one the manifest lists; keep those still ahead of it."""
        line = manifest.entries.get(member)
        if line is None:
            return
        listed = waiting.get(line.sha256)
        if listed is not None and listed.version == line.version and not self._key_is_taken(listed):
            self._entries[member] = (line, listed)
        self._waiting[member] = {
            hash: entry for hash, entry in waiting.items() if entry.version > line.version
        }

    def _apply_entry(self, key: bytes, value: bytes) -> Outcome:
        entry = read_form(Entry, value)
        if entry is None or not is_member(key.decode(errors="replace")):
            return Outcome.MALFORMED
        if entry.member.encode() != key:
            return Outcome.WRONG_KEY
        line = None if self._manifest is None else self._manifest.entries.get(entry.member)
        if line is None or entry.version > line.version:
            self._waiting.setdefault(entry.member, {})[value_hash(value)] = entry
            return Outcome.GAP
        if entry.version < line.version:
            return Outcome.DUPLICATE
        if value_hash(value) != line.sha256:
            return Outcome.EQUIVOCATION
        if entry.member in self._entries:
            return Outcome.DUPLICATE
        if self._key_is_taken(entry):
            return Outcome.MALFORMED
        self._entries[entry.member] = (line, entry)
        self._put_in_force()
        return Outcome.OK

    def _key_is_taken(self, entry: Entry) -> bool:
        """A public key is listed under one service only: not under another member's in force."""
        kids = _kids(entry)
        return any(
            kids & _kids(other) for member, (_, other) in self._entries.items() if member != entry.member
        )

    def _put_in_force(self) -> None:
        self._directory = Directory(
            self.network, self._manifest, [entry for _, entry in self._entries.values()]
        )


def _kids(entry: Entry) -> frozenset[str]:
    return frozenset(key.kid for service in entry.services.values() for key in service.signing)


def read_form(form: type[_Form], value: bytes) -> _Form | None:
    """Read a JSON document of the wire as that class; None if it is malformed."""
    try:
        parse(value, DOCUMENT_DEPTH)
        return form.model_validate_json(value, strict=True)
    except (Malformed, ValidationError):
        return None


def sign_directory_record(
    *, topic: str, key: bytes, value: bytes, roots: Sequence[Ed25519PrivateKey]
) -> bytes:
    """The signature header of a directory record: one signature per root, at least two."""
    if len(roots) < SIGNATURES_NEEDED:
        raise ValueError("at least two roots sign")
    return b",".join(sign(root, topic, key, value) for root in roots)


def manifest_line(entry: Entry, value: bytes) -> ManifestLine:
    """What the manifest says of an entry published with these bytes."""
    return ManifestLine(version=entry.version, sha256=value_hash(value))


def cross_sign(old: Ed25519PrivateKey, *, network: str, principal: str, new_public: bytes) -> tuple[str, str]:
    """Kid and signature by which an old key vouches for a new one (wire section 12)."""
    signed = lengths("trama/v1/crosssign", network, principal, kid_of(new_public)) + new_public
    return kid_of(raw_public(old)), b64u(old.sign(signed))


def is_cross_signed(service: ServiceEntry, kid: str, *, network: str, principal: str) -> bool:
    """Whether another key of the service vouches for this one; if not, an operator must accept it."""
    keys = {key.kid: key for key in service.signing}
    cross = keys[kid].crosssigned
    if cross is None or cross.kid == kid or cross.kid not in keys:
        return False
    signed = lengths("trama/v1/crosssign", network, principal, kid) + keys[kid].raw
    return verify(_public_key(keys[cross.kid].raw), from_b64u(cross.sig), signed)
