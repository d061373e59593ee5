"""Takings in charge that rest."""

import sqlalchemy as sa
from alembic import op

revision = "0003_placement"
down_revision = "0002_placement"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("episode_copy") as table:
        table.add_column(sa.Column("suspended_on", sa.Date(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("episode_copy") as table:
        table.drop_column("suspended_on")
