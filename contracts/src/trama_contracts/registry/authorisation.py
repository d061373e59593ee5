"""Events of the registry on what may be shared."""

from typing import ClassVar

from trama_contracts.event import Day, Event, Uuid
from trama_contracts.names import Circle
from trama_contracts.payload_fields import (
    Basis,
    Code,
    Controllers,
    Members,
    ShareableCircles,
    ShortText,
    Text,
)


class AuthorisationGiven(Event):
    """Published by the registry that received it when sharing is authorised (autorizzazione a condividere):
    by the person's consent, or by a law named by act and article. Not to be taken for taking part in the path
    (adesione al percorso), nor for the privacy notice (informativa), of which it carries only the day."""

    wire_type: ClassVar[str] = "it.trama.registry.authorisation-given.v1"
    circle: ClassVar[Circle] = "care"
    scope: ClassVar[str] = "record"

    authorisation: Uuid
    purpose: Code
    basis: Basis
    circles: ShareableCircles
    recipients: Members
    controllers: Controllers
    starts_on: Day
    ends_on: Day | None = None
    notice_given_on: Day
    after_closing: Members | None = None
    """Recipients that go on reading when their last relation with the person has closed."""


class AuthorisationWithdrawn(Event):
    """Published by the registry at whose desk the person takes a consent back (GDPR 7(3): as easily as it was
    given, and at any member that follows the person); the registry that had received it publishes it once
    more for its own readers. The last thing that who falls away hears in these streams."""

    wire_type: ClassVar[str] = "it.trama.registry.authorisation-withdrawn.v1"
    circle: ClassVar[Circle] = "care"
    scope: ClassVar[str] = "record"

    authorisation: Uuid
    withdrawn_on: Day
    reason: ShortText | None = None


class AuthorisationWithdrawalTold(Event):
    """Published by the registry at whose desk a person took a consent back, beside `AuthorisationWithdrawn`:
    to the registry of the member that holds the referente del percorso, where that does not read us. It names
    nobody who was to receive: that a service knows the person is told in its own circles alone."""

    wire_type: ClassVar[str] = "it.trama.registry.authorisation-withdrawal-told.v1"
    circle: ClassVar[Circle] = "referral"
    scope: ClassVar[str] = "withdrawal"

    authorisation: Uuid
    withdrawn_on: Day


class OppositionRaised(Event):
    """Published by the registry that received an authorisation by law when the person opposes it (GDPR 21;
    opposizione). While it is not decided, nothing is shared on that ground (GDPR 18(1)(d))."""

    wire_type: ClassVar[str] = "it.trama.registry.opposition-raised.v1"
    circle: ClassVar[Circle] = "care"
    scope: ClassVar[str] = "record"

    opposition: Uuid
    authorisation: Uuid
    raised_on: Day
    reasons: Text


class OppositionDecided(Event):
    """Published by the same registry when who answers for the service has decided, with reasons: upheld, the
    sharing is over; not upheld, it goes on."""

    wire_type: ClassVar[str] = "it.trama.registry.opposition-decided.v1"
    circle: ClassVar[Circle] = "care"
    scope: ClassVar[str] = "record"

    opposition: Uuid
    authorisation: Uuid
    decided_on: Day
    upheld: bool
    reasons: Text
