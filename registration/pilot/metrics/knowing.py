"""Whom the pilot counts and how they came to be known: M01, M02, M03, M13 and M15, all of families."""

from collections.abc import Iterable, Iterator
from datetime import date

import numpy as np

from registration.pilot.extract.rules import Extract
from registration.pilot.figures import Figure
from registration.pilot.metrics.columns import ALL, Births, Days, Marks
from registration.pilot.metrics.proportions import named, share

YEAR = 365
FORTNIGHT = 14


def counted(births: Births) -> Iterator[Figure]:
    """Give M01: births to residents, and the families they belong to."""
    for of, marks in births.slices.items():
        yield from named("M01_births_resident", of, n=int(marks.sum()))
    for of, marks in births.slices.items():
        yield from named("M01_families", of, n=int(births.any_of_family(marks).sum()))


def known(births: Births) -> Marks:
    """Mark the families that are known by the as-of date (M02): one row a family."""
    return births.first_of_family(_known_on(births)) <= births.as_of


def reach(births: Births) -> Iterator[Figure]:
    """Give M02 (known), M03 (first known by way of registration) and M03b (known by nothing else), of all families."""
    route, day = births.known_route, births.as_of
    first = (route <= day) & (route < births.fed) & (route < births.joined)
    only = (route <= day) & (births.fed > day) & (births.joined > day)
    yield from _families("M02_reach_known_families", births, known(births))
    yield from _families("M03_first_known_via_registration", births, births.any_of_family(first))
    yield from _families("M03b_known_only_via_registration", births, births.any_of_family(only))


def used_within_a_year(births: Births, extract: Extract) -> Iterator[Figure]:
    """Give M13: of families that joined a year ago or longer and stayed that year, those that used a centre in it."""
    joined, left = births.first_of_family(births.joined), births.first_of_family(births.left)
    # FAR plus a year is no day, but a number that is late enough.
    stayed = (joined + YEAR <= births.as_of) & (left > joined + YEAR)
    visits = ((row.family_id, row.visited_on) for row in extract.visits)
    used = _within(births, visits, joined, joined + YEAR)
    for of in (ALL, "htr"):
        yield from _share_of("M13_used_within_one_year_of_joining", of, births, used, stayed)


def contacted(births: Births, extract: Extract) -> Iterator[Figure]:
    """Give M15: of families known for a fortnight, those that were contacted within it; nothing without a log of contacts."""
    if extract.contacts is None:
        return
    since = births.first_of_family(_known_on(births))
    long_known = since + FORTNIGHT <= births.as_of
    contacts = ((row.family_id, row.contacted_on) for row in extract.contacts)
    in_time = _within(births, contacts, since, since + FORTNIGHT)
    for of in births.slices:
        yield from _share_of("M15_contacted_within_14d", of, births, in_time, long_known)


def _known_on(births: Births) -> Days:
    return np.minimum(np.minimum(births.fed, births.known_route), births.joined)


def _within(births: Births, rows: Iterable[tuple[str, date]], since: Days, until: Days) -> Marks:
    """Mark the families of which any row's day is from `since` to `until`, both included: one row a family."""
    family, day = births.numbers(rows)
    met = (day >= since[family]) & (day <= until[family])
    return np.bincount(family[met], minlength=len(births.families)) > 0


def _families(metric: str, births: Births, marks: Marks) -> Iterator[Figure]:
    everybody = np.ones_like(marks)
    for of in births.slices:
        yield from _share_of(metric, of, births, marks, everybody)


def _share_of(metric: str, of: str, births: Births, having: Marks, among: Marks) -> Iterator[Figure]:
    """Give the share of the families of a slice that are `among` and also `having`."""
    den = births.any_of_family(births.slices[of]) & among
    return share(metric, of, int((den & having).sum()), int(den.sum()))


def used_from(births: Births, extract: Extract, since: Days) -> Marks:
    """Mark the families that used any centre from a day of each family to the as-of date: one row a family."""
    visits = ((row.family_id, row.visited_on) for row in extract.visits)
    return _within(births, visits, since, np.full_like(since, births.as_of))
