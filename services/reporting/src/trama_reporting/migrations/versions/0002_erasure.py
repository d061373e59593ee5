"""Erasure."""

revision = "0002_erasure"
down_revision = "0001_reporting"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing yet."""


def downgrade() -> None:
    """Nothing yet."""
