"""Plans of the rota and the wishes of managers in them: new tables alone, which nothing that runs looks at.

Revision ID: 0011
Revises: 0010
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def _json(name, *, empty=None):
    return sa.Column(name, postgresql.JSONB(), nullable=empty is None, server_default=empty)


def _stamp(name, *, nullable=True):
    default = None if nullable else sa.text("clock_timestamp()")
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable, server_default=default)


def upgrade():
    op.create_table(
        "balance_plan",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("weeks", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), server_default="waiting", nullable=False),
        sa.Column("stage", sa.Text(), server_default="", nullable=False),
        sa.Column("share", sa.Float(), server_default=sa.text("0"), nullable=False),
        _json("best"),
        sa.Column("stop_asked", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("asked_by", sa.Text(), nullable=False),
        _stamp("asked_at", nullable=False),
        _stamp("began_at"),
        _stamp("beat_at"),
        _stamp("ended_at"),
        sa.Column("instance", postgresql.JSONB(), nullable=False),
        sa.Column("today", postgresql.JSONB(), nullable=False),
        _json("notes", empty=sa.text("'[]'")),
        _json("rota"),
        _json("figures"),
        _json("bound"),
        _json("conflicts", empty=sa.text("'[]'")),
        sa.Column("former_id", sa.BigInteger(), nullable=True),
        _json("changes", empty=sa.text("'[]'")),
        sa.Column("draft_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "state IN ('waiting', 'running', 'done', 'stopped', 'impossible', 'failed')",
            name=op.f("ck_balance_plan_state"),
        ),
        sa.CheckConstraint("weeks BETWEEN 1 AND 26", name=op.f("ck_balance_plan_weeks")),
        sa.CheckConstraint("share BETWEEN 0 AND 1", name=op.f("ck_balance_plan_share")),
        sa.ForeignKeyConstraint(["former_id"], ["balance_plan.id"], name=op.f("fk_balance_plan_former_id_balance_plan")),
        sa.ForeignKeyConstraint(
            ["draft_id"], ["rota_draft.id"], name=op.f("fk_balance_plan_draft_id_rota_draft"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_balance_plan")),
    )
    op.create_index(
        "ix_balance_plan_at_work",
        "balance_plan",
        ["id"],
        postgresql_where=sa.text("state IN ('waiting', 'running')"),
    )
    op.create_table(
        "balance_wish",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("plan_id", sa.BigInteger(), nullable=False),
        sa.Column("registrar_id", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("half", sa.Text(), nullable=False),
        sa.Column("centre_id", sa.Integer(), nullable=True),
        sa.Column("cluster_id", sa.Integer(), nullable=True),
        sa.Column("made_by", sa.Text(), nullable=False),
        _stamp("made_at", nullable=False),
        sa.CheckConstraint("half IN ('morning', 'afternoon')", name=op.f("ck_balance_wish_half")),
        sa.CheckConstraint("(centre_id IS NULL) <> (cluster_id IS NULL)", name=op.f("ck_balance_wish_one_place")),
        sa.ForeignKeyConstraint(["centre_id"], ["centre.id"], name=op.f("fk_balance_wish_centre_id_centre")),
        sa.ForeignKeyConstraint(["cluster_id"], ["cluster.id"], name=op.f("fk_balance_wish_cluster_id_cluster")),
        sa.ForeignKeyConstraint(
            ["plan_id"], ["balance_plan.id"], name=op.f("fk_balance_wish_plan_id_balance_plan"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["registrar_id"], ["registrar.id"], name=op.f("fk_balance_wish_registrar_id_registrar")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_balance_wish")),
        sa.UniqueConstraint("plan_id", "registrar_id", "day", "half", name=op.f("uq_balance_wish_plan_id")),
    )


def downgrade():
    op.drop_table("balance_wish")
    op.drop_table("balance_plan")
