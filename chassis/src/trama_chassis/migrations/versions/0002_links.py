"""Links that were removed, and links decided by a person that wait"""

import sqlalchemy as sa
from alembic import op

revision = "0002_links"
down_revision = "0001_chassis"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "link_removed",
        sa.Column("link", sa.String(), nullable=False),
        sa.Column("a_member", sa.String(), nullable=False),
        sa.Column("a_record", sa.String(), nullable=False),
        sa.Column("b_member", sa.String(), nullable=False),
        sa.Column("b_record", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint(
            "link", "a_member", "a_record", "b_member", "b_record", name=op.f("pk_link_removed")
        ),
    )
    with op.batch_alter_table("link_removed", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_link_removed_a_record"), ["a_record"], unique=False)
        batch_op.create_index(batch_op.f("ix_link_removed_b_record"), ["b_record"], unique=False)
    with op.batch_alter_table("link_heard", schema=None) as batch_op:
        batch_op.add_column(sa.Column("decided", sa.Boolean(), server_default=sa.false(), nullable=False))
