"""The families that a plan has to reckon with: births to expect, by when they come, and the languages they ask for."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import fmean

from sqlalchemy import text

from registration.balancing.queries import demand
from registration.balancing.rules.rota import WEEKS_BEFORE
from registration.booking.forms.needs import UNLISTED
from registration.booking.rules.journey import ENGLISH
from registration.common.db import db
from registration.rota.queries.planning import bounds
from registration.rota.rules.planning import WEEK

#: Families of so many weeks say which languages a cluster needs; fewer than so many of one language are chance.
LANGUAGE_WEEKS_BACK, FEWEST_OF_A_LANGUAGE = 26, 3

_LANGUAGES = text("""
SELECT c.cluster_id, f.language, count(*) FROM booking b JOIN family f ON f.id = b.family_id JOIN centre c ON c.id = b.centre_id
 WHERE b.state = 'booked' AND b.begins_at >= :since AND b.begins_at < :until GROUP BY 1, 2 ORDER BY 1, 3 DESC, 2
""")


@dataclass(frozen=True, slots=True)
class Expected:
    """Families to expect: births a week by cluster, from WEEKS_BEFORE before the first week, and by when they come.

    `spread` gives, by cluster, between which numbers of births a week the truth lies in 95 of 100 cases.
    """

    births: Mapping[int, Sequence[float]]
    curve: tuple[float, ...]
    spread: Mapping[int, tuple[float, float]]


#: Asks what is to be expected in so many weeks from a Monday, as it is known today.
Expecting = Callable[[date, int, date], Expected]


def expected(first: date, weeks: int, today: date) -> Expected:
    """Expect what the service has seen of births, and what managers say of them."""
    told = demand(today)
    ahead = told.ahead(first - WEEKS_BEFORE * WEEK, WEEKS_BEFORE + weeks)
    births = {cluster: [week.births for week in found] for cluster, found in ahead.items()}
    return Expected(
        births={cluster: [each.value for each in found] for cluster, found in births.items()},
        curve=told.curve.values,
        spread={
            cluster: (fmean(each.lo for each in found), fmean(each.hi for each in found))
            for cluster, found in births.items()
        },
    )


@dataclass(frozen=True, slots=True)
class AskedFor:
    """A language that many families of a cluster asked for help in."""

    cluster: int
    language: str
    families: int


def languages_asked_for(today: date, percent: int) -> Iterator[AskedFor]:
    """Give the languages other than English that so many of 100 families of a cluster asked for, the most frequent first."""
    since, until = bounds(today - timedelta(weeks=LANGUAGE_WEEKS_BACK), today)
    rows = db.session.execute(_LANGUAGES, {"since": since, "until": until}).all()
    families: Counter[int] = Counter()
    for cluster, _, count in rows:
        families[cluster] += count
    for cluster, language, count in rows:
        if (
            language not in {ENGLISH, UNLISTED}
            and count >= FEWEST_OF_A_LANGUAGE
            and 100 * count >= percent * families[cluster]
        ):
            yield AskedFor(cluster, language, count)
