"""The coordinator's hand: entries and manifest of the directory, signed by two roots, kept and published.

What was signed is kept in the state directory first, so that a wiped broker gets the same bytes back.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from confluent_kafka import OFFSET_BEGINNING, Consumer, KafkaException, Message, Producer, TopicPartition
from trama_chassis.safekeeping import write_private
from trama_contracts.directory import MANIFEST_KEY, manifest_line, read_form, sign_directory_record
from trama_contracts.directory_entries import Entry, Manifest, ServiceEntry, SigningKey
from trama_contracts.encoding import b64, b64u, from_b64
from trama_contracts.inner import instant
from trama_contracts.names import directory_topic
from trama_contracts.signature import PLAIN_JSON, headers_of, kid_of

from trama_deploy.access import Access, quiet
from trama_deploy.keys import cross_signatures, revoked_keys
from trama_deploy.network import COORDINATOR, Network
from trama_deploy.secrets import kafka_password, public_bytes, root_keys, signing_key
from trama_deploy.state import State

RENEW_AFTER = timedelta(days=1)
_ANSWER_SECONDS = 15.0
_MANIFEST = MANIFEST_KEY.decode()


class DirectoryAhead(Exception):
    """The broker holds a newer manifest than the coordinator remembers having signed."""


class DirectoryNotPublished(Exception):
    """The broker did not take, or did not give back, the directory."""


@dataclass(frozen=True, slots=True)
class Signed:
    """One record of the directory topic."""

    value: bytes
    signature: bytes


Records = dict[str, Signed]


def kept_directory(state: State) -> Records:
    """What the coordinator signed last; empty before the first time."""
    file = state.coordinator / "directory.json"
    if not file.exists():
        return {}
    kept = json.loads(file.read_text())
    return {key: Signed(from_b64(value), signature.encode()) for key, (value, signature) in kept.items()}


def keep_directory(state: State, records: Records) -> None:
    """Remember what is about to be published."""
    kept = {key: (b64(signed.value), signed.signature.decode()) for key, signed in records.items()}
    write_private(state.coordinator / "directory.json", json.dumps(kept, indent=1))


def next_directory(network: Network, state: State, now: datetime) -> Records:
    """The directory as the network file says it, at machine time `now`; the kept one if nothing changed.

    An entry that changed takes the next version; a manifest that lists it, or is a day old, the next one too.
    """
    kept = kept_directory(state)
    entries = {member: _entry(network, state, member, kept.get(member), now) for member in network.members}
    manifest = _manifest(network, kept, entries, now)
    wanted = {member: entry.encode() for member, entry in entries.items()} | {_MANIFEST: manifest.encode()}
    return {key: _signed(network, state, key, value, kept.get(key)) for key, value in wanted.items()}


def published_directory(network: Network, access: Access) -> Records:
    """The newest record of each key on the directory topic. Raises DirectoryNotPublished."""
    topic = directory_topic(network.network)
    consumer = Consumer(
        access.confluent() | {"group.id": access.username, "enable.auto.commit": False}, logger=quiet
    )
    found: Records = {}
    try:
        start, end = consumer.get_watermark_offsets(TopicPartition(topic, 0), timeout=_ANSWER_SECONDS)
        consumer.assign([TopicPartition(topic, 0, OFFSET_BEGINNING)])
        while start < end:
            message = consumer.poll(_ANSWER_SECONDS)
            if message is None or message.error():
                raise DirectoryNotPublished(f"{topic}: {message.error() if message else 'nessuna risposta'}")
            found[_bytes(message.key()).decode()] = Signed(_bytes(message.value()), _signature(message))
            start = (message.offset() or 0) + 1
    except KafkaException as error:
        raise DirectoryNotPublished(f"{topic}: {error}") from error
    finally:
        consumer.close()
    return found


def refuse_if_ahead(published: Records, wanted: Records) -> None:
    """A manifest older than one seen is stale to every member (wire section 12). Raises DirectoryAhead."""
    there, ours = (_version(records.get(_MANIFEST)) for records in (published, wanted))
    if there > ours:
        raise DirectoryAhead(
            f"Il broker ha la versione {there} dell'elenco firmato e il coordinatore ricorda la {ours}: "
            "la cartella di stato è una copia vecchia. Riportare quella giusta prima di continuare."
        )


def publish(network: Network, access: Access, records: Iterable[tuple[str, Signed]]) -> None:
    """Send records, entries before the manifest that lists them. Raises DirectoryNotPublished."""
    topic = directory_topic(network.network)
    producer = Producer(access.confluent() | {"enable.idempotence": True, "acks": "all"}, logger=quiet)
    failures: list[str] = []
    for key, signed in sorted(records, key=lambda record: record[0] == _MANIFEST):
        headers: list[tuple[str, str | bytes | None]] = [*headers_of(signed.signature, PLAIN_JSON)]
        producer.produce(
            topic,
            key=key.encode(),
            value=signed.value,
            headers=headers,
            on_delivery=lambda error, _: failures.append(str(error)) if error else None,
        )
        if producer.flush(_ANSWER_SECONDS) or failures:
            raise DirectoryNotPublished(f"{topic}: {failures or 'nessuna risposta'}")


def coordinator_access(state: State, bootstrap: str) -> Access:
    """The principal that writes the directory and can do nothing else."""
    return Access(bootstrap, COORDINATOR, kafka_password(state, COORDINATOR))


def _entry(network: Network, state: State, member: str, kept: Signed | None, now: datetime) -> Entry:
    known = read_form(Entry, kept.value) if kept else None
    listed = network.members[member]
    delegations = network.controllers[listed.controller].delegations
    entry = Entry(
        member=member,
        controller=listed.controller,
        delegations=tuple({"act": one.act, "from": one.since.isoformat()} for one in delegations),
        version=known.version if known else 1,
        name=listed.title,
        kind=listed.kind,
        sector=listed.sector,
        circles=listed.circles,
        purposes=listed.purposes,
        read_by=listed.read_by,
        services={s: _service(state, f"{member}.{s}", known, now) for s in listed.services},
    )
    if known is None or known == entry:
        return entry
    return entry.model_copy(update={"version": known.version + 1})


def _service(state: State, principal: str, known: Entry | None, now: datetime) -> ServiceEntry:
    """A service's key, active since it was first listed, and those it had before: what they signed holds,
    unless they were revoked."""
    public = public_bytes(signing_key(state.service(principal) / "signing.key"))
    listed = known.services.get(principal.partition(".")[2]) if known else None
    before = {key.kid: key for key in listed.signing} if listed else {}
    kid = kid_of(public)
    since = before[kid].from_ if kid in before else instant(now)
    revoked = revoked_keys(state, principal)
    key = {"kid": kid, "public": b64u(public), "state": "active", "from": since}
    if kid in revoked:
        key["state"] = "revoked"
    active = SigningKey.model_validate(key | {"crosssigned": cross_signatures(state, principal).get(kid)})
    older = [one for one in before.values() if one.kid != kid]
    lost = revoked | {one.kid for one in older if one.state == "revoked"}
    retired = [one.model_copy(update={"state": "revoked" if one.kid in lost else "retired"}) for one in older]
    return ServiceEntry(signing=(active, *retired))


def _manifest(network: Network, kept: Records, entries: dict[str, Entry], now: datetime) -> Manifest:
    lines = {member: manifest_line(entry, entry.encode()) for member, entry in entries.items()}
    known = read_form(Manifest, kept[_MANIFEST].value) if _MANIFEST in kept else None
    if known and known.entries == lines and now < known.issued + RENEW_AFTER:
        return known
    expires = now + timedelta(days=network.timings.manifest_days)
    moment = now.replace(microsecond=now.microsecond // 1000 * 1000)
    return Manifest(
        version=known.version + 1 if known else 1,
        issued=moment,
        expires=expires.replace(microsecond=expires.microsecond // 1000 * 1000),
        entries=lines,
    )


def _signed(network: Network, state: State, key: str, value: bytes, kept: Signed | None) -> Signed:
    if kept is not None and kept.value == value:
        return kept
    roots = root_keys(network, state)[: network.roots.threshold]
    topic = directory_topic(network.network)
    header = sign_directory_record(topic=topic, key=key.encode(), value=value, roots=roots)
    return Signed(value, header)


def _signature(message: Message) -> bytes:
    headers = message.headers()
    found = dict(headers) if headers else {}
    return _bytes(found.get("trama-signature"))


def _bytes(content: str | bytes | None) -> bytes:
    return content.encode() if isinstance(content, str) else content or b""


def _version(signed: Signed | None) -> int:
    manifest = read_form(Manifest, signed.value) if signed else None
    return manifest.version if manifest else 0
