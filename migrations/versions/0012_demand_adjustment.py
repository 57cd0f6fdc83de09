"""What managers say of the births to come: a new table. The postcodes of one local authority are found by an index.

Building the index holds up nobody who reads; only an import of postcodes would wait for it, a few seconds.

Revision ID: 0012
Revises: 0011
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade():
    op.create_table(
        "demand_adjustment",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("cluster_id", sa.Integer(), nullable=False),
        sa.Column("first_week", sa.Date(), nullable=False),
        sa.Column("last_week", sa.Date(), nullable=False),
        sa.Column("factor", sa.Float(), nullable=True),
        sa.Column("births", sa.Integer(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False),
        sa.Column("withdrawn_by", sa.Text(), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "extract(isodow FROM first_week) = 1 AND extract(isodow FROM last_week) = 1 AND first_week <= last_week",
            name=op.f("ck_demand_adjustment_weeks"),
        ),
        sa.CheckConstraint("(factor IS NULL) <> (births IS NULL)", name=op.f("ck_demand_adjustment_one_way")),
        sa.CheckConstraint("factor BETWEEN 0 AND 5", name=op.f("ck_demand_adjustment_factor")),
        sa.CheckConstraint("births BETWEEN 0 AND 1000", name=op.f("ck_demand_adjustment_births")),
        sa.CheckConstraint("btrim(reason) <> ''", name=op.f("ck_demand_adjustment_reason")),
        sa.CheckConstraint(
            "(withdrawn_by IS NULL) = (withdrawn_at IS NULL)", name=op.f("ck_demand_adjustment_withdrawn")
        ),
        sa.ForeignKeyConstraint(
            ["cluster_id"], ["cluster.id"], name=op.f("fk_demand_adjustment_cluster_id_cluster")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_demand_adjustment")),
    )
    op.create_index(op.f("ix_demand_adjustment_cluster_id"), "demand_adjustment", ["cluster_id"])
    op.create_index(
        "ix_demand_adjustment_standing",
        "demand_adjustment",
        ["last_week"],
        postgresql_where=sa.text("withdrawn_at IS NULL"),
    )
    op.create_index("ix_postcode_lad", "postcode", ["lad"])


def downgrade():
    op.drop_index("ix_postcode_lad", table_name="postcode")
    op.drop_table("demand_adjustment")
