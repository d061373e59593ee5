"""What path types ask before anything starts (an evaluation, approvals), and what was answered."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002_placement"
down_revision = "0001_placement"
branch_labels = None
depends_on = None

ALL_PARTIES = ["person", "host", "promoter"]
PROJECT_142 = (
    "D.M. 142/1998, art. 4 e modello di progetto formativo: firmano tirocinante, ospitante e promotore"
)
AGREED_2015 = (
    "Accordo Stato-Regioni 22 gennaio 2015: progetto di chi ha in carico, promotore, ospitante e persona"
)
PRACTICE = "prassi della rete: aderiscono la persona, il luogo di lavoro e il servizio promotore"
EVALUATED = "valutazione richiesta per scelta della rete (équipe integrata), non da una legge"
NOT_EVALUATED = "nessuna valutazione d'équipe richiesta"


def conditions(source: str, *, needs_evaluation: bool) -> dict[str, Any]:
    return {
        "needs_evaluation": needs_evaluation,
        "approvals": ALL_PARTIES,
        "conditions_source": f"{source}; {EVALUATED if needs_evaluation else NOT_EVALUATED}",
    }


# The host is asked where it is another than the promoter.
CONDITIONS = {
    "work-grant-therapeutic": conditions(PRACTICE, needs_evaluation=True),
    "work-grant-observational": conditions(PRACTICE, needs_evaluation=True),
    "traineeship": conditions(PROJECT_142, needs_evaluation=False),
    "traineeship-disadvantaged": conditions(PROJECT_142, needs_evaluation=True),
    "traineeship-disability": conditions(PROJECT_142, needs_evaluation=True),
    "traineeship-social-inclusion": conditions(AGREED_2015, needs_evaluation=True),
    "observation-lab": conditions(PRACTICE, needs_evaluation=False),
    "hiring-support": conditions(PRACTICE, needs_evaluation=False),
}


def upgrade() -> None:
    asked_of_path_types()
    with op.batch_alter_table("placement") as table:
        table.add_column(sa.Column("evaluation_member", sa.String(), nullable=True))
        table.add_column(sa.Column("evaluation", sa.String(), nullable=True))
        table.add_column(sa.Column("agreed_on", sa.Date(), nullable=True))
        table.add_column(sa.Column("withdrawn_on", sa.Date(), nullable=True))
        table.add_column(sa.Column("withdrawal", sa.String(), nullable=True))
    with op.batch_alter_table("host_placement_copy") as table:
        table.add_column(sa.Column("started_on", sa.Date(), nullable=True))
    op.create_table(
        "approval",
        sa.Column("placement", sa.String(), nullable=False),
        sa.Column("party", sa.String(), nullable=False),
        sa.Column("given", sa.Boolean(), nullable=False),
        sa.Column("decided_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("placement", "party", name="pk_approval"),
    )
    op.create_table(
        "host_answer",
        sa.Column("promoter", sa.String(), nullable=False),
        sa.Column("placement", sa.String(), nullable=False),
        sa.Column("record", sa.String(), nullable=False),
        sa.Column("given", sa.Boolean(), nullable=False),
        sa.Column("answered_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("promoter", "placement", name="pk_host_answer"),
    )
    op.create_table(
        "evaluation_copy",
        sa.Column("member", sa.String(), nullable=False),
        sa.Column("evaluation", sa.String(), nullable=False),
        sa.Column("record", sa.String(), nullable=False),
        sa.Column("completed_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("member", "evaluation", name="pk_evaluation_copy"),
    )
    op.create_index("ix_evaluation_copy_record", "evaluation_copy", ["record"])


def asked_of_path_types() -> None:
    columns = (
        ("needs_evaluation", sa.Boolean()),
        ("approvals", sa.JSON()),
        ("conditions_source", sa.String()),
    )
    with op.batch_alter_table("path_type_rule") as table:
        for name, kind in columns:
            table.add_column(sa.Column(name, kind, nullable=True))
    rules = sa.table("path_type_rule", sa.column("path_type"), *(sa.column(*column) for column in columns))
    for path_type, values in CONDITIONS.items():
        op.execute(rules.update().where(rules.c.path_type == path_type).values(**values))
    with op.batch_alter_table("path_type_rule") as table:
        for name, kind in columns:
            table.alter_column(name, existing_type=kind, nullable=False)


def downgrade() -> None:
    for gone in ("evaluation_copy", "host_answer", "approval"):
        op.drop_table(gone)
    with op.batch_alter_table("host_placement_copy") as table:
        table.drop_column("started_on")
    with op.batch_alter_table("placement") as table:
        for name in ("withdrawal", "withdrawn_on", "agreed_on", "evaluation", "evaluation_member"):
            table.drop_column(name)
    with op.batch_alter_table("path_type_rule") as table:
        for name in ("conditions_source", "approvals", "needs_evaluation"):
            table.drop_column(name)
