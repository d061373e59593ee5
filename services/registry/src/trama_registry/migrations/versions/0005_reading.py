"""What the page of a person and the whole story are read from."""

import sqlalchemy as sa
from alembic import op

revision = "0005_reading"
down_revision = "0004_referrals"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("entry_copy", schema=None) as batch_op:
        batch_op.add_column(sa.Column("stream", sa.String(), nullable=True))
        batch_op.add_column(sa.Column("on_behalf_of", sa.String(), nullable=True))
        batch_op.drop_index("ix_entry_copy_member_record")
        batch_op.create_index(
            "ix_entry_copy_member_record", ["member", "record", "occurred_at", "type"], unique=False
        )
        batch_op.create_index(
            "ix_entry_copy_corrects",
            ["corrects"],
            unique=False,
            sqlite_where=sa.text("corrects IS NOT NULL"),
            postgresql_where=sa.text("corrects IS NOT NULL"),
        )

    op.create_table(
        "next_step",
        sa.Column("record", sa.String(), nullable=False),
        sa.Column("step", sa.String(), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("who", sa.String(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("set_on", sa.Date(), nullable=False),
        sa.Column("done_on", sa.Date(), nullable=True),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.Column("changed_by", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["record"], ["person.record"], name=op.f("fk_next_step_record_person")),
        sa.PrimaryKeyConstraint("record", name=op.f("pk_next_step")),
        info={"contended": True},
    )
    with op.batch_alter_table("next_step", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_next_step_due_on"), ["due_on"], unique=False)


def downgrade() -> None:
    op.drop_table("next_step")
    with op.batch_alter_table("entry_copy", schema=None) as batch_op:
        batch_op.drop_index("ix_entry_copy_corrects")
        batch_op.drop_index("ix_entry_copy_member_record")
        batch_op.create_index("ix_entry_copy_member_record", ["member", "record"], unique=False)
        batch_op.drop_column("on_behalf_of")
        batch_op.drop_column("stream")
