"""What is kept of completed evaluations, which open path types that need one."""

from datetime import date

from sqlmodel import Field, SQLModel


class EvaluationCopy(SQLModel, table=True):
    """An evaluation (valutazione) that some member completed, of its own record of a person.

    Whose it is here is asked of the links between records, when it is asked.
    """

    __tablename__ = "evaluation_copy"

    member: str = Field(primary_key=True)
    evaluation: str = Field(primary_key=True)
    record: str = Field(index=True)
    completed_on: date
