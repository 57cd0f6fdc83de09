"""How the history names what managers said of births."""

from collections.abc import Collection, Mapping
from datetime import date

from sqlalchemy import select

from registration.balancing.models import DemandAdjustment
from registration.centres.models import Cluster
from registration.common.audit import Named
from registration.common.db import db


def weeks_in_words(first: date, last: date) -> str:
    """Say the weeks of two Mondays: 'the week of 7 December 2026', 'the weeks of 7 December 2026 to 4 January 2027'."""
    return f"the week of {first:%-d %B %Y}" if first == last else f"the weeks of {first:%-d %B %Y} to {last:%-d %B %Y}"


def demand_names(keys: Collection[str]) -> Mapping[str, Named]:
    """Name what was said of births by cluster and weeks, with the page of them."""
    wanted = select(DemandAdjustment, Cluster.name).join(Cluster, Cluster.id == DemandAdjustment.cluster_id)
    rows = db.session.execute(wanted.where(DemandAdjustment.id.in_([int(key) for key in keys])))
    return {
        str(made.id): Named(f"births in {name}, {weeks_in_words(made.first_week, made.last_week)}", "births.births")
        for made, name in rows
    }
