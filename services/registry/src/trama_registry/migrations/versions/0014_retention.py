"""What is proposed to be erased since the time for which it is kept is over, and what was decided."""

import sqlalchemy as sa
from alembic import op

revision = "0014_retention"
down_revision = "0013_leftovers"
branch_labels = None
depends_on = None

OPEN = sa.text("state = 'open'")


def upgrade() -> None:
    op.create_table(
        "retention_proposal",
        sa.Column("proposal", sa.String(), nullable=False),
        sa.Column("record", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("entries", sa.JSON(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("due_since", sa.Date(), nullable=False),
        sa.Column("rule", sa.JSON(), nullable=False),
        sa.Column("proposed_on", sa.Date(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("settled_on", sa.Date(), nullable=True),
        sa.Column("settled_by", sa.String(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("order", sa.String(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("proposal", name=op.f("pk_retention_proposal")),
    )
    with op.batch_alter_table("retention_proposal", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_retention_proposal_record"), ["record"], unique=False)
        batch_op.create_index("ix_retention_proposal_state", ["state", "due_since"], unique=False)
        batch_op.create_index(
            "uq_retention_proposal_open",
            ["record", "kind"],
            unique=True,
            sqlite_where=OPEN,
            postgresql_where=OPEN,
        )


def downgrade() -> None:
    op.drop_table("retention_proposal")
