"""What is hidden from other services."""

import sqlalchemy as sa
from alembic import op

revision = "0012_obscured"
down_revision = "0011_inside"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "obscured_entry",
        sa.Column("event_id", sa.String(), nullable=False),
        sa.Column("record", sa.String(), nullable=False),
        sa.Column("entry", sa.String(), nullable=False),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("circle", sa.String(), nullable=False),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("corrects", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("hidden_on", sa.Date(), nullable=False),
        sa.Column("hidden_by", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["record"], ["person.record"], name=op.f("fk_obscured_entry_record_person")),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_obscured_entry")),
    )
    with op.batch_alter_table("obscured_entry", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_obscured_entry_entry"), ["entry"], unique=False)
        batch_op.create_index(batch_op.f("ix_obscured_entry_record"), ["record"], unique=False)


def downgrade() -> None:
    op.drop_table("obscured_entry")
