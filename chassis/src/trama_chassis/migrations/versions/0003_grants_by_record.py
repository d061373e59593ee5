"""Keys received are found by the record they were given for: every page on a person asks."""

from alembic import op

revision = "0003_grants_by_record"
down_revision = "0002_links"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("grant_received", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_grant_received_record"), ["record"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("grant_received", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_grant_received_record"))
