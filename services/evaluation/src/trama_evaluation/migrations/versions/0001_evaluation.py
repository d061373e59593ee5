"""The copies the evaluation service rests on."""

import sqlalchemy as sa
from alembic import op

revision = "0001_evaluation"
down_revision = None
branch_labels = ("evaluation",)
depends_on = None


def upgrade() -> None:
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


def downgrade() -> None:
    for table in ("evaluation_episode_copy", "evaluation_person_copy"):
        op.drop_table(table)
