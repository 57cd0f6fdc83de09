"""What cannot be observed yet, why not, and from when it can."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from registration.pilot.effect.headline import FEWEST_CENTRES, Headline
from registration.pilot.extract.rules import LAWFUL_DAYS, Extract, first_live_month
from registration.pilot.figures import Figures
from registration.pilot.report.measures import CURVES, VENUES
from registration.pilot.report.numbers import Rounding

YEAR, QUARTER = 365, 90
#: The files that hold a metric's facts, and that an extract may be without.
_NEEDED = (
    ("contacts", "Contacted within 14 days (M15)", "contacts.csv"),
    ("hours", "Registrar hours per family (M16)", "hours.csv"),
)


@dataclass(frozen=True, slots=True)
class NotYet:
    """Something not observable: what, and in a sentence why, and from when it will be where that can be told."""

    what: str
    why: str


def not_yet(extract: Extract, figures: Figures, headline: Headline, rounding: Rounding) -> Sequence[NotYet]:
    """Give all that this extract cannot show as of its day, each with the day from which it can."""
    waiting = [*_comparing(extract, headline), *_waiting(extract, figures)]
    return [*waiting, *_following(extract, figures, rounding), *_missing(extract)]


def _comparing(extract: Extract, headline: Headline) -> Iterator[NotYet]:
    """Say from when the effect in (b) can be claimed, by the centres that are to begin."""
    if headline.claimed:
        return
    name = "What registration at the home centre changes: the effect in (b)"
    starts = sorted(first_live_month(centre.pilot_from) for centre in extract.centres if centre.pilot_from)
    if len(starts) < FEWEST_CENTRES or len(extract.centres) < 2 * FEWEST_CENTRES:
        yield NotYet(
            name, f"It needs {FEWEST_CENTRES} centres that begin and {FEWEST_CENTRES} to compare with; there are fewer."
        )
    else:
        day = starts[FEWEST_CENTRES - 1]
        begins = f"{FEWEST_CENTRES} centres will have begun by {day.day} {day:%B %Y}. "
        yield NotYet(name, begins + _from(day, QUARTER, extract.as_of))


def _waiting(extract: Extract, figures: Figures) -> Iterator[NotYet]:
    """Give what waits for the first births, joinings and registrations to be old enough."""
    joined = min(extract.first_joined.values(), default=None)
    born = min((birth.dob for birth in extract.counted), default=None)
    asked = (
        ("M13_used_within_one_year_of_joining", "Used a centre within a year of joining (M13)", joined, YEAR),
        ("M07_within_42_days_mature", "Registered within 42 days (M07)", born, LAWFUL_DAYS),
    )
    for metric, name, since, days in asked:
        if not figures.get(metric, "all", "den"):
            yield NotYet(name, _from(since, days, extract.as_of))
    if not figures.get("M14_equity_90d", "all", "n"):
        first = min((row.registered_on for row in extract.registered.values()), default=None)
        yield NotYet("Joining within 90 days by deprivation (M14)", _from(first, QUARTER, extract.as_of))


def _from(since: date | None, days: int, as_of: date) -> str:
    """Say from when, where those counted began by a day and must be followed for so many days."""
    if since is None:
        return "Too little is on record yet to say from when."
    day = since + timedelta(days=days)
    if day <= as_of:
        return "Too many joined or moved away before, so it cannot be said from when."
    return f"Observable at the earliest from {day.day} {day:%B %Y}."


def _following(extract: Extract, figures: Figures, rounding: Rounding) -> Iterator[NotYet]:
    """Give the horizons of joining to which too few families have been followed."""
    for measure in CURVES:
        days = int(measure.metric.split("_")[3].removesuffix("d"))
        for of, said in VENUES.items():
            n = figures.get(measure.metric, of, "n_risk")
            if n is None or n < rounding.threshold:
                at_centre = of.endswith("centre")
                yield NotYet(
                    f"{measure.name}, {said} ({measure.number})",
                    _followed(extract, days, rounding, at_centre=at_centre),
                )


def _followed(extract: Extract, days: int, rounding: Rounding, *, at_centre: bool) -> str:
    """Say from when enough families can have been followed for so many days, if none of them joins or leaves before."""
    starts = sorted(
        row.registered_on for row in extract.registered.values() if (row.venue_id in extract.centre_ids) == at_centre
    )
    enough = f"It is published once {rounding.threshold} families have been followed for {days} days. "
    return enough + _from(
        starts[rounding.threshold - 1] if len(starts) >= rounding.threshold else None, days, extract.as_of
    )


def _missing(extract: Extract) -> Iterator[NotYet]:
    for name, what, file in _NEEDED:
        if getattr(extract, name) is None:
            yield NotYet(what, f"The extract has no {file}.")
