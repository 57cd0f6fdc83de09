"""`flask pilot evaluate` and `flask pilot protocol`: the report of an extract, from files alone."""

import signal
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path

import click

from registration.common.errors import Refused
from registration.common.offline import without_database

FOLDER = click.Path(exists=True, file_okay=False, readable=True, path_type=Path)
READABLE = click.Path(exists=True, dir_okay=False, readable=True, path_type=Path)
#: Lines of a refusal that are written out.
MOST_LINES = 50


class Day(click.ParamType[date]):
    """A civil day as 2026-11-22."""

    name = "date"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """Read a day, or say what is wanted."""
        try:
            return datetime.strptime(str(value), "%Y-%m-%d").date()  # noqa: DTZ007 -- a civil day has no zone
        except ValueError:
            self.fail(f"{value} is not a date like 2026-11-22.", param, ctx)


@click.command("evaluate")
@click.argument("folder", type=FOLDER, metavar="DIR")
@click.option("--as-of", required=True, type=Day(), help="The day as of which the extract is evaluated.")
@click.option(
    "--out", required=True, type=click.Path(path_type=Path), help="The folder of the bundle; made, or an earlier one."
)
@click.option("--protocol", type=READABLE, help="The protocol registered before the data were seen.")
@click.option(
    "--earlier", multiple=True, type=FOLDER, help="A bundle published before, which this one must not undo. Repeatable."
)
@without_database
def evaluate(folder: Path, as_of: date, out: Path, protocol: Path | None, earlier: Sequence[Path]) -> None:
    """Evaluate the extract in DIR and write the report with its tables, pictures and methods; no database is needed.

    What is published is rounded and withheld; exact figures are only in OUT/restricted/metrics.csv. The same extract, day and
    protocol give the same files, byte for byte. A faulty extract or protocol is refused with a line for each fault, as is a
    release from which a withheld number could be worked out, and nothing is written.
    """
    from registration.pilot.report.bundle import OutTaken, build

    try:
        with _ending_tidily():
            manifest = build(folder, as_of, out, protocol, earlier, told=_tell)
    except OutTaken as taken:
        raise click.BadParameter(taken.sentence, param_hint="--out") from taken
    except Refused as refused:
        raise SystemExit(_refuse(refused)) from refused
    except OSError as failure:
        raise click.ClickException(f"{failure.filename}: {failure.strerror}.") from failure
    click.echo(f"{out}: {len(manifest.files) + 1} files, as of {manifest.as_of}. Begin with report.html.")


@click.command("protocol")
@click.option(
    "--out",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help="The file to write; it must not be there.",
)
@without_database
def protocol(out: Path) -> None:
    """Write the protocol that the software ships, to fill in and register before the data are seen."""
    from registration.pilot.report.protocol import DEFAULT

    try:
        with out.open("xb") as file:
            file.write(DEFAULT.read_bytes())
    except FileExistsError as there:
        raise click.BadParameter(f"{out} is there already.", param_hint="--out") from there
    except OSError as failure:
        raise click.BadParameter(f"{out} cannot be written: {failure.strerror}.", param_hint="--out") from failure
    click.echo(f"{out}: fill in who registers it and when, and register it before the data are seen.")


@contextmanager
def _ending_tidily() -> Iterator[None]:
    """Let SIGTERM end this as Ctrl-C does, so that nothing half made stays on the disk."""

    def stop(_number: int, _frame: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _tell(sentence: str) -> None:
    click.echo(sentence, err=True)


def _refuse(refused: Refused) -> int:
    """Write a refusal line by line, at most fifty and then the count, and give the exit status."""
    lines = refused.sentence.split("\n")
    for line in lines[:MOST_LINES]:
        _tell(line)
    if len(lines) > MOST_LINES:
        _tell(f"and {len(lines) - MOST_LINES} more")
    return 1
