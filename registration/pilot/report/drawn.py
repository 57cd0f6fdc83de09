"""The pictures of what was found, drawn of published numbers alone."""

from collections.abc import Collection, Mapping, Sequence

from registration.pilot.report.arms import arms_of, by_cluster
from registration.pilot.report.arms import described as described_arms
from registration.pilot.report.charts.canvas import Chart
from registration.pilot.report.charts.flow import attrition
from registration.pilot.report.charts.shares import Difference, forest, gradient, reach
from registration.pilot.report.charts.times import Band, Joining, Month, days_to_registration, event_study, sign_up
from registration.pilot.report.findings import Findings
from registration.pilot.report.numbers import Rounding, Share, chance, percent, signed
from registration.pilot.report.observable import few_say
from registration.pilot.report.tables import deciles_of, shares_of

VENUES = {"all/centre": "A centre", "all/office": "An office"}
_JOINED = "M14_equity_90d"
DECILES = {
    "M02_reach_known_families": "Known to a centre or to the council",
    "M04_registered_at_centre": "Registered at a centre",
    _JOINED: "Joined within 90 days",
}
_WEEK, _FEWEST_WEEKS, _MOST_WEEKS = 7, 8, 13


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
    everybody = found.published.share(metric, label="All families")
    groups = [share for share in shares_of(found.release, metric) if share.label not in _never_asked(found)]
    return reach([everybody, *groups], found.protocol.reach)


def _never_asked(found: Findings) -> Collection[str]:
    """Give the groups of what is on record of nobody, or of few: a row of marks would tell the one from the other."""
    asked = {"hard_to_reach": "hard to reach", "vulnerable": "vulnerable"}
    nobody = [words for name, words in asked.items() if few_say(found.extract, name, found.rounding.threshold)]
    return {label for words in nobody for label in (words.capitalize(), f"Not {words}")}


def _sign_up(found: Findings) -> Chart | None:
    curves = [(said, _joining(found.published.curve(of))) for of, said in VENUES.items()]
    shown = [(name, points) for name, points in curves if points]
    return sign_up(shown) if shown else None


def _joining(curve: Mapping[int, tuple[Share, int]]) -> Sequence[Joining]:
    """Give the points of a curve that may be told."""
    return [
        Joining(day, share.value or 0.0, share.lo or 0.0, share.hi or 0.0, at_risk)
        for day, (share, at_risk) in curve.items()
    ]


def _event_study(found: Findings) -> Chart | None:
    """Draw the months in which enough joined and enough did not; nothing where no effect is claimed."""
    least = found.rounding.threshold
    months = [
        Month(each.month, each.estimate, each.lo, each.hi, found.rounding.rounded(each.families))
        for each in found.headline.event_study
        if min(each.joined, each.families - each.joined) >= least and found.headline.claimed
    ]
    p = found.headline.pre_trend_p
    test = "" if p is None else f"A joint test of the months before gives p {chance(p)}."
    return event_study(months, test) if months else None


def _forest(found: Findings) -> Chart | None:
    places = by_cluster(found.extract, found.protocol.unit, found.rounding)
    effect = found.headline
    overall = Difference("Effect, all centres", effect.att, effect.lo, effect.hi, found.rounding.count(effect.n))
    shown = overall if effect.claimed else None
    if not places or not (shown or any(place.value is not None for place in places)):
        return None
    title = (
        f"Over all centres the effect on joining is {signed(effect.att)} percentage points; cluster by cluster it varies"
        if shown
        else "Joining with and without registration at the home centre, cluster by cluster"
    )
    note = "Squares compare families within a cluster before and after without allowing for the time of year: they describe. "
    return forest(places, shown, title, note + ("The diamond is the effect of page one." if shown else ""))


def _gradient(found: Findings) -> Chart | None:
    """Draw the tenths: what a table tells by the table, joining within 90 days, of which there is none, of rounded counts."""
    lines: dict[str, Sequence[Share]] = {
        name: deciles_of(found.release, metric) for metric, name in DECILES.items() if metric != _JOINED
    }
    lines[DECILES[_JOINED]] = [
        found.rounding.share(str(decile), proportion)
        for decile, metric, proportion in found.deciles
        if metric == _JOINED
    ]
    told = {name: shares for name, shares in lines.items() if any(share.value is not None for share in shares)}
    return gradient(told) if told else None


def _days(found: Findings) -> Chart | None:
    if sum(found.days.values()) < found.rounding.threshold:
        return None
    share = found.published.share("M07_within_42_days_mature")
    lawful = found.protocol.lawful_days
    title = (
        f"{percent(share.value)} of births {lawful} days ago or more were registered within {lawful} days"
        if share.value is not None
        else f"Days from birth to registration, day {lawful} marked"
    )
    return days_to_registration(_bands(found.days, found.rounding), lawful, title)


def _bands(days: Mapping[int, int], rounding: Rounding) -> Sequence[Band]:
    """Count births by weeks since birth, so that a band ends on day 42; the last one drawn holds all that came later.

    How many bands there are is told by ten births or more, never by the one that came last.
    """
    enough = sorted((day for day, n in days.items() for _ in range(n)), reverse=True)[rounding.threshold - 1]
    weeks = min(max(enough // _WEEK + 1, _FEWEST_WEEKS), _MOST_WEEKS)
    ends = [((_WEEK * week + 1 if week else 0), _WEEK * (week + 1)) for week in range(weeks)]
    births = [sum(n for day, n in days.items() if first <= day <= last) for first, last in ends]
    births[-1] += sum(n for day, n in days.items() if day > ends[-1][1])
    told = rounding.parts(births)
    return [Band(*band, number, later=band == ends[-1]) for band, number in zip(ends, told, strict=True)]


def _flow(found: Findings) -> Chart:
    """Draw the steps: residents' births are told anyway, the others where enough lie between them and those told before."""
    names, numbers = zip(*found.flow, strict=True)
    births, residents, *families = numbers
    everywhere = found.rounding.count(births) if births - residents >= found.rounding.threshold else None
    told = [everywhere, found.published.count("M01_births_resident"), *found.rounding.steps(families)]
    return attrition(list(zip(names, told, strict=True)))
