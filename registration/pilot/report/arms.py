"""The two arms of the headline side by side: families whose home centre was live at the birth, and the others; for pooling too."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from registration.pilot.effect.headline import Headline
from registration.pilot.effect.panel import panel_of
from registration.pilot.extract.rules import Extract
from registration.pilot.figures import Proportion
from registration.pilot.metrics.proportions import newcombe
from registration.pilot.report.charts.shares import Difference
from registration.pilot.report.numbers import WITHHELD, Rounding, interval, percent, whole

POOL_COLUMNS = ("authority", "pilot_signups", "pilot_registrations", "comp_signups", "comp_registrations")


@dataclass(frozen=True, slots=True)
class Arms:
    """Families that joined within 90 days of the birth, of all: with a live home centre (pilot) and without (comparison)."""

    joined: int
    families: int
    comparison_joined: int
    comparison_families: int

    def both(self, rounding: Rounding) -> bool:
        """Say whether there are families enough in either arm; with none it is the same as with few."""
        return min(self.families, self.comparison_families) >= rounding.threshold

    def few(self, rounding: Rounding) -> bool:
        """Say whether any count, or what it leaves of its whole, is too few to be published."""
        pairs = ((self.joined, self.families), (self.comparison_joined, self.comparison_families))
        return any(min(num, den - num) < rounding.threshold for num, den in pairs)

    def rounded(self, rounding: Rounding) -> "Arms":
        """Give the counts rounded."""
        counts = (self.joined, self.families, self.comparison_joined, self.comparison_families)
        return Arms(*map(rounding.rounded, counts))


def arms_of(found: Headline) -> Arms:
    """Give both arms of the headline's own families."""
    return Arms(found.joined_live, found.families_live, found.joined_not, found.families_not)


def pooled_row(authority: str, arms: Arms, rounding: Rounding) -> Sequence[str]:
    """Give the row by which other councils' reviews pool this one; counts are rounded, or [c] where any is withheld."""
    if arms.few(rounding):
        return (authority, *(WITHHELD,) * 4)
    kept = arms.rounded(rounding)
    return (authority, *map(str, (kept.joined, kept.families, kept.comparison_joined, kept.comparison_families)))


def by_cluster(extract: Extract, unit: str, rounding: Rounding) -> Sequence[Difference]:
    """Compare the two arms within each cluster that has enough of both, of rounded counts; withheld where a count is few."""
    panel = panel_of(extract, unit).panel
    cluster_of = {centre.centre_id: centre.cluster for centre in extract.centres}
    counts: dict[str, Counter[str]] = {}
    rows = zip(panel.centre.tolist(), panel.live.tolist(), panel.joined.tolist(), panel.families.tolist(), strict=True)
    for centre, live, joined, families in rows:
        arm = "live" if live else "not"
        counts.setdefault(cluster_of[panel.centres[centre]], Counter()).update(
            {f"joined {arm}": int(joined), f"families {arm}": int(families)}
        )
    every = {
        name: Arms(*(found[key] for key in ("joined live", "families live", "joined not", "families not")))
        for name, found in sorted(counts.items())
    }
    return [_difference(name, arms, rounding) for name, arms in every.items() if arms.both(rounding)]


def _difference(name: str, arms: Arms, rounding: Rounding) -> Difference:
    if arms.few(rounding):
        return Difference(name, None, None, None, None)
    kept = arms.rounded(rounding)
    value, lo, hi = (
        newcombe(kept.joined, kept.families, kept.comparison_joined, kept.comparison_families) or (None,) * 3
    )
    return Difference(name, value, lo, hi, kept.families + kept.comparison_families)


def described(arms: Arms, rounding: Rounding) -> str:
    """Tell the shares of both arms that joined in a sentence, which claims nothing."""
    live = rounding.share("", Proportion(arms.joined, arms.families))
    idle = rounding.share("", Proportion(arms.comparison_joined, arms.comparison_families))
    if live.value is None or idle.value is None:
        return ""
    return (
        f"Without allowing for centre and season, {percent(live.value)} of {whole(live.n)} families whose home centre had begun "
        f"joined within 90 days ({interval(live)}), and {percent(idle.value)} of {whole(idle.n)} others ({interval(idle)}): "
        "this describes and proves nothing."
    )
