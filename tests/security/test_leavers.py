"""Who leaves, with its real keys and every byte of every topic: it opens nothing later, nor sees it go on.

One network on a real broker. Each case is told both ways: who remains reads everything.
"""

import hmac
import json
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

from sqlmodel import col
from trama_chassis import access, outbox
from trama_chassis.handlers import EventHandlers
from trama_chassis.runtime import Runtime
from trama_chassis.tables import GrantGiven, GrantReceived, OutboxRow, OwnHpkeKey, OwnStream
from trama_chassis.testing import Place, Territory, transaction
from trama_contracts.encoding import from_b64, from_b64u
from trama_contracts.errors import BadTag
from trama_contracts.hpke import HpkePrivateKey, message_info
from trama_contracts.names import topic_of
from trama_contracts.placement import HostPlacementOpened
from trama_contracts.registry import PersonRegistered
from trama_contracts.sealing import derive, value_hash
from trama_deploy.broker import EmbeddedBroker

from chassis.tests.small_registry import (
    SERVICE,
    HeardCopy,
    assignment,
    consent,
    copy_heard,
    link,
    new_id,
    person,
    rows,
)
from tests.delivery.life import heard_ids, on_log
from tests.delivery.network import Network, acquainted, until

READERS = ("cpi", "dsm", "ambito-urbano")
PLACES = {
    "sil": Place(("registry", "placement"), "ass6", read_by=(*READERS, "coop-filo", "coop-due")),
    **{name: Place(("registry",), f"titolare-{name}", read_by=("sil",)) for name in READERS},
    "coop-filo": Place(("placement",), "coop-filo", circles=("host",), read_by=("sil",)),
    "coop-due": Place(("placement",), "coop-due", circles=("host",), read_by=("sil",)),
}
_hosted = EventHandlers()
_hosted.copy(HostPlacementOpened)(copy_heard)
_hosted.copy(PersonRegistered)(copy_heard)
PLACEMENT = replace(SERVICE, name="placement", routers=[], handlers=_hosted)
SIL = "sil.registry"


@dataclass
class Attacker:
    """A service that was in: its database as it is, its key files, and everything the broker ever held."""

    runtime: Runtime
    log: list[tuple[str, bytes]]
    stream_keys: set[bytes] = field(default_factory=set)
    own_mail: list[HpkePrivateKey] = field(default_factory=list)

    async def arm(self) -> None:
        """Take every key out of the keystore, ended ones too, and of every letter of anybody that opens."""
        keystore = self.runtime.keystore
        for grant in await rows(self.runtime, GrantReceived):
            self.stream_keys.add(keystore.open(grant.sealed_key, grant.stream))
        for epoch in await rows(self.runtime, OwnHpkeKey):
            seed = keystore.open(epoch.sealed_seed, epoch.hpkekey)
            self.own_mail.append(HpkePrivateKey.from_seed(seed))
        for topic, value in self.log:
            if topic.endswith("mailbox.v1"):
                self.stream_keys |= self._keys_in(topic, json.loads(value))

    def _keys_in(self, topic: str, letter: dict[str, Any]) -> set[bytes]:
        found: set[bytes] = set()
        for private in self.own_mail:
            info = message_info(
                topic=topic,
                source=letter["source"],
                id=letter["id"],
                recipient=letter["recipient"],
                hpkekey=letter["hpkekey"],
            )
            try:
                padded = private.open(from_b64(letter["data_base64"]), info)
            except BadTag:
                continue
            said = json.loads(padded[4 : 4 + int.from_bytes(padded[:4], "big")])
            found |= {from_b64u(one["key"]) for one in said.get("grants", ())}
        return found

    def opened(self) -> set[str]:
        """The ids of all events, of whatever stream and topic, that one of its keys opens."""
        found = set()
        for topic, value in self.log:
            event = json.loads(value) if "mailbox" not in topic else {}
            if "data_base64" not in event:
                continue
            commit = from_b64(event["data_base64"])[1:33]
            for key in self.stream_keys:
                if hmac.compare_digest(derive(key, event["id"], event["subject"])[1], commit):
                    found.add(event["id"])
        return found


