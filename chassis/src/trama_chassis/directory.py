"""This service's copy of the signed directory and of the open catalogue: who there is, and their keys."""

from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from trama_contracts.catalogue import (
    HPKE_ENTITY,
    CatalogueRecord,
    Held,
    HpkeKeyEntry,
    current_hpke_key,
    open_catalogue,
)
from trama_contracts.directory import Directory, DirectoryReader
from trama_contracts.encoding import from_b64u
from trama_contracts.names import directory_topic, parse_topic, topic_of
from trama_contracts.outcomes import Outcome
from trama_contracts.record import Record
from trama_contracts.signature import PLAIN_JSON, headers_of, the_headers

from trama_chassis.tables import CatalogueHeld, DirectoryHeld

if TYPE_CHECKING:
    from trama_chassis.settings import ServiceSettings


def owner_of(topic: str) -> str:
    """The principal that writes a topic; of the directory's, the network."""
    parsed = parse_topic(topic)
    return "network.directory" if parsed is None else parsed.principal


def root_keys(settings: "ServiceSettings") -> list[bytes]:
    """The pinned public keys of the roots."""
    return [from_b64u(root) for root in settings.roots]


class DirectoryCopy:
    """What the roots have signed and what services say of themselves, held in memory and in this database."""

    def __init__(self, settings: "ServiceSettings") -> None:
        self._settings = settings
        self._begin()

    def _begin(self) -> None:
        self._reader = DirectoryReader(self._settings.network, root_keys(self._settings))
        self._catalogue: dict[tuple[str, str], CatalogueRecord] = {}

    @property
    def current(self) -> Directory:
        """The directory in force."""
        return self._reader.directory

    def principals(self) -> list[str]:
        """Every service of every member in force, in one fixed order."""
        directory = self.current
        return sorted(
            f"{member}.{service}" for member in directory.members for service in directory.services(member)
        )

    def hpke_key(self, principal: str, now: datetime) -> HpkeKeyEntry | None:
        """The key to which a message for this service is sealed now, or None if it has published none."""
        topic = topic_of(self._settings.network, principal, "catalogue")
        listed = self._catalogue.get((topic, HPKE_ENTITY))
        return None if listed is None else current_hpke_key(listed, now)

    def topics_to_read(self, reads: str) -> set[str]:
        """The topics of others this service may and should read, from who reads whom."""
        network, own = self._settings.network, self._settings.principal
        topics = {directory_topic(network), topic_of(network, own, "mailbox")}
        for principal in self.principals():
            if principal == own:
                continue
            topics.add(topic_of(network, principal, "catalogue"))
            member, _, service = principal.partition(".")
            if reads == "facts":
                topics.add(topic_of(network, principal, "facts"))
            elif service != "reporting" and self._may_read(member):
                topics.add(topic_of(network, principal, "events"))
        return topics

    def _may_read(self, member: str) -> bool:
        return member == self._settings.member or self._settings.member in self.current.read_by(member)

    async def load(self, session: AsyncSession) -> None:
        """Begin again from what this database holds; signatures are checked as when it was first read.

        Everything is fetched before anything is forgotten: a commit that met an empty directory meanwhile
        would grant its new streams to nobody, for ever.
        """
        held = (await session.execute(select(DirectoryHeld))).scalars().all()
        known = (await session.execute(select(CatalogueHeld))).scalars().all()
        topic = directory_topic(self._settings.network)
        self._begin()
        for row in sorted(held, key=lambda row: row.key != "manifest"):
            self._reader.apply(_kept(topic, row))
        for one in known:
            self._open(_kept(one.topic, one))

    async def apply(self, session: AsyncSession, record: Record) -> Outcome:
        """Take a record of the directory topic."""
        outcome = self._reader.apply(record)
        if outcome in (Outcome.OK, Outcome.GAP) and record.key is not None and record.value is not None:
            await session.merge(
                DirectoryHeld(
                    key=record.key.decode(),
                    value=record.value,
                    signature=the_headers(record.headers, PLAIN_JSON),
                )
            )
        return outcome

    async def apply_catalogue(self, session: AsyncSession, record: Record) -> Outcome:
        """Take a record of a catalogue topic."""
        outcome, opened = self._open(record)
        if opened is not None and record.value is not None:
            await session.merge(
                CatalogueHeld(
                    topic=record.topic,
                    key=opened.id,
                    version=opened.version,
                    type=opened.type,
                    value=record.value,
                    signature=the_headers(record.headers, PLAIN_JSON),
                )
            )
        return outcome

    def _open(self, record: Record) -> tuple[Outcome, CatalogueRecord | None]:
        key = (record.topic, (record.key or b"").decode(errors="replace"))
        before = self._catalogue.get(key)
        held = None if before is None else Held(before.version, before.hash)
        outcome, opened = open_catalogue(record, self.current, held)
        if opened is not None:
            self._catalogue[key] = opened
        return outcome, opened


def _kept(topic: str, row: DirectoryHeld | CatalogueHeld) -> Record:
    return Record(topic, row.key.encode(), row.value, headers_of(row.signature, PLAIN_JSON))
