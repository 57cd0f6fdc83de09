"""A row for every table that is empty, made from what the table itself says it takes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from registration.common.db import db

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

#: By the beginning of a type's name.
VALUES = {
    "BIGINT": 1,
    "INTEGER": 1,
    "SMALLINT": 1,
    "BOOLEAN": False,
    "TEXT": "x",
    "VARCHAR": "x",
    "DATE": "2026-11-23",
    "TIMESTAMP": "2026-11-23T09:00Z",
    "TIME": "09:00",
    "BYTEA": b"\x07",
    "UUID": "7d444840-9dc0-11d1-b245-5ffdce74fad2",
    "JSONB": "{}",
    "DOUBLE": 0.5,
    "ARRAY": "{}",
    "TSTZRANGE": "empty",
}
#: What is later than another: the end of a span.
LATER = {"DATE": "2026-11-29", "TIMESTAMP": "2026-11-23T10:00Z", "TIME": "10:00"}
_END = re.compile(r"(^|_)(ends?|to|last|until|expires)(_|$)")


def fill(names: list[str]) -> list[str]:
    """Put a row into each of these tables that is empty, parents first; give those that took none."""
    left = names
    for _ in range(4):
        left = [name for name in left if not any(_takes(name, choose) for choose in (_needed, _linked, _every))]
    return left


def _takes(table: str, choose: Callable[[dict[str, Any]], bool]) -> bool:
    with db.engine.connect() as connection:
        if connection.execute(sa.text(f'SELECT EXISTS (SELECT 1 FROM "{table}")')).scalar():  # noqa: S608
            return True
        row = dict(_row(connection, table, choose))
        names, marks = ", ".join(f'"{name}"' for name in row), ", ".join(f":{name}" for name in row)
        said = f"({names}) OVERRIDING SYSTEM VALUE VALUES ({marks})" if row else "DEFAULT VALUES"
        try:
            connection.execute(sa.text(f'INSERT INTO "{table}" {said}'), row)
            connection.commit()
        except sa.exc.DBAPIError:
            return False
    return True


def _needed(column: dict[str, Any]) -> bool:
    return not column["nullable"]


def _linked(column: dict[str, Any]) -> bool:
    return not column["nullable"] or column["key"] is not None


def _every(_column: dict[str, Any]) -> bool:
    return True


def _row(connection: sa.Connection, table: str, choose: Callable[[dict[str, Any]], bool]) -> Iterator[tuple[str, Any]]:
    look = sa.inspect(connection)
    keys = {each["constrained_columns"][0]: each for each in look.get_foreign_keys(table)}
    checks = " ".join(each["sqltext"] for each in look.get_check_constraints(table))
    for column in look.get_columns(table):
        column["key"] = keys.get(column["name"])
        given = column.get("default") is not None or column.get("identity") or column.get("computed")
        if not given and choose(column):
            yield column["name"], _value(connection, column, checks)


def _value(connection: sa.Connection, column: dict[str, Any], checks: str) -> Any:
    name, kind = column["name"], str(column["type"]).upper()
    if column["key"] is not None:
        parent = column["key"]["referred_table"]
        found = connection.execute(sa.text(f'SELECT {column["key"]["referred_columns"][0]} FROM "{parent}" LIMIT 1'))  # noqa: S608
        return found.scalar()
    said = re.search(rf"\b{name}\b\)? = ANY \(ARRAY\['(\w+)'", checks) or re.search(rf"\b{name}\b = '(\w+)'", checks)
    if said:
        return said[1]
    values = VALUES | LATER if _END.search(name) else VALUES
    if "ARRAY" in kind or kind.endswith("[]"):
        return "{}"
    return next((value for start, value in values.items() if kind.startswith(start)), None)
