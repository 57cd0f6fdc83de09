"""The methods of the evaluation: what was computed, by which formula, and where the formula is published."""

from collections.abc import Sequence
from dataclasses import dataclass

from registration.pilot.report.measures import EVERY


@dataclass(frozen=True, slots=True)
class Method:
    """One method: what it is for, the formula in words or signs, and its source."""

    name: str
    formula: str
    source: str


DESIGN = (
    Method(
        "Who is counted",
        "Births to residents of the area up to the as-of date. Every date is the Europe/London day of its stamp. A venue listed as "
        "a centre is a children’s centre, every other an office.",
        "Event extract of the pilot",
    ),
    Method(
        "The effect on joining (b)",
        "Intention to treat: y = centre + month of birth + d·live, one row for each family with its first birth, weighted by "
        "families in cells of home centre and month; live from the first whole month after registration began there, the "
        "broken one left out. y is joining any centre within 90 days of the birth; families that had joined before are left out.",
        "Two-way fixed effects; Hussey and Hughes (2007) for the design",
    ),
    Method(
        "Its interval and p-value",
        "CR2 standard errors clustered by centre with Satterthwaite degrees of freedom, identity working covariance, two-sided t.",
        "Bell and McCaffrey (2002); Pustejovsky and Tipton (2018)",
    ),
    Method(
        "Its p-value by permutation",
        "The share of distinct orders of the roll-out whose d is at least as far from zero as that observed, which is counted.",
        "Fisher (1935); Phipson and Smyth (2010)",
    ),
    Method(
        "Event study and its pre-trends",
        "The same regression with a term for each month since registration began; a joint test of the terms before it.",
        "Roth, Sant’Anna, Bilinski and Poe (2023), section 4",
    ),
    Method(
        "Robustness: group-time effects",
        "Each group of centres that began together, month by month, against centres that had not begun yet.",
        "Callaway and Sant’Anna (2021)",
    ),
    Method(
        "Power",
        "The variance of d under the design as rolled out, with unequal numbers of births in centres.",
        "Hussey and Hughes (2007), equation 8",
    ),
    Method(
        "Differences by cluster (forest plot)",
        "Share that joined of families whose home centre was live at the birth, less that of those whose was not; describes only.",
        "Newcombe (1998), method 10",
    ),
    Method(
        "Disclosure control",
        "Tables come from a fixed list. Counts under the threshold are withheld, others rounded; shares are of rounded counts, "
        "and further cells are withheld until no withheld count can be deduced from all that is published. Marks: [c] withheld, "
        "[x] waits for time or for a file, [z] does not apply.",
        "Hundepool and others (2012), Statistical Disclosure Control; Government Statistical Service symbols",
    ),
)


def methods() -> Sequence[Method]:
    """Give every method: the design and then each metric with its meaning and the source of its formula."""
    return [*DESIGN, *(Method(f"{each.number} {each.name}", each.meaning, each.source) for each in EVERY)]
