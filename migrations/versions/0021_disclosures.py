"""Whom a family's details went to, and a new stamp whenever a reach area changes.

A new table and a trigger on a small one: nothing that serves now is held up.

Revision ID: 0021
Revises: 0017
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0021"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        "disclosure",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), primary_key=True),
        sa.Column("family_id", sa.BigInteger(), sa.ForeignKey("family.id", ondelete="CASCADE"), nullable=False),
        sa.Column("centre_id", sa.Integer(), sa.ForeignKey("centre.id")),
        sa.Column("recipient", sa.Text(), server_default="", nullable=False),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.Column("what", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("how", sa.Text(), nullable=False),
        sa.Column("told_on", sa.Date(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.CheckConstraint("(centre_id IS NULL) = (recipient <> '')", name=op.f("ck_disclosure_recipient")),
    )
    op.create_index(
        "uq_disclosure_once_a_day",
        "disclosure",
        ["family_id", sa.text("coalesce(centre_id, 0)"), "recipient", "how", "told_on"],
        unique=True,
    )
    op.create_index("ix_disclosure_told_on", "disclosure", ["told_on"])
    op.execute(
        "CREATE TRIGGER place_restamp AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON reach_area "
        "FOR EACH STATEMENT EXECUTE FUNCTION place_restamp()"
    )


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("DROP TRIGGER place_restamp ON reach_area")
    op.drop_table("disclosure")
