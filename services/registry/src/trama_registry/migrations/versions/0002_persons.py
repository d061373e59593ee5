"""Identifiers, duplicates, links and certificates."""

revision = "0002_persons"
down_revision = "0001_registry"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass
