"""The causal headline: what it changes for the families around a centre that births are registered there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import final

from registration.pilot.effect.event_study import EventTime, event_study
from registration.pilot.effect.group_time import GroupTime, group_time
from registration.pilot.effect.panel import CannotTell, Panel, panel_of
from registration.pilot.effect.permutation import ALL_ORDERS, SAMPLED, Permuted, permutation
from registration.pilot.effect.power import WORTH_HAVING, Power, power
from registration.pilot.effect.regression import Estimate, cr2, fit
from registration.pilot.extract.rules import Extract

#: With fewer centres in an arm the families are described, and nothing is claimed.
FEWEST_CENTRES = 6


@final
@dataclass(frozen=True)
class Effect:
    """The difference that live makes to the share joined within 90 days, with both errors and both tests, of `cells` cells."""

    att: float
    se_cr1s: float
    cr2: Estimate
    permuted: Permuted
    cells: int


@dataclass(frozen=True)
class Headline:
    """The effect of the home centre being live at the birth on joining within 90 days, intention to treat.

    `att` is a difference of shares with its 95 % interval by CR2; numbers are None where centres and months cannot tell them.
    Where `claimed` is False, `why_not` says so in a sentence: then only the counts of families may be told, not an effect.
    `n` counts families, `joined_live` of `families_live` at live home centres and the others; `centres_live` and `centres_not`
    the centres of the two arms: live, and not yet live while another was. `left_out` counts families by reason.
    """

    claimed: bool
    why_not: str
    att: float | None
    lo: float | None
    hi: float | None
    se_cr1s: float | None
    se_cr2: float | None
    df_cr2: float | None
    p_cr2: float | None
    p_permutation: float | None
    orders: int
    exact: bool
    n: int
    joined_live: int
    families_live: int
    joined_not: int
    families_not: int
    centres_live: int
    centres_not: int
    left_out: Mapping[str, int]
    event_study: Sequence[EventTime]
    pre_trend_p: float | None
    group_time: GroupTime | None
    power: Power | None


def effect(panel: Panel, all_orders: int = ALL_ORDERS, sampled: int = SAMPLED) -> Effect:
    """Compare live with not live centres over months: y = centre + month + d·live, weighted by families; CannotTell if untold."""
    fitted = fit(panel, panel.live[:, None])
    return Effect(
        att=float(fitted.values[0]),
        se_cr1s=float(fitted.cr1s()[0, 0] ** 0.5),
        cr2=cr2(fitted).estimate(),
        permuted=permutation(panel, all_orders, sampled),
        cells=len(panel.month),
    )


def headline(extract: Extract, unit: str = "auto", worth: float = WORTH_HAVING) -> Headline:
    """Give the headline of an extract with all that is said beside it.

    `unit` is what the lot drew: centre, cluster, or auto, which is cluster where all centres of each cluster begin together.
    `worth` is the effect worth having for which the months needed are told.
    """
    flow = panel_of(extract, unit)
    panel = flow.panel
    found = _found(panel)
    live, idle = panel.arms
    told, permuted = (found.cr2, found.permuted) if found else (None, None)
    joined, families = (
        [int(each[panel.live == arm].sum()) for arm in (1, 0)] for each in (panel.joined, panel.families)
    )
    study = event_study(panel)
    return Headline(
        claimed=found is not None and min(live, idle) >= FEWEST_CENTRES,
        why_not=_why_not(found, live, idle),
        att=found and found.att,
        lo=told and told.lo,
        hi=told and told.hi,
        se_cr1s=found and found.se_cr1s,
        se_cr2=told and told.se,
        df_cr2=told and told.df,
        p_cr2=told and told.p,
        p_permutation=permuted and permuted.p,
        orders=permuted.orders if permuted else 0,
        exact=permuted.exact if permuted else False,
        n=sum(families),
        joined_live=joined[0],
        families_live=families[0],
        joined_not=joined[1],
        families_not=families[1],
        centres_live=live,
        centres_not=idle,
        left_out=flow.left_out,
        event_study=study.months,
        pre_trend_p=study.pre_trend_p,
        group_time=group_time(panel),
        power=power(panel, worth),
    )


def _found(panel: Panel) -> Effect | None:
    try:
        return effect(panel)
    except CannotTell:
        return None


def _why_not(found: Effect | None, live: int, idle: int) -> str:
    if min(live, idle) < FEWEST_CENTRES:
        return (
            f"There are {live} centres that were live and {idle} that were not while another was: with fewer than "
            f"{FEWEST_CENTRES} of either the families are described, and nothing is claimed."
        )
    return "" if found else CannotTell().sentence
