"""The job queue's own tables, as Procrastinate ships them, and the counter of changes.

Revision ID: 0001
Revises:
"""

from alembic import op
from procrastinate.schema import SchemaManager

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

OURS_TO_DROP = """
DO $$
DECLARE thing record;
BEGIN
  FOR thing IN SELECT oid::regprocedure AS name FROM pg_proc WHERE proname LIKE 'procrastinate\\_%' LOOP
    EXECUTE 'DROP FUNCTION ' || thing.name || ' CASCADE';
  END LOOP;
  FOR thing IN SELECT relname AS name FROM pg_class WHERE relkind = 'r' AND relname LIKE 'procrastinate\\_%' LOOP
    EXECUTE 'DROP TABLE IF EXISTS ' || thing.name || ' CASCADE';
  END LOOP;
  FOR thing IN SELECT oid::regtype AS name FROM pg_type WHERE typname LIKE 'procrastinate\\_%' AND typtype IN ('e', 'c') LOOP
    EXECUTE 'DROP TYPE IF EXISTS ' || thing.name || ' CASCADE';
  END LOOP;
END $$
"""


def upgrade():
    op.execute("CREATE SEQUENCE change_stamp")
    op.get_bind().exec_driver_sql(SchemaManager.get_schema().replace("%", "%%"))


def downgrade():
    op.execute("DROP SEQUENCE change_stamp")
    op.get_bind().exec_driver_sql(OURS_TO_DROP.replace("%", "%%"))
