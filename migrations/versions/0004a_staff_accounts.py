"""A centre worker may belong to several centres, and an account may be known to the council's single
sign-on; the record is searched by who acted and by what was done; a person's browser sessions are found by their owner."""

import sqlalchemy as sa
from alembic import op

revision = "0004a"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "staff_user_centre",
        sa.Column("user_id", sa.Integer(), sa.ForeignKey("staff_user.id", name=op.f("fk_staff_user_centre_user_id_staff_user"), ondelete="CASCADE"), nullable=False),
        sa.Column("centre_id", sa.Integer(), nullable=False, autoincrement=False),
        sa.PrimaryKeyConstraint("user_id", "centre_id", name=op.f("pk_staff_user_centre")),
    )
    op.create_index(op.f("ix_staff_user_centre_centre_id"), "staff_user_centre", ["centre_id"])
    op.execute("INSERT INTO staff_user_centre SELECT id, centre_id FROM staff_user WHERE centre_id IS NOT NULL")
    op.drop_index(op.f("ix_staff_user_centre_id"), "staff_user")
    op.drop_column("staff_user", "centre_id")
    op.add_column("staff_user", sa.Column("oidc_subject", sa.String(320)))
    op.add_column("browser_session", sa.Column("owner", sa.LargeBinary()))
    op.create_index(op.f("ix_browser_session_owner"), "browser_session", ["owner"])
    op.create_index("ix_audit_event_actor", "audit_event", ["actor", "id"])
    op.create_index("ix_audit_event_event", "audit_event", ["event", "id"])
    op.create_unique_constraint(op.f("uq_staff_user_oidc_subject"), "staff_user", ["oidc_subject"])


def downgrade() -> None:
    op.drop_index("ix_audit_event_event", "audit_event")
    op.drop_index("ix_audit_event_actor", "audit_event")
    op.drop_index(op.f("ix_browser_session_owner"), "browser_session")
    op.drop_column("browser_session", "owner")
    op.drop_constraint(op.f("uq_staff_user_oidc_subject"), "staff_user")
    op.drop_column("staff_user", "oidc_subject")
    op.add_column("staff_user", sa.Column("centre_id", sa.Integer()))
    op.create_index(op.f("ix_staff_user_centre_id"), "staff_user", ["centre_id"])
    op.execute("UPDATE staff_user SET centre_id = (SELECT min(centre_id) FROM staff_user_centre WHERE user_id = staff_user.id)")
    op.drop_table("staff_user_centre")
