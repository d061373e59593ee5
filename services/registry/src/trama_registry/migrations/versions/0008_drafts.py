"""Referrals that are still being written: ours alone, until they are sent."""

import sqlalchemy as sa
from alembic import op

revision = "0008_drafts"
down_revision = "0007_documents"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "referral_draft",
        sa.Column("draft", sa.String(), nullable=False),
        sa.Column("record", sa.String(), nullable=False),
        sa.Column("to", sa.String(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("need", sa.String(), nullable=True),
        sa.Column("answer_by", sa.Date(), nullable=True),
        sa.Column("authorisation", sa.String(), nullable=True),
        sa.Column("supersedes", sa.String(), nullable=True),
        sa.Column("documents", sa.JSON(), nullable=False),
        sa.Column("saved_on", sa.Date(), nullable=False),
        sa.Column("saved_by", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["record"], ["person.record"], name=op.f("fk_referral_draft_record_person")),
        sa.PrimaryKeyConstraint("draft", name=op.f("pk_referral_draft")),
    )
    with op.batch_alter_table("referral_draft", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_referral_draft_record"), ["record"], unique=False)


def downgrade() -> None:
    op.drop_table("referral_draft")
