"""Orders to erase and what was answered to them."""

revision = "0006_erasure"
down_revision = "0005_audit"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing yet."""


def downgrade() -> None:
    """Nothing yet."""
