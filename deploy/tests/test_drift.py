"""Whatever on the broker is not as the file says is found, told in words, and put right or left to people."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from confluent_kafka.admin import (
    AclBinding,
    AclOperation,
    AclPermissionType,
    AdminClient,
    AlterConfigOpType,
    ConfigEntry,
    ConfigResource,
    ResourcePatternType,
    ResourceType,
    ScramCredentialInfo,
    ScramMechanism,
    UserScramCredentialDeletion,
    UserScramCredentialUpsertion,
)
from confluent_kafka.cimpl import NewTopic
from trama_deploy.acls import Acl, acls
from trama_deploy.acls_broker import as_seen, revoke
from trama_deploy.broker import EmbeddedBroker
from trama_deploy.network import load
from trama_deploy.provisioning import Plan, apply, plan
from trama_deploy.quotas import set_quotas
from trama_deploy.secrets import ensure_secrets
from trama_deploy.state import State

FIRST = load(Path(__file__).parents[1] / "networks" / "first.yaml")
NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
MAILBOX, EVENTS = "pn.sil.registry.mailbox.v1", "pn.sil.registry.events.v1"
A_MONTH = 35 * 24 * 3600 * 1000
Hurt = Callable[[EmbeddedBroker], None]


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory, own: EmbeddedBroker) -> State:
    made = State(tmp_path_factory.mktemp("state"))
    ensure_secrets(FIRST, made)
    apply(FIRST, made, own.access(), _plan(own, made))
    return made


def _plan(own: EmbeddedBroker, state: State) -> Plan:
    return plan(FIRST, state, own.access(), NOW)


def _set(admin: AdminClient, topic: str, name: str, value: str | None) -> None:
    operation = AlterConfigOpType.SET if value else AlterConfigOpType.DELETE
    entry = ConfigEntry(name, value or "", incremental_operation=operation)
    resource = ConfigResource(ConfigResource.Type.TOPIC, topic, incremental_configs=[entry])
    admin.incremental_alter_configs([resource])[resource].result(10)


def _setting_other(own: EmbeddedBroker) -> None:
    _set(own.admin(), MAILBOX, "retention.ms", "1000")


def _topic_missing(own: EmbeddedBroker) -> None:
    own.admin().delete_topics([MAILBOX])[MAILBOX].result(10)


def _permission_missing(own: EmbeddedBroker) -> None:
    acl = Acl("cpi.registry", "topic", EVENTS, "READ")
    assert acl in acls(FIRST)
    revoke(own.admin(), as_seen([acl]))


def _permission_extra(own: EmbeddedBroker) -> None:
    words = (ResourceType.TOPIC, MAILBOX, ResourcePatternType.LITERAL, "User:cpi.registry", "*")
    binding = AclBinding(*words, AclOperation.READ, AclPermissionType.ALLOW)
    own.admin().create_acls([binding])[binding].result(10)


def _user_missing(own: EmbeddedBroker) -> None:
    gone = UserScramCredentialDeletion("sil.placement", ScramMechanism.SCRAM_SHA_512)
    own.admin().alter_user_scram_credentials([gone])["sil.placement"].result(10)


def _user_other(own: EmbeddedBroker) -> None:
    _give_password(own, "sil.placement")


def _quota_other(own: EmbeddedBroker) -> None:
    set_quotas(own.access().aiokafka(), {"producer_byte_rate": 1000.0})


PUT_RIGHT: dict[str, tuple[Hurt, list[str]]] = {
    "topic missing": (_topic_missing, [f"creare l'argomento {MAILBOX} (1 partizioni)"]),
    "topic setting other": (_setting_other, [f"impostare {MAILBOX}: retention.ms={A_MONTH}"]),
    "permission missing": (_permission_missing, [f"permettere a cpi.registry: READ topic {EVENTS}"]),
    "permission extra": (_permission_extra, [f"togliere User:cpi.registry: ALLOW READ TOPIC {MAILBOX}"]),
    "user missing": (_user_missing, ["dare una password all'utente sil.placement"]),
    "user with another password": (_user_other, ["dare una password all'utente sil.placement"]),
    "quota other": (_quota_other, ["limitare ogni utente: producer_byte_rate=33554432"]),
}


@pytest.mark.parametrize("drift", PUT_RIGHT)
def test_what_differs_is_named_once_and_put_right(own: EmbeddedBroker, state: State, drift: str) -> None:
    hurt, told = PUT_RIGHT[drift]
    before = _plan(own, state)
    assert (list(before.sentences()), before.drift) == ([], [])
    hurt(own)
    changes = _plan(own, state)
    assert (list(changes.sentences()), changes.drift) == (told, [])
    apply(FIRST, state, own.access(), changes)
    after = _plan(own, state)
    assert (list(after.sentences()), after.drift) == ([], [])


def _topic_extra(own: EmbeddedBroker) -> None:
    own.admin().create_topics([NewTopic("pn.dsm.registry.events.v1")])["pn.dsm.registry.events.v1"].result(10)


def _setting_extra(own: EmbeddedBroker) -> None:
    _set(own.admin(), EVENTS, "retention.bytes", "1000")


def _user_extra(own: EmbeddedBroker) -> None:
    _give_password(own, "dsm.registry")


def _quota_of_one(own: EmbeddedBroker) -> None:
    set_quotas(own.access().aiokafka(), {"consumer_byte_rate": 1.0}, "sil.registry")


def _quota_extra(own: EmbeddedBroker) -> None:
    set_quotas(own.access().aiokafka(), {"controller_mutation_rate": 5.0})


LEFT_TO_PEOPLE: dict[str, tuple[Hurt, str]] = {
    "topic extra": (_topic_extra, "argomento sconosciuto: pn.dsm.registry.events.v1"),
    "topic setting extra": (_setting_extra, f"impostazione sconosciuta di {EVENTS}: retention.bytes=1000"),
    "user extra": (_user_extra, "utente sconosciuto: dsm.registry"),
    "quota of one user": (_quota_of_one, "limite sconosciuto per user=sil.registry: consumer_byte_rate=1"),
    "quota extra": (_quota_extra, "limite sconosciuto per user=(chiunque): controller_mutation_rate=5"),
}


@pytest.mark.parametrize("drift", LEFT_TO_PEOPLE)
def test_what_nobody_wrote_down_is_told_and_left(own: EmbeddedBroker, state: State, drift: str) -> None:
    hurt, told = LEFT_TO_PEOPLE[drift]
    before = _plan(own, state).drift
    hurt(own)
    changes = _plan(own, state)
    assert changes.empty
    assert [sentence for sentence in changes.drift if sentence not in before] == [told]


def _give_password(own: EmbeddedBroker, user: str) -> None:
    mechanism = ScramCredentialInfo(ScramMechanism.SCRAM_SHA_512, 4096)
    change = UserScramCredentialUpsertion(user, mechanism, b"another")
    own.admin().alter_user_scram_credentials([change])[user].result(10)
