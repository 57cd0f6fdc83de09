"""`flask pilot effect` and `power`: the comparison of a panel, and the planner, from files alone.

The statistics packages are imported only when a command runs, so that no web process carries them.
"""

import json
from pathlib import Path

import click

from registration.common.errors import Refused
from registration.common.files import FileRefused
from registration.common.offline import without_database

READABLE = click.Path(exists=True, dir_okay=False, readable=True, path_type=Path)
#: Months between two rows of the planner's table, and how many rows there are at most before it ends.
_BETWEEN, _SHOWN = 3, 48


def _refuse(sentence: str) -> SystemExit:
    click.echo(sentence, err=True)
    return SystemExit(1)


@click.command("effect")
@click.argument("panel", type=READABLE)
@without_database
def effect_of_panel(panel: Path) -> None:
    """Compare live centres with those not yet live in a panel of centres and months; prints JSON, no database is needed.

    Columns: centre, month, first_live_month (empty: never), treated (0 or 1), registrations, signups; others are ignored. The share
    signups/registrations is regressed on centre, month and treated, weighted by registrations: att, its standard errors CR1S and
    CR2, CR2’s degrees of freedom and p, the p of permuting first_live_month over centres, and n, the rows used.
    """
    from registration.pilot.effect.files import read_panel
    from registration.pilot.effect.headline import effect

    try:
        found = effect(read_panel(panel))
    except FileRefused as refused:
        raise _refuse("\n".join(refused.lines())) from None
    except Refused as refused:
        raise _refuse(refused.sentence) from None
    if not found.permuted.exact:
        click.echo(f"p_permutation: {found.permuted.orders:,} of all orders, drawn from a fixed seed", err=True)
    told = found.cr2
    numbers = {"att": found.att, "se_cr1s": found.se_cr1s, "se_cr2": told.se, "df_cr2": told.df, "p_cr2": told.p}
    click.echo(json.dumps({**numbers, "p_permutation": found.permuted.p, "n": found.cells}))


@click.command("power")
@click.option("--centres", required=True, type=click.IntRange(2, 500), help="How many centres, those never live too.")
@click.option(
    "--families-a-month", required=True, type=click.FloatRange(0, 10_000, min_open=True), help="Births of one centre."
)
@click.option(
    "--rate",
    required=True,
    type=click.FloatRange(0, 1, min_open=True, max_open=True),
    help="The share that joins within 90 days without the pilot.",
)
@click.option(
    "--effect",
    default=0.05,
    show_default=True,
    type=click.FloatRange(0, 1, min_open=True),
    help="The difference worth having.",
)
@click.option(
    "--steps", default=4, show_default=True, type=click.IntRange(1, 100), help="In how many steps the centres begin."
)
@click.option("--every", default=3, show_default=True, type=click.IntRange(1, 60), help="Months from step to step.")
@click.option("--before", default=3, show_default=True, type=click.IntRange(0, 60), help="Months before the first.")
@click.option("--never", default=0, show_default=True, type=click.IntRange(0, 499), help="Centres that never begin.")
@click.option(
    "--icc",
    default=0.02,
    show_default=True,
    type=click.FloatRange(0, 1, max_open=True),
    help="How alike families of one centre are.",
)
@without_database
def plan_length(**options: float) -> None:
    """Say how small an effect a planned roll-out can tell after how many months, and how long an effect worth having takes."""
    from registration.pilot.effect.power import Design, months_planned, planned

    worth = options.pop("effect")
    design = Design(families=options.pop("families_a_month"), **options)  # type: ignore[arg-type]
    if design.steps > design.centres - design.never:
        raise click.UsageError("There are more steps than centres that begin.")
    click.echo("months of births  centres live  effect told, in points of 100")
    for months in range(_BETWEEN, _SHOWN + 1, _BETWEEN):
        live = int(design.live(months)[:, -1].sum())
        told = planned(design, months)
        click.echo(f"{months:>16}  {live:>12}  {f'{told * 100:.1f}' if told < 1 else 'none':>29}")
    needed = months_planned(design, worth)
    points = f"An effect of {worth * 100:.1f} points is told four times in five"
    click.echo(f"{points} after {needed} months of births." if needed else f"{points} by no length of this pilot.")
