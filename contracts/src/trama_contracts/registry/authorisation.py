"""Events of the registry on what may be shared."""

from typing import ClassVar

from trama_contracts.event import Day, Event, Uuid
from trama_contracts.names import Circle
from trama_contracts.payload_fields import Basis, Code, Controllers, Members, ShareableCircles


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
