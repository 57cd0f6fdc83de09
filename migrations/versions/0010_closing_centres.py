"""A centre closes for good: a plan of cover may be for a centre, a centre may have a successor, and its sessions are marked.

New columns are empty on every row there is, so nothing is written; checks are looked at afterwards and hold no booking up.

Revision ID: 0010
Revises: 0009
"""

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

RECORDED = "(state IN ('sent', 'settled')) = (absence_id IS NOT NULL)"
NEW = {
    ("centre", "successor"): "successor_id <> id",
    ("cover_plan", "of_one"): "(registrar_id IS NULL) <> (centre_id IS NULL)",
    ("cover_plan", "ends"): "(ends_at IS NULL) = (registrar_id IS NULL)",
    ("cover_plan", "merged"): "successor_id IS NULL OR centre_id IS NOT NULL AND successor_id <> centre_id",
}
WAYS = "'take_over', 'same_time', {}'same_centre', 'other_centre', 'office', 'call'"
SAME = "'same_registrar', "
WITHDRAWN = "withdrawn_for IS NULL OR (state = 'withdrawn' AND withdrawn_for IN ('closed_day', 'leaving'{}))"


def _check(table: str, name: str, rule: str) -> None:
    op.execute(f"ALTER TABLE {table} ADD CONSTRAINT ck_{table}_{name} CHECK ({rule}) NOT VALID")
    op.execute(f"ALTER TABLE {table} VALIDATE CONSTRAINT ck_{table}_{name}")


def _replaced(table: str, name: str, rule: str) -> None:
    op.execute(f"ALTER TABLE {table} DROP CONSTRAINT ck_{table}_{name}")
    _check(table, name, rule)


def upgrade() -> None:
    op.execute("ALTER TABLE centre ADD COLUMN successor_id integer CONSTRAINT fk_centre_successor_id_centre REFERENCES centre")
    op.execute("ALTER TABLE cover_plan ALTER COLUMN registrar_id DROP NOT NULL, ALTER COLUMN ends_at DROP NOT NULL")
    op.execute("""
        ALTER TABLE cover_plan
          ADD COLUMN centre_id integer CONSTRAINT fk_cover_plan_centre_id_centre REFERENCES centre,
          ADD COLUMN successor_id integer CONSTRAINT fk_cover_plan_successor_id_centre REFERENCES centre,
          ADD COLUMN was_to date""")
    op.execute("CREATE INDEX ix_cover_plan_centre_id ON cover_plan (centre_id)")
    for (table, name), rule in NEW.items():
        _check(table, name, rule)
    _replaced("cover_plan", "recorded", f"registrar_id IS NULL OR {RECORDED}")
    _replaced("cover_line", "way", f"way IN ({WAYS.format(SAME)})")
    _replaced("session", "withdrawn_for", WITHDRAWN.format(", 'centre_closed'"))


def downgrade() -> None:
    # What cannot be said without the columns goes: the plans for centres, not what they did.
    op.execute("DELETE FROM cover_line l USING cover_plan p WHERE p.id = l.plan_id AND p.centre_id IS NOT NULL")
    op.execute("DELETE FROM cover_plan WHERE centre_id IS NOT NULL")
    op.execute("UPDATE session SET withdrawn_for = NULL WHERE withdrawn_for = 'centre_closed'")
    _replaced("session", "withdrawn_for", WITHDRAWN.format(""))
    _replaced("cover_line", "way", f"way IN ({WAYS.format('')})")
    _replaced("cover_plan", "recorded", RECORDED)
    op.execute("ALTER TABLE cover_plan DROP CONSTRAINT ck_cover_plan_ends")  # the other new checks go with their columns
    op.execute("ALTER TABLE cover_plan DROP COLUMN centre_id, DROP COLUMN successor_id, DROP COLUMN was_to")
    op.execute("ALTER TABLE cover_plan ALTER COLUMN registrar_id SET NOT NULL, ALTER COLUMN ends_at SET NOT NULL")
    op.execute("ALTER TABLE centre DROP COLUMN successor_id")
