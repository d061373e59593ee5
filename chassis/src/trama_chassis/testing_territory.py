"""For tests: a territory with its roots, members and every service's keys, drawn from names.

No secret of a real network comes from here.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from trama_contracts.catalogue import HPKE_ENTITY, HpkeKeyEntry, hpke_record
from trama_contracts.directory import MANIFEST_KEY, manifest_line, sign_directory_record
from trama_contracts.directory_entries import Entry, Manifest
from trama_contracts.encoding import b64u
from trama_contracts.hpke import HpkePrivateKey
from trama_contracts.names import directory_topic, topic_of
from trama_contracts.record import Record
from trama_contracts.signature import PLAIN_JSON, headers_of, kid_of, raw_public, sign

from trama_chassis import clock
from trama_chassis.keystore import KEK, SIGNING

CARE = ("care", "clinical", "social", "referral", "host", "accountability")
_LONG_AGO = datetime(2013, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Place:
    """One member of a test territory."""

    services: tuple[str, ...]
    controller: str
    kind: str = "public"
    sector: str = "social"
    circles: tuple[str, ...] = CARE
    purposes: tuple[str, ...] = ("work-integration", "accountability")
    read_by: tuple[str, ...] = ()


FIRST_PLACES: Mapping[str, Place] = {
    "ambito-urbano": Place(("registry",), "comune-urbano", read_by=("sil", "cpi")),
    "sil": Place(("registry", "placement"), "ass6", read_by=("ambito-urbano", "cpi", "coop-filo")),
    "cpi": Place(("registry", "placement"), "provincia-pn", read_by=("ambito-urbano", "sil")),
    "coop-filo": Place(
        ("registry", "placement"), "coop-filo", kind="cooperative", circles=("host",), read_by=("sil",)
    ),
    "provincia": Place(("reporting",), "provincia-pn", circles=("accountability",)),
}


def _seed(*parts: str) -> bytes:
    return hashlib.sha256("/".join(("trama-test", *parts)).encode()).digest()


def _listed(key: Ed25519PrivateKey, state: str) -> dict[str, object]:
    public = raw_public(key)
    return {"kid": kid_of(public), "public": b64u(public), "state": state, "from": _LONG_AGO}


@dataclass
class Territory:
    """A network with its roots, members and every service's keys, drawn from names: the same each time."""

    network: str = "pn"
    places: Mapping[str, Place] = field(default_factory=lambda: FIRST_PLACES)
    robbed: frozenset[str] = frozenset()
    """Services whose first signing key is revoked: they sign with a second one."""

    @property
    def roots(self) -> list[Ed25519PrivateKey]:
        """The three root keys."""
        return [Ed25519PrivateKey.from_private_bytes(_seed(self.network, "root", str(n))) for n in range(3)]

    def principals(self) -> list[str]:
        """Every service of every member."""
        return [f"{member}.{service}" for member, place in self.places.items() for service in place.services]

    def signing_seed(self, principal: str) -> bytes:
        """The raw signing key of a service."""
        return _seed(self.network, "signing", principal, *(["second"] if principal in self.robbed else []))

    def before(self) -> "Territory":
        """The same territory before anybody's key was stolen."""
        return Territory(self.network, self.places)

    def signing(self, principal: str) -> Ed25519PrivateKey:
        """The signing key of a service."""
        return Ed25519PrivateKey.from_private_bytes(self.signing_seed(principal))

    def hpke(self, principal: str) -> HpkePrivateKey:
        """The HPKE key that a peer publishes."""
        return HpkePrivateKey.from_seed(_seed(self.network, "hpke", principal))

    def _entry(self, member: str, place: Place, version: int) -> Entry:
        services = {}
        for service in place.services:
            principal = f"{member}.{service}"
            keys = [_listed(self.signing(principal), "active")]
            if principal in self.robbed:
                keys.append(_listed(self.before().signing(principal), "revoked"))
            services[service] = {"signing": tuple(keys)}
        return Entry.model_validate(
            {
                "member": member,
                "controller": place.controller,
                "delegations": (),
                "version": version,
                "name": member,
                "kind": place.kind,
                "sector": place.sector,
                "circles": place.circles,
                "purposes": place.purposes,
                "read_by": place.read_by,
                "services": services,
            }
        )

    def directory_records(
        self, *, version: int = 1, expires_in: timedelta = timedelta(days=7)
    ) -> list[Record]:
        """The signed entries and, last, the manifest."""
        topic, now = directory_topic(self.network), clock.machine_now()
        values = {member: self._entry(member, place, version) for member, place in self.places.items()}
        lines = {member: manifest_line(entry, entry.encode()) for member, entry in values.items()}
        manifest = Manifest.model_validate(
            {
                "version": version + bool(self.robbed),
                "issued": now,
                "expires": now + expires_in,
                "entries": lines,
            }
        )
        contents = {member.encode(): entry.encode() for member, entry in values.items()}
        contents[MANIFEST_KEY] = manifest.encode()
        return [
            Record(topic, key, value, headers_of(self._root_signature(topic, key, value), PLAIN_JSON))
            for key, value in contents.items()
        ]

    def _root_signature(self, topic: str, key: bytes, value: bytes) -> bytes:
        return sign_directory_record(topic=topic, key=key, value=value, roots=self.roots[:2])

    def hpke_records(self, *, without: Iterable[str] = ()) -> list[Record]:
        """The catalogue records in which services publish the key their mail is sealed to."""
        return [self._hpke_record(principal) for principal in self.principals() if principal not in without]

    def _hpke_record(self, principal: str) -> Record:
        key, now = self.hpke(principal), clock.machine_now()
        listed = HpkeKeyEntry.model_validate(
            {
                "suite": key.suite,
                "public": b64u(key.public),
                "hpkekey": key.hpkekey,
                "from": now - timedelta(days=1),
                "until": now + timedelta(days=28),
            }
        )
        value = hpke_record([listed], version=1, issued=now)
        topic = topic_of(self.network, principal, "catalogue")
        signature = sign(self.signing(principal), topic, HPKE_ENTITY.encode(), value)
        return Record(topic, HPKE_ENTITY.encode(), value, headers_of(signature, PLAIN_JSON))

    def write_secrets(self, folder: Path, principal: str) -> None:
        """Put a service's key files into a folder."""
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        for name, content in (
            (SIGNING, self.signing_seed(principal)),
            (KEK, _seed(self.network, "kek", principal)),
        ):
            path = folder / name
            path.touch(mode=0o600)
            path.write_bytes(content)
