"""Runs that compare records of families one at a time, and what waits for a person quickly found.

A column without a default and indexes on tables that nothing that serves families writes to: nothing is held up.

Revision ID: 0023
Revises: 0022
"""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

AT_WORK = sa.text("state IN ('waiting', 'running')")
TO_REVIEW = sa.text("state = 'to_review' AND superseded_at IS NULL")


def upgrade() -> None:
    op.add_column("link_run", sa.Column("beat_at", sa.DateTime(timezone=True)))
    op.create_index("uq_link_run_at_once", "link_run", ["state"], unique=True, postgresql_where=AT_WORK)
    op.create_index("ix_family_link_to_review", "family_link", ["probability", "id"], postgresql_where=TO_REVIEW)
    op.create_index("ix_family_link_person", "family_link", ["id"], postgresql_where=sa.text("method = 'person'"))


def downgrade() -> None:
    op.drop_index("ix_family_link_person", "family_link")
    op.drop_index("ix_family_link_to_review", "family_link")
    op.drop_index("uq_link_run_at_once", "link_run")
    op.drop_column("link_run", "beat_at")
