"""Files, kept sealed in pieces, and those on their way"""

import sqlalchemy as sa
from alembic import op

revision = "0004_files"
down_revision = "0003_grants_by_record"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "file",
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("file", sa.String(), nullable=False),
        sa.Column("record", sa.String(), nullable=False),
        sa.Column("circle", sa.String(), nullable=False),
        sa.Column("scope", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sealed_key", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("times_asked", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("heard_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("source", "file", name=op.f("pk_file")),
    )
    with op.batch_alter_table("file", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_file_record"), ["record"], unique=False)
        batch_op.create_index(batch_op.f("ix_file_state"), ["state"], unique=False)
    op.create_table(
        "file_piece",
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("file", sa.String(), nullable=False),
        sa.Column("part", sa.Integer(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("source", "file", "part", name=op.f("pk_file_piece")),
    )
    op.create_table(
        "file_due",
        sa.Column("file", sa.String(), nullable=False),
        sa.Column("recipient", sa.String(), nullable=False),
        sa.Column("next_part", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("file", "recipient", name=op.f("pk_file_due")),
    )


def downgrade() -> None:
    op.drop_table("file_due")
    op.drop_table("file_piece")
    op.drop_table("file")
