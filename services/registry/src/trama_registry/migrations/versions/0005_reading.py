"""What the page of a person and the whole story are read from."""

revision = "0005_reading"
down_revision = "0004_referrals"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass
