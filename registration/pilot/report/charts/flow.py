"""The picture of how many are left at each step, from births to families that use a centre."""

from collections.abc import Sequence

from markupsafe import Markup

from registration.pilot.report.charts.canvas import BLUE, SHADE, WIDE, Chart, bar, text
from registration.pilot.report.numbers import WITHHELD, percent, whole

_ROW, _NAMES = 40, 250


def attrition(steps: Sequence[tuple[str, int | None]]) -> Chart:
    """Draw each step as a bar as long as its count; None is withheld. The share is of the step before."""
    most = max((count or 0 for _, count in steps), default=0) or 1
    drawn = Markup("").join(_step(number, steps, most) for number in range(len(steps)))
    first, last = steps[0], steps[-1]
    title = (
        f"Of {whole(first[1])} {first[0].lower()}, {whole(last[1])} families came all the way: {last[0].lower()}"
        if first[1] is not None and last[1] is not None
        else f"From {first[0].lower()} to the last step: {last[0].lower()} is withheld"
    )
    return Chart(
        "attrition",
        title,
        "Bars, one for each step: "
        + "; ".join(f"{name} {whole(count)}" for name, count in steps).replace(WITHHELD, "withheld"),
        drawn,
        _ROW * len(steps) + 10,
        ("Step", "Number", "Share of the step before"),
        [(name, whole(count), of_before(steps, number)) for number, (name, count) in enumerate(steps)],
        "The first steps count births, the others families. Counts are rounded, so shares are of rounded counts.",
    )


def of_before(steps: Sequence[tuple[str, int | None]], number: int) -> str:
    """Write what share of the step before is left at a step; [z] for the first, which has none."""
    if not number:
        return "[z]"
    before, now = steps[number - 1][1], steps[number][1]
    return WITHHELD if before is None or now is None or not before else percent(now / before, 0)


def _step(number: int, steps: Sequence[tuple[str, int | None]], most: int) -> Markup:
    name, count = steps[number]
    y = _ROW * number + 8
    label = text(_NAMES - 12, y + 19, name, anchor="end")
    if count is None:
        return label + text(_NAMES + 6, y + 19, "withheld", size=14, fill=SHADE)
    wide = count / most * (WIDE - _NAMES - 140)
    share = of_before(steps, number)
    words = whole(count) + (f" ({share})" if number and share != WITHHELD else "")
    return label + bar(_NAMES, y, wide, 26, fill=BLUE) + text(_NAMES + wide + 8, y + 19, words, size=14)
