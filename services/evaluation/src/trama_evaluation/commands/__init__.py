"""What the evaluation service does when asked: load, decide by the rules of models, add, publish.

Nothing here commits.
"""

from trama_evaluation.commands.contribution import submit_contribution, take_late
from trama_evaluation.commands.evaluation import complete_evaluation, convene_session, request_evaluation
from trama_evaluation.commands.project import (
    agree_project,
    hold_review,
    refuse_project,
    set_review,
    sign_project,
    watch_reviews,
)

__all__ = [
    "agree_project",
    "complete_evaluation",
    "convene_session",
    "hold_review",
    "refuse_project",
    "request_evaluation",
    "set_review",
    "sign_project",
    "submit_contribution",
    "take_late",
    "watch_reviews",
]
