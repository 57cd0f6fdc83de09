"""Reach and outreach: visits to centres, contacts with families, invitations, and what each centre aims at.

New tables only, so nothing that serves now is held up.

Revision ID: 0020
Revises: 0021
"""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0021"
branch_labels = None
depends_on = None

NOW = sa.text("clock_timestamp()")


def _of_a_family() -> list[sa.Column[object]]:
    return [
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), primary_key=True),
        sa.Column("family_id", sa.BigInteger(), sa.ForeignKey("family.id", ondelete="CASCADE"), nullable=False),
        sa.Column("centre_id", sa.Integer(), sa.ForeignKey("centre.id"), nullable=False),
    ]


def _words(*names: str, default: str | None = None) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text(), server_default=default, nullable=False) for name in names]


def _made(name: str = "made_at") -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), server_default=NOW, nullable=False)


def upgrade() -> None:
    op.create_table(
        "centre_visit",
        *_of_a_family(),
        sa.Column("visited_on", sa.Date(), nullable=False),
        *_words("service", default=""),
        *_words("source", "source_key"),
        _made(),
        sa.UniqueConstraint("source", "source_key"),
    )
    op.create_table(
        "family_contact",
        *_of_a_family(),
        sa.Column("contacted_on", sa.Date(), nullable=False),
        *_words("route", "result"),
        *_words("next_step", default=""),
        sa.Column("next_on", sa.Date()),
        *_words("note", default=""),
        *_words("made_by"),
        _made(),
        sa.CheckConstraint("route IN ('visit', 'call', 'letter', 'message')", name=op.f("ck_family_contact_route")),
        sa.CheckConstraint(
            "result IN ('reached', 'sent', 'no_answer', 'wrong_details', 'not_wanted')",
            name=op.f("ck_family_contact_result"),
        ),
    )
    op.create_table(
        "invitation",
        *_of_a_family(),
        sa.Column("public_id", sa.Uuid(), nullable=False, unique=True),
        *_words("kind", "channel"),
        *_words("state", default="written"),
        *_words("made_by"),
        _made(),
        sa.CheckConstraint("kind IN ('welcome', 'new_baby_party')", name=op.f("ck_invitation_kind")),
        sa.CheckConstraint("channel IN ('letter', 'sms', 'email')", name=op.f("ck_invitation_channel")),
        sa.CheckConstraint("state IN ('written', 'sent', 'withdrawn')", name=op.f("ck_invitation_state")),
    )
    op.create_table(
        "reach_target",
        sa.Column("centre_id", sa.Integer(), sa.ForeignKey("centre.id"), primary_key=True),
        sa.Column("percent", sa.Integer(), server_default=sa.text("97"), nullable=False),
        *_words("first", default="newest"),
        sa.Column("contact_days", sa.Integer(), server_default=sa.text("14"), nullable=False),
        *_words("set_by"),
        _made("set_at"),
        sa.CheckConstraint("percent BETWEEN 1 AND 100", name=op.f("ck_reach_target_percent")),
        sa.CheckConstraint(
            "first IN ('newest', 'longest_waiting', 'most_deprived')", name=op.f("ck_reach_target_first")
        ),
        sa.CheckConstraint("contact_days BETWEEN 1 AND 90", name=op.f("ck_reach_target_contact_days")),
    )
    for table, name, columns in (
        ("centre_visit", "family_id", ["family_id", "visited_on"]),
        ("centre_visit", "centre_id", ["centre_id", "visited_on"]),
        ("family_contact", "family_id", ["family_id", "centre_id", "contacted_on"]),
        ("family_contact", "centre_id", ["centre_id", "contacted_on"]),
        ("invitation", "family_id", ["family_id"]),
        ("invitation", "centre_id", ["centre_id", "made_at"]),
    ):
        op.create_index(f"ix_{table}_{name}", table, columns)


def downgrade() -> None:
    for table in ("reach_target", "invitation", "family_contact", "centre_visit"):
        op.drop_table(table)
