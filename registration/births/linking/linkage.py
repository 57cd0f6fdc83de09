"""The adapter of Splink and DuckDB: compares the rows of two files and weighs each pair. Nothing else imports either.

It is imported when two files are to be linked, so that no web process carries it; ImportError where the packages are not there.
"""
# ruff: noqa: S608 -- the queries are made of names of tables and columns of this file, never of what stands in a row

import os
import tempfile
from collections.abc import Callable, Sequence
from typing import Any
from zlib import crc32

import duckdb
import pyarrow as pa
from splink import DuckDBAPI, Linker, SettingsCreator

from registration.births.linking.comparisons import BLOCKS, COMPARISONS, MORE_BLOCKS, Comparison, Level
from registration.births.linking.rules.mixture import Seen, learn
from registration.births.linking.rules.names import Name
from registration.births.linking.rules.records import Compared, Record, as_compared

#: What DuckDB may hold before it puts the rest on the disk, and on how many processors it works.
_MEMORY, _PROCESSORS = "500MB", 4
#: A pair that by what is usual weighs less (in powers of two) cannot become a link, and is not kept.
_HOPELESS = -10.0
#: A way to choose pairs that gives more than this is left out: a column says the same on very many rows. The second is for those
#: that are not needed; files with no more pairs than the third have every pair compared.
_MOST_PAIRS, _CHEAP, _FEW = 30_000_000, 1_500_000, 200_000
#: So many rows of the left file are compared at a time: for each way to choose pairs they are held in memory.
_PART = 20_000
#: Rows of each file whose every pair is looked at, to learn how strangers agree.
_SAMPLE = 1500
#: How frequent a name is, and how many rows that is worth, before the files are counted.
_USUAL_NAMES = {
    "m_key": 0.0001,
    "m_given_key": 0.005,
    "m_surname_key": 0.004,
    "c_given_key": 0.005,
    "c_surname_key": 0.004,
}
_USUAL_ROWS = 5000.0
_WORDS = pa.list_(pa.string())
_COLUMNS = {
    "id": pa.int32(),
    "sampled": pa.bool_(),
    "m_given": pa.string(),
    "m_given_key": pa.string(),
    "m_given_words": _WORDS,
    "m_surname": pa.string(),
    "m_surname_key": pa.string(),
    "m_surname_words": _WORDS,
    "m_key": pa.string(),
    "m_dob": pa.string(),
    "c_given": pa.string(),
    "c_given_key": pa.string(),
    "c_given_words": _WORDS,
    "c_surname": pa.string(),
    "c_surname_key": pa.string(),
    "c_mothers": pa.bool_(),
    "c_dob": pa.string(),
    "sex": pa.string(),
    "postcode": pa.string(),
    "outward": pa.string(),
    "house": pa.string(),
    "phone": pa.string(),
    "email": pa.string(),
}
_BATCH = 10_000
_LEFT, _RIGHT = "rows_left", "rows_right"

Told = Callable[[str], None]


def weigh(left: Sequence[Record], right: Sequence[Record], told: Told) -> dict[tuple[int, int], float]:
    """Give the pairs of rows that may be one baby, by their places in the files, with the logarithm of the odds that they are.

    The same rows in the same order give the same; `told` hears how far it is.
    """
    if not (left and right):
        return {}
    with tempfile.TemporaryDirectory(prefix="births-link-") as folder, duckdb.connect(":memory:") as database:
        database.execute(f"SET memory_limit = '{_MEMORY}'")
        database.execute(f"SET temp_directory = '{folder}'")
        database.execute(f"SET threads = {min(os.cpu_count() or 1, _PROCESSORS)}")
        database.execute("SET preserve_insertion_order = false")
        _lay_out(database, _LEFT, left)
        _lay_out(database, _RIGHT, right)
        told("rows are in comparable form")
        rows = (len(left), len(right))
        found = _candidates(database, _blocks(database, rows, told), rows)
        told("pairs are compared")
        return _weighed(database, found, rows)


def _lay_out(database: duckdb.DuckDBPyConnection, table: str, records: Sequence[Record]) -> None:
    """Make a file a table, a batch at a time."""
    sample = _sample(records)
    for start in range(0, len(records), _BATCH):
        places = range(start, min(start + _BATCH, len(records)))
        rows = (_row(place, place in sample, as_compared(records[place])) for place in places)
        columns = zip(zip(*rows, strict=True), _COLUMNS.values(), strict=True)
        database.register("batch", pa.table([pa.array(column, kind) for column, kind in columns], list(_COLUMNS)))
        begin = f"INSERT INTO {table}" if start else f"CREATE TABLE {table} AS"
        database.execute(f"{begin} SELECT * FROM batch")  # names of this file only  # nosec B608
    database.unregister("batch")


def _sample(records: Sequence[Record]) -> set[int]:
    """Choose some rows by their ids, so that a row is chosen wherever in its file it stands."""
    places = sorted(range(len(records)), key=lambda place: (crc32(records[place].unique_id.encode()), place))
    return set(places[:_SAMPLE])


