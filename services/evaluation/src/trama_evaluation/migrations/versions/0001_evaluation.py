"""Evaluations and projects, the dated rules of teams with their sources, and the copies they rest on."""

from datetime import date
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001_evaluation"
down_revision = None
branch_labels = ("evaluation",)
depends_on = None

AREA_PLAN = "Piano di zona 2013-2015: in ogni ambito, «almeno personale del SSC e della Provincia, della Regione (COR)»"
LOCAL_UNIT = "organismo locale tra sanità e servizi sociali; composizione minima convenzionale"
LAW_68 = "L. 12 marzo 1999, n. 68, art. 6, comma 2: comitato tecnico con esperti del settore sociale e medico-legale"
LOCAL_TEAM = "équipe tra servizi diversi; composizione minima convenzionale"


def rule(
    team: str, label: str, valid_from: date, source: str, *sectors: str, min_members: int = 1
) -> dict[str, Any]:
    return {
        "team": team,
        "valid_from": valid_from,
        "valid_to": None,
        "label": label,
        "seats": [{"sector": sector, "at_least": 1} for sector in sectors],
        "min_members": min_members,
        "source": source,
    }


# A change of a rule is a further row and a last day for the one before it; no row that was used is altered.
RULES = (
    rule(
        "integrated-planning-unit",
        "Unità di progettazione integrata",
        date(2013, 1, 1),
        AREA_PLAN,
        *("social", "employment", "orientation"),
    ),
    rule(
        "multidimensional-unit",
        "Unità di valutazione multidimensionale (UVM, UVD)",
        date(2000, 1, 1),
        LOCAL_UNIT,
        *("health", "social"),
    ),
    rule(
        "targeted-placement-committee",
        "Comitato tecnico per il collocamento mirato (COMIDIS)",
        date(2000, 1, 18),
        LAW_68,
        *("employment", "health", "social"),
    ),
    rule("integrated-team", "Équipe integrata", date(2000, 1, 1), LOCAL_TEAM, min_members=2),
)


