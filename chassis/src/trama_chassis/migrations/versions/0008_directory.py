"""What the directory said of each member when all that concerns it was last decided."""

import sqlalchemy as sa
from alembic import op

revision = "0008_directory"
down_revision = "0007_sharing"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "member_decided",
        sa.Column("member", sa.String(), nullable=False),
        sa.Column("terms", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("member", name=op.f("pk_member_decided")),
    )


def downgrade() -> None:
    op.drop_table("member_decided")
