"""Documents as their events tell them; the files are in tables of the chassis."""

import sqlalchemy as sa
from alembic import op

revision = "0007_documents"
down_revision = "0006_notes"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "document_copy",
        sa.Column("member", sa.String(), nullable=False),
        sa.Column("document", sa.String(), nullable=False),
        sa.Column("record", sa.String(), nullable=False),
        sa.Column("circle", sa.String(), nullable=False),
        sa.Column("scope", sa.String(), nullable=False),
        sa.Column("event_id", sa.String(), nullable=False),
        sa.Column("stream", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("media_type", sa.String(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("dated", sa.Date(), nullable=False),
        sa.Column("protocol", sa.String(), nullable=True),
        sa.Column("filed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("member", "document", name=op.f("pk_document_copy")),
    )
    with op.batch_alter_table("document_copy", schema=None) as batch_op:
        batch_op.create_index("ix_document_copy_member_record", ["member", "record"], unique=False)
        batch_op.create_index(batch_op.f("ix_document_copy_stream"), ["stream"], unique=False)


def downgrade() -> None:
    op.drop_table("document_copy")
