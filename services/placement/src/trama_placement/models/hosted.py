"""What a host keeps: who it was asked to take, its own answer, who came and who left. Never why."""

from datetime import date
from enum import StrEnum

from sqlmodel import Field, SQLModel
from trama_chassis.language import say

from trama_placement.errors import AlreadyAnswered, NoLongerAsked


class HostedState(StrEnum):
    """Where a path at this host stands, as far as a host is told."""

    ASKED = "asked"
    CONFIRMED = "confirmed"
    RUNNING = "running"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    ENDED = "ended"


HOSTED_LABELS = {
    HostedState.ASKED: "Da confermare",
    HostedState.CONFIRMED: "Confermato, in attesa di avvio",
    HostedState.RUNNING: "In corso",
    HostedState.REFUSED: "Non accolto",
    HostedState.WITHDRAWN: "Ritirato",
    HostedState.ENDED: "Concluso",
}


class HostAnswer(SQLModel, table=True):
    """This host's own word on a path it was asked to take: once, on a record of its own for it alone."""

    __tablename__ = "host_answer"

    promoter: str = Field(primary_key=True)
    placement: str = Field(primary_key=True)
    record: str
    given: bool
    answered_on: date


class HostPlacementCopy(SQLModel, table=True):
    """Who is to work here, as the promoter told us, the host: no path type, no service of origin."""

    __tablename__ = "host_placement_copy"
    __table_args__ = ({"info": {"person": ("placement",)}},)
    """A host knows no record: here somebody is who works on this path."""

    promoter: str = Field(primary_key=True)
    placement: str = Field(primary_key=True)
    given_name: str | None = None
    family_name: str
    task: str
    weekly_hours: int
    planned_from: date
    planned_to: date
    started_on: date | None = None
    ended_on: date | None = None

    def state(self, answer: HostAnswer | None) -> HostedState:
        """Where it stands; what the promoter says goes before what was answered here."""
        if self.started_on is not None:
            return HostedState.RUNNING if self.ended_on is None else HostedState.ENDED
        if answer is not None and not answer.given:
            return HostedState.REFUSED
        if self.ended_on is not None:
            return HostedState.WITHDRAWN
        return HostedState.ASKED if answer is None else HostedState.CONFIRMED

    def judge_answer(self, answer: HostAnswer | None) -> None:
        """Refuse a second answer, or one that nobody waits for any more.

        Raises AlreadyAnswered, NoLongerAsked.
        """
        if answer is not None:
            said = say("confermato") if answer.given else say("risposto che non potete accogliere")
            raise AlreadyAnswered(
                "Avete già %(said)s il %(day)s: la risposta è stata inviata. Se qualcosa è cambiato, "
                "chiamate l'ente promotore.",
                said=said,
                day=answer.answered_on,
            )
        if self.started_on is not None:
            raise NoLongerAsked(
                "Il percorso è già iniziato il %(day)s: non c'è nulla da confermare.", day=self.started_on
            )
        if self.ended_on is not None:
            raise NoLongerAsked(
                "L'ente promotore ha ritirato questo percorso il %(day)s: non serve rispondere.",
                day=self.ended_on,
            )
