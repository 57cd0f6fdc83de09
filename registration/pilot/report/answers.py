"""Page one: the two questions, each answered in one sentence with its number, interval, n and the strength of the design."""

from dataclasses import dataclass
from datetime import date

from registration.pilot.effect.headline import FEWEST_CENTRES, Headline
from registration.pilot.effect.power import Power
from registration.pilot.report.numbers import Rounding, Share, chance, counted, interval, percent, points, signed, whole
from registration.pilot.report.protocol import Protocol
from registration.pilot.report.published import Published

FAMILIES = "Does registering births in children’s centres identify and contact new families?"
REACH_MORE = "Does it enable centres to reach more families?"
#: A p-value below it counts as told apart from nothing, as the protocol has it.
LEVEL = 0.05
DIFFERENT_FAMILIES = (
    "The 97% line is the founding report’s share of families with children under five; these are families with a new baby, so the "
    "two have not the same denominators."
)


@dataclass(frozen=True, slots=True)
class Answer:
    """A question and its answer in a sentence; `strength` names the stage of evidence, `beside` what else must be known."""

    letter: str
    question: str
    sentence: str
    strength: str
    beside: str


def identified(told: Published, as_of: date, goal: float, since: date | None = None) -> Answer:
    """Answer (a) from M03, the families first known through registration, and M02, all that are known, against the line.

    `since` is a day of the month of the first birth, None where it may not be told.
    """
    first = told.share("M03_first_known_via_registration")
    known = told.share("M02_reach_known_families")
    strength = "Described only: counted from the pilot’s own records, with nothing to compare them to."
    return Answer("a", FAMILIES, _first_known(first, as_of, since), strength, _against(known, goal) + _contacted(told))


def _first_known(first: Share, as_of: date, since: date | None) -> str:
    if first.value is None:
        return (
            "This cannot be told yet: of the families with a new baby nearly none, or nearly all, became known first by "
            "registering the birth at a children’s centre, or booking to, or the number would give away another one that is "
            "withheld."
        )
    born = f"with a birth from {since:%B %Y} to" if since else "up to"
    return (
        f"{percent(first.value)} of families with a new baby became known to a children’s centre first by registering the birth "
        f"there, or booking to (95% interval {interval(first)}; {whole(first.n)} families {born} {as_of.day} {as_of:%B %Y})."
    )


def _against(known: Share, goal: float) -> str:
    if known.value is None:
        return (
            "How many are known by any route is withheld: nearly all families are, or nearly none, and the few others must not be "
            "recognised, or another withheld number could be worked out from it. " + DIFFERENT_FAMILIES
        )
    return (
        f"By any route, {percent(known.value)} of these families are known to a centre or to the council ({interval(known)}), "
        f"against a line of {goal:.0%}. " + DIFFERENT_FAMILIES
    )


def _contacted(told: Published) -> str:
    share = told.share("M15_contacted_within_14d")
    if share.value is None:
        return ""
    return f" By the centres’ own log, {percent(share.value)} were contacted within 14 days of becoming known ({interval(share)})."


def reached_more(
    found: Headline, protocol: Protocol, rounding: Rounding, described: str, first_birth: date | None = None
) -> Answer:
    """Answer (b) from the causal headline; where none can be claimed, say why not and what is described in its place.

    `first_birth` is the day of the first birth of the data.
    """
    n = whole(rounding.count(found.n))
    if not found.claimed or found.att is None or found.lo is None or found.hi is None:
        sentence = f"It cannot be said yet: {_why_not(found)} ({n} families, {_centres(found)})."
        return Answer("b", REACH_MORE, sentence, stage(found, protocol, first_birth), described)
    between = f"95% interval {signed(found.lo)} to {signed(found.hi)}"
    whom = f"{n} families, {_centres(found)}"
    return Answer(
        "b",
        REACH_MORE,
        f"{_effect(found)} ({between}; {whom}).",
        stage(found, protocol, first_birth),
        f"{_robust(found)} {_power(found)}".strip(),
    )


def _effect(found: Headline) -> str:
    att = found.att or 0.0
    often = (
        f"families joined a children’s centre within 90 days of a birth {points(att)} percentage points "
        f"{'more' if att > 0 else 'less'} often once births were registered at their home centre, wherever they went themselves"
    )
    told = found.lo is not None and found.hi is not None and (found.lo > 0 or found.hi < 0)
    if told and max(found.p_cr2 or 0.0, found.p_permutation or 0.0) < LEVEL:
        return often[0].upper() + often[1:]
    return f"No clear difference yet: {often}, which chance alone could make"


def _p(p: float | None) -> str:
    return "not known" if p is None else chance(p)


def _centres(found: Headline) -> str:
    """Say around how many centres both arms lived; most centres are in both, one after the other."""
    begun = f"around {counted(found.centres_live, 'centre')} where registration had begun"
    return f"{begun} and {counted(found.centres_not, 'centre')} where it had not yet"


def _why_not(found: Headline) -> str:
    if min(found.centres_live, found.centres_not) < FEWEST_CENTRES:
        return "fewer than six centres in an arm, so the families are described and nothing is claimed"
    return (found.why_not[:1].lower() + found.why_not[1:]).rstrip(".")


def stage(found: Headline, protocol: Protocol, first_birth: date | None) -> str:
    """Name the strength of the design, from describing only to an order drawn by lot under a registered protocol.

    Beforehand is a protocol that was registered on or before the day of the first birth of the data.
    """
    if not found.claimed:
        return "Described only."
    registered = f"{_registered(protocol.registered_on, first_birth)} a protocol registered beforehand"
    if protocol.lot is None:
        return f"Staggered roll-out in an order not known to be drawn by lot, {registered}: centres may have differed otherwise."
    return (
        f"Staggered roll-out in an order drawn by lot ({protocol.lot.unit}s, seed {protocol.lot.seed}), {registered}."
    )


def _registered(on: date | None, first_birth: date | None) -> str:
    return "under" if on and (first_birth is None or on <= first_birth) else "without"


def _robust(found: Headline) -> str:
    sentences = [
        f"p {_p(found.p_cr2)}; over all orders in which the centres could have begun, p {_p(found.p_permutation)}."
    ]
    if found.group_time is not None:
        each = found.group_time
        sentences.append(
            f"Comparing only with centres not yet begun gives {signed(each.att)} ({signed(each.lo)} to {signed(each.hi)})."
        )
    if found.pre_trend_p is not None:
        apart = "did" if found.pre_trend_p < LEVEL else "did not clearly"
        sentences.append(f"Before registration began the centres {apart} differ (p {chance(found.pre_trend_p)}).")
    return " ".join(sentences)


def _power(found: Headline) -> str:
    power = found.power
    if power is None:
        return ""
    since = counted(power.months, "month")
    now = f"From {since} of births a difference of {points(power.detectable)} points is found four times in five."
    return f"{now} One of {points(power.worth)} points, taken to be worth having, {_when(power)}."


def _when(power: Power) -> str:
    if power.months_needed is None:
        return "this roll-out cannot find"
    return "needs no more" if power.months_needed <= power.months else f"needs {counted(power.months_needed, 'month')}"
