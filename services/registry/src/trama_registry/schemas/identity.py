"""Who a person is: numbers, certificates, target groups, links; what is asked and answered.

`version` is that of the person's data as the operator saw them; left out, nothing is compared.
"""

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, Field, StringConstraints
from trama_chassis.bodies import Body, Date, Line
from trama_contracts.event import Member, Uuid
from trama_contracts.payload_fields import Language, Phone
from trama_contracts.registry import CertificateEnding, CertificateKind, IdentifierEnding, IdentifierKind

from trama_registry.schemas.fields import Name
from trama_registry.schemas.person import CandidateView

Typed = Annotated[str, StringConstraints(max_length=40, strip_whitespace=True)]
Version = Annotated[int, Field(ge=1)]


class CorrectPerson(Body):
    """Put right who the person is: the whole of it, as the form shows it. The numbers are changed apart."""

    given_name: Name | None = None
    family_name: Name
    birth_date: Date | None = None
    town: Line | None = None
    phone: Phone | None = None
    language: Language | None = None
    needs_interpreter: bool | None = None
    version: Version | None = None


class AssignIdentifier(Body):
    """Put a number on a record. `replaces`: the one that it takes the place of, and why that one ends."""

    kind: IdentifierKind
    value: Typed
    valid_from: Date | None = None
    valid_to: Date | None = None
    attested_by: Line | None = None
    replaces: Uuid | None = None
    replaced_was: Literal["replaced", "mistaken"] = "replaced"
    version: Version | None = None


class AttestIdentifier(Body):
    """Note that an archive verified a number, or that it was renewed."""

    valid_from: Date | None = None
    valid_to: Date | None = None
    attested_by: Line | None = None
    version: Version | None = None


class EndIdentifier(Body):
    """Use a number no longer."""

    reason: IdentifierEnding
    ended_on: Date | None = None
    version: Version | None = None


class RecordCertificate(Body):
    """A certificate that was seen. The issuer is left out only where it would tell the ground."""

    kind: CertificateKind
    issuer: Line | None = None
    starts_on: Date
    ends_on: Date | None = None
    version: Version | None = None


class EndCertificate(Body):
    """A certificate that holds no longer."""

    reason: CertificateEnding
    ended_on: Date | None = None
    version: Version | None = None


class SetTargetGroups(Body):
    """The target groups of one circle, the whole set."""

    circle: Literal["care", "clinical", "justice"] = "care"
    groups: Annotated[list[Line], Field(max_length=10)]
    version: Version | None = None


class Unlink(Body):
    """Separate a record from ours, with the reason."""

    reason: Line


class LinkRecord(Body):
    """Join another record, of another member or of our own, with this one, because a person decided so."""

    member: Member
    record: Uuid


class TellApart(Body):
    """Say that a record of ours that looks alike is of somebody else, and how one knows."""

    other: Uuid
    reason: Line


class IdentifierView(BaseModel):
    """A number with its days, in use or not."""

    identifier: str
    kind: str
    kind_label: str
    value: str
    verification: str
    verification_label: str
    valid_from: date
    valid_to: date | None
    attested_by: str | None
    replaces: str | None
    ended_on: date | None
    ending: str | None
    ending_label: str | None
    in_force: bool


class HeldCertificateView(BaseModel):
    """A certificate with its days."""

    certificate: str
    kind: str
    kind_label: str
    issuer: str | None
    starts_on: date
    ends_on: date | None
    ended_on: date | None
    ending: str | None
    ending_label: str | None
    holds: bool


class GroupsView(BaseModel):
    """Target groups of one circle: what is chosen, and what may be."""

    circle: str
    chosen: list[str]
    labels: dict[str, str]


class GroupCountView(BaseModel):
    """How many persons followed now are in a target group."""

    circle: str
    group: str
    label: str
    persons: int


class TargetView(BaseModel):
    """How many persons followed now are of one of the three kinds that laws and plans define."""

    target: str
    label: str
    persons: int


class TargetsView(BaseModel):
    """The three kinds; `persons` counts who is of several of them once."""

    targets: list[TargetView]
    persons: int


class LinkView(BaseModel):
    """A link of this record: with whose record, and whether it holds or was removed. Of a record of our own
    we know the `name` too."""

    link: str
    member: str
    member_name: str
    record: str
    removed: bool
    name: str | None = None


class OtherIdentifierView(BaseModel):
    """A number that another service which follows the person tells, and we have not."""

    member: str
    member_name: str
    kind: str
    kind_label: str
    value: str


class IdentityView(BaseModel):
    """All that says who a person is, as this member knows it and as this operator may see it."""

    record: str
    version: int
    changed_by: str | None
    given_name: str | None
    family_name: str
    tax_code: str | None
    birth_date: date | None
    town: str | None
    phone: str | None
    language: str | None
    needs_interpreter: bool | None
    identifiers: list[IdentifierView]
    certificates: list[HeldCertificateView]
    groups: list[GroupsView]
    links: list[LinkView]
    told_by_others: list[OtherIdentifierView]
    alike: list[CandidateView]


class UnlinkedView(BaseModel):
    """What came of a separation: by whom the two are still joined, if they are."""

    link: str
    still_joined: bool
    detail: str
