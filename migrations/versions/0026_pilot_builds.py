"""Protocols of the pilot and the bundles built by them: new tables alone, which nothing that runs looks at.

Revision ID: 0026
Revises: 0025
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def _stamp(name, *, nullable=True):
    default = None if nullable else sa.text("clock_timestamp()")
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable, server_default=default)


def upgrade():
    op.create_table(
        "pilot_protocol",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("registered_by", sa.Text(), nullable=False),
        _stamp("registered_at", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pilot_protocol")),
        sa.UniqueConstraint("sha256", name=op.f("uq_pilot_protocol_sha256")),
    )
    op.execute(
        "CREATE TRIGGER only_added BEFORE UPDATE OR DELETE OR TRUNCATE ON pilot_protocol "
        "FOR EACH STATEMENT EXECUTE FUNCTION only_added()"
    )
    op.create_table(
        "pilot_build",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("protocol_id", sa.BigInteger(), nullable=True),
        sa.Column("state", sa.Text(), server_default="waiting", nullable=False),
        sa.Column("stage", sa.Text(), server_default="", nullable=False),
        sa.Column("share", sa.Float(), server_default=sa.text("0"), nullable=False),
        sa.Column("stop_asked", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("asked_by", sa.Text(), nullable=False),
        _stamp("asked_at", nullable=False),
        _stamp("began_at"),
        _stamp("beat_at"),
        _stamp("ended_at"),
        sa.Column("faults", postgresql.JSONB(), server_default=sa.text("'[]'"), nullable=False),
        sa.Column("manifest", postgresql.JSONB(), nullable=True),
        sa.Column("bundle", sa.LargeBinary(), nullable=True),
        _stamp("released_at"),
        sa.Column("released_by", sa.Text(), nullable=True),
        sa.Column("released_for", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "state IN ('waiting', 'running', 'done', 'stopped', 'failed')", name=op.f("ck_pilot_build_state")
        ),
        sa.CheckConstraint("share BETWEEN 0 AND 1", name=op.f("ck_pilot_build_share")),
        sa.CheckConstraint("(state = 'done') = (bundle IS NOT NULL)", name=op.f("ck_pilot_build_bundle")),
        sa.CheckConstraint("released_at IS NULL OR state = 'done'", name=op.f("ck_pilot_build_released")),
        sa.ForeignKeyConstraint(
            ["protocol_id"], ["pilot_protocol.id"], name=op.f("fk_pilot_build_protocol_id_pilot_protocol")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pilot_build")),
    )
    op.create_index(
        "ix_pilot_build_at_work", "pilot_build", ["id"], postgresql_where=sa.text("state IN ('waiting', 'running')")
    )


def downgrade():
    op.drop_table("pilot_build")
    op.drop_table("pilot_protocol")
