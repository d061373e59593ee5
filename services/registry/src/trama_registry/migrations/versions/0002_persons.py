"""Identifiers, duplicates, links and certificates."""

from uuid import uuid4

import sqlalchemy as sa
from alembic import op
from trama_registry.models import Identity, kind_of_tax_code, traits_of, verification_of

revision = "0002_persons"
down_revision = "0001_registry"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.add_column(sa.Column("version", sa.Integer(), server_default="1", nullable=False))
        batch_op.add_column(sa.Column("changed_by", sa.String(), nullable=True))

    identifier = op.create_table(
        "person_identifier",
        sa.Column("identifier", sa.String(), nullable=False),
        sa.Column("record", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.Column("verification", sa.String(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("attested_by", sa.String(), nullable=True),
        sa.Column("replaces", sa.String(), nullable=True),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("ending", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["record"], ["person.record"], name=op.f("fk_person_identifier_record")),
        sa.PrimaryKeyConstraint("identifier", name=op.f("pk_person_identifier")),
    )
    with op.batch_alter_table("person_identifier", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_person_identifier_record"), ["record"], unique=False)
        batch_op.create_index("ix_person_identifier_value", ["value"], unique=False)

    trait = op.create_table(
        "person_trait",
        sa.Column("trait", sa.String(), nullable=False),
        sa.Column("record", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["record"], ["person.record"], name=op.f("fk_person_trait_record")),
        sa.PrimaryKeyConstraint("trait", "record", name=op.f("pk_person_trait")),
    )
    with op.batch_alter_table("person_trait", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_person_trait_record"), ["record"], unique=False)

    op.create_table(
        "distinct_persons",
        sa.Column("record", sa.String(), nullable=False),
        sa.Column("other", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("decided_by", sa.String(), nullable=False),
        sa.Column("decided_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["other"], ["person.record"], name=op.f("fk_distinct_persons_other")),
        sa.ForeignKeyConstraint(["record"], ["person.record"], name=op.f("fk_distinct_persons_record")),
        sa.PrimaryKeyConstraint("record", "other", name=op.f("pk_distinct_persons")),
    )
    with op.batch_alter_table("distinct_persons", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_distinct_persons_other"), ["other"], unique=False)

    op.create_table(
        "certificate",
        sa.Column("certificate", sa.String(), nullable=False),
        sa.Column("record", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("issuer", sa.String(), nullable=True),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("ending", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["record"], ["person.record"], name=op.f("fk_certificate_record")),
        sa.PrimaryKeyConstraint("certificate", name=op.f("pk_certificate")),
    )
    with op.batch_alter_table("certificate", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_certificate_ends_on"), ["ends_on"], unique=False)
        batch_op.create_index(batch_op.f("ix_certificate_record"), ["record"], unique=False)

    op.create_table(
        "target_group",
        sa.Column("record", sa.String(), nullable=False),
        sa.Column("group", sa.String(), nullable=False),
        sa.Column("circle", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["record"], ["person.record"], name=op.f("fk_target_group_record")),
        sa.PrimaryKeyConstraint("record", "group", name=op.f("pk_target_group")),
    )
    with op.batch_alter_table("target_group", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_target_group_group"), ["group"], unique=False)

    op.create_table(
        "judicial_target_group",
        sa.Column("record", sa.String(), nullable=False),
        sa.Column("group", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["record"], ["person.record"], name=op.f("fk_judicial_target_group_record")),
        sa.PrimaryKeyConstraint("record", "group", name=op.f("pk_judicial_target_group")),
    )
    _fill(identifier, trait)


def _fill(identifier: sa.Table, trait: sa.Table) -> None:
    """Give the persons who are here already their history and what they are found by."""
    person = sa.table(
        "person",
        *(sa.column(name) for name in ("record", "given_name", "family_name", "tax_code", "town", "phone")),
        sa.column("birth_date", sa.Date()),
        sa.column("registered_at", sa.DateTime(timezone=True)),
    )
    connection = op.get_bind()
    for row in connection.execute(sa.select(person)).mappings().all():
        names = ("given_name", "family_name", "tax_code", "birth_date", "town", "phone")
        who = Identity(**{name: row[name] for name in names})
        if who.tax_code is not None:
            kind = kind_of_tax_code(who.tax_code)
            values = {
                "identifier": str(uuid4()),
                "record": row["record"],
                "kind": kind,
                "value": who.tax_code,
            }
            values["verification"] = verification_of(kind, who.tax_code, who)
            connection.execute(identifier.insert().values(**values, valid_from=row["registered_at"].date()))
        found_by = [{"trait": one, "record": row["record"]} for one in sorted(traits_of(who))]
        if found_by:
            connection.execute(trait.insert(), found_by)
