"""Tables of what ends a reason to share or lets it rest: withdrawal, opposition, restriction, closing."""

from datetime import date

from sqlmodel import Field, SQLModel

WITHDRAWN, OPPOSED = "withdrawn", "opposed"


class AuthorisationStopped(SQLModel, table=True):
    """Why an authorisation gives nothing: withdrawn, or opposed; kept even before it is heard of."""

    __tablename__ = "authorisation_stopped"
    authorisation: str = Field(primary_key=True)
    cause: str = Field(primary_key=True)
    """The id of the opposition, or `withdrawn`."""
    member: str
    record: str = Field(index=True)
    since: date
    lifted: bool = False


class RestrictionHeld(SQLModel, table=True):
    """A restriction on what one member holds of a person (GDPR 18)."""

    __tablename__ = "restriction_held"
    restriction: str = Field(primary_key=True)
    member: str
    record: str = Field(index=True)
    since: date
    lifted: bool = False


class RelationHeld(SQLModel, table=True):
    """A relation of a member with the person of a record, open or closed."""

    __tablename__ = "relation_held"
    member: str = Field(primary_key=True)
    relation: str = Field(primary_key=True)
    record: str = Field(index=True)
    is_open: bool


class RefusedForNow(SQLModel, table=True):
    """A record of ours of which something was not shared because a source was silent: decided again later."""

    __tablename__ = "refused_for_now"
    record: str = Field(primary_key=True)
    source: str = Field(primary_key=True)


class MemberDecided(SQLModel, table=True):
    """What the directory said of a member when all that concerns it was last decided."""

    __tablename__ = "member_decided"
    member: str = Field(primary_key=True)
    terms: str


GROUNDS: tuple[type[SQLModel], ...] = (
    *(AuthorisationStopped, RestrictionHeld, RelationHeld),
    *(RefusedForNow, MemberDecided),
)
