"""The referral loop: every move of a referral, and how it stands; answers are moves like the others."""

import json
from datetime import date
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0004_referrals"
down_revision = "0003_relations"
branch_labels = None
depends_on = None

MOVES = sa.table(
    "referral_move_copy",
    *(sa.column(name) for name in ("sender", "referral", "side", "step", "heard", "deed")),
    sa.column("day", sa.Date()),
    sa.column("told", sa.JSON()),
    sa.column("event_id"),
    sa.column("member"),
    sa.column("recorded_at", sa.DateTime(timezone=True)),
)
KNOWN = {
    "it.trama.registry.referral-sent.v1": ("sender", 1, 0, "send", "sent_on"),
    "it.trama.registry.referral-withdrawn.v1": ("sender", 2, 0, "withdraw", "withdrawn_on"),
    "it.trama.registry.referral-accepted.v1": ("receiver", 1, 1, "accept", "accepted_on"),
    "it.trama.registry.referral-declined.v1": ("receiver", 1, 1, "decline", "declined_on"),
}
"""The moves there were before, with the step and what was heard that their events left out."""


def upgrade() -> None:
    op.create_table(
        "referral_move_copy",
        sa.Column("sender", sa.String(), nullable=False),
        sa.Column("referral", sa.String(), nullable=False),
        sa.Column("side", sa.String(), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("heard", sa.Integer(), nullable=False),
        sa.Column("deed", sa.String(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("told", sa.JSON(), nullable=False),
        sa.Column("event_id", sa.String(), nullable=False),
        sa.Column("member", sa.String(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("sender", "referral", "side", "step", name=op.f("pk_referral_move_copy")),
        info={"contended": True},
    )
    op.create_index("ix_referral_move_copy_referral", "referral_move_copy", ["referral"])
    op.create_table(
        "referral_reply",
        sa.Column("sender", sa.String(), nullable=False),
        sa.Column("referral", sa.String(), nullable=False),
        sa.Column("record", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("sender", "referral", name=op.f("pk_referral_reply")),
        info={"contended": True},
    )
    op.create_table(
        "referral_protocol",
        sa.Column("sender", sa.String(), nullable=False),
        sa.Column("referral", sa.String(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("noted_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("sender", "referral", name=op.f("pk_referral_protocol")),
        info={"contended": True},
    )
    with op.batch_alter_table("referral_copy") as table:
        table.add_column(sa.Column("state", sa.String(), nullable=False, server_default="sent"))
    op.create_index(op.f("ix_referral_copy_state"), "referral_copy", ["state"])
    op.create_index(op.f("ix_referral_state"), "referral", ["state"])
    op.execute("UPDATE referral_copy SET state = 'withdrawn' WHERE withdrawn_on IS NOT NULL")
    op.execute(
        "UPDATE referral_copy SET state = (SELECT answer FROM referral_answer AS given "
        "WHERE given.sender = referral_copy.sender AND given.referral = referral_copy.referral) "
        "WHERE EXISTS (SELECT 1 FROM referral_answer AS given "
        "WHERE given.sender = referral_copy.sender AND given.referral = referral_copy.referral)"
    )
    _keep_moves()
    op.drop_table("referral_answer")


def _keep_moves() -> None:
    """The moves made so far, from what the story has of them."""
    entries = sa.table(
        "entry_copy",
        *(sa.column(name) for name in ("event_id", "member", "type")),
        sa.column("payload", sa.JSON()),
        sa.column("recorded_at", sa.DateTime(timezone=True)),
    )
    found = op.get_bind().execute(sa.select(entries).where(entries.c.type.in_(KNOWN)))
    rows = [_move(row) for row in found]
    if rows:
        op.bulk_insert(MOVES, rows)


def _move(row: Any) -> dict[str, Any]:
    side, step, heard, deed, day = KNOWN[row.type]
    told = json.loads(row.payload) if isinstance(row.payload, str) else row.payload
    return {
        "sender": row.member if side == "sender" else told["sender"]["member"],
        "referral": told["referral"],
        "side": side,
        "step": step,
        "heard": heard,
        "deed": deed,
        "day": date.fromisoformat(told[day]),
        "told": told,
        "event_id": row.event_id,
        "member": row.member,
        "recorded_at": row.recorded_at,
    }
