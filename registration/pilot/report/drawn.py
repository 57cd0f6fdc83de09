"""The pictures of what was found, drawn of published numbers alone."""

from collections.abc import Mapping, Sequence

from registration.pilot.metrics.survival import Curve
from registration.pilot.report.arms import arms_of, by_cluster
from registration.pilot.report.arms import described as described_arms
from registration.pilot.report.charts.canvas import Chart
from registration.pilot.report.charts.flow import attrition
from registration.pilot.report.charts.shares import Difference, forest, gradient, reach
from registration.pilot.report.charts.times import Band, Joining, Month, days_to_registration, event_study, sign_up
from registration.pilot.report.findings import Findings
from registration.pilot.report.numbers import Rounding, Share, chance, percent, relabelled, signed
from registration.pilot.report.tables import shares_of

VENUES = {"all/centre": "A centre", "all/office": "An office"}
DECILES = {
    "M02": "Known to a centre",
    "M04": "Registered at a centre",
    "M14": "Joined within 90 days",
    "M10": "Joined within 90 days",
}
_WEEK, _FEWEST_WEEKS, _MOST_WEEKS, _TENTHS = 7, 8, 13, 10


def charts(found: Findings) -> Sequence[Chart]:
    """Draw every picture that this extract has the numbers for."""
    drawn = [
        _reach(found),
        _event_study(found),
        _forest(found),
        _sign_up(found),
        _gradient(found),
        _days(found),
        _flow(found),
    ]
    return [chart for chart in drawn if chart is not None]


def described(found: Findings) -> str:
    """Give the shares that joined of families whose home centre had begun and of the others, in a sentence that claims nothing."""
    return described_arms(arms_of(found.headline), found.rounding)


def _reach(found: Findings) -> Chart:
    metric = "M02_reach_known_families"
    everybody = found.rounding.share("All families", found.figures.proportion(metric, "all"))
    return reach([everybody, *shares_of(found.release, metric)], found.protocol.reach)


def _sign_up(found: Findings) -> Chart | None:
    curves = [(VENUES[curve.name], _joining(curve, found.rounding)) for curve in found.curves if curve.name in VENUES]
    shown = [(name, points) for name, points in curves if points]
    return sign_up(shown) if shown else None


def _joining(curve: Curve, rounding: Rounding) -> Sequence[Joining]:
    """Give the points of a curve that may be published: on its grid, with enough families at risk."""
    return [
        Joining(
            point.day, round(point.value, 3), round(point.lo, 3), round(point.hi, 3), rounding.rounded(point.n_risk)
        )
        for point in curve.points
        if point.n_risk >= rounding.threshold
    ]


def _event_study(found: Findings) -> Chart | None:
    months = [
        Month(each.month, each.estimate, each.lo, each.hi, found.rounding.rounded(each.families))
        for each in found.headline.event_study
        if each.families >= found.rounding.threshold
    ]
    p = found.headline.pre_trend_p
    test = "" if p is None else f"A joint test of the months before gives p {chance(p)}."
    return event_study(months, test) if months else None


def _forest(found: Findings) -> Chart | None:
    places = by_cluster(found.extract, found.protocol.unit, found.rounding)
    if not places:
        return None
    effect = found.headline
    overall = Difference("Effect, all centres", effect.att, effect.lo, effect.hi, found.rounding.count(effect.n))
    shown = overall if effect.claimed else None
    title = (
        f"Over all centres the effect on joining is {signed(effect.att)} percentage points; cluster by cluster it varies"
        if shown
        else "Joining with and without registration at the home centre, cluster by cluster"
    )
    note = "Squares compare families within a cluster before and after without allowing for the time of year: they describe. "
    return forest(places, shown, title, note + ("The diamond is the effect of page one." if shown else ""))


def _gradient(found: Findings) -> Chart | None:
    lines: dict[str, list[Share]] = {}
    for decile, metric, proportion in sorted(found.deciles, key=lambda each: (each[1], each[0])):
        share = relabelled(found.rounding.share("", proportion), str(decile))
        lines.setdefault(DECILES.get(metric[:3], metric), []).append(share)
    whole = {name: shares for name, shares in lines.items() if len(shares) == _TENTHS}
    return gradient(whole) if whole else None


def _days(found: Findings) -> Chart | None:
    if not found.days:
        return None
    share = found.rounding.share("", found.figures.proportion("M07_within_42_days_mature", "all"))
    lawful = found.protocol.lawful_days
    title = (
        f"{percent(share.value)} of births are registered within {lawful} days"
        if share.value is not None
        else f"Days from birth to registration, day {lawful} marked"
    )
    return days_to_registration(_bands(found.days, found.rounding), lawful, title)


def _bands(days: Mapping[int, int], rounding: Rounding) -> Sequence[Band]:
    """Count births by weeks since birth, so that a band ends on day 42; the last one drawn holds all that came later."""
    weeks = min(max(max(days) // _WEEK + 1, _FEWEST_WEEKS), _MOST_WEEKS)
    bands = []
    for week in range(weeks):
        first, last = (_WEEK * week + 1 if week else 0), _WEEK * (week + 1)
        births = sum(n for day, n in days.items() if first <= day <= last or (week == weeks - 1 and day > last))
        bands.append(Band(first, last, 0 if not births else rounding.count(births), later=week == weeks - 1))
    return bands


def _flow(found: Findings) -> Chart:
    return attrition([(name, found.rounding.count(number)) for name, number in found.flow])
