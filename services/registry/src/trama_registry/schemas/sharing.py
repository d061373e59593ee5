"""Who may know: what is asked of a person's choices, and who sees what, as it is answered."""

from datetime import date

from pydantic import BaseModel
from trama_chassis.bodies import Body, Date, Line
from trama_contracts.registry import RestrictionGround

from trama_registry.schemas.authorisation import AuthorisationView
from trama_registry.schemas.fields import Sentences


class GiveNotice(Body):
    """The privacy notice was handed over: which text, if it has a name, on which day if not today."""

    given_on: Date | None = None
    text: Line | None = None


class AgreeParticipation(Body):
    """The person takes part in a path."""

    path: Line
    agreed_on: Date | None = None


class Withdraw(Body):
    """The person takes something back; nobody has to say why."""

    withdrawn_on: Date | None = None
    reason: Line | None = None


class Oppose(Body):
    """What the person says against a sharing that a law allows."""

    reasons: Sentences
    raised_on: Date | None = None


class DecideOpposition(Body):
    """Whether the person is found right, and why."""

    upheld: bool
    reasons: Sentences
    decided_on: Date | None = None


class Restrict(Body):
    """Share no more of what we hold, on one of the grounds of GDPR 18(1)."""

    ground: RestrictionGround
    reason: Sentences | None = None
    set_on: Date | None = None


class LiftRestriction(Body):
    """The restriction is over."""

    reason: Sentences | None = None
    lifted_on: Date | None = None


class NoticeView(BaseModel):
    """A privacy notice that was handed over."""

    notice: str
    given_on: date
    text: str | None


class ParticipationView(BaseModel):
    """A path the person takes, or took, part in."""

    participation: str
    path: str
    agreed_on: date
    withdrawn_on: date | None
    reason: str | None


class OppositionView(BaseModel):
    """What a person opposes, and what was decided."""

    opposition: str
    authorisation: str
    raised_on: date
    reasons: str
    decided_on: date | None
    upheld: bool | None
    decision: str | None


class RestrictionView(BaseModel):
    """A restriction on what we hold of a person."""

    restriction: str
    ground: str
    ground_label: str
    set_on: date
    reason: str | None
    lifted_on: date | None
    lifting: str | None


class WithdrawnView(BaseModel):
    """A consent that was taken back."""

    authorisation: str
    withdrawn_on: date
    reason: str | None


class OthersAuthorisationView(BaseModel):
    """A consent or a legal ground that another service received, as it told us."""

    authorisation: str
    member: str
    member_name: str
    by_consent: bool
    ground: str
    purpose: str
    recipients: list[str]
    starts_on: date
    ends_on: date | None
    stopped: str | None
    """Why it gives nothing now, in words."""


class WhyView(BaseModel):
    """The last decision on whether a service may read something of ours, and why, in words."""

    member: str
    name: str
    content: str
    permitted: bool
    reason: str


class LagView(BaseModel):
    """A service whose authorisations we go by, and until when we have heard it."""

    member: str
    name: str
    heard_at: str | None
    is_silent: bool


class SharedView(BaseModel):
    """One circle that is shared, on what ground, from when and until when if that is said."""

    circle: str
    content: str
    ground: str
    purpose: str | None
    since: date | None
    until: date | None


class SharingServiceView(BaseModel):
    """One other service, with what it reads of us or we read of it."""

    member: str
    name: str
    shared: list[SharedView]
    no_longer: list[str]
    """What was shared once and is so no more, in words; what was received then stays."""


class SharingView(BaseModel):
    """Who sees what we write of a person, what nobody else sees, and what others share with us."""

    record: str
    readers: list[SharingServiceView]
    unshared: list[str]
    """Circles in which we wrote something that no other service was ever given, in words."""
    kept_to_ourselves: int
    sources: list[SharingServiceView]
    authorisations: list[AuthorisationView]
    purposes: dict[str, str]
    names: dict[str, str]
    """How the members named here are called."""
    notices: list[NoticeView]
    participations: list[ParticipationView]
    oppositions: list[OppositionView]
    restrictions: list[RestrictionView]
    others_authorisations: list[OthersAuthorisationView]
    decisions: list[WhyView]
    lags: list[LagView]
