"""Makes the broker what the network file says: topics, users, permissions, quotas, the signed directory.

Plans first, then applies; a second run finds nothing to do. It never deletes a topic, a user or data.
"""

from collections.abc import Iterator
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from confluent_kafka.admin import (
    AdminClient,
    AlterConfigOpType,
    ConfigEntry,
    ConfigResource,
    ConfigSource,
    ScramCredentialInfo,
    ScramMechanism,
    UserScramCredentialAlteration,
    UserScramCredentialUpsertion,
)
from confluent_kafka.cimpl import NewPartitions, NewTopic
from trama_contracts.names import directory_topic

from trama_deploy.access import Access
from trama_deploy.acls import Acl, acls
from trama_deploy.acls_broker import Seen, as_seen, grant, revoke, seen_permissions
from trama_deploy.coordinator import (
    Records,
    coordinator_access,
    keep_directory,
    next_directory,
    publish,
    published_directory,
    refuse_if_ahead,
)
from trama_deploy.logins import refused_logins
from trama_deploy.network import COORDINATOR, Network
from trama_deploy.quotas import other_quotas, quotas_in_force, set_quotas, wanted_quotas
from trama_deploy.secrets import kafka_password
from trama_deploy.state import State
from trama_deploy.topics import TopicPlan, topics

ITERATIONS = 8192
"""Of SCRAM's PBKDF2; Kafka's own default is 4096."""
_ANSWER_SECONDS = 30.0
_T = TypeVar("_T")


@dataclass(slots=True)
class Plan:
    """What is missing or different on the broker and is put right; `drift` is told and left to people."""

    topics: list[TopicPlan] = field(default_factory=list)
    partitions: list[TopicPlan] = field(default_factory=list)
    settings: dict[str, dict[str, str]] = field(default_factory=dict)
    users: list[str] = field(default_factory=list)
    granted: list[Acl] = field(default_factory=list)
    revoked: list[Seen] = field(default_factory=list)
    quotas: dict[str, float] = field(default_factory=dict)
    directory: Records = field(default_factory=dict)
    signed: Records = field(default_factory=dict)
    drift: list[str] = field(default_factory=list)

    def sentences(self) -> Iterator[str]:
        """Each change, in words, in the order in which it is made."""
        yield from (f"creare l'argomento {t.name} ({t.partitions} partizioni)" for t in self.topics)
        yield from (f"portare {t.name} a {t.partitions} partizioni" for t in self.partitions)
        for topic, settings in self.settings.items():
            yield from (f"impostare {topic}: {name}={value}" for name, value in settings.items())
        yield from (f"dare una password all'utente {user}" for user in self.users)
        yield from (f"permettere a {a.principal}: {a.operation} {a.resource} {a.name}" for a in self.granted)
        yield from (f"togliere {seen}" for seen in self.revoked)
        yield from (f"limitare ogni utente: {name}={value:.0f}" for name, value in self.quotas.items())
        yield from (f"pubblicare nell'elenco firmato: {key}" for key in self.directory)

    @property
    def empty(self) -> bool:
        """Whether the broker is already as the file says."""
        return not any(self.sentences())


def plan(network: Network, state: State, access: Access, now: datetime) -> Plan:
    """Compare the broker with the network file and change nothing. `access` is the super user's.

    Raises DirectoryAhead, DirectoryNotPublished, KafkaException.
    """
    admin, result = access.admin(), Plan()
    _plan_topics(network, admin, result)
    _plan_users(network, state, admin, access.bootstrap, result)
    _plan_permissions(network, admin, result)
    _plan_quotas(network, access, result)
    result.signed = next_directory(network, state, now)
    published = {} if _directory_is_new(network, result) else published_directory(network, access)
    refuse_if_ahead(published, result.signed)
    result.directory = {k: signed for k, signed in result.signed.items() if published.get(k) != signed}
    return result


def apply(network: Network, state: State, access: Access, changes: Plan) -> None:
    """Make the planned changes. What was signed is kept on disk before anyone sees it."""
    admin = access.admin()
    _await(admin.create_topics([_new_topic(topic) for topic in changes.topics]) if changes.topics else {})
    more = [NewPartitions(topic.name, topic.partitions) for topic in changes.partitions]
    _await(admin.create_partitions(more) if more else {})
    altered = [_alteration(name, settings) for name, settings in changes.settings.items()]
    _await(admin.incremental_alter_configs(altered) if altered else {})
    credentials: list[UserScramCredentialAlteration] = [_credential(state, user) for user in changes.users]
    _await(admin.alter_user_scram_credentials(credentials) if credentials else {})
    grant(admin, changes.granted)
    revoke(admin, changes.revoked)
    if changes.quotas:
        set_quotas(access.aiokafka(), changes.quotas)
    if changes.directory:
        keep_directory(state, changes.signed)
        publish(network, coordinator_access(state, access.bootstrap), changes.directory.items())


