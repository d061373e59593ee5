"""Erasure."""

revision = "0004_erasure"
down_revision = "0003_placement"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing yet."""


def downgrade() -> None:
    """Nothing yet."""