@dataclass
class Case:
    """A person whom sil follows, and whose story several others may read."""

    sil: Runtime
    record: str = field(default_factory=new_id)
    consents: dict[str, str] = field(default_factory=dict)

    async def begin(self, *readers: str) -> set[str]:
        """Register, authorise each reader by a consent of its own, link."""
        async with transaction(self.sil) as session:
            outbox.add(session, person(), record=self.record, scope=self.record)
        for reader in readers:
            await self.authorise(reader)
        return await self.written()

    async def authorise(self, reader: str) -> None:
        """The person lets one more read."""
        given = consent(reader)
        self.consents[reader] = given.authorisation
        async with transaction(self.sil) as session:
            outbox.add(session, given, record=self.record, scope=self.record)
            edge = link(("sil", self.record), (reader, new_id()))
            outbox.add(session, edge, record=self.record, scope=self.record)

    async def goes_on(self, times: int = 3) -> set[str]:
        """What sil writes next; gives the ids."""
        async with transaction(self.sil) as session:
            return {
                outbox.add(session, assignment(new_id()), record=self.record, scope=new_id())
                if number % 2
                else outbox.add(session, person(f"Nome {number}"), record=self.record, scope=self.record)
                for number in range(times)
            }

    async def withdraw(self, reader: str) -> str:
        """The person takes one consent back; gives the id of the last thing that this reader is told."""
        async with transaction(self.sil) as session:
            last = outbox.add(session, person("Addio"), record=self.record, scope=self.record, parting=True)
            await access.learn_withdrawal(
                session,
                self.consents[reader],
                said_by=("sil", self.record),
                withdrawn_on=date(2013, 10, 14),
            )
        return last

    async def written(self) -> set[str]:
        """The ids of all that sil ever wrote on this record and others may hear."""
        streams = {one.stream for one in await rows(self.sil, OwnStream, OwnStream.record == self.record)}
        told = await rows(self.sil, OutboxRow, col(OutboxRow.stream).in_(streams))
        return {one.event_id for one in told}


async def has_heard(reader: Runtime, events: Iterable[str]) -> None:
    """Wait until a service has applied these."""

    async def done() -> bool:
        return set(events) <= await heard_ids(reader, SIL)

    await until(done, f"{reader.settings.principal} has heard it")


async def everything(network: Network) -> list[tuple[str, bytes]]:
    """Every byte of every topic of sil's services, and of every mailbox."""
    name, found = network.territory.network, []
    topics = [topic_of(name, f"sil.{service}", "events") for service in ("registry", "placement")]
    topics += [topic_of(name, principal, "mailbox") for principal in network.territory.principals()]
    for topic in topics:
        found += [(topic, value) for value in await on_log(network, topic)]
    return found


async def armed(runtime: Runtime, log: list[tuple[str, bytes]]) -> Attacker:
    """An attacker with all that this service has."""
    attacker = Attacker(runtime, log)
    await attacker.arm()
    return attacker


def clear_of(value: bytes) -> dict[str, Any]:
    """What of a sealed event everybody reads."""
    return {name: said for name, said in json.loads(value).items() if name != "data_base64"}


async def test_who_left_opens_nothing_later_and_cannot_see_that_it_goes_on(tmp_path: Path) -> None:
    """INVARIANT: after a withdrawal, after leaving the network, and for what another host is told, a service
    with its real keystore and every byte of every topic opens what it was given and nothing else, and no
    clear field of what comes later leads back to what it knew; who remains, and who comes late, reads all.
    A stream that goes on after its circle has shrunk breaks it, or a grant of all that is on a record."""
    with EmbeddedBroker(tmp_path / "broker", partitions=3) as broker:
        network = Network(broker, tmp_path, Territory(f"t{new_id()[:8]}", PLACES))
        await network.prepare()
        async with (
            network.alive(SERVICE, "sil") as sil,
            network.alive(PLACEMENT, "sil") as work,
            network.alive(SERVICE, "cpi") as cpi,
            network.alive(SERVICE, "dsm") as dsm,
            network.alive(SERVICE, "ambito-urbano") as ambito,
            network.alive(PLACEMENT, "coop-filo") as filo,
            network.alive(PLACEMENT, "coop-due") as due,
        ):
            await acquainted(sil, work, cpi, dsm, ambito, filo, due)
            await who_was_withdrawn_from(network, sil, cpi, ambito, dsm)
            await two_employers(network, work, filo, due)
            await who_left_the_network(network, sil, ambito)


