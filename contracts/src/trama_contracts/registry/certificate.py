"""Events of the registry on certificates and target groups: who may have which help, and who may know why."""

from typing import Annotated, ClassVar, Literal, TypeAlias

from pydantic import AfterValidator, Field

from trama_contracts.event import Day, Event, Uuid
from trama_contracts.names import Circle
from trama_contracts.payload_fields import ShortText

CertificateKind: TypeAlias = Literal["targeted-placement", "disadvantaged", "disadvantaged-worker-eu"]
"""Disability under L. 68/1999; disadvantage under L. 381/1991 art. 4; disadvantaged worker under Regulation
(EU) 651/2014 (before it, 800/2008). They overlap and none follows from another."""
CertificateEnding: TypeAlias = Literal["expired", "revoked", "replaced", "mistaken"]
"""Why a certificate holds no longer."""
OpenGroup: TypeAlias = Literal[
    "at-risk-of-exclusion",
    "first-job-seeker-at-risk",
    "migrant",
    "woman-in-difficulty",
    "young-adult-in-difficulty",
]
HealthGroup: TypeAlias = Literal["addiction", "alcohol", "disability", "mental-health"]
JudicialGroup: TypeAlias = Literal["alternative-measure", "former-prisoner", "proceedings"]


def _sorted_set(groups: tuple[str, ...]) -> tuple[str, ...]:
    ordered = tuple(sorted(groups))
    if len(set(ordered)) != len(ordered):
        raise ValueError("the same group twice")
    return ordered


_SET = (Field(max_length=10, json_schema_extra={"uniqueItems": True}), AfterValidator(_sorted_set))


class CertificateRecorded(Event):
    """Published by a member's registry, for who follows the person (care), when it has seen a certificate:
    which law it is of, who issued it, from when to when. It says that the person has a title, never on what
    ground: diagnosis, addiction and measures are told by other events in the clinical and justice circles,
    if at all. `issuer` is left out where naming it would tell the ground (L. 381/1991 art. 4 c. 2)."""

    wire_type: ClassVar[str] = "it.trama.registry.certificate-recorded.v1"
    circle: ClassVar[Circle] = "care"
    scope: ClassVar[str] = "record"

    certificate: Uuid
    kind: CertificateKind
    issuer: ShortText | None = None
    starts_on: Day
    ends_on: Day | None = None


class CertificateEnded(Event):
    """Published by a member's registry, for who follows the person (care), when a certificate holds no longer
    before its day, or was recorded by mistake."""

    wire_type: ClassVar[str] = "it.trama.registry.certificate-ended.v1"
    circle: ClassVar[Circle] = "care"
    scope: ClassVar[str] = "record"

    certificate: Uuid
    kind: CertificateKind
    ended_on: Day
    reason: CertificateEnding


class TargetGroupsSet(Event):
    """Published by a member's registry, for who follows the person (care), when the target groups of the area
    plan that tell neither health nor justice are set: the whole set, which may be empty. They describe; no
    right follows from them, and no certificate is deduced from them."""

    wire_type: ClassVar[str] = "it.trama.registry.target-groups-set.v1"
    circle: ClassVar[Circle] = "care"
    scope: ClassVar[str] = "record"

    groups: Annotated[tuple[OpenGroup, ...], *_SET]


class HealthTargetGroupsSet(Event):
    """Published by a health service's registry, in the clinical circle alone, when the target groups that
    tell of a person's health are set (GDPR art. 9): the whole set, which may be empty."""

    wire_type: ClassVar[str] = "it.trama.registry.health-target-groups-set.v1"
    circle: ClassVar[Circle] = "clinical"
    scope: ClassVar[str] = "record"

    groups: Annotated[tuple[HealthGroup, ...], *_SET]


class JudicialTargetGroupsSet(Event):
    """Published by a member's registry, in the justice circle alone, when the target groups that tell of
    judicial measures are set (GDPR art. 10): the whole set, which may be empty."""

    wire_type: ClassVar[str] = "it.trama.registry.judicial-target-groups-set.v1"
    circle: ClassVar[Circle] = "justice"
    scope: ClassVar[str] = "record"

    groups: Annotated[tuple[JudicialGroup, ...], *_SET]
