"""Documents filed here, and those of others one has asked for."""

revision = "0007_documents"
down_revision = "0006_notes"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
