"""What other controllers ask us to erase, and what those we asked have decided."""

import sqlalchemy as sa
from alembic import op

revision = "0010_erasure"
down_revision = "0009_sharing"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "erasure_asked",
        sa.Column("order", sa.String(), nullable=False),
        sa.Column("asker", sa.String(), nullable=False),
        sa.Column("record", sa.String(), nullable=False),
        sa.Column("ground", sa.String(), nullable=False),
        sa.Column("act", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("requested_on", sa.Date(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.Column("answered_on", sa.Date(), nullable=True),
        sa.Column("answered_by", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("order", name=op.f("pk_erasure_asked")),
    )
    with op.batch_alter_table("erasure_asked", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_erasure_asked_record"), ["record"], unique=False)
    op.create_table(
        "erasure_reply_copy",
        sa.Column("order", sa.String(), nullable=False),
        sa.Column("member", sa.String(), nullable=False),
        sa.Column("stream", sa.String(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("answered_on", sa.Date(), nullable=False),
        sa.Column("act", sa.String(), nullable=True),
        sa.Column("article", sa.String(), nullable=True),
        sa.Column("kept_until", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("order", "member", name=op.f("pk_erasure_reply_copy")),
    )
    with op.batch_alter_table("erasure_reply_copy", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_erasure_reply_copy_stream"), ["stream"], unique=False)


def downgrade() -> None:
    op.drop_table("erasure_reply_copy")
    op.drop_table("erasure_asked")
