"""Live birth data: mappings of columns, files, births, monthly counts, and proof that what was due was deleted.

New tables only, so nothing that serves now is held up. What proves a deletion is only ever added to.

Revision ID: 0017
Revises: 0016
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

NOW = sa.text("clock_timestamp()")


def _moment(name: str, *, now: bool = False, empty: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=empty, server_default=NOW if now else None)


def _words(*names: str, empty: bool = False) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text(), nullable=empty) for name in names]


def _numbers(*names: str) -> list[sa.Column[int]]:
    return [sa.Column(name, sa.Integer(), nullable=False) for name in names]


def upgrade() -> None:
    op.create_table(
        "source_mapping",
        sa.Column("source", sa.Text(), primary_key=True),
        sa.Column("columns", postgresql.JSONB(), nullable=False),
        *_words("saved_by"),
        _moment("saved_at", now=True),
    )
    _files()
    _births()
    op.create_table(
        "deletion",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), primary_key=True),
        *_words("kind", "digest", "rule", "actor"),
        sa.Column("agreement_id", sa.Integer(), sa.ForeignKey("sharing_agreement.id"), index=True),
        *_numbers("rows"),
        _moment("at", now=True),
    )
    op.execute(
        "CREATE TRIGGER only_added BEFORE UPDATE OR DELETE OR TRUNCATE ON deletion FOR EACH STATEMENT EXECUTE FUNCTION only_added()"
    )


def _files() -> None:
    op.create_table(
        "birth_file",
        sa.Column("id", sa.Integer(), sa.Identity(always=True), primary_key=True),
        sa.Column("agreement_id", sa.Integer(), sa.ForeignKey("sharing_agreement.id"), nullable=False),
        sa.Column("kind", sa.Text(), server_default="births", nullable=False),
        *_words("source", "name", "sha256", "actor"),
        sa.Column("period", sa.Date()),
        *_numbers("rows", "added", "changed", "unchanged", "removed"),
        sa.Column("dropped", postgresql.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        _moment("received_at"),
        sa.UniqueConstraint("source", "sha256"),
        sa.CheckConstraint("kind IN ('births', 'counts')", name=op.f("ck_birth_file_kind")),
    )
    op.create_index("ix_birth_file_agreement_id", "birth_file", ["agreement_id", "received_at"])
    op.create_table(
        "birth_count",
        sa.Column("source", sa.Text(), primary_key=True),
        sa.Column("centre_id", sa.Integer(), sa.ForeignKey("centre.id"), primary_key=True),
        sa.Column("month", sa.Date(), primary_key=True),
        *_numbers("births"),
        sa.Column("file_id", sa.Integer(), sa.ForeignKey("birth_file.id"), nullable=False),
        sa.CheckConstraint("births >= 0 AND extract(day FROM month) = 1", name=op.f("ck_birth_count_births")),
    )


def _births() -> None:
    op.create_table(
        "birth_record",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), primary_key=True),
        sa.Column("agreement_id", sa.Integer(), sa.ForeignKey("sharing_agreement.id"), nullable=False),
        *_words("source", "source_key"),
        sa.Column("file_id", sa.Integer(), sa.ForeignKey("birth_file.id"), nullable=False),
        sa.Column("family_id", sa.BigInteger(), sa.ForeignKey("family.id", ondelete="CASCADE"), nullable=False),
        sa.Column("born", sa.Date(), nullable=False),
        sa.Column("birth_order", sa.SmallInteger(), server_default=sa.text("1"), nullable=False),
        *_words("sex", "baby_given", "baby_surname", "mother_given", "mother_surname", empty=True),
        sa.Column("mother_born", sa.Date()),
        *_words("house", "address", "postcode", "phone", "email", empty=True),
        sa.Column("received_on", sa.Date(), nullable=False),
        _moment("erased_at", empty=True),
        sa.UniqueConstraint("source", "source_key"),
        sa.CheckConstraint("sex IN ('F', 'M')", name=op.f("ck_birth_record_sex")),
    )
    for name, columns in {
        "ix_birth_record_family_id": ["family_id"],
        "ix_birth_record_born": ["born"],
        "ix_birth_record_received_on": ["agreement_id", "received_on"],
    }.items():
        op.create_index(name, "birth_record", columns)


def downgrade() -> None:
    for table in ("deletion", "birth_record", "birth_count", "birth_file", "source_mapping"):
        op.drop_table(table)
