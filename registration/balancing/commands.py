"""`flask balance`: rotas solved and policies compared, from files and numbers alone.

The solver is imported only when it is asked for, so that no web process carries it.
"""

import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Self, TypeVar

import click

from registration.balancing.instances import FileFaulty, read_instance, read_rota, write_rota
from registration.balancing.plan_commands import plan
from registration.balancing.rules.figures import Figures
from registration.balancing.simulation_commands import simulate
from registration.common.errors import Refused
from registration.common.offline import without_database

if TYPE_CHECKING:
    from registration.balancing.solver.solving import Result

T = TypeVar("T")
balance = click.Group("balance", help="Registrars planned over the clusters of centres.")
balance.add_command(simulate)
balance.add_command(plan)
READABLE = click.Path(exists=True, dir_okay=False, readable=True, path_type=Path)


@balance.command("solve")
@click.argument("instance", type=READABLE)
@click.option("--out", required=True, type=click.Path(dir_okay=False, writable=True, path_type=Path), help="The rota.")
@click.option("--previous", type=READABLE, help="A rota to change as little of as can be.")
@click.option(
    "--time-limit", type=click.FloatRange(min=0, min_open=True), help="Seconds; then the best found is taken."
)
@without_database
def solve(instance: Path, out: Path, previous: Path | None, time_limit: float | None) -> None:
    """Find the best rota for a council’s clusters (rota-instance/1), and write it to a file; no database is needed.

    No family past its deadline if that can be; then coverage, worst cluster first; then as many families as can be; then
    least travel and changes. Ctrl-C takes the best found so far. Where no rota can keep the rules, they are named, the exit
    status is 1, and nothing is written.
    """
    from registration.balancing.solver.solving import solve as find

    if not out.parent.is_dir():
        raise click.BadParameter(f"There is no folder {out.parent}.", param_hint="--out")
    try:
        given = _read(instance, read_instance)
        former = _read(previous, read_rota) if previous else None
        with _Interrupted() as stop, _Line() as line:
            result = find(given, former, time_limit=time_limit, stop=stop.asked, progress=line.progress)
    except Refused as refusal:
        click.echo(refusal.sentence, err=True)
        raise SystemExit(1) from None
    write_rota(result.rota, out)
    _tell(result)


def _read(path: Path, reader: Callable[[bytes], T]) -> T:
    """Read a file, naming it where it is faulty."""
    try:
        return reader(path.read_bytes())
    except FileFaulty as faulty:
        raise FileFaulty([f"{path.name}: {fault}" for fault in faulty.faults]) from None


class _Interrupted:
    """Ctrl-C and SIGTERM, meanwhile, ask the solver to end with the best it has; the second time they end it at once."""

    def __init__(self) -> None:
        self._asked = False

    def asked(self) -> bool:
        """Say whether somebody asked it to end."""
        return self._asked

    def _ask(self, _number: int, _frame: object) -> None:
        if self._asked:
            raise KeyboardInterrupt
        self._asked = True

    def __enter__(self) -> Self:
        self._before = {number: signal.signal(number, self._ask) for number in (signal.SIGINT, signal.SIGTERM)}
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)


class _Line:
    """Says on standard error how far it is: on one line of a terminal, else on a line for each stage."""

    def __init__(self) -> None:
        self._terminal = sys.stderr.isatty()

    def progress(self, stage: str, share: float, best: Figures | None) -> None:
        """Say the stage, how much of all is done (0 to 1), and the best rota so far."""
        found = f"; best so far: {_in_short(best)}" if best else ""
        sentence = f"{share:4.0%} {stage}{found}"
        click.echo(f"\r{sentence:<100}" if self._terminal else sentence, err=True, nl=not self._terminal)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._terminal:
            click.echo("", err=True)


def _in_short(figures: Figures) -> str:
    return f"worst cluster {figures.worst:.1%}, all {figures.mean:.1%}, {figures.lateness:.0f} family-weeks late"


_FIGURES = (
    ("families past their deadline, in weeks", "lateness", "{:.1f}"),
    ("coverage of the worst cluster", "worst", "{:.2%}"),
    ("coverage of all", "mean", "{:.2%}"),
    ("families short", "shortfall", "{:.0f}"),
    ("minutes of travel", "travel", "{}"),
    ("sessions", "sessions", "{}"),
)


def _tell(result: "Result") -> None:
    """Print the rota's figures beside those of the simple rota, and what no rota can exceed."""
    rows = [("", "this rota", "simple rota", "at best")]
    bound, simple, ours = result.bound, result.greedy, result.figures
    for name, field, form in _FIGURES:
        figure, best = getattr(ours, field), getattr(bound, field, None)
        there = form.format(getattr(simple, field)) if simple else "none found"
        rows.append((name, form.format(figure), there, "" if best is None else form.format(best)))
    if ours.changed is not None:
        rows.append(("changed, of which nobody could help", f"{ours.changed}", "", f"{ours.lost}"))
    for name, *cells in rows:
        click.echo(f"{name:40}" + "".join(f"{cell:>14}" for cell in cells))
    click.echo(_standing(result))


def _standing(result: "Result") -> str:
    if result.proven:
        return "Proven: no rota is better."
    if result.stopped:
        return "Stopped before the end: the best found so far."
    return "The best found; not proven to be the best there is."
