"""Families are known from other sources than their booking: agreements, links between records, memberships, reach areas.

New columns are empty or have one value for every row, so no table is written anew; checks are looked at afterwards. An answer
on sharing gets the centre its question named: until now that of the family's booking.

Revision ID: 0016
Revises: 0015
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

CHECKS = {
    "source": "source IN ('booking', 'live_births', 'moved_in', 'member')",
    "agreement": "(source = 'live_births') = (agreement_id IS NOT NULL)",
    "imd_decile": "imd_decile BETWEEN 1 AND 10",
}
FAMILY = """
ALTER TABLE family
  ADD COLUMN source text NOT NULL DEFAULT 'booking',
  ADD COLUMN agreement_id integer CONSTRAINT fk_family_agreement_id_sharing_agreement REFERENCES sharing_agreement,
  ADD COLUMN postcode text,
  ADD COLUMN home_centre_id integer CONSTRAINT fk_family_home_centre_id_centre REFERENCES centre,
  ADD COLUMN imd_decile smallint,
  ADD COLUMN noticed_on date,
  ADD COLUMN left_area_on date,
  ADD COLUMN details_gone_at timestamptz,
  ADD COLUMN link_digest bytea CONSTRAINT uq_family_link_digest UNIQUE
"""
# Answers are only ever added; this once the centre is written beside them, in the transaction that makes the column.
ANSWERS = """
ALTER TABLE sharing_answer ADD COLUMN centre_id integer CONSTRAINT fk_sharing_answer_centre_id_centre REFERENCES centre;
ALTER TABLE sharing_answer DISABLE TRIGGER only_added;
UPDATE sharing_answer a SET centre_id = b.centre_id
  FROM (SELECT DISTINCT ON (family_id) family_id, centre_id FROM booking ORDER BY family_id, id DESC) b
 WHERE b.family_id = a.family_id;
