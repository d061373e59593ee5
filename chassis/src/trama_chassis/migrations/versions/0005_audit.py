"""Every look at a person's data, in a chain of hashes."""

import sqlalchemy as sa
from alembic import op

revision = "0005_audit"
down_revision = "0004_files"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "audit_entry",
        sa.Column("number", BIG, autoincrement=False, nullable=False),
        sa.Column("at", sa.String(), nullable=False),
        sa.Column("business_at", sa.String(), nullable=False),
        sa.Column("operator", sa.String(), nullable=True),
        sa.Column("role", sa.String(), nullable=True),
        sa.Column("on_behalf_of", sa.String(), nullable=True),
        sa.Column("method", sa.String(), nullable=False),
        sa.Column("route", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(), nullable=True),
        sa.Column("records", sa.JSON(), nullable=False),
        sa.Column("compared", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("terms", sa.String(), nullable=True),
        sa.Column("found", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("previous", sa.String(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.Column("signature", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_audit_entry")),
        sa.UniqueConstraint("previous", name=op.f("uq_audit_entry_previous")),
    )
    with op.batch_alter_table("audit_entry", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_audit_entry_at"), ["at"], unique=False)
        batch_op.create_index(batch_op.f("ix_audit_entry_operator"), ["operator"], unique=False)
    op.create_table(
        "audit_record",
        sa.Column("record", sa.String(), nullable=False),
        sa.Column("entry", BIG, autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("record", "entry", name=op.f("pk_audit_record")),
    )
    op.create_table(
        "conflict_held",
        sa.Column("conflict", sa.String(), nullable=False),
        sa.Column("operator", sa.String(), nullable=False),
        sa.Column("record", sa.String(), nullable=False),
        sa.Column("declared_on", sa.Date(), nullable=False),
        sa.Column("lifted_on", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("conflict", name=op.f("pk_conflict_held")),
    )
    with op.batch_alter_table("conflict_held", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_conflict_held_operator"), ["operator"], unique=False)
        batch_op.create_index(batch_op.f("ix_conflict_held_record"), ["record"], unique=False)


def downgrade() -> None:
    op.drop_table("conflict_held")
    op.drop_table("audit_record")
    op.drop_table("audit_entry")
