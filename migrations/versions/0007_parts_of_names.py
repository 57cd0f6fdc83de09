"""A family is found by each part of its name too: O'Brien by Brien, Anne-Marie by Annemarie.

Only names with an apostrophe or a hyphen get other words. They are written a thousand at a time, each in a transaction of
its own, so that no booking waits; writing them twice changes nothing.

Revision ID: 0007
Revises: 0006
"""

import re
import unicodedata
from collections.abc import Callable

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

MARKS = dict.fromkeys(map(ord, "'\u2018\u2019\u02bc\u00b4`"), "'") | str.maketrans("\u2010\u2011\u2013\u2014", "----")
LETTERS = str.maketrans(
    {"ł": "l", "ø": "o", "đ": "d", "ð": "d", "ħ": "h", "ı": "i", "ŧ": "t", "æ": "ae", "œ": "oe", "þ": "th"}
)
BATCH = 1000
MARKED = sa.text(
    "SELECT id, name FROM family WHERE id > :after AND name ~ '[''`\u2018\u2019\u02bc\u00b4\u2010\u2011\u2013\u2014-]'"
    f" ORDER BY id LIMIT {BATCH}"
)
CHANGE = sa.text("UPDATE family SET name_words = CAST(:words AS tsvector) WHERE id = :id AND name = :name")


def plain(name: str) -> list[str]:
    parts = unicodedata.normalize("NFKD", name.replace("'", ""))
    letters = "".join(part for part in parts if not unicodedata.combining(part)).casefold().translate(LETTERS)
    return re.findall(r"[^\W_]+", letters)


def whole(name: str) -> list[str]:
    return plain(name.translate(MARKS))


def with_parts(name: str) -> list[str]:
    same = name.translate(MARKS)
    parted = [word for word in plain(same.replace("'", " ")) if len(word) > 1]
    return [*plain(same), *parted, *plain(same.replace("-", ""))]


def write(words: Callable[[str], list[str]]) -> None:
    bind, after = op.get_bind(), 0
    while rows := bind.execute(MARKED, {"after": after}).all():
        after = rows[-1].id
        quoted = [" ".join(f"'{word}'" for word in dict.fromkeys(words(row.name))) for row in rows]
        bind.execute(
            CHANGE, [{"id": row.id, "name": row.name, "words": text} for row, text in zip(rows, quoted, strict=True)]
        )


def upgrade() -> None:
    with op.get_context().autocommit_block():
        write(with_parts)


def downgrade() -> None:
    with op.get_context().autocommit_block():
        write(whole)
