"""What is reported of all families together: the name, meaning and source of each metric, and how it is written."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace

from registration.pilot.figures import Figures, Proportion
from registration.pilot.metrics.proportions import newcombe
from registration.pilot.report.numbers import (
    NOT_AVAILABLE,
    WITHHELD,
    Rounding,
    chance,
    interval,
    percent,
    signed,
    whole,
)
from registration.pilot.report.published import Published

WILSON = "Wilson (1927) score interval, of rounded counts"
NEWCOMBE = "Newcombe (1998), method 10"


@dataclass(frozen=True, slots=True)
class Measure:
    """A metric of the catalogue: its id, what it is called, what it means, and the source of its formula or interval."""

    metric: str
    name: str
    meaning: str
    source: str

    @property
    def number(self) -> str:
        """Give its number alone, M02 of M02_reach_known_families."""
        return self.metric.split("_", 1)[0]


@dataclass(frozen=True, slots=True)
class Row:
    """A published number as it is written: of which metric and families, its interval, and how many stand behind it."""

    number: str
    name: str
    of: str
    value: str
    interval: str
    n: str
    meaning: str


#: A row of the report by its name and the families it is of: ("Missed times", "at an office").
Waits = tuple[str, str]
ALL, VENUES = {"all": "all"}, {"all/centre": "at a centre", "all/office": "at an office"}
COUNTS = (
    Measure("M01_births_resident", "Births", "Births to residents up to the as-of date.", "Count"),
    Measure("M01_families", "Families", "Families of these births.", "Count"),
)
SHARES = (
    Measure(
        "M02_reach_known_families",
        "Families known to a centre or to the council",
        "Families known from live birth data, a booking or registration at a centre, or membership, of all families with a birth. "
        "The line they are read against is a share of families with children under five.",
        WILSON,
    ),
    Measure(
        "M03_first_known_via_registration",
        "Families first known through registration",
        "Families whose booking or registration at a centre came before the birth was in the centre’s data and before they joined.",
        WILSON,
    ),
    Measure(
        "M03b_known_only_via_registration",
        "Families known only through registration",
        "The same, where neither live birth data nor membership has come since.",
        WILSON,
    ),
    Measure("M04_registered_at_centre", "Registered at a centre", "Of births registered, those at a centre.", WILSON),
    Measure(
        "M07_within_42_days_mature",
        "Registered within 42 days",
        "Of births at least 42 days before the as-of date; a birth not registered counts as late.",
        WILSON,
    ),
    Measure(
        "M13_used_within_one_year_of_joining",
        "Used a centre within a year of joining",
        "Of families that joined a year or more ago and stayed, those with any visit in that year; read against 55%.",
        WILSON,
    ),
    Measure(
        "M15_contacted_within_14d",
        "Contacted within 14 days of becoming known",
        "Of families known for 14 days, by the centres’ contact log, which nobody checks.",
        WILSON,
    ),
)
VENUE_SHARES = (
    Measure("M08_dna", "Missed times", "Of times attended or missed, those missed.", WILSON),
    Measure(
        "M09_signup_at_visit",
        "Joined on the day of registering",
        "Of families not joined before they first registered, those that joined that day.",
        WILSON,
    ),
)
MEDIANS = (
    Measure(
        "M05_lead_time_days",
        "Days from booking to the time",
        "Median of attended times.",
        "Hyndman and Fan (1996), type 7",
    ),
)
DAYS = Measure(
    "M06_days_to_registration",
    "Days from birth to registration",
    "Of births that were registered.",
    "Hyndman and Fan (1996), type 7",
)
CURVES = tuple(
    Measure(
        f"M10_signup_within_{days}d_KM",
        f"Joined within {days} days of registering",
        "Families not joined before, those that moved away or were followed for less counted for as long as they were seen.",
        "Kaplan and Meier (1958); interval of effective numbers, rounded: Dorey and Korn (1987), Wilson (1927)",
    )
    for days in (30, 90, 365)
)
LOG_RANK = Measure(
    "M11_logrank_centre_vs_office",
    "Joining after a centre against an office",
    "Log-rank test over the whole time followed. Families choose the venue.",
    "Mantel (1966)",
)
COX = Measure(
    "M12_cox",
    "Joining, ratio of hazards",
    "Cox regression on venue, hard to reach and deprivation; describes, for families choose the venue.",
    "Cox (1972); ties Efron (1977); robust errors Lin and Wei (1989)",
)
COX_NAMES = {
    "centre": "at a centre against an office",
    "hard_to_reach": "hard to reach",
    "imd_decile": "each tenth less deprived",
}
EQUITY = Measure(
    "M14_equity_90d",
    "Concentration of joining by deprivation",
    "Erreygers index: above 0, joining within 90 days is commoner in less deprived areas.",
    "Wagstaff, Paci and van Doorslaer (1991); Erreygers (2009)",
)
GAP = Measure(
    "M14_gap_90d", "Gap in joining within 90 days", "In percentage points, of families that registered.", NEWCOMBE
)
GAPS = {
    "imd1_3_minus_imd4_10": "three most deprived tenths less the others",
    "htr_minus_not_htr": "hard to reach less the others",
}
HOURS = Measure(
    "M16_hours_per_signup",
    "Registrar hours per family signed up",
    "Hours of registrars at centres for each family that joined on or after registering there.",
    "Ratio",
)
EVERY: Sequence[Measure] = sorted(
    [*COUNTS, *SHARES, *VENUE_SHARES, *MEDIANS, DAYS, *CURVES, LOG_RANK, COX, EQUITY, GAP, HOURS],
    key=lambda each: each.metric,
)
_LEAST_Z = 1.959963984540054


def summary(told: Published, waits: Collection[Waits] = ()) -> Sequence[Row]:
    """Write every published number of all families; [c] where it is withheld, [x] where instead it `waits` for time or a file.

    What nobody has done is withheld as what few have: else the one mark beside the other would tell that nobody has.
    """
    rows = [*_counts(told), *_shares(told), *_days(told.figures, told.rounding), *_curves(told), *_modelled(told)]
    rows += [*_equity(told.figures, told.rounding), *_gaps(told.figures, told.rounding), *_hours(told)]
    return sorted((_or_waits(row, waits) for row in rows), key=lambda row: row.number)


def _or_waits(row: Row, waits: Collection[Waits]) -> Row:
    if row.value != WITHHELD or (row.name, row.of) not in waits:
        return row
    return replace(row, value=NOT_AVAILABLE, interval=NOT_AVAILABLE, n=NOT_AVAILABLE)


def _row(measure: Measure, of: str, *written: str) -> Row:
    value, between, n = written or (WITHHELD,) * 3
    return Row(measure.number, measure.name, of, value, between, n, measure.meaning)


def _counts(told: Published) -> Iterator[Row]:
    for measure in COUNTS:
        yield _row(measure, "all", whole(told.count(measure.metric)), "[z]", "[z]")


def _shares(told: Published) -> Iterator[Row]:
    asked = [(measure, ALL) for measure in SHARES] + [(measure, VENUES) for measure in VENUE_SHARES]
    for measure, slices in asked:
        for of, said in slices.items():
            share = told.share(measure.metric, of)
            yield _row(measure, said, percent(share.value), interval(share), whole(share.n))


def _days(figures: Figures, rounding: Rounding) -> Iterator[Row]:
    for measure in MEDIANS:
        for of, said in VENUES.items():
            yield _typical(
                measure, said, figures.get(measure.metric, of, "median"), figures.get(measure.metric, of, "n"), rounding
            )
    n = figures.get("M04_registered_at_centre", "all", "den")
    for key, said in (("median", "median"), ("p90", "nine in ten by"), ("mean", "mean")):
        yield _typical(DAYS, said, figures.get(DAYS.metric, "all", key), n, rounding)


def _typical(measure: Measure, said: str, value: float | None, n: float | None, rounding: Rounding) -> Row:
    shown = rounding.count(int(n or 0))
    return _row(measure, said, WITHHELD if shown is None or value is None else f"{value:.1f}", "[z]", whole(shown))


def _curves(told: Published) -> Iterator[Row]:
    for measure in CURVES:
        days = int(measure.metric.split("_")[3].removesuffix("d"))
        for of, said in VENUES.items():
            share, at_risk = told.curve(of).get(days, (None, 0))
            if share is None:
                yield _row(measure, said)
            else:
                yield _row(measure, said, percent(share.value), interval(share), whole(at_risk))


def _modelled(told: Published) -> Iterator[Row]:
    """Write what compares venues; withheld where too few joined of either, or families hardly differ."""
    figures = told.figures
    p = figures.get(LOG_RANK.metric, "all", "p")
    test = () if p is None or not told.compared else (f"p {chance(p)}", "[z]", "[z]")
    yield _row(LOG_RANK, "all", *test)
    for of, said in COX_NAMES.items():
        coef, se = figures.get(COX.metric, of, "coef"), figures.get(COX.metric, of, "se_robust")
        ratio = () if coef is None or se is None or not told.compared else _ratio(coef, se)
        yield _row(COX, said, *ratio)


def _ratio(coef: float, se: float) -> tuple[str, str, str]:
    from math import exp

    low, high = exp(coef - _LEAST_Z * se), exp(coef + _LEAST_Z * se)
    return f"{exp(coef):.2f}", f"{low:.2f} to {high:.2f}", "[z]"


def _equity(figures: Figures, rounding: Rounding) -> Iterator[Row]:
    index, mean, n = (figures.get(EQUITY.metric, "all", key) or 0.0 for key in ("erreygers", "mean", "n"))
    joined = rounding.share("", Proportion(round(mean * n), int(n)))
    shown = WITHHELD if joined.value is None else f"{round(index, 2) + 0.0:.2f}".replace("-", "−")
    yield _row(EQUITY, "all", shown, "[z]", whole(joined.n))


def _gaps(figures: Figures, rounding: Rounding) -> Iterator[Row]:
    """Write differences of shares of rounded counts."""
    for of, said in GAPS.items():
        counts = [figures.get(GAP.metric, of, key) for key in ("num1", "den1", "num2", "den2")]
        num1, den1, num2, den2 = (int(count or 0) for count in counts)
        if min(num1, den1 - num1, num2, den2 - num2) < rounding.threshold:
            yield _row(GAP, said)
            continue
        num1, den1, num2, den2 = map(rounding.rounded, (num1, den1, num2, den2))
        value, lo, hi = newcombe(num1, den1, num2, den2) or (None, None, None)
        yield _row(GAP, said, signed(value), f"{signed(lo)} to {signed(hi)}", whole(den1 + den2))


def _hours(told: Published) -> Iterator[Row]:
    """Write hours by the rounded number of families: hours are public, and would tell the exact one."""
    hours, families = (told.figures.get(HOURS.metric, "all", key) for key in ("hours", "families"))
    shown = told.rounding.count(int(families or 0))
    value = WITHHELD if shown is None or hours is None else f"{hours / shown:.1f}"
    yield _row(HOURS, "all", value, "[z]", whole(shown))
