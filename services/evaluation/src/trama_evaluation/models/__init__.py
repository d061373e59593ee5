"""The tables of the evaluation service, and its rules. No I/O here."""

import trama_caseload as caseload
from sqlmodel import SQLModel

from trama_evaluation.models.copies import (
    CompletedCopy,
    ContributionCopy,
    HealthContributionCopy,
    InvitationCopy,
    ProjectCopy,
    RequestCopy,
    SocialContributionCopy,
)
from trama_evaluation.models.evaluation import (
    ARRIVAL_LABELS,
    DISCIPLINE_LABELS,
    HEALTH_SECTOR,
    SOCIAL_SECTOR,
    STABILITY_LABELS,
    STATE_LABELS,
    Asked,
    Choice,
    Evaluation,
    Finding,
    State,
    judge_sector,
)
from trama_evaluation.models.path import PATH_LABELS, RULE_LABELS
from trama_evaluation.models.project import (
    HOST_SECTOR,
    OUTCOME_LABELS,
    PROJECT_LABELS,
    REVIEW_LABELS,
    ROLE_LABELS,
    Heard,
    Pact,
    Project,
    ProjectReview,
    ProjectState,
    judge_joint,
)
from trama_evaluation.models.team import DISTRICTS, PLANNING_UNIT, TeamRule, sector_label

TABLES: tuple[type[SQLModel], ...] = (
    TeamRule,
    Evaluation,
    Project,
    ProjectReview,
    *caseload.TABLES,
    RequestCopy,
    ContributionCopy,
    HealthContributionCopy,
    SocialContributionCopy,
    CompletedCopy,
    ProjectCopy,
    InvitationCopy,
)

__all__ = [
    "ARRIVAL_LABELS",
    "DISCIPLINE_LABELS",
    "DISTRICTS",
    "HEALTH_SECTOR",
    "HOST_SECTOR",
    "OUTCOME_LABELS",
    "PATH_LABELS",
    "PLANNING_UNIT",
    "PROJECT_LABELS",
    "REVIEW_LABELS",
    "ROLE_LABELS",
    "RULE_LABELS",
    "SOCIAL_SECTOR",
    "STABILITY_LABELS",
    "STATE_LABELS",
    "TABLES",
    "Asked",
    "Choice",
    "CompletedCopy",
    "ContributionCopy",
    "Evaluation",
    "Finding",
    "HealthContributionCopy",
    "Heard",
    "InvitationCopy",
    "Pact",
    "Project",
    "ProjectCopy",
    "ProjectReview",
    "ProjectState",
    "RequestCopy",
    "SocialContributionCopy",
    "State",
    "TeamRule",
    "judge_joint",
    "judge_sector",
    "sector_label",
]
