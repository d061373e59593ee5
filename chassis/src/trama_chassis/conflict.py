"""The table of conflicts of interest, which every service of a member keeps."""

from datetime import date

from sqlmodel import Field, SQLModel


class ConflictHeld(SQLModel, table=True):
    """A conflict of interest that an operator declared about the person of a record of ours."""

    __tablename__ = "conflict_held"
    conflict: str = Field(primary_key=True)
    operator: str = Field(index=True)
    record: str = Field(index=True)
    declared_on: date
    lifted_on: date | None = None
