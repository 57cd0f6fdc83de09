"""The record of who did what, and the answers on sharing, are only ever added to: the database itself refuses anything else.

An answer on sharing goes with its family when that is deleted; it is never rewritten.

Revision ID: 0004
Revises: 0003
"""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

REFUSE = """
CREATE FUNCTION only_added() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'Rows of % are only ever added: % is refused.', TG_TABLE_NAME, TG_OP USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER only_added BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_event
  FOR EACH STATEMENT EXECUTE FUNCTION only_added();
CREATE TRIGGER only_added BEFORE UPDATE ON sharing_answer
  FOR EACH STATEMENT EXECUTE FUNCTION only_added();
"""


def upgrade():
    op.execute(REFUSE)


def downgrade():
    op.execute("DROP TRIGGER only_added ON sharing_answer; DROP TRIGGER only_added ON audit_event; DROP FUNCTION only_added")
