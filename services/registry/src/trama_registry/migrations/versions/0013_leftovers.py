"""Documents that were asked for, how whoever comes to the desk is spoken to, and interviews of ours that were struck."""

import sqlalchemy as sa
from alembic import op

revision = "0013_leftovers"
down_revision = "0012_obscured"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "document_asked",
        sa.Column("member", sa.String(), nullable=False),
        sa.Column("document", sa.String(), nullable=False),
        sa.Column("asked_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("member", "document", name=op.f("pk_document_asked")),
    )
    with op.batch_alter_table("access_request", schema=None) as batch_op:
        batch_op.add_column(sa.Column("language", sa.String(), nullable=True))
        batch_op.add_column(sa.Column("needs_interpreter", sa.Boolean(), nullable=True))
    with op.batch_alter_table("own_interview", schema=None) as batch_op:
        batch_op.add_column(sa.Column("struck_because", sa.String(), nullable=True))
        batch_op.add_column(sa.Column("instead", sa.String(), nullable=True))
        batch_op.add_column(sa.Column("struck_on", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("struck_by", sa.String(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("own_interview", schema=None) as batch_op:
        for column in ("struck_by", "struck_on", "instead", "struck_because"):
            batch_op.drop_column(column)
    with op.batch_alter_table("access_request", schema=None) as batch_op:
        batch_op.drop_column("needs_interpreter")
        batch_op.drop_column("language")
    op.drop_table("document_asked")
