"""Every metric of an extract, in the order of their numbers."""

from collections.abc import Callable, Iterator

from registration.pilot.extract.rules import Extract
from registration.pilot.figures import Figure, Figures
from registration.pilot.metrics import columns, hours, joining, knowing, registering
from registration.pilot.metrics.followed import followed


def measure(extract: Extract, told: Callable[[str], object] = lambda _sentence: None) -> Figures:
    """Give M01 to M16, every row that can be observed; `told` hears what is being measured."""
    return Figures(sorted(_figures(extract, told), key=lambda each: each.metric[:3]))


def _figures(extract: Extract, told: Callable[[str], object]) -> Iterator[Figure]:
    births, bookings = columns.births(extract), columns.bookings(extract)
    told(f"Measuring {len(births.rows):,} births of {len(births.families):,} families: who is known")
    yield from knowing.counted(births)
    yield from knowing.reach(births)
    yield from knowing.used_within_a_year(births, extract)
    yield from knowing.contacted(births, extract)
    told(f"Measuring how {len(bookings.birth):,} bookings were kept, and when births were registered")
    yield from registering.of_births(births)
    yield from registering.of_bookings(births, bookings)
    families = followed(births)
    told(f"Following {len(families.birth):,} families from registering to joining")
    yield from joining.at_the_visit(families)
    yield from joining.by_horizon(families)
    yield from joining.venues_compared(families)
    yield from joining.hazards(births, families)
    yield from joining.equity(births, families)
    yield from hours.hours_per_signup(births, families, extract)
