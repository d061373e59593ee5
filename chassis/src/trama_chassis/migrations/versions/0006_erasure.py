"""Orders to erase and what was answered to them."""

import sqlalchemy as sa
from alembic import op

revision = "0006_erasure"
down_revision = "0005_audit"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "erasure_order",
        sa.Column("order", sa.String(), nullable=False),
        sa.Column("record", sa.String(), nullable=False),
        sa.Column("whole", sa.Boolean(), nullable=False),
        sa.Column("ground", sa.String(), nullable=False),
        sa.Column("act", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("subject", sa.JSON(), nullable=False),
        sa.Column("streams", sa.JSON(), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.Column("ordered_on", sa.Date(), nullable=False),
        sa.Column("ordered_by", sa.String(), nullable=False),
        sa.Column("ordered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("cause_source", sa.String(), nullable=True),
        sa.Column("cause", sa.String(), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("scrubbed_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("order", name=op.f("pk_erasure_order")),
    )
    with op.batch_alter_table("erasure_order", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_erasure_order_closed_at"), ["closed_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_erasure_order_record"), ["record"], unique=False)
    op.create_table(
        "erasure_recipient",
        sa.Column("order", sa.String(), nullable=False),
        sa.Column("recipient", sa.String(), nullable=False),
        sa.Column("streams", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.Column("basis", sa.JSON(), nullable=True),
        sa.Column("asked_on", sa.Date(), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("times_asked", sa.Integer(), nullable=False),
        sa.Column("answered_on", sa.Date(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("order", "recipient", name=op.f("pk_erasure_recipient")),
    )
    with op.batch_alter_table("erasure_recipient", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_erasure_recipient_state"), ["state"], unique=False)
    op.create_table(
        "erasure_received",
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("order", sa.String(), nullable=False),
        sa.Column("streams", sa.JSON(), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("scrubbed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("source", "order", name=op.f("pk_erasure_received")),
    )
    with op.batch_alter_table("erasure_received", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_erasure_received_answered_at"), ["answered_at"], unique=False)


def downgrade() -> None:
    op.drop_table("erasure_received")
    op.drop_table("erasure_recipient")
    op.drop_table("erasure_order")
