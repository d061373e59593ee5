"""What the evaluation service can be asked: read-only selects, and rows put into the words people read."""

from trama_evaluation.queries.asked import (
    asked,
    asked_view,
    find_request,
    invitations,
    own_contribution,
    own_evaluation,
    own_record_of,
)
from trama_evaluation.queries.details import details, parts, permits
from trama_evaluation.queries.evaluation import (
    PAGE,
    Contributed,
    contributed,
    evaluation_view,
    evaluations,
    find_evaluation,
    projects_of,
)
from trama_evaluation.queries.network import (
    SERVICE,
    followers,
    names,
    possible_contributors,
)
from trama_evaluation.queries.project import find_project, project_view, projects, reviews_passed
from trama_evaluation.queries.team import find_rule, instrument_view, planning_units, teams
from trama_evaluation.queries.told import preview

__all__ = [
    "PAGE",
    "SERVICE",
    "Contributed",
    "asked",
    "asked_view",
    "contributed",
    "details",
    "evaluation_view",
    "evaluations",
    "find_evaluation",
    "find_project",
    "find_request",
    "find_rule",
    "followers",
    "instrument_view",
    "invitations",
    "names",
    "own_contribution",
    "own_evaluation",
    "own_record_of",
    "parts",
    "permits",
    "planning_units",
    "possible_contributors",
    "preview",
    "project_view",
    "projects",
    "projects_of",
    "reviews_passed",
    "teams",
]
