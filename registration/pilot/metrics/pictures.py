"""What the pictures of the report are drawn from."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from registration.pilot.extract.rules import Extract
from registration.pilot.figures import Proportion
from registration.pilot.metrics import columns, knowing
from registration.pilot.metrics.columns import Births, Marks
from registration.pilot.metrics.followed import followed
from registration.pilot.metrics.joining import told_by_90_days
from registration.pilot.metrics.proportions import wilson
from registration.pilot.metrics.survival import Curve, curve

#: Days of a curve that may be published: every thirtieth of a year, and its end.
GRID = (*range(0, 361, 30), 365)
DECILES = range(1, 11)


def sign_up_curves(extract: Extract) -> Sequence[Curve]:
    """Give the share of M10's families that joined by each day of the grid after registering, of centres and of offices."""
    families = followed(columns.births(extract))
    return [
        curve(of, families.days[marks], families.joined[marks], GRID)
        for of, marks in families.by_venue.items()
        if of.startswith(f"{columns.ALL}/")
    ]


def attrition(extract: Extract) -> Sequence[tuple[str, int]]:
    """Count from births to use, each step of those that the step before left: the first two births, the others families."""
    births = columns.births(extract)
    born = sum(row.dob <= extract.as_of for row in extract.births)
    steps = [("Births", born), ("To residents", len(births.rows)), ("Families", len(births.families))]
    left = births.any_of_family(births.slices[columns.ALL])
    for name, marks in _stages(births, extract):
        left &= marks
        steps.append((name, int(left.sum())))
    return steps


def days_to_registration(extract: Extract) -> Mapping[int, int]:
    """Count the registered births by days from birth to registration."""
    registered = [(row.dob, extract.registered.get(row.birth_id)) for row in extract.counted]
    days = Counter((row.registered_on - born).days for born, row in registered if row is not None)
    return dict(sorted(days.items()))


def by_decile(extract: Extract) -> Sequence[tuple[int, str, Proportion]]:
    """Give M02, M04 and joining within 90 days (the families of M14) for each IMD decile, 1 the most deprived."""
    births = columns.births(extract)
    families = followed(births)
    known, registered = knowing.known(births), births.registered <= births.as_of
    told, joined = told_by_90_days(births, families)
    found = []
    for decile in DECILES:
        marks = births.decile == decile
        among, later = births.any_of_family(marks), marks[families.birth] & told
        done = marks & registered
        found += [
            (decile, "M02_reach_known_families", _of(among & known, among)),
            (decile, "M04_registered_at_centre", _of(done & births.at_centre, done)),
            (decile, "M14_equity_90d", _of(later & joined, later)),
        ]
    return found


def _of(num: Marks, den: Marks) -> Proportion:
    return wilson(int(num.sum()), int(den.sum()))


def _stages(births: Births, extract: Extract) -> Iterator[tuple[str, Marks]]:
    registered = births.registered <= births.as_of
    yield "Known", knowing.known(births)
    yield "Registered a birth", births.any_of_family(registered)
    yield "Registered at a centre", births.any_of_family(registered & births.at_centre)
    joined = births.first_of_family(births.joined)
    yield "Joined a centre", joined <= births.as_of
    yield "Used a centre", knowing.used_from(births, extract, joined)
