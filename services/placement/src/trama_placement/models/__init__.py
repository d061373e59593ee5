"""The tables of the placement service, and the rules of its work. No I/O here."""

from trama_placement.models.approval import (
    AGREEMENT_OF,
    APPROVAL_LABELS,
    PARTY_LABELS,
    Approval,
    Approvals,
    ApprovalState,
    named,
)
from trama_placement.models.evaluation import EvaluationCopy
from trama_placement.models.hosted import (
    HOSTED_LABELS,
    HostAnswer,
    HostedState,
    HostPlacementCopy,
)
from trama_placement.models.path_type import HOST_KINDS, PathTypeRule, last_day
from trama_placement.models.placement import (
    ENDING_LABELS,
    STATE_LABELS,
    WITHDRAWAL_LABELS,
    Placement,
    Plan,
    State,
    Withdrawal,
)
from trama_placement.models.said_to_host import must_not_tell, telling_words

__all__ = [
    "AGREEMENT_OF",
    "APPROVAL_LABELS",
    "ENDING_LABELS",
    "HOSTED_LABELS",
    "HOST_KINDS",
    "PARTY_LABELS",
    "STATE_LABELS",
    "WITHDRAWAL_LABELS",
    "Approval",
    "ApprovalState",
    "Approvals",
    "EvaluationCopy",
    "HostAnswer",
    "HostPlacementCopy",
    "HostedState",
    "PathTypeRule",
    "Placement",
    "Plan",
    "State",
    "Withdrawal",
    "last_day",
    "must_not_tell",
    "named",
    "telling_words",
]
