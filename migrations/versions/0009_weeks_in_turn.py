"""A half-day of a weekly pattern may be worked in every second week: weeks A and weeks B take turns.

Every half-day there is stays one of every week; the column has a default, so no row is written.

Revision ID: 0009
Revises: 0008
"""

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

UNIQUE = "uq_pattern_half_day_pattern_id"


def upgrade() -> None:
    op.execute("ALTER TABLE pattern_half_day ADD COLUMN weeks text NOT NULL DEFAULT 'every'")
    op.execute(
        "ALTER TABLE pattern_half_day ADD CONSTRAINT ck_pattern_half_day_weeks CHECK (weeks IN ('every', 'a', 'b'))"
    )
    op.execute(f"ALTER TABLE pattern_half_day DROP CONSTRAINT {UNIQUE}")
    op.execute(f"ALTER TABLE pattern_half_day ADD CONSTRAINT {UNIQUE} UNIQUE (pattern_id, weekday, half, weeks)")


def downgrade() -> None:
    # What cannot be said without the column is worked in every week, as in weeks A where both have something.
    op.execute("""
        DELETE FROM pattern_half_day b USING pattern_half_day a
         WHERE b.weeks = 'b' AND a.weeks = 'a' AND (a.pattern_id, a.weekday, a.half) = (b.pattern_id, b.weekday, b.half)""")
    op.execute(f"ALTER TABLE pattern_half_day DROP CONSTRAINT {UNIQUE}")
    op.execute(f"ALTER TABLE pattern_half_day ADD CONSTRAINT {UNIQUE} UNIQUE (pattern_id, weekday, half)")
    op.execute("ALTER TABLE pattern_half_day DROP COLUMN weeks")