def _row(place: int, sampled: bool, row: Compared) -> tuple[object, ...]:  # noqa: FBT001 -- a cell of the table
    given, surname, baby, family = row.mother_given, row.mother_surname, row.given, row.surname
    return (
        place,
        sampled,
        *_cells(given),
        *_cells(surname),
        f"{given.key} {surname.key}" if given and surname else None,
        row.mother_born,
        *_cells(baby),
        *_cells(family)[:2],
        bool(surname and family and surname.key == family.key),
        row.born,
        row.sex,
        row.postcode,
        row.outward,
        row.house,
        row.phone,
        row.email,
    )


def _cells(name: Name | None) -> tuple[object, object, object]:
    return (name.text, name.key, name.words) if name else (None, None, None)


def _blocks(database: duckdb.DuckDBPyConnection, rows: tuple[int, int], told: Told) -> list[str]:
    """Give the conditions by which rows are chosen for comparison, without those that would choose far too many."""
    if rows[0] * rows[1] <= _FEW:
        return ["1 = 1"]
    chosen = []
    for parts in (*BLOCKS, *MORE_BLOCKS):
        sides = [[part.split("|")[side * ("|" in part)] for part in parts] for side in (0, 1)]
        pairs = _pairs_of(database, sides)
        if pairs <= (_MOST_PAIRS if parts in BLOCKS else _CHEAP):
            left, right = (
                [part.replace("@", f"{name}.") for part in side] for name, side in zip("lr", sides, strict=True)
            )
            chosen.append(" and ".join(f"{one} = {other}" for one, other in zip(left, right, strict=True)))
        elif parts in BLOCKS:
            told(f"{pairs:,} pairs of rows agree on {', '.join(parts).replace('@', '')}: not compared for that alone")
    return chosen


def _pairs_of(database: duckdb.DuckDBPyConnection, sides: list[list[str]]) -> int:
    """Count the pairs of rows that agree on these parts."""
    counted = [
        f"(SELECT {', '.join(f'{part} AS part{number}' for number, part in enumerate(parts))}, count(*) AS rows"
        f" FROM {table} GROUP BY ALL)".replace("@", "")
        for table, parts in zip((_LEFT, _RIGHT), sides, strict=True)
    ]
    shared = ", ".join(f"part{number}" for number in range(len(sides[0])))
    query = f"SELECT coalesce(sum(l.rows * r.rows), 0)::BIGINT FROM {counted[0]} l JOIN {counted[1]} r USING ({shared})"
    return int(_one(database, query)[0])


