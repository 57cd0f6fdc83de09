"""What the service knows of births: those of families it has seen, where people live, and what managers say."""

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import groupby

from sqlalchemy import select, text

from registration.balancing.models import DemandAdjustment
from registration.balancing.rules.demand import (
    BIRTH_WEEKS,
    LAST_LAG,
    WEEK,
    Adjustment,
    Counted,
    Curve,
    ExpectedWeek,
    Forecast,
    counted_share,
    curve_of,
    monday_of,
    rates,
)
from registration.births.queries import live_births
from registration.centres.models import Cluster
from registration.common.clock import LONDON
from registration.common.db import db

#: Weeks of appointments that are looked back on: for the curve, and for a cluster's share where no directory is loaded.
MEMORY_WEEKS = 26

# Babies seen, by cluster and by the Mondays of their week of birth and of the appointment. One that came to nothing is made again.
_SEEN = text("""
SELECT c.cluster_id, date_trunc('week', baby.born_on::timestamp)::date AS birth_week,
       date_trunc('week', b.begins_at AT TIME ZONE 'Europe/London')::date AS week, count(*) AS babies
  FROM booking b JOIN family f ON f.id = b.family_id JOIN centre c ON c.id = b.centre_id, unnest(f.born) AS baby (born_on)
 WHERE b.state = 'booked' AND (b.outcome IS NULL OR b.outcome NOT IN ('unable', 'did_not_attend'))
   AND b.begins_at >= :first AND b.begins_at < :last
 GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
""")

# An LSOA has about as many people as the next: ONS draws them so (1,000 to 3,000). Its people are taken to belong to the cluster
# of the centre nearest to the middle of its postcodes; of a directory without LSOAs the postcodes
# of each square kilometre are counted instead. The areas are those of the local authorities the centres lie in.
_PEOPLE = text("""
WITH place AS (
  SELECT cluster_id, easting, northing, postcode FROM centre
   WHERE kind <> 'register_office' AND easting IS NOT NULL AND northing IS NOT NULL
     AND participating_from <= :today AND coalesce(participating_to, 'infinity') >= :today
), area AS (
  SELECT avg(easting) AS easting, avg(northing) AS northing,
         CASE WHEN max(coalesce(lsoa21, lsoa11)) IS NULL THEN count(*) ELSE 1 END AS people
    FROM postcode
   WHERE terminated IS NULL AND easting IS NOT NULL AND northing IS NOT NULL
     AND lad IN (SELECT p.lad FROM place JOIN postcode p USING (postcode))
   GROUP BY coalesce(lsoa21, lsoa11, format('%s %s', easting / 1000, northing / 1000))
)
SELECT nearest.cluster_id, sum(people) FROM area CROSS JOIN LATERAL (
  SELECT cluster_id FROM place
   ORDER BY (place.easting - area.easting) ^ 2 + (place.northing - area.northing) ^ 2, cluster_id LIMIT 1
) AS nearest GROUP BY 1
""")

#: Gives, from live birth data, the births by cluster and Monday, for the weeks from one Monday to another that are complete.
LiveBirths = Callable[[date, date], Mapping[int, Mapping[date, int]]]


@dataclass(frozen=True, slots=True)
class Demand:
    """The births to expect, by cluster, and by when families come."""

    curve: Curve
    clusters: Mapping[int, Forecast]

    def ahead(self, first: date, weeks: int) -> dict[int, tuple[ExpectedWeek, ...]]:
        """Give, by cluster, so many weeks from the week of a day."""
        return {cluster: forecast.ahead(first, weeks) for cluster, forecast in self.clusters.items()}


@dataclass(frozen=True, slots=True)
class Standing:
    """A manager's word that counts, with its number, who gave it, and when."""

    number: int
    said: Adjustment
    made_by: str
    made_at: datetime


def expected_births(before: date) -> Mapping[int, Forecast]:
    """Give, by cluster, the births to expect from a day's week on, told from what was seen before that week."""
    return demand(before).clusters


def demand(today: date, live: LiveBirths = live_births) -> Demand:
    """Tell the births of every cluster, as they are known on a day: from live birth data where there is any, else appointments.

    A cluster without live birth data goes by its appointments.
    """
    this = monday_of(today)
    clusters = list(db.session.scalars(select(Cluster.id)))
    seen = _Seen(this)
    curve = curve_of(seen.by_lag())
    counted = {cluster: seen.counted(cluster, curve) for cluster in clusters}
    for cluster, births in live(this - BIRTH_WEEKS * WEEK, this - WEEK).items():
        counted[cluster] = {(day - this).days // 7: Counted(babies, 1.0) for day, babies in births.items()}
    shares = people_shares(today) or seen.shares()
    told = rates(clusters, counted, shares)
    words = adjustments(this - (LAST_LAG + BIRTH_WEEKS) * WEEK)
    said = defaultdict(list)
    for word in words:
        said[word.said.cluster].append(word.said)
    return Demand(
        curve,
        {each: Forecast(told[each], curve, this, counted[each], tuple(said[each])) for each in clusters},
    )


def people_shares(today: date) -> Mapping[int, float]:
    """Give, by cluster, how many LSOAs, or postcodes, lie nearest to its centres; nothing where no directory is loaded."""
    return {cluster: float(people) for cluster, people in db.session.execute(_PEOPLE, {"today": today})}


def adjustments(since: date) -> Sequence[Standing]:
    """List what managers say of weeks from a day's on, the latest word first."""
    rows = db.session.scalars(
        select(DemandAdjustment)
        .where(DemandAdjustment.withdrawn_at.is_(None), DemandAdjustment.last_week >= monday_of(since))
        .order_by(DemandAdjustment.id.desc())
    )
    return [Standing(row.id, _said(row), row.made_by, row.made_at) for row in rows]


def _said(row: DemandAdjustment) -> Adjustment:
    return Adjustment(row.cluster_id, row.first_week, row.last_week, row.factor, row.births, row.reason)


class _Seen:
    """The babies seen in the MEMORY_WEEKS before a Monday, week by week; weeks are counted from it, -1 the last."""

    def __init__(self, this: date) -> None:
        first, last = (datetime.combine(day, time(), LONDON) for day in (this - MEMORY_WEEKS * WEEK, this))
        rows = db.session.execute(_SEEN, {"first": first, "last": last})
        self.rows = [
            (cluster, (born - this).days // 7, (week - this).days // 7, babies) for cluster, born, week, babies in rows
        ]
        # A week counts where any family of the service was seen in it: a young service is not thought to have had no births.
        self.open = {week for _, _, week, _ in self.rows}

    def by_lag(self) -> Mapping[int, int]:
        """Count babies by the weeks from birth to appointment, of weeks of birth whose every family has come since."""
        lags: Counter[int] = Counter()
        for _, born, week, babies in self.rows:
            if min(self.open) <= born < -LAST_LAG - 1:
                lags[week - born] += babies
        return lags

    def counted(self, cluster: int, curve: Curve) -> dict[int, Counted]:
        """Count a cluster's babies by week of birth, with the share of each week's that can have been seen by now."""
        babies: Counter[int] = Counter()
        for where, born, _, count in self.rows:
            if where == cluster:
                babies[born] += count
        weeks = range(-BIRTH_WEEKS, 0)
        return {week: Counted(babies[week], counted_share(week, curve, self.open)) for week in weeks}

    def shares(self) -> Mapping[int, float]:
        """Count all babies by cluster."""
        return {
            cluster: float(sum(babies for *_, babies in those))
            for cluster, those in groupby(self.rows, key=lambda row: row[0])
        }