async def who_was_withdrawn_from(
    network: Network, sil: Runtime, leaver: Runtime, stayer: Runtime, late: Runtime
) -> None:
    """A consent is taken back: the leaver; who remains; and who is authorised only afterwards."""
    case, other = Case(sil), Case(sil)
    before = await case.begin("cpi", "ambito-urbano") | await case.goes_on()
    await other.begin("ambito-urbano")
    kept_apart = await other.goes_on()
    await has_heard(leaver, await told(sil, before))
    last = await case.withdraw("cpi")
    after = await case.goes_on(6)
    await case.authorise("dsm")
    await has_heard(leaver, {last})
    for reader in (stayer, late):
        await has_heard(reader, await told(sil, before | {last} | after))
    log = await everything(network)
    attacker = await armed(leaver, log)
    assert before | {last} <= attacker.opened(), "the attack is a real one: what was given opens"
    assert not attacker.opened() & (after | kept_apart)
    for reader in (stayer, late):
        assert after <= (await armed(reader, log)).opened(), "who remains, and who comes late, has the keys"
    assert not (await armed(late, log)).opened() & kept_apart, "a late reader gets what was granted, no more"
    nothing_leads_on(log, before | {last}, after)


async def told(sil: Runtime, events: set[str]) -> set[str]:
    """Those of these events of which the small registry keeps a copy: consents and links it acts upon."""
    return events & {one.event_id for one in await rows(sil, HeardCopy)}


def nothing_leads_on(log: list[tuple[str, bytes]], known: set[str], later: set[str]) -> None:
    """No clear field of what comes later names anything of what the leaver knew; its streams have ended."""
    events = {clear_of(value)["id"]: value for topic, value in log if "mailbox" not in topic}
    theirs = [clear_of(events[one]) for one in known]
    words = {said["id"] for said in theirs} | {said["subject"] for said in theirs}
    words |= {value_hash(events[one]) for one in known}
    ends: dict[str, int] = {}
    for said in theirs:
        ends[said["subject"]] = max(said["streamseq"], ends.get(said["subject"], 0))
    for one in later:
        said = clear_of(events[one])
        assert not words & {str(value) for value in said.values()}
        assert not any(word.encode() in events[one] for word in words)
    for value in events.values():
        said = clear_of(value)
        assert said["streamseq"] <= ends.get(said["subject"], said["streamseq"]), "its streams go no further"
    firsts = [clear_of(events[one]) for one in later if clear_of(events[one])["streamseq"] == 1]
    assert firsts, "what comes later is in streams of its own"
    assert all("prevhash" not in said for said in firsts), "none of which says what it continues"
    sizes = {len(events[one]) - len(json.loads(events[one])["source"]) for one in known | later}
    assert len({size // 512 for size in sizes}) <= 2, "and all are of the same few sizes"


async def two_employers(network: Network, work: Runtime, first: Runtime, second: Runtime) -> None:
    """Two employers in succession on one record: neither opens anything of the other's."""
    record, events = new_id(), {}
    for host in (first, second):
        placement = new_id()
        async with transaction(work) as session:
            opened = HostPlacementOpened(
                placement=placement,
                family_name="Prova",
                task="magazzino",
                weekly_hours=20,
                planned_from=date(2013, 10, 14),
                planned_to=date(2013, 12, 31),
            )
            name = host.settings.principal
            events[name] = outbox.add(session, opened, record=record, scope=placement, to=[name])

        async def arrived(host: Runtime = host) -> bool:
            return events[host.settings.principal] in await heard_ids(host, "sil.placement")

        await until(arrived, "the host is told")
    log = await everything(network)
    for host in (first, second):
        assert (await armed(host, log)).opened() == {events[host.settings.principal]}


async def who_left_the_network(network: Network, sil: Runtime, leaver: Runtime) -> None:
    """A member goes out of the directory: its streams end at once, for all records, though nobody writes."""
    cases = [Case(sil), Case(sil)]
    before: set[str] = set()
    for case in cases:
        before |= await case.begin("ambito-urbano", "cpi")
    remaining = {name: place for name, place in PLACES.items() if name != "ambito-urbano"}
    smaller = Territory(network.territory.network, remaining)
    network.produce(smaller.directory_records(version=2))

    async def nobody_shares_with_it() -> bool:
        given = await rows(sil, GrantGiven, col(GrantGiven.ended_at).is_(None))
        return not any(one.recipient.startswith("ambito-urbano.") for one in given)

    await until(nobody_shares_with_it, "what was shared with who left has ended")
    after: set[str] = set()
    for case in cases:
        after |= await case.goes_on()
    log = await until_logged(network, after)
    assert not (await armed(leaver, log)).opened() & after
    nothing_leads_on(log, before, after)


async def until_logged(network: Network, events: set[str]) -> list[tuple[str, bytes]]:
    """Everything, once these events are on the log."""
    log: list[tuple[str, bytes]] = []

    async def there() -> bool:
        log[:] = await everything(network)
        return events <= {json.loads(value)["id"] for _, value in log}

    await until(there, "it is on the log")
    return log
