"""Tables of the edges between records of one person: held, removed, heard of too early."""

from sqlalchemy import false
from sqlmodel import Field, SQLModel


class RecordLink(SQLModel, table=True):
    """Two records of one person at two members: an edge that can be removed. It grants nothing."""

    __tablename__ = "record_link"
    link: str = Field(primary_key=True)
    a_member: str
    a_record: str = Field(index=True)
    b_member: str
    b_record: str = Field(index=True)


class LinkRemoved(SQLModel, table=True):
    """An edge that was found wrong: it never comes back, and its ends are joined again by decision only."""

    __tablename__ = "link_removed"
    link: str = Field(primary_key=True)
    a_member: str = Field(primary_key=True)
    a_record: str = Field(primary_key=True, index=True)
    b_member: str = Field(primary_key=True)
    b_record: str = Field(primary_key=True, index=True)


class LinkHeard(SQLModel, table=True):
    """A link one of its ends told us of before we knew that end: believed, or not, when we do."""

    __tablename__ = "link_heard"
    member: str = Field(primary_key=True)
    link: str = Field(primary_key=True)
    record: str = Field(index=True)
    other_member: str
    other_record: str
    decided: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
