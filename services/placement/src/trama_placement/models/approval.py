"""Who must approve a placement (adesione), and what they have said: each once, before anything starts."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from sqlalchemy import String
from sqlmodel import Field, SQLModel
from trama_chassis.language import say
from trama_contracts.placement import ApprovalParty

from trama_placement.errors import AlreadyApproved, ApprovalNotAsked

PARTY_LABELS: dict[ApprovalParty, str] = {
    "person": "La persona",
    "host": "Il luogo di lavoro",
    "promoter": "Il nostro servizio",
}
AGREEMENT_OF: dict[ApprovalParty, str] = {
    "person": "della persona",
    "host": "del luogo di lavoro",
    "promoter": "del nostro servizio",
}


class ApprovalState(StrEnum):
    """What one of those who must approve has said."""

    AWAITED = "awaited"
    GIVEN = "given"
    REFUSED = "refused"


APPROVAL_LABELS = {
    ApprovalState.AWAITED: "Attesa",
    ApprovalState.GIVEN: "Ha aderito",
    ApprovalState.REFUSED: "Non aderisce",
}


def named(parties: Iterable[ApprovalParty]) -> str:
    """Whose approvals, in words: `della persona e del luogo di lavoro`."""
    words = [say(AGREEMENT_OF[party]) for party in parties]
    return f" {say('e')} ".join(part for part in (", ".join(words[:-1]), *words[-1:]) if part)


class Approval(SQLModel, table=True):
    """The word of one party on one placement. Who has not spoken has no row."""

    __tablename__ = "approval"

    placement: str = Field(primary_key=True)
    party: ApprovalParty = Field(primary_key=True, sa_type=String)
    given: bool
    decided_on: date

    @property
    def state(self) -> ApprovalState:
        """Given or refused."""
        return ApprovalState.GIVEN if self.given else ApprovalState.REFUSED


@dataclass(frozen=True, slots=True)
class Approvals:
    """Who is asked to approve one placement, and what they have said so far."""

    asked: tuple[ApprovalParty, ...]
    said: Mapping[ApprovalParty, Approval]

    @property
    def missing(self) -> list[ApprovalParty]:
        """Who has not approved yet."""
        return [party for party in self.asked if party not in self.said]

    def judge(self, party: ApprovalParty) -> None:
        """Refuse a word that nobody asked for or that was said before.

        Raises ApprovalNotAsked, AlreadyApproved.
        """
        if party not in self.asked:
            raise ApprovalNotAsked(
                "Per questo percorso non si chiede l'adesione %(party)s: servono le adesioni %(asked)s.",
                party=say(AGREEMENT_OF[party]),
                asked=named(self.asked),
            )
        if party in self.said:
            raise AlreadyApproved(
                "L'adesione %(party)s è già registrata, in data %(day)s. Se qualcuno cambia idea prima "
                "dell'avvio, l'inserimento si può ritirare.",
                party=say(AGREEMENT_OF[party]),
                day=self.said[party].decided_on,
            )
