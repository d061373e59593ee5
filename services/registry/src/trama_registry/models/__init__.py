"""The registry's tables and their rules. Pure: no database, no clock, nothing is sent from here."""

from trama_registry.models.access import (
    AccessRequest,
)
from trama_registry.models.authorisation import Authorisation, noticed
from trama_registry.models.case_manager import (
    Word,
    case_manager_at,
)
from trama_registry.models.certificate import GROUPS, Certificate, JudicialTargetGroup, TargetGroup
from trama_registry.models.course import (
    AWAITING,
    GOING_ON,
    OPEN,
    RULES,
    Course,
    Deed,
    Move,
    Place,
    Placed,
    Side,
    State,
)
from trama_registry.models.document import DocumentAsked, DocumentCopy, recognised
from trama_registry.models.draft import ReferralDraft
from trama_registry.models.entry import EntryCopy
from trama_registry.models.erasure import ALONE, ErasureAsked, ErasureReplyCopy
from trama_registry.models.identifier import (
    TAX_CODES,
    DistinctPersons,
    PersonIdentifier,
    PersonTrait,
    first_identifier,
    kind_of_tax_code,
    tidy,
    verification_of,
)
from trama_registry.models.interview import OwnInterview, must_be_held
from trama_registry.models.likeness import GRADES, Described, Grade, Identity, Likeness, compare, traits_of
from trama_registry.models.looking import (
    AccessesAskedOf,
    AccessesToldCopy,
    UrgentAccess,
    UrgentAccessCopy,
)
from trama_registry.models.move import (
    BY_RECEIVER,
    MOVES,
    AnyMove,
    ReceiverMove,
    ReferralMoveCopy,
    SenderMove,
    deed_of,
    move_of,
)
from trama_registry.models.next_step import NextStep
from trama_registry.models.note import NoteAddressee, must_be_readable
from trama_registry.models.obscured import HIDDEN_ALONE, ObscuredEntry
from trama_registry.models.offer import capacity_of
from trama_registry.models.person import Person, checked_tax_code, reporting_id_of, sort_name_of
from trama_registry.models.protocol import (
    Protocol,
)
from trama_registry.models.referral import (
    BETWEEN_REMINDERS,
    Answer,
    Referral,
    ReferralCopy,
    ReferralProtocol,
    ReferralReply,
    answer_of,
    must_be_possible,
    must_know_of_acceptance,
    term,
)
from trama_registry.models.retention import RetentionProposal
from trama_registry.models.sharing import Notice, Opposition, Participation, Restriction
from trama_registry.models.taking_in_charge import (
    TakingInCharge,
)

__all__ = [
    "ALONE",
    "AWAITING",
    "BETWEEN_REMINDERS",
    "BY_RECEIVER",
    "GOING_ON",
    "GRADES",
    "GROUPS",
    "HIDDEN_ALONE",
    "MOVES",
    "OPEN",
    "RULES",
    "TAX_CODES",
    "AccessRequest",
    "AccessesAskedOf",
    "AccessesToldCopy",
    "Answer",
    "AnyMove",
    "Authorisation",
    "Certificate",
    "Course",
    "Deed",
    "Described",
    "DistinctPersons",
    "DocumentAsked",
    "DocumentCopy",
    "EntryCopy",
    "ErasureAsked",
    "ErasureReplyCopy",
    "Grade",
    "Identity",
    "JudicialTargetGroup",
    "Likeness",
    "Move",
    "NextStep",
    "NoteAddressee",
    "Notice",
    "ObscuredEntry",
    "Opposition",
    "OwnInterview",
    "Participation",
    "Person",
    "PersonIdentifier",
    "PersonTrait",
    "Place",
    "Placed",
    "Protocol",
    "ReceiverMove",
    "Referral",
    "ReferralCopy",
    "ReferralDraft",
    "ReferralMoveCopy",
    "ReferralProtocol",
    "ReferralReply",
    "Restriction",
    "RetentionProposal",
    "SenderMove",
    "Side",
    "State",
    "TakingInCharge",
    "TargetGroup",
    "UrgentAccess",
    "UrgentAccessCopy",
    "Word",
    "answer_of",
    "capacity_of",
    "case_manager_at",
    "checked_tax_code",
    "compare",
    "deed_of",
    "first_identifier",
    "kind_of_tax_code",
    "move_of",
    "must_be_held",
    "must_be_possible",
    "must_be_readable",
    "must_know_of_acceptance",
    "noticed",
    "recognised",
    "reporting_id_of",
    "sort_name_of",
    "term",
    "tidy",
    "traits_of",
    "verification_of",
]
