"""What is written to the network and after an interview; in which language a person is spoken to."""

import sqlalchemy as sa
from alembic import op

revision = "0006_notes"
down_revision = "0005_reading"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.add_column(sa.Column("language", sa.String(), nullable=True))
        batch_op.add_column(sa.Column("needs_interpreter", sa.Boolean(), nullable=True))

    op.create_table(
        "note_addressee",
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("member", sa.String(), nullable=False),
        sa.Column("record", sa.String(), nullable=False),
        sa.Column("written_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["record"], ["person.record"], name=op.f("fk_note_addressee_record_person")),
        sa.PrimaryKeyConstraint("note", "member", name=op.f("pk_note_addressee")),
    )
    with op.batch_alter_table("note_addressee", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_note_addressee_record"), ["record"], unique=False)

    op.create_table(
        "own_interview",
        sa.Column("interview", sa.String(), nullable=False),
        sa.Column("record", sa.String(), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("present", sa.String(), nullable=False),
        sa.Column("summary", sa.String(), nullable=False),
        sa.Column("who", sa.String(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["record"], ["person.record"], name=op.f("fk_own_interview_record_person")),
        sa.PrimaryKeyConstraint("interview", name=op.f("pk_own_interview")),
    )
    with op.batch_alter_table("own_interview", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_own_interview_record"), ["record"], unique=False)


def downgrade() -> None:
    op.drop_table("own_interview")
    op.drop_table("note_addressee")
    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.drop_column("needs_interpreter")
        batch_op.drop_column("language")
