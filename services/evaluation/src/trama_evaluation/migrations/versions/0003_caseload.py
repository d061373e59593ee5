"""The copies of persons and episodes, under the names they have in every service; what was copied stays."""

import sqlalchemy as sa
from alembic import op

revision = "0003_caseload"
down_revision = "0002_evaluation"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _copy("evaluation_", "")


def downgrade() -> None:
    _copy("", "evaluation_")


def _copy(old: str, new: str) -> None:
    """New tables rather than new names: their constraints and index bear the table's name, too."""
    op.create_table(
        f"{new}person_copy",
        sa.Column("record", sa.String(), nullable=False),
        sa.Column("given_name", sa.String(), nullable=True),
        sa.Column("family_name", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("record", name=f"pk_{new}person_copy"),
    )
    op.create_table(
        f"{new}episode_copy",
        sa.Column("episode", sa.String(), nullable=False),
        sa.Column("record", sa.String(), nullable=False),
        sa.Column("opened_on", sa.Date(), nullable=True),
        sa.Column("suspended_on", sa.Date(), nullable=True),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("episode", name=f"pk_{new}episode_copy"),
    )
    op.create_index(f"ix_{new}episode_copy_record", f"{new}episode_copy", ["record"])
    for table, columns in (
        ("person_copy", "record, given_name, family_name"),
        ("episode_copy", "episode, record, opened_on, suspended_on, closed_on"),
    ):
        op.execute(f"INSERT INTO {new}{table} ({columns}) SELECT {columns} FROM {old}{table}")  # noqa: S608 - constants
        op.drop_table(f"{old}{table}")
