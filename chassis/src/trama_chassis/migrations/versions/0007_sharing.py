"""Reasons to share that have ended, or rest."""

revision = "0007_sharing"
down_revision = "0006_erasure"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing yet."""


def downgrade() -> None:
    """Nothing yet."""
