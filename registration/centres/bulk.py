"""Many rows into one table at once, by PostgreSQL's COPY."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any, Self, cast

from psycopg import Connection, sql
from sqlalchemy import Column, Integer, MetaData, Table, func, literal_column, not_, select, tuple_
from sqlalchemy.dialects.postgresql import insert

from registration.common.db import Model, db

#: Where in its file a row stood, in the first column of every row given.
LINE = "line_of_file"


class Incoming:
    """Rows waiting in a temporary table, seen by this transaction only, to be put into the table of a model."""

    def __init__(self, model: type[Model], columns: Sequence[str]) -> None:
        self._target: Table = Model.metadata.tables[model.__tablename__]
        self._columns = [self._target.c[name] for name in columns]
        self._keys = [column for column in self._columns if column.primary_key]
        copies = [Column(column.name, column.type) for column in self._columns]
        name = f"incoming_{self._target.name}"
        self._table = Table(name, MetaData(), Column(LINE, Integer), *copies, prefixes=["TEMPORARY"])

    def __enter__(self) -> Self:
        """Make the temporary table."""
        self._table.create(db.session.connection())
        return self

    def __exit__(self, error: type[BaseException] | None, *_: object) -> None:
        """Drop it; after an error the rollback does."""
        if error is None:
            self._table.drop(db.session.connection())

    def copy(self, rows: Iterable[Sequence[Any]]) -> int:
        """Take rows in, each its line and then its columns, in bounded memory; give how many there were."""
        names = sql.SQL(", ").join(sql.Identifier(column.name) for column in self._table.columns)
        statement = sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(self._table.name), names)
        count = 0
        connection = cast("Connection[Any]", db.session.connection().connection.driver_connection)
        with connection.cursor() as cursor, cursor.copy(statement) as copy:
            for row in rows:
                copy.write_row(row)
                count += 1
        return count

    def repeated(self) -> Iterator[tuple[int, str, int]]:
        """Find the rows whose key stood in an earlier row: line, first part of the key, and the earlier line."""
        keys = [self._table.c[key.name] for key in self._keys]
        line = self._table.c[LINE]
        first = func.min(line).over(partition_by=keys)
        told = select(line, keys[0].label("key"), first.label("first")).subquery()
        rows = db.session.execute(
            select(told.c[LINE], told.c.key, told.c.first).where(told.c[LINE] > told.c.first).order_by(told.c[LINE])
        )
        yield from (tuple(row) for row in rows)

    def put(self, lacking: Collection[str] = ()) -> tuple[int, int]:
        """Add what is new and change what differs; give how many rows were added, and how many changed.

        Columns that are `lacking` in the file stay as they are in rows known before.
        """
        names = [column.name for column in self._columns]
        arriving = insert(self._target).from_select(names, select(*(self._table.c[name] for name in names)))
        others = [column for column in self._columns if not column.primary_key and column.name not in lacking]
        differs = tuple_(*others).is_distinct_from(tuple_(*(arriving.excluded[column.name] for column in others)))
        done = (
            arriving.on_conflict_do_update(
                index_elements=self._keys,
                set_={column.name: arriving.excluded[column.name] for column in others},
                where=differs,
            )
            .returning(literal_column("xmax = 0").label("added"))
            .cte("done")
        )
        counts = select(func.count().filter(done.c.added), func.count().filter(not_(done.c.added)))
        added, changed = db.session.execute(counts).one()
        return added, changed
