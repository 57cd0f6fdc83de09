"""What a migration must not do while the release before serves, found in the statements it sends."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_NAME = r'(?:IF (?:NOT )?EXISTS )?(?:ONLY )?"?(\w+)"?'
_CREATED = re.compile(rf"CREATE (?:UNLOGGED )?TABLE {_NAME}", re.IGNORECASE)
_VOLATILE = r"clock_timestamp|statement_timestamp|timeofday|random|gen_random_uuid|nextval|uuidv"
#: By kind: how it is found; the table is the first group.
SIGNS = {
    "index built while nobody can write": rf"CREATE (?:UNIQUE )?INDEX (?!CONCURRENTLY)(?:IF NOT EXISTS )?\S+ ON {_NAME}",
    "column that writes every row anew": rf"ALTER TABLE {_NAME}[^;]*ADD COLUMN[^;]*DEFAULT[^,;]*(?:{_VOLATILE})\b",
    "column generated for every row": rf"ALTER TABLE {_NAME}[^;]*ADD COLUMN[^;]*GENERATED ALWAYS AS (?!IDENTITY)",
    "type changed": rf"ALTER TABLE {_NAME}[^;]*ALTER COLUMN \S+ (?:SET DATA )?TYPE",
    "not null looked up under a lock": rf"ALTER TABLE {_NAME}[^;]*ALTER COLUMN \S+ SET NOT NULL",
    "constraint looked at under a lock": (
        rf"ALTER TABLE {_NAME}[^;]*ADD CONSTRAINT (?:(?!NOT VALID|USING INDEX)[^;])*$"
    ),
    "rows changed all at once": rf"^\s*(?:UPDATE|DELETE FROM) {_NAME}",
    "gone for the release before": rf"ALTER TABLE {_NAME}[^;]*(?:DROP COLUMN|RENAME)|DROP TABLE {_NAME}",
    "column the release before does not fill": (
        rf"ALTER TABLE {_NAME}[^;]*ADD COLUMN(?:(?!DEFAULT)[^,;])*NOT NULL(?:(?!DEFAULT)[^,;])*(?:[,;]|$)"
    ),
    "every row locked": rf"LOCK TABLE {_NAME}",
}


def breaches(statements: Iterable[str]) -> set[tuple[str, str]]:
    """Give each kind of breach with its table; what a migration made itself it may treat as it likes."""
    parts = [part for statement in statements for part in _parts(statement)]
    own = {match[1] for part in parts if (match := _CREATED.search(part))}
    return {(kind, table) for part in parts for kind, table in _found(part) if table not in own | {"alembic_version"}}


def _parts(statement: str) -> Iterator[str]:
    """Take statements apart; the bodies of functions are not done now."""
    without = re.sub(r"\$(\w*)\$.*?\$\1\$", "", re.sub(r"--[^\n]*", "", statement), flags=re.DOTALL)
    for part in without.split(";"):
        if part.strip():
            yield re.sub(r"\s+", " ", part.strip())


def _found(part: str) -> Iterator[tuple[str, str]]:
    for kind, sign in SIGNS.items():
        match = re.search(sign, part, re.IGNORECASE)
        if match:
            yield kind, next(name for name in match.groups() if name)
