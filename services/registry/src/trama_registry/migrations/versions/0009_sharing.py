"""Notice, participation, opposition, restriction; authorisations that were withdrawn."""

import sqlalchemy as sa
from alembic import op

revision = "0009_sharing"
down_revision = "0008_drafts"
branch_labels = None
depends_on = None

TABLES = ("notice", "participation", "opposition", "restriction")


def upgrade() -> None:
    with op.batch_alter_table("authorisation", schema=None) as batch_op:
        batch_op.add_column(sa.Column("after_closing", sa.JSON(none_as_null=True), nullable=True))
        batch_op.add_column(sa.Column("withdrawn_on", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("withdrawn_because", sa.String(), nullable=True))
        batch_op.add_column(sa.Column("opposed_on", sa.Date(), nullable=True))
    _of_person("notice", sa.Column("given_on", sa.Date(), nullable=False), _text("text"))
    _of_person(
        "participation",
        _text("path", nullable=False),
        sa.Column("agreed_on", sa.Date(), nullable=False),
        sa.Column("withdrawn_on", sa.Date(), nullable=True),
        _text("reason"),
    )
    _of_person(
        "opposition",
        _text("authorisation", nullable=False),
        sa.Column("raised_on", sa.Date(), nullable=False),
        _text("reasons", nullable=False),
        sa.Column("decided_on", sa.Date(), nullable=True),
        sa.Column("upheld", sa.Boolean(), nullable=True),
        _text("decision"),
        _text("decided_by"),
        sa.ForeignKeyConstraint(
            ["authorisation"],
            ["authorisation.authorisation"],
            name=op.f("fk_opposition_authorisation_authorisation"),
        ),
    )
    with op.batch_alter_table("opposition", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_opposition_authorisation"), ["authorisation"], unique=False)
    _of_person(
        "restriction",
        _text("ground", nullable=False),
        sa.Column("set_on", sa.Date(), nullable=False),
        _text("reason"),
        sa.Column("lifted_on", sa.Date(), nullable=True),
        _text("lifting"),
    )


def _text(name: str, *, nullable: bool = True) -> sa.Column[str]:
    return sa.Column(name, sa.String(), nullable=nullable)


def _of_person(name: str, *columns: sa.schema.SchemaItem) -> None:
    """A table of something that a person said, with its id and the record."""
    op.create_table(
        name,
        _text(name, nullable=False),
        _text("record", nullable=False),
        *columns,
        sa.ForeignKeyConstraint(["record"], ["person.record"], name=op.f(f"fk_{name}_record_person")),
        sa.PrimaryKeyConstraint(name, name=op.f(f"pk_{name}")),
    )
    with op.batch_alter_table(name, schema=None) as batch_op:
        batch_op.create_index(batch_op.f(f"ix_{name}_record"), ["record"], unique=False)


def downgrade() -> None:
    for name in reversed(TABLES):
        op.drop_table(name)
    with op.batch_alter_table("authorisation", schema=None) as batch_op:
        for column in ("opposed_on", "withdrawn_because", "withdrawn_on", "after_closing"):
            batch_op.drop_column(column)
