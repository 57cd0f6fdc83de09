"""The ledger of what left the evaluation, only ever added to, and requests for rows.

Two new tables: nothing that serves now is held up.

Revision ID: 0025
Revises: 0024
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "pilot_release",
        sa.Column("number", sa.BigInteger(), autoincrement=False, primary_key=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("kind", "who", "why", "specification")),
        sa.Column("counts", postgresql.JSONB(), nullable=False),
        sa.Column("files", postgresql.JSONB(), nullable=False),
        sa.Column("previous", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.CheckConstraint("kind IN ('tables', 'row_level')", name=op.f("ck_pilot_release_kind")),
        sa.UniqueConstraint("digest", name=op.f("uq_pilot_release_digest")),
    )
    op.execute(
        "CREATE TRIGGER only_added BEFORE UPDATE OR DELETE OR TRUNCATE ON pilot_release "
        "FOR EACH STATEMENT EXECUTE FUNCTION only_added()"
    )
    op.create_table(
        "pilot_row_level_request",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), primary_key=True),
        sa.Column("asked_by", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("evaluator", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), server_default="asked", nullable=False),
        sa.Column("decided_by", sa.Text()),
        sa.Column("decided_at", sa.DateTime(timezone=True)),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True)),
        sa.Column("key", sa.LargeBinary()),
        sa.Column("file_sha256", sa.Text()),
        sa.CheckConstraint(
            "state IN ('asked', 'approved', 'refused', 'expired')", name=op.f("ck_pilot_row_level_request_state")
        ),
        sa.CheckConstraint(
            "decided_by IS NULL OR decided_by <> asked_by", name=op.f("ck_pilot_row_level_request_second_person")
        ),
        sa.CheckConstraint("(key IS NOT NULL) = (state = 'approved')", name=op.f("ck_pilot_row_level_request_key")),
    )
    op.create_index(
        "ix_pilot_row_level_request_due",
        "pilot_row_level_request",
        ["expires_at"],
        postgresql_where=sa.text("state = 'approved'"),
    )


def downgrade() -> None:
    op.drop_table("pilot_row_level_request")
    op.drop_table("pilot_release")
