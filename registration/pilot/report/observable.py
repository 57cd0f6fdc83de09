"""What waits for time or for a file, and from when it can be observed: a reason for every number that the report marks [x].

What is not there because nobody did something is no such thing: it is withheld as if few had, and nothing is said of it.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from registration.pilot.effect.headline import FEWEST_CENTRES, Headline
from registration.pilot.extract.rules import LAWFUL_DAYS, Birth, Extract, Registered, first_live_month
from registration.pilot.figures import Figures
from registration.pilot.report.measures import CURVES, EQUITY, GAP, GAPS, HOURS, SHARES, VENUES, Measure, Waits
from registration.pilot.report.numbers import Rounding

YEAR, QUARTER, FORTNIGHT = 365, 90, 14
#: What births.csv says of a family, by which families are grouped.
_ASKED = {
    "vulnerable": "Results for vulnerable families",
    "hard_to_reach": "Results for families that are hard to reach",
    "imd_decile": "Results by deprivation",
}


WITHIN, USED, CONTACT = SHARES[-3:]


@dataclass(frozen=True, slots=True)
class NotYet:
    """Something not observable: what, and in a sentence why, and from when it will be where that can be told.

    `rows` are the rows of the report that wait for it.
    """

    what: str
    why: str
    rows: Sequence[Waits] = ()


def not_yet(extract: Extract, figures: Figures, headline: Headline, rounding: Rounding) -> Sequence[NotYet]:
    """Give all that this extract cannot show as of its day, each with the day from which it can where that is known."""
    seen = _Seen(extract, figures, rounding.threshold)
    return [*_comparing(extract, headline), *seen.births(), *seen.followed(), *_missing(extract, rounding.threshold)]


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
        begun = "will have begun" if day > extract.as_of else "had begun"
        begins = f"{FEWEST_CENTRES} centres {begun} by {day.day} {day:%B %Y}. "
        yield NotYet(name, begins + _after([day], QUARTER, extract.as_of, headline.why_not))


def _after(days: Iterable[date], wait: int, as_of: date, otherwise: str) -> str:
    """Say from when the first of some days is `wait` days ago; where it is, that was not what lacked, but what `otherwise` says."""
    ready = min(days) + timedelta(days=wait)
    return otherwise if ready <= as_of else f"Observable at the earliest from {ready.day} {ready:%B %Y}."


def _missing(extract: Extract, threshold: int) -> Iterator[NotYet]:
    """Name the files that an extract may be without, and what is asked of families, where hardly anything stands in it.

    Of nobody and of few is the same here too.
    """
    for name, measure in (("contacts", CONTACT), ("hours", HOURS)):
        if getattr(extract, name) is None:
            yield _not_yet(measure, "all", f"The extract has no {name}.csv.")
    for column, what in _ASKED.items():
        if few_say(extract, column, threshold):
            yield NotYet(what, f"The extract says it of no birth, or of few: {column} in births.csv.")


def few_say(extract: Extract, column: str, threshold: int) -> bool:
    """Say whether a column that may be empty is so for all births that count, or all but few."""
    return sum(getattr(birth, column) is not None for birth in extract.counted) < threshold


@dataclass(frozen=True, slots=True)
class _Family:
    """A family followed for `days` from its first registration, the index; it `joined` then, or is `still` followed, or left."""

    index: Registered
    days: int
    joined: bool
    still: bool


class _Seen:
    """An extract and its figures, asked what of it waits for time: enough people are there, and were not followed long enough yet.

    Where too few people are there at all, none of them too, nothing is said: the number is withheld as any small one.
    """

    def __init__(self, extract: Extract, figures: Figures, threshold: int) -> None:
        self.extract, self.figures, self.threshold, self.as_of = extract, figures, threshold, extract.as_of
        self.counted = {birth.birth_id: birth for birth in extract.counted}
        of_residents = {birth.family_id for birth in extract.counted}
        self.joined = {family: day for family, day in extract.first_joined.items() if family in of_residents}
        self.families = list(_families(extract))

    def _waits(self, there: int, metric: str, of: str, key: str) -> bool:
        """Say whether enough are there of whom a metric will be told, and too few of whom it can be told yet."""
        return there >= self.threshold and (self.figures.get(metric, of, key) or 0) < self.threshold

    def births(self) -> Iterator[NotYet]:
        """Give what waits for births or joinings to be old enough: M07, M13 and M15."""
        born, known = [birth.dob for birth in self.counted.values()], self._known()
        if self._waits(len(born), WITHIN.metric, "all", "den"):
            yield _not_yet(WITHIN, "all", self._once(born, LAWFUL_DAYS, "births are so old"))
        if self._waits(len(self.joined), USED.metric, "all", "den"):
            yield _not_yet(
                USED, "all", self._once(self.joined.values(), YEAR, "families joined so long ago and stayed")
            )
        if self.extract.contacts is not None and self._waits(len(known), CONTACT.metric, "all", "den"):
            yield _not_yet(CONTACT, "all", self._once(known, FORTNIGHT, "families have been known so long"))

    def _once(self, days: Iterable[date], wait: int, what: str) -> str:
        """Say that enough must have waited `wait` days, and when they will have, of the days from which they wait."""
        enough = sorted(days)[self.threshold - 1 :]
        gone = "Too many have left, so it cannot be said from when."
        return f"It is published once {self.threshold} {what}: {wait} days. {_after(enough, wait, self.as_of, gone)}"

    def _known(self) -> Sequence[date]:
        """Give the day on which each family became known: by the feed, a centre's booking or registration, or membership."""
        days: dict[str, date] = dict(self.joined)

        def note(birth_id: str, day: date | None) -> None:
            if birth_id in self.counted and day is not None:
                family = self.counted[birth_id].family_id
                days[family] = min(day, days.get(family, day))

        for birth in self.counted.values():
            note(birth.birth_id, birth.feed_received_on)
        for booking in self.extract.bookings:
            note(booking.birth_id, booking.booked_on if self._here(booking.venue_id) else None)
        for row in self.extract.registered.values():
            note(row.birth_id, row.registered_on if self._here(row.venue_id) else None)
        return [day for day in days.values() if day <= self.as_of]

    def _here(self, venue: str) -> bool:
        return venue in self.extract.centre_ids

    def followed(self) -> Iterator[NotYet]:
        """Give what waits for families that registered to have been followed for long enough: M10 and M14."""
        for measure in CURVES:
            for of, said in VENUES.items():
                at_centre = of.endswith("centre")
                there = [each for each in self.families if self._here(each.index.venue_id) == at_centre]
                if self._waits(len(there), measure.metric, of, "n_risk"):
                    days = int(measure.metric.split("_")[3].removesuffix("d"))
                    yield _not_yet(measure, said, self._enough(there, days, joined_count=False))
        if self._waits(len(self.families), EQUITY.metric, "all", "n"):
            rows = ((EQUITY.name, "all"), *((GAP.name, said) for said in GAPS.values()))
            why = self._enough(self.families, QUARTER, joined_count=True)
            yield NotYet("Joining within 90 days by deprivation, and gaps in it (M14)", why, rows)

    def _enough(self, there: Sequence[_Family], days: int, *, joined_count: bool) -> str:
        """Say from when enough families can have been followed for so many days, if none still followed joins or leaves.

        Where those that joined count as followed, of them it is told.
        """
        told = [each for each in there if each.still or each.days >= days or (each.joined and joined_count)]
        long = sorted(each.index.registered_on for each in told)
        enough = f"It is published once {self.threshold} families have been followed for {days} days. "
        if len(long) < self.threshold:
            return f"{enough}Too many joined or moved away before, so it cannot be said from when."
        unknown = "Of too many it is not known how deprived their neighbourhood is."
        return enough + _after(long[self.threshold - 1 :], days, self.as_of, unknown)


def _not_yet(measure: Measure, said: str, why: str) -> NotYet:
    of = "" if said == "all" else f", {said}"
    return NotYet(f"{measure.name}{of} ({measure.number})", why, ((measure.name, said),))


def _families(extract: Extract) -> Iterator[_Family]:
    """Follow the families of M10: from the first registration of their counted births, unless they had joined before."""
    found = ((row, birth) for birth in extract.counted if (row := extract.registered.get(birth.birth_id)))
    indices: dict[str, tuple[Registered, Birth]] = {}
    for row, birth in sorted(found, key=lambda each: (each[0].registered_on, each[1].birth_id)):
        indices.setdefault(birth.family_id, (row, birth))
    for row, birth in indices.values():
        joined = extract.first_joined.get(birth.family_id, date.max)
        if joined >= row.registered_on:
            end = max(row.registered_on, min(extract.as_of, birth.left_area_on or date.max))
            days = (min(end, joined) - row.registered_on).days
            yield _Family(row, days, joined=joined <= end, still=end == extract.as_of and joined > end)
