"""Who may look within the member: conflicts of interest, urgent access, exceptions."""

revision = "0011_inside"
down_revision = "0010_erasure"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing yet."""


def downgrade() -> None:
    """Nothing yet."""
