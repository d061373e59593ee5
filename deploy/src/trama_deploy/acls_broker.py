"""Permissions as they stand on the broker: seen, granted, revoked. What should stand is said in `acls`."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from confluent_kafka.admin import (
    AclBinding,
    AclBindingFilter,
    AclOperation,
    AclPermissionType,
    AdminClient,
    ResourcePatternType,
    ResourceType,
)

from trama_deploy.acls import Acl
from trama_deploy.network import COORDINATOR, Network

_ANSWER_SECONDS = 30.0
_EVERY_BINDING: Any = (
    ResourceType.ANY,
    None,
    ResourcePatternType.ANY,
    None,
    None,
    AclOperation.ANY,
    AclPermissionType.ANY,
)


@dataclass(frozen=True, order=True, slots=True)
class Seen:
    """A permission as found on the broker, in Kafka's own words."""

    principal: str
    host: str
    resource: str
    pattern: str
    name: str
    operation: str
    permission: str

    def __str__(self) -> str:
        prefix = "prefisso " if self.pattern == "PREFIXED" else ""
        return f"{self.principal}: {self.permission} {self.operation} {self.resource} {prefix}{self.name}"

    def concerns(self, network: Network) -> bool:
        """Whether it is about this network alone: its topics, or anything its principals may do."""
        if self.resource == "TOPIC" and self.name.startswith(f"{network.network}."):
            return True
        return self.principal.removeprefix("User:") in {COORDINATOR, *network.principals}

    def covers(self, network: Network) -> bool:
        """Whether it reaches this network's topics from outside: a wildcard, or a shorter prefix."""
        if self.resource != "TOPIC" or self.concerns(network):
            return False
        return self.name == "*" or (
            self.pattern == "PREFIXED" and f"{network.network}.".startswith(self.name)
        )


def seen_permissions(admin: AdminClient) -> set[Seen]:
    """Every permission on the broker, of whatever form."""
    found = admin.describe_acls(AclBindingFilter(*_EVERY_BINDING)).result(_ANSWER_SECONDS)
    return {_from_binding(binding) for binding in found}


def as_seen(granted: Iterable[Acl]) -> dict[Seen, Acl]:
    """How permissions look on the broker once granted."""
    return {
        Seen(f"User:{a.principal}", "*", a.resource.upper(), "LITERAL", a.name, a.operation, "ALLOW"): a
        for a in granted
    }


def grant(admin: AdminClient, granted: Iterable[Acl]) -> None:
    """Add permissions."""
    bindings = [AclBinding(*_kafka_words(seen)) for seen in as_seen(granted)]
    for answer in (admin.create_acls(bindings) if bindings else {}).values():
        answer.result(_ANSWER_SECONDS)


def revoke(admin: AdminClient, revoked: Iterable[Seen]) -> None:
    """Take away exactly these permissions."""
    filters = [AclBindingFilter(*_kafka_words(seen)) for seen in revoked]
    for answer in (admin.delete_acls(filters) if filters else {}).values():
        answer.result(_ANSWER_SECONDS)


def _from_binding(binding: AclBinding) -> Seen:
    return Seen(
        binding.principal,
        binding.host,
        ResourceType(binding.restype).name,
        ResourcePatternType(binding.resource_pattern_type).name,
        binding.name,
        AclOperation(binding.operation).name,
        AclPermissionType(binding.permission_type).name,
    )


def _kafka_words(seen: Seen) -> Any:  # noqa: ANN401 - the arguments of two classes whose stubs differ
    return (
        ResourceType[seen.resource],
        seen.name,
        ResourcePatternType[seen.pattern],
        seen.principal,
        seen.host,
        AclOperation[seen.operation],
        AclPermissionType[seen.permission],
    )
