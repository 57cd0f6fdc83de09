"""Who joins a centre after registering there or at an office: M09 to M12 and M14, of families followed from their index."""

from collections.abc import Iterator

import numpy as np

from registration.pilot.figures import Figure
from registration.pilot.metrics import cox
from registration.pilot.metrics.columns import ALL, NOT_KNOWN, Births, Marks
from registration.pilot.metrics.equity import concentration
from registration.pilot.metrics.followed import Followed
from registration.pilot.metrics.proportions import named, newcombe, share
from registration.pilot.metrics.survival import cumulative, logrank

HORIZONS = (30, 90, 365)
QUARTER = 90
GAPS = (("imd1_3", "imd4_10"), ("htr", "not_htr"))
COVARIATES = ("centre", "hard_to_reach", "imd_decile")


def at_the_visit(families: Followed) -> Iterator[Figure]:
    """Give M09: those that joined on the day on which they registered."""
    joined = families.joined & (families.days == 0)
    for of, marks in families.by_venue.items():
        yield from share("M09_signup_at_visit", of, int((marks & joined).sum()), int(marks.sum()))


def by_horizon(families: Followed) -> Iterator[Figure]:
    """Give M10: the share that joined within 30, 90 and 365 days, those who were followed for less included as far as they were."""
    found = {
        of: cumulative(families.days[marks], families.joined[marks], HORIZONS)
        for of, marks in families.by_venue.items()
    }
    for place, horizon in enumerate(HORIZONS):
        for of, estimates in found.items():
            one = estimates[place]
            keys = {"value": one.value, "lo": one.lo, "hi": one.hi, "n_risk": one.n_risk}
            yield from named(f"M10_signup_within_{horizon}d_KM", of, **keys)


def venues_compared(families: Followed) -> Iterator[Figure]:
    """Give M11: whether families that registered at a centre join otherwise than those of an office, over all the time followed."""
    found = logrank(families.days, families.joined, families.at_centre)
    if found is not None:
        yield from named("M11_logrank_centre_vs_office", ALL, chisq=found[0], p=found[1])


def hazards(births: Births, families: Followed) -> Iterator[Figure]:
    """Give M12: how joining goes with the venue, being hard to reach and deprivation, of families of which these are known."""
    hard, decile = births.hard_to_reach[families.birth], births.decile[families.birth]
    known = (hard != NOT_KNOWN) & (decile != NOT_KNOWN)
    covariates = np.column_stack([families.at_centre, hard, decile]).astype(np.float64)[known]
    home = births.home[families.birth][known]
    found = cox.fit(families.days[known], families.joined[known], covariates, home)
    if found is None:
        return
    for place, name in enumerate(COVARIATES):
        robust = None if found.se_robust is None else found.se_robust[place]
        yield from named("M12_cox", name, coef=found.coef[place], se_model=found.se_model[place], se_robust=robust)


def told_by_90_days(births: Births, families: Followed) -> tuple[Marks, Marks]:
    """Mark the families of which it is told whether they joined within 90 days (M14), and those that did: of M10's, one row each.

    Told of are those whose 90 days are over by the as-of date and that stayed in the area for them, or joined in them.
    """
    joined = families.joined & (families.days <= QUARTER)
    stayed = births.left[families.birth] > families.index + QUARTER
    return (families.index + QUARTER <= births.as_of) & (stayed | joined), joined


def equity(births: Births, families: Followed) -> Iterator[Figure]:
    """Give M14: joining within 90 days over IMD deciles, and the gaps between the slices that are each other's opposite."""
    told, joined = told_by_90_days(births, families)
    decile = births.decile[families.birth]
    ranked = told & (decile != NOT_KNOWN)
    n = int(ranked.sum())
    index = concentration(joined[ranked], decile[ranked])
    mean = float(joined[ranked].mean()) if n else None
    both = {} if index is None else {"concentration_index": index[0], "erreygers": index[1]}
    yield from named("M14_equity_90d", ALL, n=n, mean=mean, **both)
    for one, other in GAPS:
        counts = [int((families.slices[of] & told & m).sum()) for of in (one, other) for m in (joined, told)]
        gap = newcombe(*counts)
        keys = dict(zip(("num1", "den1", "num2", "den2"), counts, strict=True))
        measured = {} if gap is None else dict(zip(("value", "lo", "hi"), gap, strict=True))
        yield from named("M14_gap_90d", f"{one}_minus_{other}", **keys, **measured)
