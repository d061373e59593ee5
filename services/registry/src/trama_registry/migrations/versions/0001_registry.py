"""The tables of the registry."""

import sqlalchemy as sa
from alembic import op

revision = "0001_registry"
down_revision = None
branch_labels = ("registry",)
depends_on = None


def upgrade() -> None:
    op.create_table(
        "entry_copy",
        sa.Column("event_id", sa.String(), nullable=False),
        sa.Column("member", sa.String(), nullable=False),
        sa.Column("service", sa.String(), nullable=False),
        sa.Column("record", sa.String(), nullable=False),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("circle", sa.String(), nullable=False),
        sa.Column("scope", sa.String(), nullable=False),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("actor_member", sa.String(), nullable=False),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.Column("caused_by", sa.JSON(), nullable=False),
        sa.Column("corrects", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_entry_copy")),
    )
    with op.batch_alter_table("entry_copy", schema=None) as batch_op:
        batch_op.create_index("ix_entry_copy_member_record", ["member", "record"], unique=False)
        batch_op.create_index(batch_op.f("ix_entry_copy_scope"), ["scope"], unique=False)

    op.create_table(
        "person",
        sa.Column("record", sa.String(), nullable=False),
        sa.Column("given_name", sa.String(), nullable=True),
        sa.Column("family_name", sa.String(), nullable=False),
        sa.Column("tax_code", sa.String(), nullable=True),
        sa.Column("birth_date", sa.Date(), nullable=True),
        sa.Column("town", sa.String(), nullable=True),
        sa.Column("phone", sa.String(), nullable=True),
        sa.Column("sort_name", sa.String(), nullable=False),
        sa.Column("registered_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("record", name=op.f("pk_person")),
        sa.UniqueConstraint("tax_code", name=op.f("uq_person_tax_code")),
        info={"contended": True},
    )
    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.create_index("ix_person_sort_name_record", ["sort_name", "record"], unique=False)

    op.create_table(
        "referral_copy",
        sa.Column("sender", sa.String(), nullable=False),
        sa.Column("referral", sa.String(), nullable=False),
        sa.Column("record", sa.String(), nullable=False),
        sa.Column("to", sa.String(), nullable=False),
        sa.Column("sent_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("preview", sa.JSON(), nullable=False),
        sa.Column("answer_by", sa.Date(), nullable=False),
        sa.Column("withdrawn_on", sa.Date(), nullable=True),
        sa.Column("withdrawal_reason", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("sender", "referral", name=op.f("pk_referral_copy")),
    )
    with op.batch_alter_table("referral_copy", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_referral_copy_referral"), ["referral"], unique=False)

    op.create_table(
        "authorisation",
        sa.Column("authorisation", sa.String(), nullable=False),
        sa.Column("record", sa.String(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("basis", sa.JSON(), nullable=False),
        sa.Column("circles", sa.JSON(), nullable=False),
        sa.Column("recipients", sa.JSON(), nullable=False),
        sa.Column("controllers", sa.JSON(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("notice_given_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["record"], ["person.record"], name=op.f("fk_authorisation_record")),
        sa.PrimaryKeyConstraint("authorisation", name=op.f("pk_authorisation")),
    )
    with op.batch_alter_table("authorisation", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_authorisation_record"), ["record"], unique=False)

    op.create_table(
        "referral_answer",
        sa.Column("sender", sa.String(), nullable=False),
        sa.Column("referral", sa.String(), nullable=False),
        sa.Column("answer", sa.String(), nullable=False),
        sa.Column("answered_on", sa.Date(), nullable=False),
        sa.Column("record", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["record"], ["person.record"], name=op.f("fk_referral_answer_record")),
        sa.PrimaryKeyConstraint("sender", "referral", name=op.f("pk_referral_answer")),
        info={"contended": True},
    )
    op.create_table(
        "taking_in_charge",
        sa.Column("episode", sa.String(), nullable=False),
        sa.Column("record", sa.String(), nullable=False),
        sa.Column("sector", sa.String(), nullable=False),
        sa.Column("need", sa.String(), nullable=False),
        sa.Column("opened_on", sa.Date(), nullable=False),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.Column("closing_reason", sa.String(), nullable=True),
        sa.Column("case_manager", sa.String(), nullable=True),
        sa.Column("case_manager_name", sa.String(), nullable=True),
        sa.Column("case_manager_phone", sa.String(), nullable=True),
        sa.Column("case_manager_since", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["record"], ["person.record"], name=op.f("fk_taking_in_charge_record")),
        sa.PrimaryKeyConstraint("episode", name=op.f("pk_taking_in_charge")),
        info={"contended": True},
    )
    with op.batch_alter_table("taking_in_charge", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_taking_in_charge_record"), ["record"], unique=False)
        batch_op.create_index(
            "uq_taking_in_charge_open",
            ["record"],
            unique=True,
            sqlite_where=sa.text("closed_on IS NULL"),
            postgresql_where=sa.text("closed_on IS NULL"),
        )

    op.create_table(
        "referral",
        sa.Column("referral", sa.String(), nullable=False),
        sa.Column("record", sa.String(), nullable=False),
        sa.Column("to", sa.String(), nullable=False),
        sa.Column("sent_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("need", sa.String(), nullable=False),
        sa.Column("answer_by", sa.Date(), nullable=False),
        sa.Column("authorisation", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("answered_on", sa.Date(), nullable=True),
        sa.Column("contact", sa.String(), nullable=True),
        sa.Column("declining_reason", sa.String(), nullable=True),
        sa.Column("alternative", sa.String(), nullable=True),
        sa.Column("withdrawn_on", sa.Date(), nullable=True),
        sa.Column("withdrawal_reason", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["authorisation"], ["authorisation.authorisation"], name=op.f("fk_referral_authorisation")
        ),
        sa.ForeignKeyConstraint(["record"], ["person.record"], name=op.f("fk_referral_record")),
        sa.PrimaryKeyConstraint("referral", name=op.f("pk_referral")),
    )
    with op.batch_alter_table("referral", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_referral_record"), ["record"], unique=False)
        batch_op.create_index(batch_op.f("ix_referral_sent_on"), ["sent_on"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("referral", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_referral_sent_on"))
        batch_op.drop_index(batch_op.f("ix_referral_record"))

    op.drop_table("referral")
    with op.batch_alter_table("taking_in_charge", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_taking_in_charge_open",
            sqlite_where=sa.text("closed_on IS NULL"),
            postgresql_where=sa.text("closed_on IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_taking_in_charge_record"))

    op.drop_table("taking_in_charge")
    op.drop_table("referral_answer")
    with op.batch_alter_table("authorisation", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_authorisation_record"))

    op.drop_table("authorisation")
    with op.batch_alter_table("referral_copy", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_referral_copy_referral"))

    op.drop_table("referral_copy")
    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.drop_index("ix_person_sort_name_record")

    op.drop_table("person")
    with op.batch_alter_table("entry_copy", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_entry_copy_scope"))
        batch_op.drop_index("ix_entry_copy_member_record")

    op.drop_table("entry_copy")