ALTER TABLE sharing_answer ENABLE TRIGGER only_added;
"""


def upgrade() -> None:
    _agreements()
    _links()
    _members_and_areas()
    op.execute(FAMILY)
    for name, rule in CHECKS.items():
        op.execute(f"ALTER TABLE family ADD CONSTRAINT ck_family_{name} CHECK ({rule}) NOT VALID")
        op.execute(f"ALTER TABLE family VALIDATE CONSTRAINT ck_family_{name}")
    for column in ("home_centre_id", "agreement_id"):
        op.create_index(f"ix_family_{column}", "family", [column], postgresql_where=sa.text(f"{column} IS NOT NULL"))
    op.execute(ANSWERS)


def _agreements() -> None:
    words = ("source", "provider", "recipient", "purpose", "lawful_basis", "gateway", "frequency", "method", "access_roles",
             "notice", "provider_contact", "recipient_contact", "made_by")  # fmt: skip
    op.create_table(
        "sharing_agreement",
        sa.Column("id", sa.Integer(), sa.Identity(always=True), primary_key=True),
        *(sa.Column(word, sa.Text(), nullable=False) for word in words),
        sa.Column("state", sa.Text(), server_default="draft", nullable=False),
        sa.Column("items", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("retention_days", sa.Integer(), nullable=False),
        sa.Column("notice_days", sa.Integer(), server_default=sa.text("14"), nullable=False),
        sa.Column("signatories", postgresql.JSONB(), server_default=sa.text("'[]'"), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("review_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date()),
        sa.Column("made_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False),
        sa.CheckConstraint("state IN ('draft', 'in_force', 'ended')", name=op.f("ck_sharing_agreement_state")),
        sa.CheckConstraint("frequency IN ('weekly', 'monthly', 'quarterly', 'yearly')", name=op.f("ck_sharing_agreement_frequency")),
        sa.CheckConstraint("notice IN ('by_source', 'by_letter')", name=op.f("ck_sharing_agreement_notice")),
        sa.CheckConstraint("retention_days BETWEEN 1 AND 3660 AND notice_days BETWEEN 0 AND 90", name=op.f("ck_sharing_agreement_days")),
        sa.CheckConstraint("starts_on <= ends_on", name=op.f("ck_sharing_agreement_span")),
    )
    op.create_index(
        "uq_sharing_agreement_in_force", "sharing_agreement", ["source"], unique=True, postgresql_where=sa.text("state = 'in_force'")
    )


def _links() -> None:
    now = sa.text("clock_timestamp()")
    op.create_table(
        "link_run",
        sa.Column("id", sa.Integer(), sa.Identity(always=True), primary_key=True),
        sa.Column("state", sa.Text(), server_default="waiting", nullable=False),
        sa.Column("method", sa.Text(), server_default="splink", nullable=False),
        sa.Column("done", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("total", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("result", postgresql.JSONB()),
        sa.Column("asked_by", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), server_default=now, nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True)),
        sa.CheckConstraint("state IN ('waiting', 'running', 'done', 'failed')", name=op.f("ck_link_run_state")),
    )
    op.create_table(
        "family_link",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), primary_key=True),
        sa.Column("a_id", sa.BigInteger(), sa.ForeignKey("family.id", ondelete="CASCADE"), nullable=False),
        sa.Column("b_id", sa.BigInteger(), sa.ForeignKey("family.id", ondelete="CASCADE"), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("probability", sa.Float(), nullable=False),
        sa.Column("method", sa.Text(), nullable=False),
        sa.Column("run_id", sa.Integer(), sa.ForeignKey("link_run.id")),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), server_default=now, nullable=False),
        sa.Column("superseded_at", sa.DateTime(timezone=True)),
        sa.CheckConstraint("a_id < b_id", name=op.f("ck_family_link_order")),
        sa.CheckConstraint("state IN ('linked', 'to_review', 'apart')", name=op.f("ck_family_link_state")),
        sa.CheckConstraint("probability BETWEEN 0 AND 1", name=op.f("ck_family_link_probability")),
    )
    current = sa.text("superseded_at IS NULL")
    op.create_index("uq_family_link_now", "family_link", ["a_id", "b_id"], unique=True, postgresql_where=current)
    op.create_index("ix_family_link_b_id", "family_link", ["b_id"], postgresql_where=current)


def _members_and_areas() -> None:
    op.create_table(
        "membership",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), primary_key=True),
        sa.Column("family_id", sa.BigInteger(), sa.ForeignKey("family.id", ondelete="CASCADE"), nullable=False),
        sa.Column("centre_id", sa.Integer(), sa.ForeignKey("centre.id"), nullable=False),
        sa.Column("joined_on", sa.Date(), nullable=False),
        sa.Column("left_on", sa.Date()),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("source_key", sa.Text(), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False),
    )
    op.create_index("uq_membership_source_key", "membership", ["source", "source_key"], unique=True)
    op.create_index("ix_membership_family_id", "membership", ["family_id"])
    op.create_index("ix_membership_centre_id", "membership", ["centre_id", "joined_on"])
    op.create_table(
        "reach_area",
        sa.Column("lsoa", sa.Text(), primary_key=True),
        sa.Column("centre_id", sa.Integer(), sa.ForeignKey("centre.id"), nullable=False),
    )
    op.create_index("ix_reach_area_centre_id", "reach_area", ["centre_id"])


def downgrade() -> None:
    op.execute("ALTER TABLE sharing_answer DROP COLUMN centre_id")
    # Only those who booked were known before.
    op.execute("DELETE FROM family WHERE source <> 'booking'")
    columns = ("source", "agreement_id", "postcode", "home_centre_id", "imd_decile", "noticed_on", "left_area_on",
               "details_gone_at", "link_digest")  # fmt: skip
    op.execute("ALTER TABLE family " + ", ".join(f"DROP COLUMN {column}" for column in columns))
    for table in ("reach_area", "membership", "family_link", "link_run", "sharing_agreement"):
        op.drop_table(table)
