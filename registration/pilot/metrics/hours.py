"""What signing up costs in registrars' time: M16."""

from collections import Counter
from collections.abc import Iterator

from registration.pilot.extract.rules import Extract
from registration.pilot.figures import Figure
from registration.pilot.metrics.columns import ALL, Births, clusters
from registration.pilot.metrics.followed import Followed
from registration.pilot.metrics.proportions import named


def hours_per_signup(births: Births, families: Followed, extract: Extract) -> Iterator[Figure]:
    """Give M16: registrar hours at centres per family that joined on or after its registration there; nothing without hours.

    Hours and families are those of the centres of a cluster, wherever the family lives: of a family that registered in another
    cluster than its own the hours were spent there.
    """
    if extract.hours is None:
        return
    cluster_of = {centre.centre_id: centre.cluster for centre in extract.centres}
    minutes: Counter[str] = Counter()
    for row in extract.hours:
        if row.venue_id in cluster_of and row.date <= extract.as_of:
            minutes.update({ALL: row.registrar_minutes, cluster_of[row.venue_id]: row.registrar_minutes})
    joined: Counter[str] = Counter()
    for row in families.birth[families.joined & families.at_centre]:
        venue = extract.registered[births.rows[row].birth_id].venue_id
        joined.update([ALL, cluster_of[venue]])
    for of in (ALL, *clusters(extract)):
        hours, signed_up = minutes[of] / 60, joined[of]
        value = hours / signed_up if signed_up else None
        yield from named("M16_hours_per_signup", of, hours=hours, families=signed_up, value=value)
