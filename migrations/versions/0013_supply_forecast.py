"""The forecast of families without a time is kept, and sessions may have places protected for families near their last day.

A column with a constant default is added without writing a row; queries that run wait no longer than the lock's five seconds.

Revision ID: 0013
Revises: 0012
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade():
    op.add_column("session", sa.Column("protected_minutes", sa.Integer(), server_default=sa.text("0"), nullable=False))
    op.create_table(
        "supply_forecast",
        sa.Column("id", sa.SmallInteger(), server_default=sa.text("1"), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("found", postgresql.JSONB(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_supply_forecast_only_one")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supply_forecast")),
    )


def downgrade():
    op.drop_table("supply_forecast")
    op.drop_column("session", "protected_minutes")
