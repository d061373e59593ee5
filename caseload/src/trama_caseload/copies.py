"""The copies of what this member's own registry tells, never edited: each row depends on the events alone."""

from datetime import date

from sqlmodel import Field, SQLModel


class PersonCopy(SQLModel, table=True):
    """Who the person is, from this member's own registry."""

    __tablename__ = "person_copy"

    record: str = Field(primary_key=True)
    given_name: str | None = None
    family_name: str


class EpisodeCopy(SQLModel, table=True):
    """A taking in charge (presa in carico) by this member, from its own registry."""

    __tablename__ = "episode_copy"

    episode: str = Field(primary_key=True)
    record: str = Field(index=True)
    opened_on: date | None = None
    suspended_on: date | None = None
    closed_on: date | None = None
