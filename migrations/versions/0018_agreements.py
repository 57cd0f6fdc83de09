"""An agreement keeps where births come from, what else was agreed, and its text as it was signed.

Columns are empty or have one value for every row, so the table is not written anew.

Revision ID: 0018
Revises: 0017
"""

from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        ALTER TABLE sharing_agreement
          ADD COLUMN origin text NOT NULL DEFAULT 'nhs'
              CONSTRAINT ck_sharing_agreement_origin CHECK (origin IN ('nhs', 'registration', 'other')),
          ADD COLUMN other_terms text NOT NULL DEFAULT '',
          ADD COLUMN signed_text jsonb""")


def downgrade() -> None:
    op.execute("ALTER TABLE sharing_agreement DROP COLUMN origin, DROP COLUMN other_terms, DROP COLUMN signed_text")
