"""What is written to the network and after an interview."""

revision = "0006_notes"
down_revision = "0005_reading"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
