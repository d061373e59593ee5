"""Authorisations: what is asked and answered."""

from datetime import date
from typing import Literal

from pydantic import BaseModel
from trama_chassis.bodies import Body, Date, Line
from trama_contracts.payload_fields import Code

from trama_registry.schemas.fields import Circles, Members


class BasisAsked(Body):
    """What a sharing rests on: consent, or a law with its act and article."""

    kind: Literal["consent", "law"]
    act: Line | None = None
    article: Line | None = None


class GiveAuthorisation(Body):
    """Record an authorisation to share. Without controllers: those of all who are to share."""

    purpose: Code
    basis: BasisAsked
    circles: Circles
    recipients: Members
    controllers: Members | None = None
    starts_on: Date | None = None
    ends_on: Date | None = None
    notice_given_on: Date | None = None
    after_closing: Members | None = None
    """Recipients that go on reading when their last relation with the person has closed."""


class AuthorisationView(BaseModel):
    """An authorisation to share, as it was given."""

    authorisation: str
    record: str
    purpose: str
    basis: BasisAsked
    circles: list[str]
    recipients: list[str]
    controllers: list[str]
    starts_on: date
    ends_on: date | None
    notice_given_on: date
    in_force: bool
    after_closing: list[str] | None = None
    withdrawn_on: date | None = None
    withdrawn_because: str | None = None
    opposed_on: date | None = None
