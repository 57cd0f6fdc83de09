"""A session says what it was withdrawn for, so that it comes back where that is taken back.

The column is empty on every row there is, so nothing is written; its check is looked at afterwards and holds no booking up.

Revision ID: 0008
Revises: 0007
"""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

MARKED = "withdrawn_for IS NULL OR (state = 'withdrawn' AND withdrawn_for IN ('closed_day', 'leaving'))"


def upgrade() -> None:
    op.execute("ALTER TABLE session ADD COLUMN withdrawn_for text")
    op.execute(f"ALTER TABLE session ADD CONSTRAINT ck_session_withdrawn_for CHECK ({MARKED}) NOT VALID")
    op.execute("ALTER TABLE session VALIDATE CONSTRAINT ck_session_withdrawn_for")


def downgrade() -> None:
    op.execute("ALTER TABLE session DROP COLUMN withdrawn_for")
