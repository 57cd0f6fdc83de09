"""Files of live births between preview and taking in, for an hour at most.

One new table, so nothing that serves now is held up.

Revision ID: 0019
Revises: 0018
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "waiting_file",
        sa.Column("id", sa.Uuid(), primary_key=True),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("source", "kind", "name", "brought_by")),
        *(sa.Column(name, postgresql.JSONB(), nullable=False) for name in ("sheet", "said")),
        sa.Column(
            "brought_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.text("clock_timestamp()"), index=True
        ),
        sa.CheckConstraint("kind IN ('births', 'losses', 'counts')", name="kind"),
    )


def downgrade() -> None:
    op.drop_table("waiting_file")
