"""What happens at centres, by kind and days; services that are told once; centre workers at the office; facts of visits.

The new columns have one value for every row, so the table is not written anew; checks are looked at afterwards. What stood in
the timetable gets the kind that its name tells.

Revision ID: 0022
Revises: 0021
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

NOW = sa.text("clock_timestamp()")
COLUMNS = """
ALTER TABLE centre_service
  ADD COLUMN kind text NOT NULL DEFAULT 'other',
  ADD COLUMN first_on date,
  ADD COLUMN last_on date,
  ADD COLUMN term_time boolean NOT NULL DEFAULT false,
  ADD COLUMN on_holidays boolean NOT NULL DEFAULT false,
  ADD COLUMN note text NOT NULL DEFAULT ''
"""
CHECKS = {
    "kind": "kind IN ('stay_and_play', 'weighing_clinic', 'advice', 'health_visitor', 'other')",
    "span": "first_on <= last_on",
}
KINDS = """
UPDATE centre_service SET kind = CASE
  WHEN title ILIKE '%health visitor%' THEN 'health_visitor'
  WHEN title ILIKE '%weigh%' THEN 'weighing_clinic'
  WHEN title ILIKE '%stay and play%' OR title ILIKE '%stay & play%' THEN 'stay_and_play'
  WHEN title ILIKE '%advice%' OR title ILIKE '%support%' THEN 'advice'
  ELSE 'other' END
"""


def _moment(name: str, *, now: bool = False, empty: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=empty, server_default=NOW if now else None)


def _words(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text(), nullable=False) for name in names]


def _number(kind: type[sa.Integer] = sa.Integer, *, always: bool = True) -> sa.Column[int]:
    return sa.Column("id", kind(), sa.Identity(always=always), primary_key=True)


def upgrade() -> None:
    op.execute(COLUMNS)
    for name, rule in CHECKS.items():
        op.execute(f"ALTER TABLE centre_service ADD CONSTRAINT ck_centre_service_{name} CHECK ({rule}) NOT VALID")
        op.execute(f"ALTER TABLE centre_service VALIDATE CONSTRAINT ck_centre_service_{name}")
    op.execute(KINDS)
    _cancelled()
    _visits_and_turns()
    _services()
    _tellings()


def _cancelled() -> None:
    op.create_table(
        "service_cancelled",
        _number(always=False),
        sa.Column("service_id", sa.Integer(), sa.ForeignKey("centre_service.id", ondelete="CASCADE"), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        *_words("made_by"),
        _moment("made_at", now=True),
        sa.UniqueConstraint("service_id", "day"),
    )
    op.execute(
        "CREATE TRIGGER place_restamp AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON service_cancelled "
        "FOR EACH STATEMENT EXECUTE FUNCTION place_restamp()"
    )


def _visits_and_turns() -> None:
    op.create_table(
        "visit_fact",
        sa.Column("booking_id", sa.BigInteger(), sa.ForeignKey("booking.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("health_visitor_on_site", sa.Boolean(), nullable=False),
        *_words("source", "recorded_by"),
        _moment("recorded_at", now=True),
        sa.CheckConstraint("source IN ('timetable', 'said')", name=op.f("ck_visit_fact_source")),
    )
    op.create_table(
        "office_turn",
        _number(),
        sa.Column("user_id", sa.Integer(), sa.ForeignKey("staff_user.id", ondelete="CASCADE"), nullable=False),
        sa.Column("centre_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        *_words("half"),
        sa.Column("begins", sa.Time(), nullable=False),
        sa.Column("ends", sa.Time(), nullable=False),
        *_words("made_by"),
        _moment("made_at", now=True),
        sa.UniqueConstraint("user_id", "day", "half"),
        sa.CheckConstraint("half IN ('morning', 'afternoon', 'evening')", name=op.f("ck_office_turn_half")),
        sa.CheckConstraint("begins < ends", name=op.f("ck_office_turn_times")),
    )
    op.create_index("ix_office_turn_centre_id", "office_turn", ["centre_id", "day"])


def _services() -> None:
    op.create_table(
        "told_service",
        _number(),
        sa.Column("name", sa.Text(), nullable=False, unique=True),
        *_words("kind", "way", "made_by"),
        sa.Column("centre_id", sa.Integer(), sa.ForeignKey("centre.id")),
        sa.Column("url", sa.Text()),
        sa.Column("items", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("active", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("secret_number", sa.Integer(), server_default=sa.text("1"), nullable=False),
        _moment("made_at", now=True),
        sa.CheckConstraint("kind IN ('centre', 'health_visiting', 'library', 'other')", name=op.f("ck_told_service_kind")),
        sa.CheckConstraint("way IN ('webhook', 'file')", name=op.f("ck_told_service_way")),
        sa.CheckConstraint("(way = 'webhook') = (url IS NOT NULL)", name=op.f("ck_told_service_url")),
        sa.CheckConstraint("(kind = 'centre') = (centre_id IS NOT NULL)", name=op.f("ck_told_service_centre")),
    )
    op.create_table(
        "telling_answer",
        _number(sa.BigInteger),
        sa.Column("family_id", sa.BigInteger(), sa.ForeignKey("family.id", ondelete="CASCADE"), nullable=False),
        sa.Column("service_id", sa.Integer(), sa.ForeignKey("told_service.id"), nullable=False, index=True),
        sa.Column("share", sa.Boolean(), nullable=False),
        *_words("wording_version", "route", "recorded_by"),
        _moment("at", now=True),
    )
    op.create_index("ix_telling_answer_family_id", "telling_answer", ["family_id", "service_id"])
    op.execute(
        "CREATE TRIGGER only_added BEFORE UPDATE ON telling_answer FOR EACH STATEMENT EXECUTE FUNCTION only_added()"
    )


def _tellings() -> None:
    op.create_table(
        "telling",
        _number(sa.BigInteger),
        sa.Column("public_id", sa.Uuid(), nullable=False, unique=True),
        sa.Column("service_id", sa.Integer(), sa.ForeignKey("told_service.id"), nullable=False),
        sa.Column("family_id", sa.BigInteger(), sa.ForeignKey("family.id", ondelete="SET NULL")),
        *_words("reference", "event"),
        sa.Column("state", sa.Text(), server_default="waiting", nullable=False),
        sa.Column("tries", sa.Integer(), server_default=sa.text("0"), nullable=False),
        _moment("due_at"),
        _moment("claimed_at", empty=True),
        sa.Column("problem", sa.Text(), server_default="", nullable=False),
        _moment("made_at", now=True),
        _moment("settled_at", empty=True),
        sa.CheckConstraint("event IN ('told', 'forget')", name=op.f("ck_telling_event")),
        sa.CheckConstraint("state IN ('waiting', 'delivered', 'dead', 'withdrawn')", name=op.f("ck_telling_state")),
    )
    op.create_index("ix_telling_family_id", "telling", ["family_id", "service_id"])
    op.create_index("ix_telling_service_id", "telling", ["service_id", "id"])
    op.create_index("ix_telling_due_at", "telling", ["due_at"], postgresql_where=sa.text("state = 'waiting'"))


def downgrade() -> None:
    for table in ("telling", "telling_answer", "told_service", "office_turn", "visit_fact", "service_cancelled"):
        op.drop_table(table)
    op.execute(
        "ALTER TABLE centre_service DROP CONSTRAINT ck_centre_service_kind, DROP CONSTRAINT ck_centre_service_span, "
        "DROP COLUMN kind, DROP COLUMN first_on, DROP COLUMN last_on, DROP COLUMN term_time, DROP COLUMN on_holidays, "
        "DROP COLUMN note"
    )
