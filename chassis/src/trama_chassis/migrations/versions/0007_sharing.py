"""Reasons to share that have ended, or rest."""

import sqlalchemy as sa
from alembic import op

revision = "0007_sharing"
down_revision = "0006_erasure"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "authorisation_stopped",
        sa.Column("authorisation", sa.String(), nullable=False),
        sa.Column("cause", sa.String(), nullable=False),
        sa.Column("member", sa.String(), nullable=False),
        sa.Column("record", sa.String(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("lifted", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("authorisation", "cause", name=op.f("pk_authorisation_stopped")),
    )
    op.create_table(
        "restriction_held",
        sa.Column("restriction", sa.String(), nullable=False),
        sa.Column("member", sa.String(), nullable=False),
        sa.Column("record", sa.String(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("lifted", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("restriction", name=op.f("pk_restriction_held")),
    )
    op.create_table(
        "relation_held",
        sa.Column("member", sa.String(), nullable=False),
        sa.Column("relation", sa.String(), nullable=False),
        sa.Column("record", sa.String(), nullable=False),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("member", "relation", name=op.f("pk_relation_held")),
    )
    op.create_table(
        "refused_for_now",
        sa.Column("record", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("record", "source", name=op.f("pk_refused_for_now")),
    )
    for table in ("authorisation_stopped", "restriction_held", "relation_held"):
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.create_index(batch_op.f(f"ix_{table}_record"), ["record"], unique=False)


def downgrade() -> None:
    for table in ("refused_for_now", "relation_held", "restriction_held", "authorisation_stopped"):
        op.drop_table(table)
