"""What a review of several authorities shows beside its numbers: each one's difference, the mean, and the mean without each."""

from collections.abc import Mapping

from registration.pilot.effect.pooling import Pooled, Review, Study
from registration.pilot.report.charts.canvas import Chart
from registration.pilot.report.charts.shares import Difference, forest
from registration.pilot.report.numbers import points, signed
from registration.pilot.report.tidy import of_chart, written

COLUMNS = ("authority", "difference", "lo", "hi", "weight", "estimate_without", "lo_without", "hi_without")
#: Half of a 95 % interval in standard errors.
_Z = 1.959964
_EXACT = "{:.12g}"


def files(review: Review) -> Mapping[str, bytes]:
    """Give the files of a review by name: the forest plot, its numbers, and what is left of the mean without each authority."""
    drawn = picture(review)
    return {
        "forest.svg": drawn.alone().encode(),
        "forest.csv": of_chart(drawn),
        "leave-one-out.csv": written(COLUMNS, [_row(study) for study in review.studies]),
    }


def picture(review: Review) -> Chart:
    """Draw every authority's difference with its 95 % interval, the mean as a diamond, and where another authority's would lie."""
    pooled = review.pooled
    overall = Difference("Mean of all", pooled.estimate, pooled.lo, pooled.hi, None)
    beyond = Difference("Another authority", pooled.estimate, pooled.pi_lo, pooled.pi_hi, None)
    return forest(
        [_difference(study) for study in review.studies],
        overall if pooled.k > 1 else None,
        _title(pooled),
        "Random effects by REML, errors by Hartung, Knapp, Sidik and Jonkman. The dashed line is the 95% prediction interval.",
        beyond if pooled.k > 1 else None,
    )


def _title(pooled: Pooled) -> str:
    if pooled.lo is None:
        return f"One authority: {signed(pooled.estimate)} percentage points"
    between = f"95% interval {signed(pooled.lo)} to {signed(pooled.hi)}"
    often = f"{points(pooled.estimate)} percentage points {'more' if pooled.estimate > 0 else 'less'} often"
    return f"Over {pooled.k} authorities families joined {often} ({between})"


def _ends(study: Study) -> tuple[float, float]:
    reach = _Z * study.variance**0.5
    return study.difference - reach, study.difference + reach


def _difference(study: Study) -> Difference:
    return Difference(study.authority, study.difference, *_ends(study), study.families)


def _row(study: Study) -> tuple[str, ...]:
    without = study.without
    left = (without.estimate, without.lo, without.hi) if without else (None, None, None)
    numbers = (study.difference, *_ends(study), study.weight, *left)
    return study.authority, *("" if number is None else _EXACT.format(number) for number in numbers)
