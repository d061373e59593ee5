"""Provisioning on a real broker: made once, found unchanged, mended when it drifts, restored when wiped."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from confluent_kafka import Consumer, Producer, TopicPartition
from confluent_kafka.admin import (
    AclBinding,
    AclOperation,
    AclPermissionType,
    AlterConfigOpType,
    ConfigEntry,
    ConfigResource,
    ResourcePatternType,
    ResourceType,
    ScramCredentialInfo,
    ScramMechanism,
    UserScramCredentialUpsertion,
)
from confluent_kafka.cimpl import NewTopic
from trama_contracts.directory import MANIFEST_KEY, DirectoryReader
from trama_contracts.names import directory_topic
from trama_contracts.opening import Outcome
from trama_contracts.record import Record
from trama_contracts.signature import PLAIN_JSON, headers_of
from trama_deploy.access import Access
from trama_deploy.acls import Acl
from trama_deploy.broker import EmbeddedBroker, free_port
from trama_deploy.coordinator import (
    DirectoryAhead,
    Signed,
    keep_directory,
    kept_directory,
    published_directory,
)
from trama_deploy.lag import consumer_lags
from trama_deploy.network import Network, load
from trama_deploy.provisioning import Plan, apply, plan
from trama_deploy.secrets import ensure_secrets, kafka_password, public_bytes, root_keys
from trama_deploy.state import State

FIRST = load(Path(__file__).parents[1] / "networks" / "first.yaml")
NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> State:
    made = State(tmp_path_factory.mktemp("state"))
    ensure_secrets(FIRST, made)
    return made


@pytest.fixture(autouse=True)
def provisioned(own: EmbeddedBroker, state: State) -> None:
    _provision(own, state)


def _plan(own: EmbeddedBroker, state: State, network: Network = FIRST, now: datetime = NOW) -> Plan:
    return plan(network, state, own.access(), now)


def _provision(own: EmbeddedBroker, state: State, network: Network = FIRST, now: datetime = NOW) -> list[str]:
    changes = _plan(own, state, network, now)
    apply(network, state, own.access(), changes)
    return list(changes.sentences())


def _member_changed(**change: object) -> Network:
    sil = FIRST.members["sil"].model_copy(update=change)
    return FIRST.model_copy(update={"members": FIRST.members | {"sil": sil}})


def _read(own: EmbeddedBroker, state: State) -> DirectoryReader:
    reader = DirectoryReader("pn", [public_bytes(key) for key in root_keys(FIRST, state)])
    records = published_directory(FIRST, own.access())
    for key, signed in sorted(records.items(), key=lambda item: item[0].encode() == MANIFEST_KEY):
        header = headers_of(signed.signature, PLAIN_JSON)
        reader.apply(Record(directory_topic("pn"), key.encode(), signed.value, tuple(header)))
    return reader


def test_second_run_finds_nothing_to_do(own: EmbeddedBroker, state: State) -> None:
    changes = _plan(own, state)
    assert list(changes.sentences()) == []
    assert changes.empty


def test_planning_alone_changes_nothing(own: EmbeddedBroker, state: State) -> None:
    wider = _member_changed(read_by=("ambito-urbano", "cpi"), title="Altro nome")
    first, second = _plan(own, state, wider), _plan(own, state, wider)
    assert not first.empty
    assert list(first.sentences()) == list(second.sentences())
    assert _plan(own, state).empty


def test_wiped_broker_gets_the_same_signed_bytes_back(own: EmbeddedBroker, state: State) -> None:
    before = published_directory(FIRST, own.access())
    own.wipe()
    own.start()
    assert len(_provision(own, state)) > 100
    assert published_directory(FIRST, own.access()) == before
    assert _plan(own, state).empty
    assert _plan(own, state).drift == []


def test_directory_opens_with_the_roots_and_says_what_the_file_says(
    own: EmbeddedBroker, state: State
) -> None:
    directory = _read(own, state).directory
    assert set(directory.members) == set(FIRST.members)
    assert directory.missing == frozenset()
    assert directory.circles("coop-filo") == {"host"}
    assert directory.services("sil") == {"registry", "placement"}
    assert directory.read_by("sil") == ("ambito-urbano", "cpi", "coop-filo")
    assert directory.controller("cpi") == "provincia-pn"
    assert directory.expires == NOW + timedelta(days=7)
    assert directory.members["sil"].delegations[0]["from"] == "2006-01-01"


def test_changed_member_takes_the_next_version_and_the_others_stay(own: EmbeddedBroker, state: State) -> None:
    before = kept_directory(state)
    version = _read(own, state).directory.manifest_version
    changed = _provision(own, state, _member_changed(title="SIL, nuovo nome"))
    assert changed == ["pubblicare nell'elenco firmato: sil", "pubblicare nell'elenco firmato: manifest"]
    after = _read(own, state).directory
    assert after.members["sil"].name == "SIL, nuovo nome"
    assert after.manifest_version == version + 1
    assert {key for key, signed in kept_directory(state).items() if before[key] != signed} == {
        "sil",
        "manifest",
    }


def test_manifest_a_day_old_is_signed_again_on_start(own: EmbeddedBroker, state: State) -> None:
    version = _read(own, state).directory.manifest_version
    issued = _read(own, state).directory.expires
    assert issued is not None
    later = issued - timedelta(days=6) + timedelta(minutes=1)
    assert _provision(own, state, now=later) == ["pubblicare nell'elenco firmato: manifest"]
    assert _read(own, state).directory.manifest_version == version + 1
    assert _plan(own, state, now=later).empty


def test_removed_reader_loses_the_permission(own: EmbeddedBroker, state: State) -> None:
    apart = _member_changed(read_by=("ambito-urbano", "cpi"))
    revoked = {str(seen) for seen in _plan(own, state, apart).revoked}
    assert revoked == {
        f"User:coop-filo.{service}: ALLOW READ TOPIC pn.sil.{owner}.events.v1"
        for service in ("registry", "placement")
        for owner in ("registry", "placement")
    }
    _provision(own, state, apart)
    assert _plan(own, state, apart).empty
    granted = _plan(own, state).granted
    assert Acl("coop-filo.registry", "topic", "pn.sil.registry.events.v1", "READ") in granted


def test_permission_nobody_wrote_down_is_taken_away(own: EmbeddedBroker, state: State) -> None:
    mailbox = "pn.sil.registry.mailbox.v1"
    _allow(own, "User:cpi.registry", mailbox, ResourcePatternType.LITERAL)
    _allow(own, "User:stranger", "pn.sil.", ResourcePatternType.PREFIXED)
    changed = _provision(own, state)
    assert changed == [
        f"togliere User:cpi.registry: ALLOW READ TOPIC {mailbox}",
        "togliere User:stranger: ALLOW READ TOPIC prefisso pn.sil.",
    ]
    assert _plan(own, state).empty


def test_permission_that_reaches_in_from_outside_is_told_and_left(own: EmbeddedBroker, state: State) -> None:
    _allow(own, "User:stranger", "*", ResourcePatternType.LITERAL)
    _allow(own, "User:stranger", "p", ResourcePatternType.PREFIXED)
    _allow(own, "User:stranger", "q", ResourcePatternType.PREFIXED)
    changes = _plan(own, state)
    assert changes.empty
    assert [sentence for sentence in changes.drift if "stranger" in sentence] == [
        "permesso troppo largo: User:stranger: ALLOW READ TOPIC *",
        "permesso troppo largo: User:stranger: ALLOW READ TOPIC prefisso p",
    ]


def test_setting_changed_by_hand_is_put_right(own: EmbeddedBroker, state: State) -> None:
    topic = "pn.sil.registry.mailbox.v1"
    entry = ConfigEntry("retention.ms", "1000", incremental_operation=AlterConfigOpType.SET)
    resource = ConfigResource(ConfigResource.Type.TOPIC, topic, incremental_configs=[entry])
    own.admin().incremental_alter_configs([resource])[resource].result(10)
    assert _provision(own, state) == [f"impostare {topic}: retention.ms={35 * 24 * 3600 * 1000}"]


def test_more_partitions_are_added_and_never_taken(own: EmbeddedBroker, state: State) -> None:
    three = FIRST.model_copy(update={"topics": FIRST.topics.model_copy(update={"event_partitions": 3})})
    assert len(_provision(own, state, three)) == len(FIRST.principals)
    drift = _plan(own, state).drift
    assert "pn.sil.registry.events.v1 ha 3 partizioni invece di 1" in drift


def test_strange_topic_and_user_are_told_and_left(own: EmbeddedBroker, state: State) -> None:
    own.admin().create_topics([NewTopic("pn.dsm.registry.events.v1")])["pn.dsm.registry.events.v1"].result(10)
    _set_password(own, "dsm.registry", b"whatever")
    changes = _plan(own, state)
    assert changes.empty
    assert "argomento sconosciuto: pn.dsm.registry.events.v1" in changes.drift
    assert "utente sconosciuto: dsm.registry" in changes.drift


def test_password_that_no_longer_fits_is_given_again(own: EmbeddedBroker, state: State) -> None:
    _set_password(own, "sil.placement", b"another")
    assert _provision(own, state) == ["dare una password all'utente sil.placement"]
    assert _plan(own, state).empty


def test_coordinator_restored_from_an_old_copy_is_refused(own: EmbeddedBroker, state: State) -> None:
    """INVARIANT: a manifest never goes back. Breaks if an old state directory may publish."""
    old = kept_directory(state)
    _provision(own, state, _member_changed(title="Ancora un altro nome"))
    newer = kept_directory(state)
    keep_directory(state, old)
    with pytest.raises(DirectoryAhead):
        _plan(own, state)
    keep_directory(state, newer)


def test_two_roots_sign_and_one_alone_does_not_count(own: EmbeddedBroker, state: State) -> None:
    signed = kept_directory(state)["manifest"]
    assert signed.signature.count(b"v1.") == 2
    alone = Signed(signed.value, signed.signature.split(b",")[0])
    reader = DirectoryReader("pn", [public_bytes(key) for key in root_keys(FIRST, state)])
    header = headers_of(alone.signature, PLAIN_JSON)
    record = Record(directory_topic("pn"), MANIFEST_KEY, alone.value, tuple(header))
    assert reader.apply(record) is not Outcome.OK


async def test_lag_is_what_a_group_has_not_read_yet(own: EmbeddedBroker, state: State) -> None:
    mailbox, other = "pn.cpi.registry.mailbox.v1", "pn.cpi.registry.catalogue.v1"
    producer = Producer(own.client_config())
    for number in range(5):
        producer.produce(mailbox, key=b"sil.registry", value=str(number).encode())
        producer.produce(other, key=b"hpke", value=str(number).encode())
    assert producer.flush(10) == 0
    access = Access(own.bootstrap, "cpi.registry", kafka_password(state, "cpi.registry"))
    consumer = Consumer(access.confluent() | {"group.id": "cpi.registry"})
    consumer.commit(offsets=[TopicPartition(mailbox, 0, 2)], asynchronous=False)
    consumer.close()
    lags = await consumer_lags(FIRST, own.access())
    assert lags is not None
    assert lags["cpi.registry"] == 3
    assert lags["cpi.placement"] == 0


async def test_lag_of_a_silent_broker_is_unknown() -> None:
    assert await consumer_lags(FIRST, Access(f"127.0.0.1:{free_port()}", "admin", "any")) is None


def _allow(own: EmbeddedBroker, principal: str, name: str, pattern: ResourcePatternType) -> None:
    binding = AclBinding(
        ResourceType.TOPIC, name, pattern, principal, "*", AclOperation.READ, AclPermissionType.ALLOW
    )
    own.admin().create_acls([binding])[binding].result(10)


def _set_password(own: EmbeddedBroker, user: str, password: bytes) -> None:
    mechanism = ScramCredentialInfo(ScramMechanism.SCRAM_SHA_512, 4096)
    change = UserScramCredentialUpsertion(user, mechanism, password)
    own.admin().alter_user_scram_credentials([change])[user].result(10)
