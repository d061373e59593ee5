"""The two doors, and the relations of each sector."""

import sqlalchemy as sa
from alembic import op

revision = "0003_relations"
down_revision = "0002_persons"
branch_labels = None
depends_on = None

ADDED = {
    "basis": sa.JSON,
    "integration": sa.JSON,
    "suspended_on": sa.Date,
    "suspension_reason": sa.String,
    "resume_by": sa.Date,
    "resumed_on": sa.Date,
    "reopened_on": sa.Date,
    "competence_member": sa.String,
    "competence_since": sa.Date,
    "dispute_escalated_on": sa.Date,
    "pact_signed_on": sa.Date,
    "pact_valid_until": sa.Date,
    "changed_by": sa.String,
}


def upgrade() -> None:
    with op.batch_alter_table("taking_in_charge") as table:
        for name, kind in ADDED.items():
            table.add_column(sa.Column(name, kind(), nullable=True))
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
    _doors()


def _doors() -> None:
    days, texts = sa.Date(), sa.String()
    op.create_table(
        "access_request",
        *(sa.Column(name, texts, nullable=False) for name in ("access", "door", "channel", "need")),
        sa.Column("risk_factors", sa.JSON(), nullable=False),
        sa.Column("received_on", days, nullable=False),
        sa.Column("received_by", texts, nullable=False),
        sa.Column("route_by", days, nullable=False),
        sa.Column("reserved", sa.Boolean(), nullable=False),
        *(
            sa.Column(name, texts, nullable=True)
            for name in ("record", "given_name", "family_name", "tax_code")
        ),
        sa.Column("birth_date", days, nullable=True),
        sa.Column("town", texts, nullable=True),
        sa.Column("phone", texts, nullable=True),
        sa.Column("sort_name", texts, nullable=False),
        sa.Column("outcome", texts, nullable=True),
        sa.Column("concluded_on", days, nullable=True),
        sa.Column("note", texts, nullable=True),
        sa.Column("reminded_on", days, nullable=True),
        sa.Column("escalated_on", days, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_by", texts, nullable=True),
        sa.ForeignKeyConstraint(["record"], ["person.record"], name=op.f("fk_access_request_record")),
        sa.PrimaryKeyConstraint("access", name=op.f("pk_access_request")),
    )
    with op.batch_alter_table("access_request") as table:
        table.create_index(op.f("ix_access_request_record"), ["record"], unique=False)
        table.create_index(
            "ix_access_request_concluded_on_route_by", ["concluded_on", "route_by"], unique=False
        )


def downgrade() -> None:
    op.drop_table("access_request")
    op.drop_table("protocol")
    with op.batch_alter_table("taking_in_charge") as table:
        for name in ("version", "competence", "kind", *reversed(ADDED)):
            table.drop_column(name)
