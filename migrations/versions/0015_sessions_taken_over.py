"""A session of a draft may go on with another's; a plan may be of what the absent leave behind, and a plan of cover asks for it.

Every new column is empty on every row there is, so nothing is written; the lock is waited for five seconds at most.

Revision ID: 0015
Revises: 0014
"""

from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade():
    op.execute("""
        ALTER TABLE draft_session
          ADD COLUMN goes_on_id bigint CONSTRAINT fk_draft_session_goes_on_id_session REFERENCES session""")
    op.execute("ALTER TABLE balance_plan ADD COLUMN missed jsonb, ADD COLUMN ways jsonb")
    op.execute("""
        ALTER TABLE cover_plan
          ADD COLUMN staffing_id bigint CONSTRAINT fk_cover_plan_staffing_id_balance_plan REFERENCES balance_plan""")


def downgrade():
    op.execute("ALTER TABLE cover_plan DROP COLUMN staffing_id")
    op.execute("DELETE FROM balance_plan WHERE missed IS NOT NULL")
    op.execute("ALTER TABLE balance_plan DROP COLUMN missed, DROP COLUMN ways")
    op.execute("ALTER TABLE draft_session DROP COLUMN goes_on_id")
