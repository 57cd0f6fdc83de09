"""A plan of the rota may be a what-if that is still being put together.

The new rule allows more than the old one, so no row has to be read under the lock, which is waited for five seconds at most.

Revision ID: 0014
Revises: 0013
"""

from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

BEFORE = "state IN ('waiting', 'running', 'done', 'stopped', 'impossible', 'failed')"
AFTER = "state IN ('open', 'waiting', 'running', 'done', 'stopped', 'impossible', 'failed')"


def only(states):
    op.execute("ALTER TABLE balance_plan DROP CONSTRAINT ck_balance_plan_state")
    op.execute(f"ALTER TABLE balance_plan ADD CONSTRAINT ck_balance_plan_state CHECK ({states}) NOT VALID")
    op.execute("ALTER TABLE balance_plan VALIDATE CONSTRAINT ck_balance_plan_state")


def upgrade():
    only(AFTER)


def downgrade():
    op.execute("DELETE FROM balance_plan WHERE state = 'open'")
    only(BEFORE)
