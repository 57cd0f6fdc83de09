"""All that one extract shows, measured once: what every part of the report is made of."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from registration.pilot.disclosure.catalogue import tables, telling
from registration.pilot.disclosure.protect import protect
from registration.pilot.disclosure.rules import Release, Settings
from registration.pilot.effect.headline import Headline, headline
from registration.pilot.extract.rules import Extract
from registration.pilot.figures import Figures, Proportion
from registration.pilot.metrics.measuring import measure
from registration.pilot.metrics.pictures import attrition, by_decile, days_to_registration, sign_up_curves
from registration.pilot.metrics.survival import Curve
from registration.pilot.report.arms import arms_of
from registration.pilot.report.numbers import Rounding
from registration.pilot.report.protocol import METRICS, Done, Protocol
from registration.pilot.report.published import Published

Told = Callable[[str], None]
#: The files that an extract may be without, by the metric that is measured of each.
_FILES = {"M15": "contacts", "M16": "hours"}


@dataclass(frozen=True)
class Findings:
    """What an extract shows under a protocol: exact figures, and the release that may be published.

    `given` says whether a protocol was given or the shipped one is used. `flow`, `days` and `deciles` are exact counts as the
    metrics give them for pictures; whoever publishes them rounds them by `rounding`.
    """

    extract: Extract
    protocol: Protocol
    given: bool
    figures: Figures
    headline: Headline
    release: Release
    curves: Sequence[Curve]
    flow: Sequence[tuple[str, int]]
    days: Mapping[int, int]
    deciles: Sequence[tuple[int, str, Proportion]]

    @property
    def rounding(self) -> Rounding:
        """Give how single numbers are rounded and withheld, as the protocol has it."""
        return Rounding(self.protocol.suppress, self.protocol.round_to)

    @property
    def published(self) -> Published:
        """Give the single numbers that may be published beside the tables."""
        return Published(self.figures, self.rounding, self.release, self.curves)

    @property
    def done(self) -> Done:
        """Give what was done, to be held against the protocol."""
        # What nobody has done is not to be told from what few have, so only a file can be what is missing.
        missing = {number for number, file in _FILES.items() if getattr(self.extract, file) is None}
        places = {birth.cluster for birth in self.extract.births} | {centre.cluster for centre in self.extract.centres}
        slices = {figure.slice.split("/")[0] for figure in self.figures if figure.metric.startswith("M02")}
        groups = frozenset("cluster" if name in places else name for name in slices)
        first = min((birth.dob for birth in self.extract.counted), default=None)
        return Done(self.extract.as_of, frozenset(METRICS) - missing, groups, self.given, first)


def protected(extract: Extract, protocol: Protocol, earlier: Sequence[Release], told: Told) -> Release:
    """Give the tables of the catalogue as they may be published; Leaks where they give away what is withheld.

    What was published `earlier` counts too. `told` hears how far it is.
    """
    told("Protecting the tables, and proving it by attack")
    settings = Settings(protocol.suppress, protocol.round_to)
    return protect(telling(tables(extract), settings), settings, earlier, tell=told)


def _if_enough(found: Headline, rounding: Rounding) -> Headline:
    """Give the headline; nothing is claimed of an arm in which few joined, or few did not: they could be told from it."""
    if not found.claimed or not arms_of(found).few(rounding):
        return found
    why = f"In one of the two arms fewer than {rounding.threshold} families joined, or fewer than that did not."
    return replace(found, claimed=False, why_not=why)


def find(extract: Extract, protocol: Protocol, release: Release, told: Told, *, given: bool) -> Findings:
    """Measure an extract, of which `release` is what its tables may tell; `told` hears how far it is."""
    figures = measure(extract, told)
    told("Estimating the effect on joining")
    effect = _if_enough(
        headline(extract, protocol.unit, protocol.worth), Rounding(protocol.suppress, protocol.round_to)
    )
    told("Drawing curves, flow and gradient")
    return Findings(
        extract,
        protocol,
        given,
        figures,
        effect,
        release,
        sign_up_curves(extract),
        attrition(extract),
        days_to_registration(extract),
        by_decile(extract),
    )
