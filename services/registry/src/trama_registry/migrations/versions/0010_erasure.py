"""Erasure and retention."""

revision = "0010_erasure"
down_revision = "0009_sharing"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing yet."""


def downgrade() -> None:
    """Nothing yet."""
