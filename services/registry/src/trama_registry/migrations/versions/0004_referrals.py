"""The referral loop: terms, answers, outcomes."""

revision = "0004_referrals"
down_revision = "0003_relations"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass
