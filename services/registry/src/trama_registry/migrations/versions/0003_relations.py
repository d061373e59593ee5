"""The two doors, and the relations of each sector."""

import sqlalchemy as sa
from alembic import op

revision = "0003_relations"
down_revision = "0002_persons"
branch_labels = None
depends_on = None

ADDED = (
    sa.Column("basis", sa.JSON(none_as_null=True), nullable=True),
    sa.Column("integration", sa.JSON(none_as_null=True), nullable=True),
    sa.Column("suspended_on", sa.Date(), nullable=True),
    sa.Column("suspension_reason", sa.String(), nullable=True),
    sa.Column("resume_by", sa.Date(), nullable=True),
    sa.Column("resumed_on", sa.Date(), nullable=True),
    sa.Column("reopened_on", sa.Date(), nullable=True),
    sa.Column("competence_member", sa.String(), nullable=True),
    sa.Column("competence_since", sa.Date(), nullable=True),
    sa.Column("pact_signed_on", sa.Date(), nullable=True),
    sa.Column("pact_valid_until", sa.Date(), nullable=True),
    sa.Column("changed_by", sa.String(), nullable=True),
)


def upgrade() -> None:
    with op.batch_alter_table("taking_in_charge") as table:
        for column in ADDED:
            table.add_column(column.copy())
        table.add_column(sa.Column("kind", sa.String(), nullable=False, server_default="taking-in-charge"))
        table.add_column(sa.Column("competence", sa.String(), nullable=False, server_default="ours"))
        table.add_column(sa.Column("version", sa.Integer(), nullable=False, server_default="0"))
    op.execute("UPDATE taking_in_charge SET kind = 'registration' WHERE sector = 'employment'")
    op.create_table(
        "protocol",
        sa.Column("protocol", sa.String(), nullable=False),
        sa.Column("district", sa.String(), nullable=False),
        sa.Column("act", sa.String(), nullable=False),
        sa.Column("members", sa.JSON(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("protocol", name=op.f("pk_protocol")),
    )
    with op.batch_alter_table("protocol") as table:
        table.create_index(op.f("ix_protocol_district"), ["district"], unique=False)


def downgrade() -> None:
    op.drop_table("protocol")
    with op.batch_alter_table("taking_in_charge") as table:
        for name in ("version", "competence", "kind", *(column.name for column in reversed(ADDED))):
            table.drop_column(name)
