"""What the pilot's evaluation is made of: pseudonymous events that are only ever added to, the lot, and from when centres take part.

An event may go for one reason alone: its family lost a baby, and stands in pilot_loss. The database checks it. Keys are made by
pilot_key(), from two secrets of this database that never leave it: once they are deleted, no event can be told whose it is.

Revision ID: 0024
Revises: 0023
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

KINDS = (
    "'born', 'fed', 'booked', 'moved', 'cancelled', 'attended', 'dna', 'registered', 'joined', 'used', 'contacted', "
    "'objected', 'moved_away'"
)
NOW = sa.text("clock_timestamp()")
# Of many keys at once the second form is asked, which the planner writes into the statement.
# A hash of a hash with two secrets of 64 bytes, which is what HMAC is (RFC 2104), its two pads drawn apart.
KEYS = """
INSERT INTO pilot_secret (inner_key, outer_key)
SELECT string_agg(sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())), ''),
       string_agg(sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())), '') FROM generate_series(1, 2);
CREATE FUNCTION pilot_key(what text, inner_key bytea, outer_key bytea) RETURNS text LANGUAGE sql STABLE AS $$
  SELECT left(encode(sha256(outer_key || sha256(inner_key || convert_to(what, 'UTF8'))), 'hex'), 32)
$$;
CREATE FUNCTION pilot_key(what text) RETURNS text LANGUAGE sql STABLE AS $$
  SELECT pilot_key(what, inner_key, outer_key) FROM pilot_secret
$$;
CREATE TRIGGER only_added BEFORE UPDATE OR TRUNCATE ON pilot_secret FOR EACH STATEMENT EXECUTE FUNCTION only_added();
"""
GUARD = """
CREATE FUNCTION pilot_event_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM pilot_loss WHERE family_key = OLD.family_key) THEN RETURN OLD; END IF;
  RAISE EXCEPTION 'Events of the pilot stay, unless their family lost a baby.' USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER pilot_event_stays BEFORE DELETE ON pilot_event FOR EACH ROW EXECUTE FUNCTION pilot_event_stays();
CREATE TRIGGER only_added BEFORE UPDATE OR TRUNCATE ON pilot_event FOR EACH STATEMENT EXECUTE FUNCTION only_added();
CREATE TRIGGER only_added BEFORE UPDATE OR DELETE OR TRUNCATE ON pilot_lot FOR EACH STATEMENT EXECUTE FUNCTION only_added();
"""


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False)


def _moment(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), server_default=NOW, nullable=False)


def upgrade() -> None:
    op.create_table(
        "pilot_secret",
        sa.Column("one", sa.Boolean(), server_default=sa.text("true"), primary_key=True),
        sa.Column("inner_key", sa.LargeBinary(), nullable=False),
        sa.Column("outer_key", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("one", name=op.f("ck_pilot_secret_one")),
    )
    op.create_table("pilot_loss", sa.Column("family_key", sa.Text(), primary_key=True), _moment("at"))
    _events()
    _roll_out()
    op.execute(KEYS)
    op.execute(GUARD)


def _events() -> None:
    op.create_table(
        "pilot_event",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), primary_key=True),
        _text("kind"),
        _text("source_key"),
        sa.Column("version", sa.SmallInteger(), nullable=False),
        _text("family_key"),
        sa.Column("birth_key", sa.Text()),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("centre_id", sa.Integer(), sa.ForeignKey("centre.id")),
        _text("route"),
        sa.Column("facts", postgresql.JSONB(), nullable=False),
        sa.Column("undone", sa.Boolean(), nullable=False),
        _moment("recorded_at"),
        sa.UniqueConstraint("source_key", "version"),
        sa.CheckConstraint(f"kind IN ({KINDS})", name=op.f("ck_pilot_event_kind")),
    )
    op.create_index("ix_pilot_event_family_key", "pilot_event", ["family_key"])


def _roll_out() -> None:
    op.create_table(
        "pilot_lot",
        sa.Column("id", sa.Integer(), sa.Identity(always=True), primary_key=True),
        _text("seed"),
        _text("unit"),
        sa.Column("units", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("steps", sa.Integer(), nullable=False),
        sa.Column("drawn", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("begins", postgresql.ARRAY(sa.Date()), nullable=False),
        _text("drawn_by"),
        sa.Column("drawn_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("unit IN ('cluster', 'centre')", name=op.f("ck_pilot_lot_unit")),
        sa.CheckConstraint(
            "steps = cardinality(begins) AND steps BETWEEN 1 AND cardinality(units)", name=op.f("ck_pilot_lot_steps")
        ),
    )
    op.create_table(
        "centre_roll_out",
        sa.Column("centre_id", sa.Integer(), sa.ForeignKey("centre.id"), primary_key=True),
        sa.Column("pilot_from", sa.Date()),
        sa.Column("lot_id", sa.Integer(), sa.ForeignKey("pilot_lot.id")),
        _text("set_by"),
        _moment("set_at"),
    )


def downgrade() -> None:
    for table in ("centre_roll_out", "pilot_lot", "pilot_event", "pilot_loss", "pilot_secret"):
        op.drop_table(table)
    op.execute("DROP FUNCTION pilot_event_stays; DROP FUNCTION pilot_key(text); DROP FUNCTION pilot_key(text, bytea, bytea)")
