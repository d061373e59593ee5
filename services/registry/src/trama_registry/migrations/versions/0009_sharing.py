"""Notice, participation, opposition, restriction."""

revision = "0009_sharing"
down_revision = "0008_drafts"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing yet."""


def downgrade() -> None:
    """Nothing yet."""
