"""`flask pilot evaluate`, `protocol` and `pool`: the report of an extract and the review of several, from files alone."""

import json
import signal
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from registration.common.errors import Refused
from registration.common.files import FileRefused
from registration.common.offline import without_database
from registration.pilot.typed import CannotWrite, Day, refuse_unwritable

if TYPE_CHECKING:
    from registration.pilot.effect.pooling import Counts

FOLDER = click.Path(exists=True, file_okay=False, readable=True, path_type=Path)
READABLE = click.Path(exists=True, dir_okay=False, readable=True, path_type=Path)
BUNDLE = click.Path(exists=True, readable=True, path_type=Path)
#: Lines of a refusal that are written out: every file of an extract may give fifty and how many more it has.
MOST_LINES = 500


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
    except (OutTaken, CannotWrite) as taken:
        raise click.BadParameter(taken.sentence, param_hint="--out") from taken
    except Refused as refused:
        raise SystemExit(_refuse(refused)) from refused
    except OSError as failure:
        raise click.ClickException(f"{_named(failure, folder) or out}: {failure.strerror}.") from failure
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


@click.command("pool")
@click.argument("sources", type=BUNDLE, nargs=-1, required=True, metavar="COUNTS.csv | BUNDLE...")
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    help="A folder for the forest plot and the mean without each authority.",
)
@without_database
def pool_authorities(sources: tuple[Path, ...], out: Path | None) -> None:
    """Pool authorities’ differences in joining: a table of counts, or the bundles they published; prints JSON.

    Columns of the table: authority, pilot_signups, pilot_registrations, comp_signups, comp_registrations; a bundle’s stands in its
    pool.csv. Random effects by REML, errors by Hartung, Knapp, Sidik and Jonkman: the mean difference of shares with its 95 %
    interval, the variance between authorities, the 95 % prediction interval for another authority, I² as a share of 1.
    """
    if out is not None:
        _check(out)
    from registration.pilot.effect.pooling import review
    from registration.pilot.report.pooled import files

    try:
        found = review(_all_counts(sources))
    except Refused as refused:
        raise SystemExit(_refuse(refused)) from None
    pooled = found.pooled
    if out is not None:
        _keep(files(found), out)
    if pooled.k == 1:
        click.echo("One authority is no review: only its own difference is given.", err=True)
    names = ("estimate", "lo", "hi", "tau2", "pi_lo", "pi_hi", "i2", "k")
    click.echo(json.dumps({name: getattr(pooled, name) for name in names}))


def _named(failure: OSError, folder: Path) -> str:
    """Name the file of a failure where it is one of a folder's, and not one that we were making."""
    file = str(failure.filename or "")
    return file if Path(file).is_relative_to(folder) else ""


def _keep(files: Mapping[str, bytes], out: Path) -> None:
    try:
        out.mkdir(parents=True, exist_ok=True)
        for name, content in files.items():
            (out / name).write_bytes(content)
    except OSError as failure:
        raise click.BadParameter(
            f"{failure.filename} cannot be written: {failure.strerror}.", param_hint="--out"
        ) from failure


def _check(out: Path) -> None:
    try:
        refuse_unwritable(out)
    except CannotWrite as refused:
        raise click.BadParameter(refused.sentence, param_hint="--out") from refused


def _all_counts(sources: Sequence[Path]) -> "Sequence[Counts]":
    """Read all tables and bundles; where any is faulty, say all that is wrong in all of them and end with status 1."""
    from registration.pilot.effect.files import BUNDLED, read_counts

    counts: list[Counts] = []
    lines: list[str] = []
    for source in sources:
        named = f"{source}: " if len(sources) > 1 or source.is_dir() else ""
        if source.is_dir() and not (source / BUNDLED).is_file():
            lines.append(f"{source} is no bundle of an evaluation: it has no {BUNDLED}")
            continue
        try:
            counts += read_counts(source, counts)
        except FileRefused as refused:
            lines += [f"{named}{line}" for line in refused.lines()]
    if lines:
        raise SystemExit(_refuse(Refused("\n".join(lines))))
    return counts


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
    """Write a refusal line by line, after very many only how many more there are, and give the exit status."""
    lines = refused.sentence.split("\n")
    for line in lines[:MOST_LINES]:
        _tell(line)
    if len(lines) > MOST_LINES:
        _tell(f"and {len(lines) - MOST_LINES} more")
    return 1
