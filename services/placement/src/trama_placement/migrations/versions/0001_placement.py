"""Placements, their dated rules with their sources, and the copies they rest on."""

from datetime import date
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001_placement"
down_revision = None
branch_labels = ("placement",)
depends_on = None

GRANT = "Borsa lavoro con finalità socio-occupazionale"
LOCAL_GRANT = "strumento locale senza legge nazionale, in convenzione con i servizi; inizio convenzionale"
DM_142 = "D.M. 25 marzo 1998, n. 142, art. 7, comma 1"
AGREEMENT_2015 = "Accordo Stato-Regioni 22 gennaio 2015, rep. 7/CSR"
AREA_PLAN = "Piano di zona 2013-2015, azione 8.1.3: «per periodi di tre/sei mesi»"
COLLECTIVE = (
    "CCNL delle cooperative sociali, art. 2: progetto individuale di inserimento; inizio convenzionale"
)
FULL_TIME = "orario normale di 40 ore: L. 196/1997, art. 13; D.Lgs. 66/2003, art. 3"


def rule(
    path_type: str,
    genus: str,
    label: str,
    valid_from: date,
    source: str,
    *,
    months: tuple[int | None, int | None] = (None, None),
    valid_to: date | None = None,
    needs_host: bool = True,
) -> dict[str, Any]:
    return {
        "path_type": path_type,
        "genus": genus,
        "label": label,
        "valid_from": valid_from,
        "valid_to": valid_to,
        "needs_host": needs_host,
        "min_months": months[0],
        "max_months": months[1],
        "max_weekly_hours": 40,
        "source": f"{source}; {FULL_TIME}",
    }


# What followed after 2013 in the region (rules of its own on traineeships) is to be added as further rows.
RULES = (
    rule("work-grant-therapeutic", GRANT, "Borsa lavoro terapeutica", date(2000, 1, 1), LOCAL_GRANT),
    rule("work-grant-observational", GRANT, "Borsa lavoro osservativa", date(2000, 1, 1), LOCAL_GRANT),
    rule(
        *("traineeship", "Tirocinio", "Tirocinio formativo e di orientamento", date(1998, 5, 27)),
        f"{DM_142}, lett. b",
        months=(None, 6),
    ),
    rule(
        *("traineeship-disadvantaged", "Tirocinio", "Tirocinio per persone svantaggiate", date(1998, 5, 27)),
        f"{DM_142}, lett. e",
        months=(None, 12),
    ),
    rule(
        *("traineeship-disability", "Tirocinio", "Tirocinio per persone con disabilità", date(1998, 5, 27)),
        f"{DM_142}, lett. f",
        months=(None, 24),
    ),
    rule(
        *("traineeship-social-inclusion", "Tirocinio", "Tirocinio di inclusione sociale", date(2015, 1, 22)),
        AGREEMENT_2015,
        months=(None, 24),
    ),
    rule(
        *("observation-lab", "Laboratorio", "Laboratorio osservativo-valutativo", date(2013, 1, 1)),
        AREA_PLAN,
        months=(3, 6),
        valid_to=date(2015, 12, 31),
        needs_host=False,
    ),
    rule(
        *("hiring-support", "Percorso di assunzione", "Percorso di assunzione in cooperativa"),
        *(date(2000, 1, 1), COLLECTIVE),
    ),
)


def upgrade() -> None:
    rules = op.create_table(
        "path_type_rule",
        sa.Column("path_type", sa.String(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("label", sa.String(), nullable=False),
        sa.Column("genus", sa.String(), nullable=False),
        sa.Column("needs_host", sa.Boolean(), nullable=False),
        sa.Column("min_months", sa.Integer(), nullable=True),
        sa.Column("max_months", sa.Integer(), nullable=True),
        sa.Column("max_weekly_hours", sa.Integer(), nullable=True),
        sa.Column("source", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("path_type", "valid_from", name="pk_path_type_rule"),
    )
    op.bulk_insert(rules, list(RULES))
    op.create_table(
        "placement",
        sa.Column("placement", sa.String(), nullable=False),
        sa.Column("record", sa.String(), nullable=False),
        sa.Column("path_type", sa.String(), nullable=False),
        sa.Column("host", sa.String(), nullable=False),
        sa.Column("task", sa.String(), nullable=False),
        sa.Column("weekly_hours", sa.Integer(), nullable=False),
        sa.Column("planned_from", sa.Date(), nullable=False),
        sa.Column("planned_to", sa.Date(), nullable=False),
        sa.Column("proposed_on", sa.Date(), nullable=False),
        sa.Column("started_on", sa.Date(), nullable=True),
        sa.Column("confirmed_by", sa.String(), nullable=True),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("ending", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("placement", name="pk_placement"),
    )
    op.create_index("ix_placement_record", "placement", ["record"])
    op.create_table(
        "person_copy",
        sa.Column("record", sa.String(), nullable=False),
        sa.Column("given_name", sa.String(), nullable=True),
        sa.Column("family_name", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("record", name="pk_person_copy"),
    )
    op.create_table(
        "episode_copy",
        sa.Column("episode", sa.String(), nullable=False),
        sa.Column("record", sa.String(), nullable=False),
        sa.Column("opened_on", sa.Date(), nullable=True),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("episode", name="pk_episode_copy"),
    )
    op.create_index("ix_episode_copy_record", "episode_copy", ["record"])
    op.create_table(
        "host_placement_copy",
        sa.Column("promoter", sa.String(), nullable=False),
        sa.Column("placement", sa.String(), nullable=False),
        sa.Column("given_name", sa.String(), nullable=True),
        sa.Column("family_name", sa.String(), nullable=False),
        sa.Column("task", sa.String(), nullable=False),
        sa.Column("weekly_hours", sa.Integer(), nullable=False),
        sa.Column("planned_from", sa.Date(), nullable=False),
        sa.Column("planned_to", sa.Date(), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("promoter", "placement", name="pk_host_placement_copy"),
    )


def downgrade() -> None:
    for table in ("host_placement_copy", "episode_copy", "person_copy", "placement", "path_type_rule"):
        op.drop_table(table)
