"""What is hidden from other services."""

revision = "0012_obscured"
down_revision = "0011_inside"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing yet."""


def downgrade() -> None:
    """Nothing yet."""
