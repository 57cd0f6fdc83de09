"""Whom a family's details went to, a new stamp whenever a reach area changes, and lines of the record that can be emptied.

A new table and a trigger on a small one: nothing that serves now is held up.

A line of the record can from now on be emptied of what was before and after, as a whole and with a mark that says so: what was
done, when, by whom and to what stays as it is, and can still be neither changed nor taken out.

Revision ID: 0021
Revises: 0020
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


EMPTIED = """
CREATE FUNCTION only_emptied() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (NEW.id, NEW.at, NEW.event, NEW.about, NEW.actor) IS NOT DISTINCT FROM (OLD.id, OLD.at, OLD.event, OLD.about, OLD.actor)
     AND NEW.before IS NULL AND NEW.after = '{"emptied": true}' THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'Rows of % are only ever added: % is refused.', TG_TABLE_NAME, TG_OP USING ERRCODE = 'insufficient_privilege';
END $$;
DROP TRIGGER only_added ON audit_event;
CREATE TRIGGER only_added BEFORE DELETE OR TRUNCATE ON audit_event FOR EACH STATEMENT EXECUTE FUNCTION only_added();
CREATE TRIGGER only_emptied BEFORE UPDATE ON audit_event FOR EACH ROW EXECUTE FUNCTION only_emptied();
"""
NOT_EMPTIED = """
DROP TRIGGER only_emptied ON audit_event;
DROP TRIGGER only_added ON audit_event;
DROP FUNCTION only_emptied;
CREATE TRIGGER only_added BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_event FOR EACH STATEMENT EXECUTE FUNCTION only_added();
"""


def upgrade() -> None:
    op.create_table(
        "disclosure",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), primary_key=True),
        sa.Column("family_id", sa.BigInteger(), sa.ForeignKey("family.id", ondelete="CASCADE"), nullable=False),
        sa.Column("centre_id", sa.Integer(), sa.ForeignKey("centre.id")),
        sa.Column("recipient", sa.Text(), server_default="", nullable=False),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.Column("what", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("how", sa.Text(), nullable=False),
        sa.Column("told_on", sa.Date(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.CheckConstraint("(centre_id IS NULL) = (recipient <> '')", name=op.f("ck_disclosure_recipient")),
    )
    op.create_index(
        "uq_disclosure_once_a_day",
        "disclosure",
        ["family_id", sa.text("coalesce(centre_id, 0)"), "recipient", "how", "told_on"],
        unique=True,
    )
    op.create_index("ix_disclosure_told_on", "disclosure", ["told_on"])
    op.execute(
        "CREATE TRIGGER place_restamp AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON reach_area "
        "FOR EACH STATEMENT EXECUTE FUNCTION place_restamp()"
    )
    op.execute(EMPTIED)


def downgrade() -> None:
    op.execute(NOT_EMPTIED)
    op.execute("DROP TRIGGER place_restamp ON reach_area")
    op.drop_table("disclosure")