def upgrade() -> None:
    rules = op.create_table(
        "team_rule",
        sa.Column("team", sa.String(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("label", sa.String(), nullable=False),
        sa.Column("seats", sa.JSON(), nullable=False),
        sa.Column("min_members", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("team", "valid_from", name="pk_team_rule"),
    )
    op.bulk_insert(rules, list(RULES))
    op.create_table(
        "evaluation",
        sa.Column("evaluation", sa.String(), nullable=False),
        sa.Column("record", sa.String(), nullable=False),
        sa.Column("team", sa.String(), nullable=False),
        sa.Column("question", sa.String(), nullable=False),
        sa.Column("requested_on", sa.Date(), nullable=False),
        sa.Column("contributions_by", sa.Date(), nullable=False),
        sa.Column("contributors", sa.JSON(), nullable=False),
        sa.Column("session", sa.String(), nullable=True),
        sa.Column("held_on", sa.Date(), nullable=True),
        sa.Column("place", sa.String(), nullable=True),
        sa.Column("seats", sa.JSON(), nullable=False),
        sa.Column("invitations", sa.JSON(), nullable=False),
        sa.Column("completed_on", sa.Date(), nullable=True),
        sa.Column("scores", sa.JSON(), nullable=False),
        sa.Column("profile", sa.JSON(), nullable=False),
        sa.Column("supports", sa.JSON(), nullable=False),
        sa.Column("proposals", sa.JSON(), nullable=False),
        sa.Column("path_type", sa.String(), nullable=True),
        sa.Column("override_reason", sa.String(), nullable=True),
        sa.Column("missing", sa.JSON(), nullable=False),
        sa.Column("late", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("evaluation", name="pk_evaluation"),
    )
    op.create_index("ix_evaluation_record", "evaluation", ["record"])
    op.create_table(
        "project",
        sa.Column("project", sa.String(), nullable=False),
        sa.Column("evaluation", sa.String(), nullable=False),
        sa.Column("record", sa.String(), nullable=False),
        sa.Column("own_words", sa.String(), nullable=False),
        sa.Column("goals", sa.JSON(), nullable=False),
        sa.Column("path_type", sa.String(), nullable=True),
        sa.Column("agreed_on", sa.Date(), nullable=False),
        sa.Column("review_on", sa.Date(), nullable=False),
        sa.Column("review_due", sa.Boolean(), nullable=False),
        sa.Column("signed_on", sa.Date(), nullable=True),
        sa.Column("signatories", sa.JSON(), nullable=False),
        sa.Column("refused_on", sa.Date(), nullable=True),
        sa.Column("refusal_reason", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("project", name="pk_project"),
    )
    op.create_index("ix_project_record", "project", ["record"])
    op.create_index("ix_project_evaluation", "project", ["evaluation"])
    op.create_table(
        "evaluation_person_copy",
        sa.Column("record", sa.String(), nullable=False),
        sa.Column("given_name", sa.String(), nullable=True),
        sa.Column("family_name", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("record", name="pk_evaluation_person_copy"),
    )
    op.create_table(
        "evaluation_episode_copy",
        sa.Column("episode", sa.String(), nullable=False),
        sa.Column("record", sa.String(), nullable=False),
        sa.Column("opened_on", sa.Date(), nullable=True),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("episode", name="pk_evaluation_episode_copy"),
    )
    op.create_index("ix_evaluation_episode_copy_record", "evaluation_episode_copy", ["record"])
    op.create_table(
        "evaluation_request_copy",
        sa.Column("lead", sa.String(), nullable=False),
        sa.Column("evaluation", sa.String(), nullable=False),
        sa.Column("record", sa.String(), nullable=False),
        sa.Column("team", sa.String(), nullable=False),
        sa.Column("question", sa.String(), nullable=False),
        sa.Column("requested_on", sa.Date(), nullable=False),
        sa.Column("contributions_by", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("lead", "evaluation", name="pk_evaluation_request_copy"),
    )
    op.create_table(
        "contribution_copy",
        sa.Column("contributor", sa.String(), nullable=False),
        sa.Column("lead", sa.String(), nullable=False),
        sa.Column("evaluation", sa.String(), nullable=False),
        sa.Column("record", sa.String(), nullable=False),
        sa.Column("contribution", sa.String(), nullable=False),
        sa.Column("discipline", sa.String(), nullable=False),
        sa.Column("ratings", sa.JSON(), nullable=False),
        sa.Column("supports", sa.JSON(), nullable=False),
        sa.Column("note", sa.String(), nullable=True),
        sa.Column("submitted_on", sa.Date(), nullable=False),
        sa.Column("said_at", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("contributor", "lead", "evaluation", "record", name="pk_contribution_copy"),
        info={"contended": True},
    )
    op.create_table(
        "health_contribution_copy",
        sa.Column("contributor", sa.String(), nullable=False),
        sa.Column("lead", sa.String(), nullable=False),
        sa.Column("evaluation", sa.String(), nullable=False),
        sa.Column("record", sa.String(), nullable=False),
        sa.Column("ratings", sa.JSON(), nullable=False),
        sa.Column("stability", sa.String(), nullable=False),
        sa.Column("diagnosis", sa.String(), nullable=False),
        sa.Column("submitted_on", sa.Date(), nullable=False),
        sa.Column("said_at", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint(
            "contributor", "lead", "evaluation", "record", name="pk_health_contribution_copy"
        ),
        info={"contended": True},
    )
    op.create_table(
        "social_contribution_copy",
        sa.Column("contributor", sa.String(), nullable=False),
        sa.Column("lead", sa.String(), nullable=False),
        sa.Column("evaluation", sa.String(), nullable=False),
        sa.Column("record", sa.String(), nullable=False),
        sa.Column("family", sa.String(), nullable=True),
        sa.Column("housing", sa.String(), nullable=True),
        sa.Column("economy", sa.String(), nullable=True),
        sa.Column("submitted_on", sa.Date(), nullable=False),
        sa.Column("said_at", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint(
            "contributor", "lead", "evaluation", "record", name="pk_social_contribution_copy"
        ),
        info={"contended": True},
    )
    op.create_table(
        "evaluation_completed_copy",
        sa.Column("lead", sa.String(), nullable=False),
        sa.Column("evaluation", sa.String(), nullable=False),
        sa.Column("record", sa.String(), nullable=False),
        sa.Column("completed_on", sa.Date(), nullable=False),
        sa.Column("path_type", sa.String(), nullable=False),
        sa.Column("override_reason", sa.String(), nullable=True),
        sa.Column("profile", sa.JSON(), nullable=False),
        sa.Column("supports", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("lead", "evaluation", name="pk_evaluation_completed_copy"),
    )
    op.create_table(
        "project_copy",
        sa.Column("lead", sa.String(), nullable=False),
        sa.Column("project", sa.String(), nullable=False),
        sa.Column("record", sa.String(), nullable=False),
        sa.Column("evaluation", sa.String(), nullable=False),
        sa.Column("own_words", sa.String(), nullable=False),
        sa.Column("goals", sa.JSON(), nullable=False),
        sa.Column("path_type", sa.String(), nullable=True),
        sa.Column("agreed_on", sa.Date(), nullable=False),
        sa.Column("review_on", sa.Date(), nullable=False),
        sa.Column("signed_on", sa.Date(), nullable=True),
        sa.Column("refused_on", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("lead", "project", name="pk_project_copy"),
    )
    op.create_table(
        "invitation_copy",
        sa.Column("lead", sa.String(), nullable=False),
        sa.Column("invitation", sa.String(), nullable=False),
        sa.Column("session", sa.String(), nullable=False),
        sa.Column("team", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("given_name", sa.String(), nullable=True),
        sa.Column("family_name", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("lead", "invitation", name="pk_invitation_copy"),
    )


def downgrade() -> None:
    for table in (
        "invitation_copy",
        "project_copy",
        "evaluation_completed_copy",
        "social_contribution_copy",
        "health_contribution_copy",
        "contribution_copy",
        "evaluation_request_copy",
        "evaluation_episode_copy",
        "evaluation_person_copy",
        "project",
        "evaluation",
        "team_rule",
    ):
        op.drop_table(table)
