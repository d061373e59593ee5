"""The tables of reporting."""

import sqlalchemy as sa
from alembic import op

revision = "0001_reporting"
down_revision = None
branch_labels = ("reporting",)
depends_on = None


def upgrade() -> None:
    op.create_table(
        "fact_copy",
        sa.Column("event_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("reporting_id", sa.String(), nullable=False),
        sa.Column("member", sa.String(), nullable=False),
        sa.Column("service", sa.String(), nullable=False),
        sa.Column("stream", sa.String(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("attributes", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("event_id", name="pk_fact_copy"),
    )
    op.create_index("ix_fact_copy_kind_day", "fact_copy", ["kind", "day"])


def downgrade() -> None:
    op.drop_table("fact_copy")
