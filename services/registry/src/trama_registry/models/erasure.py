"""Erasure as the registry knows it: what other controllers ask of us, and what those we asked decided."""

from datetime import date

from sqlmodel import Field, SQLModel
from trama_contracts.registry import ErasureAnswered, ErasureOutcome

from trama_registry.errors import ErasureAnsweredAlready, KeptWithoutLaw

ALONE = frozenset({"note", "interview", "document", "correction"})
"""Kinds of scope that hold one entry each: what stands in another can only be erased with all of it."""


class ErasureAsked(SQLModel, table=True):
    """Another member erased its record of a person we follow, and asks us to erase ours: ids, why, answer."""

    __tablename__ = "erasure_asked"
    order: str = Field(primary_key=True)
    asker: str
    record: str = Field(index=True)
    """Ours. When it is erased this row stays: the proof that it was asked, and what was decided."""
    ground: str
    act: str
    reason: str | None = None
    requested_on: date
    outcome: str | None = None
    answered_on: date | None = None
    answered_by: str | None = None

    def answer(
        self, outcome: ErasureOutcome, *, law: tuple[str | None, str | None], on: date, by: str
    ) -> None:
        """Decide, once. Raises ErasureAnsweredAlready, KeptWithoutLaw."""
        if self.outcome is not None:
            raise ErasureAnsweredAlready(
                "Avete già risposto il %(day)s: la decisione è stata inviata.", day=self.answered_on
            )
        if outcome == "kept" and not all(law):
            raise KeptWithoutLaw(field="act" if not law[0] else "article")
        self.outcome, self.answered_on, self.answered_by = outcome, on, by


class ErasureReplyCopy(SQLModel, table=True):
    """What another member that we asked to erase has decided."""

    __tablename__ = "erasure_reply_copy"
    order: str = Field(primary_key=True)
    member: str = Field(primary_key=True)
    stream: str = Field(index=True)
    outcome: str
    answered_on: date
    act: str | None = None
    article: str | None = None
    kept_until: date | None = None

    @classmethod
    def of(cls, told: ErasureAnswered, *, member: str, stream: str) -> "ErasureReplyCopy":
        """The answer as it was told; why in words stays in its event."""
        return cls(member=member, stream=stream, **told.model_dump(exclude={"reason"}))
