"""`flask balance simulate`: what each way of offering times does to families, without a database."""

import csv
import io
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import click

from registration.balancing.rules.comparison import PROTECTED, Outcome, compare, policies
from registration.balancing.rules.simulation import Assumptions
from registration.balancing.simulation_charts import missed_chart, percent
from registration.common.offline import without_database

_GUESS = Assumptions()
_HEAD = ("of the places needed", "missed by day 42", "more than the control", "wait", "own cluster", "km", "further")
COLUMNS = (
    "utilisation",
    "policy",
    "missed",
    "missed_lo",
    "missed_hi",
    "difference",
    "difference_lo",
    "difference_hi",
    "median_wait_days",
    "own_cluster",
    "km",
    "beyond_neighbours",
)


def _writable(_context: click.Context, _parameter: click.Parameter, names: Sequence[str]) -> list[Path]:
    """Refuse, before anything is worked out, a file whose kind or folder is none."""
    paths = [Path(name) for name in names]
    for path in paths:
        if path.suffix.lower() not in {".svg", ".csv"}:
            raise click.BadParameter(f"{path.name} must end in .svg or .csv.")
        if not path.parent.is_dir():
            raise click.BadParameter(f"There is no folder {path.parent}.")
    return paths


@click.command("simulate")
@click.argument("more", nargs=-1, type=float, metavar="")
@click.option(
    "--utilisation", multiple=True, type=float, help="Places needed of those there are; 0.9 0.95 1.0 if not given."
)
@click.option(
    "--seeds", default=10, type=click.IntRange(2, 1000), show_default=True, help="How many invented authorities."
)
@click.option("--weeks", default=_GUESS.weeks, show_default=True, help="Weeks of births that are counted.")
@click.option("--clusters", default=_GUESS.clusters, show_default=True)
@click.option(
    "--families", default=_GUESS.families_per_week, show_default=True, help="Births a week in the whole authority."
)
@click.option(
    "--late", default=_GUESS.late_callers, show_default=True, help="Share of families who call in week 5 or 6."
)
@click.option("--insist", default=_GUESS.insisting, show_default=True, help="Share who keep to their own cluster.")
@click.option("--imbalance", default=_GUESS.imbalance, show_default=True, help="How far places stray from births.")
@click.option("--protect", default=PROTECTED.protected_share, show_default=True, help="Share of places protected ...")
@click.option(
    "--near", default=PROTECTED.near_days, show_default=True, help="... for families with so many days left ..."
)
@click.option(
    "--opens", default=PROTECTED.opens_days, show_default=True, help="... and open to all so many days before."
)
@click.option("--desk", default=PROTECTED.internal_share, show_default=True, help="Share of places kept for the desk.")
@click.option(
    "--out", multiple=True, callback=_writable, metavar="FILE", help="A picture .svg or a table .csv; again for both."
)
@without_database
def simulate(
    more: tuple[float, ...],
    utilisation: tuple[float, ...],
    seeds: int,
    protect: float,
    near: int,
    opens: int,
    desk: float,
    out: list[Path],
    **guesses: float,
) -> None:
    """Compare policies by the families they leave without a time by day 42.

    Every policy meets the same invented families. Shares of parents are guesses until the pilot has measured them. Ranges are
    95 % intervals over the seeds (Student's t); "more than the control" compares family by family.
    """
    loads = sorted({*utilisation, *more}) or [0.9, 0.95, 1.0]
    try:
        assumptions = _assumptions(**guesses)
        chosen = policies(
            replace(PROTECTED, protected_share=protect, near_days=near, opens_days=opens, internal_share=desk)
        )
        with click.progressbar(length=seeds, label=f"Simulating {seeds} authorities", file=sys.stderr) as bar:
            found = compare(assumptions, chosen, loads, range(1, seeds + 1), lambda: bar.update(1))
    except ValueError as refused:
        raise click.UsageError(f"{refused}.") from None
    for path in out:
        _write(path, str(missed_chart(found)) if path.suffix.lower() == ".svg" else as_csv(found))
    click.echo(as_table(found))


def _assumptions(
    weeks: float, clusters: float, families: float, late: float, insist: float, imbalance: float
) -> Assumptions:
    return Assumptions(
        clusters=int(clusters),
        families_per_week=families,
        weeks=int(weeks),
        late_callers=late,
        insisting=insist,
        imbalance=imbalance,
    )


def as_table(outcomes: Sequence[Outcome]) -> str:
    """Write a comparison as a table for a terminal, a part for each utilisation."""
    width = max(len(each.policy.title) for each in outcomes)
    lines = []
    for number, each in enumerate(outcomes):
        if number == 0 or each.utilisation != outcomes[number - 1].utilisation:
            head = f"{100 * each.utilisation:g} % {_HEAD[0]}"
            lines += ["", f"{head:{width}}  {_HEAD[1]:>24}  {_HEAD[2]:>24}  {'  '.join(_HEAD[3:])}"]
        missed, more = each.missed, each.difference
        lines.append(
            f"{each.policy.title:{width}}  {_range(missed.value, missed.lo, missed.hi):>24}  "
            f"{_range(more.value, more.lo, more.hi):>24}  {each.wait:4.1f}  {percent(each.own):>11}  {each.km:.1f}  "
            f"{percent(each.far):>7}"
        )
    notes = ["", "Wait: median days from call to appointment. km: to the cluster of the appointment, on average."]
    return "\n".join([*lines[1:], *notes, "Further: seen beyond the two neighbouring clusters."])


def _range(value: float, lo: float, hi: float) -> str:
    return f"{100 * value:z.2f} % ({100 * lo:z.2f} to {100 * hi:z.2f})"


def as_csv(outcomes: Sequence[Outcome]) -> str:
    """Write a comparison as a file with one line for each utilisation and policy; shares from 0 to 1."""
    written = io.StringIO()
    lines = csv.writer(written, lineterminator="\n")
    lines.writerow(COLUMNS)
    for each in outcomes:
        shares = [*_bounds(each), each.wait, each.own, each.km, each.far]
        lines.writerow([f"{each.utilisation:g}", each.policy.title, *(f"{value:.6g}" for value in shares)])
    return written.getvalue()


def _bounds(each: Outcome) -> list[float]:
    return [bound for found in (each.missed, each.difference) for bound in (found.value, found.lo, found.hi)]


def _write(path: Path, content: str) -> None:
    """Put a file in its place whole, or not at all."""
    part = path.with_name(f".{path.name}.part")
    try:
        part.write_text(content, encoding="utf-8")
        part.replace(path)
    except OSError as failure:
        part.unlink(missing_ok=True)
        raise click.ClickException(f"{path} cannot be written: {failure.strerror}.") from None
