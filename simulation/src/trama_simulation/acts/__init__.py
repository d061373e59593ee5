"""What operators do in a story: plain values, each with its day, in the order in which it is done. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import TypeAlias

from trama_simulation.acts.access import AccessAct, ComeIn, Named, Route
from trama_simulation.acts.document import AskDocument, DocumentAct, FileDocument, NumberDocument
from trama_simulation.acts.erasure import (
    AcceptProposal,
    AnswerErasure,
    Erasable,
    Erase,
    EraseRecord,
    ErasureAct,
    Hide,
    PutOffProposal,
    ShowAgain,
)
from trama_simulation.acts.evaluation import (
    AgreeProject,
    AskEvaluation,
    Conclude,
    Contribute,
    Convene,
    EvaluationAct,
    Ratings,
    RefuseProject,
    SetReview,
    SignProject,
)
from trama_simulation.acts.ground import (
    AgreeToTakePart,
    DecideOpposition,
    GiveNotice,
    GroundAct,
    LastDayPasses,
    LiftRestriction,
    Oppose,
    Restrict,
    TakePartNoLonger,
    Withdraw,
)
from trama_simulation.acts.inside import (
    DeclareConflict,
    InsideAct,
    LiftConflict,
    LookInUrgency,
    StandDown,
    StandIn,
)
from trama_simulation.acts.note import HoldInterview, NoteAct, ReadNote, WriteNote
from trama_simulation.acts.placement import (
    Approve,
    ConfirmStart,
    End,
    HostApproves,
    HostRefuses,
    PlacementAct,
    PromoterAct,
    Propose,
    RefuseApproval,
    WithdrawPath,
)
from trama_simulation.acts.referral import (
    Accept,
    Decline,
    Prepare,
    ReceiverAct,
    ReceiverDeed,
    ReceiverSays,
    Refer,
    ReferralAct,
    SenderAct,
    SenderDeed,
    SenderSays,
    TakeBack,
    TermPasses,
)
from trama_simulation.acts.registry import (
    AssignTaxCode,
    Authorise,
    Code,
    EndCertificate,
    JoinRecords,
    PartRecords,
    RecordCertificate,
    Register,
    RegisterAgain,
    RegistryAct,
    SetGroups,
)
from trama_simulation.acts.relation import (
    Close,
    DisputeCompetence,
    MoveCompetence,
    NameReferente,
    RelationAct,
    Reopen,
    Resume,
    SettleCompetence,
    SignPact,
    Suspend,
)
from trama_simulation.acts.story import OWN, Correct, SetStep, StoryAct, TakeStep
from trama_simulation.persons import Person

Deed: TypeAlias = (
    RegistryAct
    | GroundAct
    | AccessAct
    | InsideAct
    | RelationAct
    | ReferralAct
    | NoteAct
    | DocumentAct
    | ErasureAct
    | StoryAct
    | EvaluationAct
    | PlacementAct
)
"""Something that is done."""


@dataclass(frozen=True, slots=True)
class Try:
    """Something that an operator tries and that must be refused, with the code of the rule."""

    deed: Deed
    code: str

    @property
    def on(self) -> date:
        """The day on which it is tried."""
        return self.deed.on

    @property
    def at(self) -> str:
        """The member that must refuse."""
        return self.deed.at


Act: TypeAlias = Deed | Try


@dataclass(frozen=True, slots=True)
class Story:
    """One person and all that is done with them, each act on the day of the one before it or later."""

    person: Person
    acts: tuple[Act, ...]

    def deeds(self) -> Iterator[Deed]:
        """What was done, without what was tried in vain."""
        return (act for _, act in self.numbered())

    def numbered(self) -> Iterator[tuple[int, Deed]]:
        """What was done, each with its place among all acts of the story."""
        return ((number, act) for number, act in enumerate(self.acts) if not isinstance(act, Try))

    def up_to(self, number: int) -> "Story":
        """The story as it was before the act of this number."""
        return Story(self.person, self.acts[:number])


__all__ = [
    "OWN",
    "Accept",
    "AcceptProposal",
    "AccessAct",
    "Act",
    "AgreeProject",
    "AgreeToTakePart",
    "AnswerErasure",
    "Approve",
    "AskDocument",
    "AskEvaluation",
    "AssignTaxCode",
    "Authorise",
    "Close",
    "Code",
    "ComeIn",
    "Conclude",
    "ConfirmStart",
    "Contribute",
    "Convene",
    "Correct",
    "DecideOpposition",
    "DeclareConflict",
    "Decline",
    "Deed",
    "DisputeCompetence",
    "DocumentAct",
    "End",
    "EndCertificate",
    "Erasable",
    "Erase",
    "EraseRecord",
    "ErasureAct",
    "EvaluationAct",
    "FileDocument",
    "GiveNotice",
    "GroundAct",
    "Hide",
    "HoldInterview",
    "HostApproves",
    "HostRefuses",
    "InsideAct",
    "JoinRecords",
    "LastDayPasses",
    "LiftConflict",
    "LiftRestriction",
    "LookInUrgency",
    "MoveCompetence",
    "NameReferente",
    "Named",
    "NoteAct",
    "NumberDocument",
    "Oppose",
    "PartRecords",
    "PlacementAct",
    "Prepare",
    "PromoterAct",
    "Propose",
    "PutOffProposal",
    "Ratings",
    "ReadNote",
    "ReceiverAct",
    "ReceiverDeed",
    "ReceiverSays",
    "RecordCertificate",
    "Refer",
    "ReferralAct",
    "RefuseApproval",
    "RefuseProject",
    "Register",
    "RegisterAgain",
    "RegistryAct",
    "RelationAct",
    "Reopen",
    "Restrict",
    "Resume",
    "Route",
    "SenderAct",
    "SenderDeed",
    "SenderSays",
    "SetGroups",
    "SetReview",
    "SetStep",
    "SettleCompetence",
    "ShowAgain",
    "SignPact",
    "SignProject",
    "StandDown",
    "StandIn",
    "Story",
    "StoryAct",
    "Suspend",
    "TakeBack",
    "TakePartNoLonger",
    "TakeStep",
    "TermPasses",
    "Try",
    "Withdraw",
    "WithdrawPath",
    "WriteNote",
]
