"""Where, how soon and how surely births are registered: M04, M06 and M07 of births, M05 and M08 of bookings."""

from collections.abc import Iterator, Mapping

import numpy as np

from registration.pilot.extract.rules import LAWFUL_DAYS
from registration.pilot.figures import Figure
from registration.pilot.metrics.columns import Births, Bookings, Marks
from registration.pilot.metrics.proportions import named, share


def of_births(births: Births) -> Iterator[Figure]:
    """Give M04 (registered at a centre), M06 (days from birth to registration) and M07 (within 42 days)."""
    done, days = births.registered <= births.as_of, births.registered - births.dob
    for of, marks in births.slices.items():
        among = marks & done
        yield from share("M04_registered_at_centre", of, int((among & births.at_centre).sum()), int(among.sum()))
    for of, marks in births.slices.items():
        if among := days[marks & done].tolist():
            median, most = np.quantile(among, [0.5, 0.9])  # type 7 of Hyndman and Fan, 1996
            yield from named("M06_days_to_registration", of, median=median, p90=most, mean=float(np.mean(among)))
    mature = births.dob + LAWFUL_DAYS <= births.as_of
    for of, marks in births.slices.items():
        among = marks & mature
        in_time = int((among & done & (days <= LAWFUL_DAYS)).sum())
        yield from share("M07_within_42_days_mature", of, in_time, int(among.sum()))


def of_bookings(births: Births, bookings: Bookings) -> Iterator[Figure]:
    """Give M05 (days from booking to the time booked) and M08 (did not attend), of times by the as-of date."""
    past = bookings.slot <= births.as_of
    for of, marks in _by_venue(births, bookings).items():
        lead = (bookings.slot - bookings.booked)[marks & past & bookings.attended]
        yield from named("M05_lead_time_days", of, median=float(np.median(lead)) if len(lead) else None, n=len(lead))
    for of, marks in _by_venue(births, bookings).items():
        missed = int((marks & past & bookings.dna).sum())
        yield from share("M08_dna", of, missed, missed + int((marks & past & bookings.attended).sum()))


def _by_venue(births: Births, bookings: Bookings) -> Mapping[str, Marks]:
    return {
        f"{of}/{venue}": marks[bookings.birth] & at
        for of, marks in births.slices.items()
        for venue, at in [
            ("centre", bookings.at_centre),
            ("office", ~bookings.at_centre),
            ("any", np.ones_like(bookings.at_centre)),
        ]
    }
