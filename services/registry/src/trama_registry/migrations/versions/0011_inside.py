"""Who may look within the member: who was asked who has looked, and what was answered."""

import sqlalchemy as sa
from alembic import op

revision = "0011_inside"
down_revision = "0010_erasure"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "accesses_asked_of",
        sa.Column("inquiry", sa.String(), nullable=False),
        sa.Column("record", sa.String(), nullable=False),
        sa.Column("member", sa.String(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("asked_on", sa.Date(), nullable=False),
        sa.Column("asked_by", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("inquiry", name=op.f("pk_accesses_asked_of")),
    )
    with op.batch_alter_table("accesses_asked_of", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_accesses_asked_of_record"), ["record"], unique=False)
    op.create_table(
        "accesses_told_copy",
        sa.Column("member", sa.String(), nullable=False),
        sa.Column("inquiry", sa.String(), nullable=False),
        sa.Column("part", sa.Integer(), nullable=False),
        sa.Column("record", sa.String(), nullable=False),
        sa.Column("parts", sa.Integer(), nullable=False),
        sa.Column("told_on", sa.Date(), nullable=False),
        sa.Column("services", sa.JSON(), nullable=False),
        sa.Column("accesses", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("member", "inquiry", "part", name=op.f("pk_accesses_told_copy")),
    )
    with op.batch_alter_table("accesses_told_copy", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_accesses_told_copy_record"), ["record"], unique=False)
    op.create_table(
        "urgent_access",
        sa.Column("urgent_access", sa.String(), nullable=False),
        sa.Column("record", sa.String(), nullable=False),
        sa.Column("operator", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("taken_on", sa.Date(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("urgent_access", name=op.f("pk_urgent_access")),
    )
    with op.batch_alter_table("urgent_access", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_urgent_access_record"), ["record"], unique=False)
    op.create_table(
        "urgent_access_copy",
        sa.Column("member", sa.String(), nullable=False),
        sa.Column("urgent_access", sa.String(), nullable=False),
        sa.Column("record", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("taken_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("member", "urgent_access", name=op.f("pk_urgent_access_copy")),
    )
    with op.batch_alter_table("urgent_access_copy", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_urgent_access_copy_record"), ["record"], unique=False)


def downgrade() -> None:
    op.drop_table("urgent_access_copy")
    op.drop_table("urgent_access")
    op.drop_table("accesses_told_copy")
    op.drop_table("accesses_asked_of")
