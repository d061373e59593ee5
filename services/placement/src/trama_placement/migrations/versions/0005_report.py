"""What an observation must leave behind: which path types end with a report, and the report."""

import sqlalchemy as sa
from alembic import op

revision = "0005_report"
down_revision = "0004_erasure"
branch_labels = None
depends_on = None

UNDERSTOOD = (
    "progetto delle cooperative sociali per le borse osservative, «finalizzate a comprendere il grado di "
    "autonomia di un soggetto e le sue potenzialità»; scelta della rete, non una legge"
)
SYNTHESIS = (
    "Piano di zona 2013-2015, azione 8.1.3: «personale competente [...] che organizzi l'osservazione "
    "e faccia sintesi»"
)
REPORTS = {"work-grant-observational": UNDERSTOOD, "observation-lab": SYNTHESIS}
"""The path types that end with a report of what was observed, and where that is said."""


def upgrade() -> None:
    with op.batch_alter_table("path_type_rule") as table:
        table.add_column(sa.Column("report_source", sa.String(), nullable=True))
    with op.batch_alter_table("placement") as table:
        table.add_column(sa.Column("report", sa.String(), nullable=True))
    rules = sa.table("path_type_rule", sa.column("path_type"), sa.column("report_source"))
    for path_type, source in REPORTS.items():
        op.execute(rules.update().where(rules.c.path_type == path_type).values(report_source=source))


def downgrade() -> None:
    with op.batch_alter_table("placement") as table:
        table.drop_column("report")
    with op.batch_alter_table("path_type_rule") as table:
        table.drop_column("report_source")
