"""Many rows at once, by PostgreSQL's COPY, past no constraint."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, cast

from psycopg import Connection, sql
from psycopg.types.json import Jsonb
from sqlalchemy import text
from sqlalchemy.dialects.postgresql import JSONB

from registration.common.db import Model, db


def copy(model: type[Model], rows: Sequence[Mapping[str, Any]]) -> int:
    """Add rows, all with the columns of the first; give how many there were."""
    if not rows:
        return 0
    table = Model.metadata.tables[model.__tablename__]
    names = list(rows[0])
    documents = {name for name in names if isinstance(table.c[name].type, JSONB)}
    columns = sql.SQL(", ").join(map(sql.Identifier, names))
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(table.name), columns)
    connection = cast("Connection[Any]", db.session.connection().connection.driver_connection)
    with connection.cursor() as cursor, cursor.copy(statement) as stream:
        for row in rows:
            stream.write_row([_cell(row[name], document=name in documents) for name in names])
    return len(rows)


def _cell(value: Any, *, document: bool) -> Any:  # noqa: ANN401 -- whatever the column holds
    return Jsonb(value) if document and value is not None else value


def reserve(model: type[Model], count: int) -> list[int]:
    """Take the next numbers of a table, so that rows of other tables can name them before they are there."""
    numbers = text("SELECT nextval(pg_get_serial_sequence(:table, 'id')) FROM generate_series(1, :count)")
    return list(db.session.scalars(numbers, {"table": model.__tablename__, "count": count}))


def analyse(models: Iterable[type[Model]]) -> None:
    """Let the database look at what was added, or it would plan its first questions as for empty tables."""
    for model in models:
        db.session.execute(text(f"ANALYZE {Model.metadata.tables[model.__tablename__].name}"))