def _candidates(database: duckdb.DuckDBPyConnection, blocks: list[str], rows: tuple[int, int]) -> str:
    """Have Splink compare the rows chosen; give the table of the pairs that are worth weighing."""
    api = DuckDBAPI(database)
    files = [api.register(table, dataset_display_name=table) for table in (_LEFT, _RIGHT)]
    linker = Linker(files, _settings(blocks, rows), log_level=None, validate_settings=False)
    for column, usual in _USUAL_NAMES.items():
        _count_names(database, column, usual)
        linker.table_management.register_term_frequency_lookup(api.register(_frequencies(column)), column)
    parts = -(-rows[0] // _PART)
    found = linker.inference.predict(
        threshold_match_weight=_HOPELESS, num_chunks_left=parts, num_chunks_right=1, warning_mode="never"
    )
    return found.physical_name


def _settings(blocks: list[str], rows: tuple[int, int]) -> SettingsCreator:
    return SettingsCreator(
        link_type="link_only",
        unique_id_column_name="id",
        probability_two_random_records_match=0.5 / max(rows),
        blocking_rules_to_generate_predictions=[{"blocking_rule": block} for block in blocks],
        comparisons=[_comparison(one) for one in COMPARISONS],
        retain_matching_columns=True,
        retain_intermediate_calculation_columns=True,
    )


def _comparison(comparison: Comparison) -> dict[str, Any]:
    """Write a comparison in Splink's terms."""
    missing = {"sql_condition": comparison.missing, "is_null_level": True}
    return {
        "output_column_name": comparison.name,
        "comparison_levels": [missing, *(_level(level) for level in comparison.levels)],
    }


def _level(level: Level) -> dict[str, Any]:
    frequency = {"tf_adjustment_column": level.rare, "disable_tf_exact_match_detection": True} if level.rare else {}
    shares = {"m_probability": level.same, "u_probability": level.strangers}
    return {"sql_condition": level.condition, **shares, **frequency}


def _frequencies(column: str) -> str:
    return f"frequency_of_{column}"


def _count_names(database: duckdb.DuckDBPyConnection, column: str, usual: float) -> None:
    """Make the table of how frequent each name is in the two files together; in small files, nearly as frequent as is usual."""
    database.execute(
        f"CREATE TABLE {_frequencies(column)} AS SELECT {column},"  # names of this file only  # nosec B608
        f" (count(*) + {_USUAL_ROWS} * {usual}) / (sum(count(*)) OVER () + {_USUAL_ROWS}) AS tf_{column}"
        f" FROM (SELECT {column} FROM {_LEFT} UNION ALL SELECT {column} FROM {_RIGHT})"
        f" WHERE {column} IS NOT NULL GROUP BY {column}"
    )


def _shared(database: duckdb.DuckDBPyConnection, column: str, usual: float) -> float:
    """Give how often two rows of different families have the same name: what `usual` says, moved by what the files have."""
    sides = [f"(SELECT {column}, count({column}) AS rows FROM {table} GROUP BY {column})" for table in (_LEFT, _RIGHT)]
    alike = f"SELECT sum(l.rows * r.rows) FROM {sides[0]} l JOIN {sides[1]} r USING ({column})"
    every = f"(SELECT count({column}) FROM {_LEFT}) * (SELECT count({column}) FROM {_RIGHT})"
    same, pairs = _one(database, f"SELECT coalesce(({alike}), 0)::DOUBLE, ({every})::DOUBLE")
    return float((same + _USUAL_ROWS * usual) / (pairs + _USUAL_ROWS))


def _weighed(database: duckdb.DuckDBPyConnection, table: str, rows: tuple[int, int]) -> dict[tuple[int, int], float]:
    """Learn the weights from the pairs found, and weigh each by them; where nothing can be compared nothing is said."""
    levels = ", ".join(_level_of(one) for one in COMPARISONS)
    counted = _all(database, f"SELECT {levels}, count(*) FROM {table} GROUP BY ALL")
    seen = Seen({tuple(pattern): count for *pattern, count in counted}, *_strangers(database), rows)
    weights = learn([one.usual() for one in COMPARISONS], seen)
    shared = {column: _shared(database, column, usual) for column, usual in _USUAL_NAMES.items()}
    rare = ", ".join(_rare(shared, of_family=of_family) for of_family in (True, False))
    return {
        (left, right): weights.log_odds(tuple(pattern), family, baby)
        for left, right, family, baby, *pattern in _all(
            database, f"SELECT id_l, id_r, {rare}, {levels} FROM {table} ORDER BY id_l, id_r"
        )
        if max(pattern) >= 0
    }


def _level_of(comparison: Comparison) -> str:
    """Give the number of a pair's level, from nought for full agreement; Splink counts from the other end."""
    gamma = f"gamma_{comparison.name}"
    return f"if({gamma} < 0, -1, {len(comparison.levels) - 1} - {gamma}) AS {comparison.name}"


def _rare(shared: dict[str, float], *, of_family: bool) -> str:
    """Give by how much (natural logarithm) strangers share these names less often than names in general."""
    terms = [
        f"if(gamma_{one.name} = {len(one.levels) - 1 - number},"
        f" ln({shared[level.rare]} / greatest(tf_{level.rare}_l, tf_{level.rare}_r)), 0)"
        for one in COMPARISONS
        if one.of_family == of_family
        for number, level in enumerate(one.levels)
        if level.rare
    ]
    return " + ".join(terms)


def _strangers(database: duckdb.DuckDBPyConnection) -> tuple[list[list[int]], int]:
    """Count the levels of every pair of the sampled rows, and those pairs."""
    counts, pairs = [[0] * len(one.levels) for one in COMPARISONS], 0
    for *pattern, found in _sampled_levels(database):
        pairs += found
        for levels, level in zip(counts, pattern, strict=True):
            if level >= 0:
                levels[level] += found
    return counts, pairs


def _sampled_levels(database: duckdb.DuckDBPyConnection) -> list[tuple[int, ...]]:
    """Give how the pairs of the sampled rows agree: a level for each comparison, and how many pairs have these."""
    cases = ", ".join(_case(one) for one in COMPARISONS)
    left, right = (
        f"(SELECT {', '.join(f'{column} AS {column}_{side}' for column in _COLUMNS)} FROM {table} WHERE sampled)"
        for side, table in zip("lr", (_LEFT, _RIGHT), strict=True)
    )
    return _all(database, f"SELECT {cases}, count(*) FROM {left}, {right} GROUP BY ALL")


def _case(comparison: Comparison) -> str:
    """Write a comparison as an expression that gives the number of its level, -1 where it cannot be made."""
    levels = [f"WHEN {level.condition} THEN {number}" for number, level in enumerate(comparison.levels[:-1])]
    return f"CASE WHEN {comparison.missing} THEN -1 {' '.join(levels)} ELSE {len(levels)} END AS {comparison.name}"


def _all(database: duckdb.DuckDBPyConnection, query: str) -> list[tuple[Any, ...]]:
    return database.execute(query).fetchall()


def _one(database: duckdb.DuckDBPyConnection, query: str) -> tuple[Any, ...]:
    return _all(database, query)[0]
