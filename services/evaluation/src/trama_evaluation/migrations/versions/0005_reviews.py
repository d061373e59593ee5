"""Reviews of a project that are held together: who is waited for, and what each said."""

import sqlalchemy as sa
from alembic import op

revision = "0005_reviews"
down_revision = "0004_erasure"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("project") as table:
        table.add_column(
            sa.Column("review_members", sa.JSON(), nullable=False, server_default=sa.text("'[]'"))
        )
        table.add_column(
            sa.Column("review_is_joint", sa.Boolean(), nullable=False, server_default=sa.false())
        )
        table.add_column(sa.Column("review_overdue_on", sa.Date(), nullable=True))
    op.create_table(
        "project_review",
        sa.Column("review", sa.String(), nullable=False),
        sa.Column("project", sa.String(), nullable=False),
        sa.Column("record", sa.String(), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("members", sa.JSON(), nullable=False),
        sa.Column("person_words", sa.String(), nullable=False),
        sa.Column("host_words", sa.String(), nullable=True),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("review", name="pk_project_review"),
    )
    op.create_index("ix_project_review_project", "project_review", ["project"])
    op.create_index("ix_project_review_record", "project_review", ["record"])


def downgrade() -> None:
    op.drop_table("project_review")
    with op.batch_alter_table("project") as table:
        for name in ("review_overdue_on", "review_is_joint", "review_members"):
            table.drop_column(name)
