"""What cannot be observed yet, why not, and from when it can: a reason for every number that the report marks [x]."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from registration.pilot.effect.headline import FEWEST_CENTRES, Headline
from registration.pilot.extract.rules import BOOKED, LAWFUL_DAYS, Birth, Extract, Registered, first_live_month
from registration.pilot.figures import Figures
from registration.pilot.report.measures import (
    COX,
    COX_NAMES,
    CURVES,
    EQUITY,
    GAP,
    GAPS,
    HOURS,
    LOG_RANK,
    MEDIANS,
    VENUE_SHARES,
    VENUES,
    Measure,
)
from registration.pilot.report.numbers import Rounding

YEAR, QUARTER, FORTNIGHT = 365, 90, 14
CONTACTED = "Contacted within 14 days of becoming known"
NOT_SAID = "Too little is on record yet to say from when."
#: What births.csv says of a family, by which families are grouped.
_ASKED = (
    ("vulnerable", "Results for vulnerable families"),
    ("hard_to_reach", "Results for families that are hard to reach"),
    ("imd_decile", "Results by deprivation"),
)


LEAD, (MISSED, AT_VISIT) = MEDIANS[0], VENUE_SHARES


@dataclass(frozen=True, slots=True)
class NotYet:
    """Something not observable: what, and in a sentence why, and from when it will be where that can be told."""

    what: str
    why: str


def not_yet(extract: Extract, figures: Figures, headline: Headline, rounding: Rounding) -> Sequence[NotYet]:
    """Give all that this extract cannot show as of its day, each with the day from which it can where that is known."""
    seen = _Seen(extract, figures, rounding.threshold)
    waiting = [*_comparing(extract, headline), *seen.births(), *seen.times(), *seen.followed(), *seen.compared()]
    return [*waiting, *_missing(extract)]


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


def _from(day: date | None) -> str:
    return NOT_SAID if day is None else f"Observable at the earliest from {day.day} {day:%B %Y}."


def _after(days: Iterable[date], wait: int, as_of: date, otherwise: str) -> str:
    """Say from when the first of some days is `wait` days ago; where it is, that was not what lacked, but what `otherwise` says."""
    first = min(days, default=None)
    ready = None if first is None else first + timedelta(days=wait)
    return otherwise if ready is not None and ready <= as_of else _from(ready)


def _missing(extract: Extract) -> Iterator[NotYet]:
    """Name the files that an extract may be without, and what is asked of families, where it has none of it."""
    for name, what in (("contacts", f"{CONTACTED} (M15)"), ("hours", f"{HOURS.name} (M16)")):
        if getattr(extract, name) is None:
            yield NotYet(what, f"The extract has no {name}.csv.")
    for column, what in _ASKED:
        if extract.counted and all(getattr(birth, column) is None for birth in extract.counted):
            yield NotYet(what, f"Of no birth does the extract say it: {column} is empty throughout.")


@dataclass(frozen=True, slots=True)
class _Family:
    """A family followed for `days` from its first registration, the index; it `joined` then, or is `still` followed, or left."""

    index: Registered
    days: int
    joined: bool
    still: bool


class _Seen:
    """An extract and its figures, asked why what is not among them is not."""

    def __init__(self, extract: Extract, figures: Figures, threshold: int) -> None:
        self.extract, self.figures, self.threshold, self.as_of = extract, figures, threshold, extract.as_of
        self.counted = {birth.birth_id: birth for birth in extract.counted}
        of_residents = {birth.family_id for birth in extract.counted}
        self.joined = {family: day for family, day in extract.first_joined.items() if family in of_residents}
        self.families = list(_families(extract))

    def _lacks(self, metric: str, of: str, key: str) -> bool:
        return not self.figures.get(metric, of, key)

    def births(self) -> Iterator[NotYet]:
        """Give what waits for births to be old enough, registered or known: M02 to M04, M06, M07, M13 and M15."""
        if self._lacks("M02_reach_known_families", "all", "den"):
            yield NotYet("Families known to a centre, and how (M02, M03)", "No birth to a resident is on record yet.")
        if self._lacks("M04_registered_at_centre", "all", "den"):
            yield NotYet(
                "Where and how soon births are registered (M04, M06)", "No resident’s birth is registered yet."
            )
        if self._lacks("M07_within_42_days_mature", "all", "den"):
            born = (birth.dob for birth in self.counted.values())
            yield NotYet("Registered within 42 days (M07)", _after(born, LAWFUL_DAYS, self.as_of, NOT_SAID))
        if self._lacks("M13_used_within_one_year_of_joining", "all", "den"):
            left = "All that joined so long ago have left the area within the year."
            yield NotYet(
                "Used a centre within a year of joining (M13)", _after(self.joined.values(), YEAR, self.as_of, left)
            )
        if self.extract.contacts is not None and self._lacks("M15_contacted_within_14d", "all", "den"):
            yield NotYet(f"{CONTACTED} (M15)", _after(self._known(), FORTNIGHT, self.as_of, NOT_SAID))

    def _known(self) -> Iterator[date]:
        """Give days on which families became known: by live birth data, a centre's booking or registration, and membership."""
        fed = (birth.feed_received_on for birth in self.counted.values() if birth.feed_received_on)
        booked = (
            row.booked_on for row in self.extract.bookings if row.birth_id in self.counted and self._here(row.venue_id)
        )
        registered = (row.registered_on for row in self.extract.registered.values() if self._here(row.venue_id))
        yield from (day for day in (*fed, *booked, *self.joined.values(), *registered) if day <= self.as_of)

    def _here(self, venue: str) -> bool:
        return venue in self.extract.centre_ids

    def times(self) -> Iterator[NotYet]:
        """Give what waits for the first times at a centre or an office to be kept or missed: M05 and M08."""
        for of, said in VENUES.items():
            ahead = [
                row.slot_on
                for row in self.extract.bookings
                if row.birth_id in self.counted
                and self._here(row.venue_id) == of.endswith("centre")
                and (row.slot_on > self.as_of and row.status == BOOKED)
            ]
            if self._lacks(LEAD.metric, of, "n"):
                yield _not_yet(LEAD, said, f"Nobody has attended a time {said} yet. {_from(min(ahead, default=None))}")
            if self._lacks(MISSED.metric, of, "den"):
                yield _not_yet(MISSED, said, f"No time {said} has come yet. {_from(min(ahead, default=None))}")

    def followed(self) -> Iterator[NotYet]:
        """Give what waits for families that registered, and for how long they have been followed: M09, M10 and M14."""
        for of, said in VENUES.items():
            if self._lacks(AT_VISIT.metric, of, "den"):
                yield _not_yet(AT_VISIT, said, f"No family that had not joined before has registered {said} yet.")
        for measure in CURVES:
            for of, said in VENUES.items():
                if (self.figures.get(measure.metric, of, "n_risk") or 0) < self.threshold:
                    days = int(measure.metric.split("_")[3].removesuffix("d"))
                    yield _not_yet(measure, said, self._enough(days, said, at_centre=of.endswith("centre")))
        ready = "Joining within 90 days by deprivation (M14)"
        if self.figures.get(EQUITY.metric, "all", "erreygers") is None:
            few = (self.figures.get(EQUITY.metric, "all", "n") or 0) < self.threshold
            nobody = "No family that was followed for 90 days has joined in them yet."
            yield NotYet(ready, self._enough(QUARTER, "") if few else nobody)

    def _enough(self, days: int, said: str, *, at_centre: bool | None = None) -> str:
        """Say from when enough families can have been followed for so many days, if none still followed joins or leaves.

        Without a venue those that joined count as followed: of them it is told.
        """
        there = [each for each in self.families if at_centre in {None, self._here(each.index.venue_id)}]
        told = [each for each in there if each.still or each.days >= days or (each.joined and at_centre is None)]
        long = sorted(each.index.registered_on for each in told)
        enough = f"It is published once {self.threshold} families have been followed for {days} days. "
        if len(there) < self.threshold:
            return f"{enough}Fewer have registered{said and f' {said}'} so far: {NOT_SAID[0].lower()}{NOT_SAID[1:]}"
        if len(long) < self.threshold:
            return f"{enough}Too many joined or moved away before, so it cannot be said from when."
        unknown = "Of too many it is not known how deprived their neighbourhood is."
        return enough + _after(long[self.threshold - 1 :], days, self.as_of, unknown)

    def compared(self) -> Iterator[NotYet]:
        """Give what needs families that differ, and some that join: M11, M12, the gaps of M14, and M16."""
        if self.figures.get(LOG_RANK.metric, "all", "p") is None:
            why = "No family has joined while others were followed that registered at the other kind of venue."
            yield NotYet(f"{LOG_RANK.name} (M11)", why)
        if any(self.figures.get(COX.metric, of, "se_robust") is None for of in COX_NAMES):
            why = "Too few families joined, or they hardly differ in venue, home centre, being hard to reach or deprivation."
            yield NotYet(f"{COX.name} (M12)", why)
        for of, said in GAPS.items():
            if self.figures.get(GAP.metric, of, "value") is None:
                yield _not_yet(GAP, said, "One of the two groups has no family that was followed for 90 days.")
        if self.extract.hours is not None and self._lacks(HOURS.metric, "all", "families"):
            why = f"It is published once {self.threshold} families have joined on or after registering at a centre."
            yield NotYet(f"{HOURS.name} (M16)", why)


def _not_yet(measure: Measure, said: str, why: str) -> NotYet:
    return NotYet(f"{measure.name}, {said} ({measure.number})", why)


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
