"""The two doors, and the relations of each sector."""

revision = "0003_relations"
down_revision = "0002_persons"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass
