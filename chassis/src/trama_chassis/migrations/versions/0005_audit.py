"""Every look at a person's data, in a chain of hashes."""

revision = "0005_audit"
down_revision = "0004_files"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing yet."""


def downgrade() -> None:
    """Nothing yet."""
