"""What becomes of a relation, and who follows a person: what is asked and answered.

`version` is that of the episode as its writer saw it: changed since, the request is refused.
"""

from datetime import date

from pydantic import BaseModel
from trama_chassis.bodies import Body, Date, Line
from trama_contracts.event import Member, Uuid
from trama_contracts.payload_fields import Code
from trama_contracts.registry import AccessOutcome, CompetenceGround, Door, SuspensionReason

from trama_registry.schemas.fields import Members
from trama_registry.schemas.taking_in_charge import CaseManagerView, TakingInChargeView


class Suspend(Body):
    """Let the open taking in charge rest, from today if no day is given."""

    reason: SuspensionReason
    suspended_on: Date | None = None
    resume_by: Date | None = None
    version: int | None = None


class Resume(Body):
    """Go on with a taking in charge that rested, from today if no day is given."""

    resumed_on: Date | None = None
    version: int | None = None


class Reopen(Body):
    """Go on with the taking in charge closed last, or the one named, from today if no day is given."""

    reason: Line
    episode: Uuid | None = None
    reopened_on: Date | None = None
    version: int | None = None


class MoveCompetence(Body):
    """Another member has to answer for the person from that day, accepted or not."""

    to: Member
    ground: CompetenceGround
    moved_on: Date | None = None
    version: int | None = None


class DisputeCompetence(Body):
    """It is not agreed with that member who has to answer for the person."""

    other: Member
    reason: Line
    disputed_on: Date | None = None
    version: int | None = None


class SettleCompetence(Body):
    """It is clear who has to answer for the person: ourselves or another."""

    competent: Member
    settled_on: Date | None = None
    version: int | None = None


class SignPact(Body):
    """The person signed the service pact, or renewed it."""

    signed_on: Date | None = None
    valid_until: Date | None = None
    version: int | None = None


class EnterProtocol(Body):
    """A protocol for the integrated taking in charge of a district: its act, its members, its dates."""

    district: Code
    act: Line
    members: Members
    valid_from: Date
    valid_to: Date | None = None


class ProtocolView(BaseModel):
    """A protocol, as it was entered."""

    protocol: str
    district: str
    act: str
    members: list[str]
    valid_from: date
    valid_to: date | None
    in_force: bool


class ReferenteView(CaseManagerView):
    """The one person to speak to about the way, whichever member they are of."""

    member: str
    member_name: str


class FollowingView(BaseModel):
    """Another member that follows the person, as far as we may know."""

    member: str
    name: str
    kind: str
    opened_on: date
    state: str
    since: date
    case_manager: str | None
    phone: str | None


class FirstContactView(BaseModel):
    """A first contact (primo contatto) at a door of a member, and what it led to."""

    member: str
    name: str
    door: Door
    received_on: date
    outcome: AccessOutcome | None
    concluded_on: date | None


class HostingView(BaseModel):
    """The relation with who hosts the person at work (rapporto con l'ospitante)."""

    promoter: str
    host: str
    host_name: str
    task: str
    started_on: date
    ended_on: date | None


class RelationsView(BaseModel):
    """Who follows a person: ourselves (newest first), others, and the one person to speak to; beside them
    first contacts and who hosts the person at work, as far as we may know."""

    record: str
    own: list[TakingInChargeView]
    others: list[FollowingView]
    referente: ReferenteView | None
    first_contacts: list[FirstContactView] = []
    hosts: list[HostingView] = []