def _plan_topics(network: Network, admin: AdminClient, result: Plan) -> None:
    wanted, there = topics(network), admin.list_topics(timeout=_ANSWER_SECONDS).topics
    ours = {name for name in there if name.startswith(f"{network.network}.")}
    result.drift += [f"argomento sconosciuto: {name}" for name in sorted(ours - wanted.keys())]
    result.topics = [topic for name, topic in wanted.items() if name not in ours]
    present = {name: topic for name, topic in wanted.items() if name in ours}
    for name, topic in present.items():
        partitions = len(there[name].partitions)
        if partitions < topic.partitions:
            result.partitions.append(topic)
        elif partitions > topic.partitions:
            result.drift.append(f"{name} ha {partitions} partizioni invece di {topic.partitions}")
    _plan_settings(admin, present, result)


def _plan_settings(admin: AdminClient, present: dict[str, TopicPlan], result: Plan) -> None:
    """What the file sets must be so; what only the broker sets (a size limit deletes events) is told."""
    resources = [ConfigResource(ConfigResource.Type.TOPIC, name) for name in present]
    for resource, answer in (admin.describe_configs(resources) if resources else {}).items():
        in_force = answer.result(_ANSWER_SECONDS)
        wanted = present[resource.name].settings
        wrong = {name: value for name, value in wanted.items() if in_force[name].value != value}
        if wrong:
            result.settings[resource.name] = wrong
        result.drift += [
            f"impostazione sconosciuta di {resource.name}: {name}={entry.value}"
            for name, entry in sorted(in_force.items())
            if entry.source == ConfigSource.DYNAMIC_TOPIC_CONFIG.value and name not in wanted
        ]


def _plan_users(network: Network, state: State, admin: AdminClient, bootstrap: str, result: Plan) -> None:
    """A user is missing, or its password on the broker is not the one in its file: only logging in tells."""
    wanted = [COORDINATOR, *network.principals]
    answer: Any = admin.describe_user_scram_credentials()  # one future for all when no user is named
    there = set(answer.result(_ANSWER_SECONDS))
    present = [Access(bootstrap, user, kafka_password(state, user)) for user in wanted if user in there]
    refused = refused_logins(present, directory_topic(network.network))
    result.users = [user for user in wanted if user not in there or user in refused]
    of_our_form = {user for user in there if user.partition(".")[2]}
    result.drift += [f"utente sconosciuto: {user}" for user in sorted(of_our_form - set(wanted))]


def _plan_permissions(network: Network, admin: AdminClient, result: Plan) -> None:
    wanted, seen = as_seen(acls(network)), seen_permissions(admin)
    result.granted = sorted(acl for form, acl in wanted.items() if form not in seen)
    extra = sorted(seen - wanted.keys())
    result.revoked = [one for one in extra if one.concerns(network)]
    result.drift += [f"permesso troppo largo: {one}" for one in extra if one.covers(network)]


def _plan_quotas(network: Network, access: Access, result: Plan) -> None:
    """Everyone's limits; one user's own go before them, so those of ours, or of no user, are told."""
    wanted, in_force = wanted_quotas(network.quotas), quotas_in_force(access.aiokafka())
    result.quotas = {name: value for name, value in wanted.items() if in_force.get(name) != value}
    others = {"user=(chiunque)": {name: v for name, v in in_force.items() if name not in wanted}}
    ours = {f"user={user}" for user in (COORDINATOR, *network.principals)}
    for whom, values in (others | other_quotas(access.aiokafka())).items():
        if "user=" not in whom or "user=(chiunque)" in whom or ours & set(whom.split()):
            result.drift += [f"limite sconosciuto per {whom}: {name}={v:.0f}" for name, v in values.items()]


def _directory_is_new(network: Network, result: Plan) -> bool:
    return any(topic.name == directory_topic(network.network) for topic in result.topics)


def _new_topic(topic: TopicPlan) -> NewTopic:
    return NewTopic(topic.name, topic.partitions, topic.replication, config=topic.settings)


def _alteration(name: str, settings: dict[str, str]) -> ConfigResource:
    entries = [
        ConfigEntry(setting, value, incremental_operation=AlterConfigOpType.SET)
        for setting, value in settings.items()
    ]
    return ConfigResource(ConfigResource.Type.TOPIC, name, incremental_configs=entries)


def _credential(state: State, user: str) -> UserScramCredentialUpsertion:
    mechanism = ScramCredentialInfo(ScramMechanism.SCRAM_SHA_512, ITERATIONS)
    return UserScramCredentialUpsertion(user, mechanism, kafka_password(state, user).encode())


def _await(answers: dict[Any, Future[Any]]) -> None:
    for answer in answers.values():
        answer.result(_ANSWER_SECONDS)
