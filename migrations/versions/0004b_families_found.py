"""A family on the telephone is found by the words of its name, its telephone number, e-mail address or a date of birth.

The words of the families that are there already are written here as the service writes them for new ones.
"""

import re
import unicodedata

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004b"
down_revision = "0004a"
branch_labels = None
depends_on = None

MARKS = dict.fromkeys(map(ord, "'\u2018\u2019\u02bc\u00b4`")) | str.maketrans("\u2010\u2011\u2013\u2014", "----")
LETTERS = str.maketrans(
    {"ł": "l", "ø": "o", "đ": "d", "ð": "d", "ħ": "h", "ı": "i", "ŧ": "t", "æ": "ae", "œ": "oe", "þ": "th"}
)
BATCH = 1000


def words(name):
    parts = unicodedata.normalize("NFKD", name.translate(MARKS))
    letters = "".join(part for part in parts if not unicodedata.combining(part)).casefold().translate(LETTERS)
    return " ".join(f"'{word}'" for word in re.findall(r"[^\W_]+", letters))


def upgrade() -> None:
    op.add_column("family", sa.Column("name_words", postgresql.TSVECTOR(), server_default=sa.text("''"), nullable=False))
    bind = op.get_bind()
    change = sa.text("UPDATE family SET name_words = CAST(:words AS tsvector) WHERE id = :id")
    names = bind.execute(sa.text("SELECT id, name FROM family")).all()
    for start in range(0, len(names), BATCH):
        bind.execute(change, [{"id": row.id, "words": words(row.name)} for row in names[start : start + BATCH]])
    op.create_index("ix_family_name_words", "family", ["name_words"], postgresql_using="gin")
    op.create_index("ix_family_born", "family", ["born"], postgresql_using="gin")
    op.create_index("ix_family_mobile", "family", ["mobile"])
    op.create_index("ix_family_email", "family", [sa.text("lower(email)")])


def downgrade() -> None:
    for name in ("email", "mobile", "born", "name_words"):
        op.drop_index(f"ix_family_{name}", table_name="family")
    op.drop_column("family", "name_words")
