"""Protocol numbers that come later, and what else was missing."""

revision = "0013_leftovers"
down_revision = "0012_obscured"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing yet."""


def downgrade() -> None:
    """Nothing yet."""
