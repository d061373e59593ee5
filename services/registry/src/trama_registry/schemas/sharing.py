"""Who sees what of a person, as it is answered."""

from datetime import date

from pydantic import BaseModel

from trama_registry.schemas.authorisation import AuthorisationView


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
