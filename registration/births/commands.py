"""`flask births`: rows of other systems linked to births."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from registration.births.linking.files import read_records, refusal, write_links, write_review
from registration.births.linking.matching import link
from registration.births.linking.rules.records import Linked, Record
from registration.common.files import FileRefused
from registration.common.offline import without_database

births = click.Group("births", help="Births and families as other systems have them.")
READABLE = click.Path(exists=True, dir_okay=False, readable=True, path_type=Path)
WRITABLE = click.Path(dir_okay=False, writable=True, path_type=Path)
NOT_INSTALLED = (
    "The packages that weigh pairs are not installed: only rows with the same date of birth, postcode and surname are paired. "
    "They are in requirements-evaluation.txt."
)
#: Warnings of one file that are written out.
MOST_WARNINGS = 50


@births.command("link")
@click.argument("left", type=READABLE)
@click.argument("right", type=READABLE)
@click.option("--out", required=True, type=WRITABLE, help="Every one-to-one pair with its probability.")
@click.option("--review", type=WRITABLE, help="The pairs for a person to look at, side by side.")
@click.option("--exact", is_flag=True, help="Pair only rows with the same date of birth, postcode and surname.")
@without_database
def link_files(left: Path, right: Path, out: Path, review: Path | None, exact: bool) -> None:  # noqa: FBT001
    """Find which rows of two CSV files are one baby, and write them one to one; no database is needed.

    Columns: unique_id, m_given, m_surname, m_dob (the mother), c_given, c_surname, c_dob, c_sex (the baby), postcode, house;
    phone and email where they are known. A pair at least .95 probable may be accepted; from .05 on a person should look at it.
    A faulty file is refused with a line for each fault, and nothing is written.
    """
    for path in filter(None, (out, review)):
        if not path.parent.is_dir():
            raise click.BadParameter(f"There is no folder {path.parent}.")
    with _ending_tidily():
        here, there = _read(left, right)
        found = link(here, there, exact_only=exact, told=_tell)
        write_links(found.pairs, out)
        if review:
            write_review(found.to_review(), here, there, review)
    _sum_up(found, asked=exact)


@contextmanager
def _ending_tidily() -> Iterator[None]:
    """Let SIGTERM end this as Ctrl-C does, so that nothing of the files stays behind on the disk."""

    def stop(_number: int, _frame: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _tell(sentence: str) -> None:
    click.echo(sentence, err=True)


def _read(*paths: Path) -> list[list[Record]]:
    """Read the files; where any is faulty, say all that is wrong in both and end with status 1."""
    found, refusals = [], []
    for path in paths:
        try:
            with path.open("rb") as stream:
                records, warnings = read_records(stream)
        except FileRefused as refused:
            refusals += refusal(path.name, refused)
        else:
            found.append(records)
            _warn(path, warnings)
            _tell(f"{path.name}: {len(records):,} rows")
    if refusals:
        _tell("\n".join(refusals))
        raise SystemExit(1)
    return found


def _warn(path: Path, warnings: list[str]) -> None:
    for warning in warnings[:MOST_WARNINGS]:
        _tell(f"warning: {path.name}, {warning}")
    if len(warnings) > MOST_WARNINGS:
        _tell(f"and {len(warnings) - MOST_WARNINGS} more warnings")


def _sum_up(found: Linked, *, asked: bool) -> None:
    if found.exact_only and not asked:
        _tell(NOT_INSTALLED)
    click.echo(
        f"{len(found.pairs):,} pairs: {len(found.accepted()):,} at least .95 probable, "
        f"{len(found.to_review()):,} for a person to look at."
    )
