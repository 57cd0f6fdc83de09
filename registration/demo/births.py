"""Invented live birth data of every month agreed, through the real actions: families who booked, and others who did not.

What came so long ago that it may not be held any longer is deleted, as it would have been by night.
"""

import csv
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from io import StringIO
from itertools import cycle, islice
from random import Random

from sqlalchemy import select

from registration.balancing.queries import demand
from registration.births.files.actions import erase_due, take_in
from registration.births.files.looking import Brought
from registration.births.files.rules.columns import Kind
from registration.births.files.rules.sheet import read_sheet
from registration.births.models import BirthFile
from registration.booking.models import Booking
from registration.centres.models import Centre
from registration.centres.rules import Place
from registration.common.clock import LONDON, civil_date
from registration.common.db import db
from registration.demo.people import People
from registration.families.models import Family, SharingAgreement

ACTOR = "service"
#: Days after each month on which its file came, that of the latest month first; the seventh was late. Then they begin anew.
CAME_AFTER = (4, 3, 5, 7, 4, 2, 22, 5, 3, 6, 4, 3)
CAME_AT, DELETED_AT = time(9), time(2, 41)
#: Appointments of eight weeks past tell most families of the last so many days; of the others so many a day, for one before.
BOOKED_DAYS, OTHERS = 60, 0.04
#: Of the families who booked so many are in the file; the others were born or live elsewhere.
IN_FILE = 0.84
HEADER = (
    "Record ID",
    "Baby’s Forename",
    "Baby’s Surname",
    "Baby’s Date of Birth",
    "Birth Order",
    "Baby’s Sex",
    "Birth Weight (in grams)",
    "Mother Forename",
    "Mother Surname",
    "Mother’s Date of Birth",
    "House number",
    "Address Line 1",
    "Postcode",
    "Ethnic Category",
)
_BABIES = "Ada Amir Arlo Aya Eva Finn Hana Ivy Jude Leo Lola Mila Noah Nur Olive Omar Rosa Theo Yusuf Zara".split()  # noqa: SIM905


def add_live_births(
    now: datetime, agreement: SharingAgreement, homes: Mapping[int, Sequence[Place]], chance: Random
) -> None:
    """Take in the file of every whole month since an agreement began, each as it came some days after its month.

    `homes` are those in each centre’s reach area.
    """
    today = civil_date(now)
    told = months(today, agreement.starts_on)
    births = sorted(_births(today, told, _by_cluster(homes), chance), key=lambda each: each[0])
    numbers = iter(range(1, len(births) + 1))
    late = islice(cycle(CAME_AFTER), len(told))
    for (first, end), days in zip(told, reversed(list(late)), strict=True):
        rows = [_row(next(numbers), born, name, home, chance) for born, name, home in births if first <= born < end]
        came = datetime.combine(end + timedelta(days=days), CAME_AT, LONDON)
        sheet = read_sheet(_csv(rows).encode())
        brought = Brought(sheet, agreement.source, Kind.BIRTHS, f"births-{first:%Y-%m}.csv", {})
        take_in(brought, ACTOR, min(came, now))
    _delete_due(agreement, today)


def _delete_due(agreement: SharingAgreement, today: date) -> None:
    """Delete who it is from the files held as long as agreed, each in the night in which it was due."""
    for received in db.session.scalars(select(BirthFile.received_at).order_by(BirthFile.id)).all():
        due = civil_date(received) + timedelta(days=agreement.retention_days)
        if due > today:
            break
        erase_due(datetime.combine(due, DELETED_AT, LONDON), ACTOR)


def months(today: date, since: date) -> list[tuple[date, date]]:
    """Give the whole months from that of a day on of which a file has come, each with the first day after it."""
    found: list[tuple[date, date]] = []
    end = (today - timedelta(days=CAME_AFTER[0])).replace(day=1)
    while end > since:
        first = (end - timedelta(days=1)).replace(day=1)
        found.insert(0, (first, end))
        end = first
    return found


def _by_cluster(homes: Mapping[int, Sequence[Place]]) -> Mapping[int, Sequence[str]]:
    """Give the postcodes of homes by the cluster of their centre."""
    found: dict[int, list[str]] = defaultdict(list)
    for centre in db.session.scalars(select(Centre).order_by(Centre.id)):
        found[centre.cluster_id] += [place.postcode for place in homes.get(centre.id, ())]
    return found


Birth = tuple[date, str, str]


def _births(
    today: date, told: Sequence[tuple[date, date]], homes: Mapping[int, Sequence[str]], chance: Random
) -> Iterator[Birth]:
    """Give births as (day, mother, postcode): of families who booked, and of others, until there are as many as expected."""
    first, end = told[0][0], told[-1][1]
    people = People(chance, [postcode for postcodes in homes.values() for postcode in postcodes])
    booked = _booked(first, end)
    for cluster, forecast in sorted(demand(today, lambda _first, _last: {}).clusters.items()):
        here, weekly = homes.get(cluster), forecast.ahead(today, 1)[0].births.value
        if not here:
            continue
        known = [each for each in booked.get(cluster, []) if chance.random() < IN_FILE]
        yield from ((born, name, home or chance.choice(here)) for born, name, home in known)
        days = (end - first).days
        for _ in range(round(weekly / 7 * days) - len(known)):
            born = first + timedelta(days=_quieter_where_known(days, chance))
            yield born, people.family((born,), interpreter=False, kept=False).name, chance.choice(here)


def _quieter_where_known(days: int, chance: Random) -> int:
    """Give a day, from 0, on which a family that did not book had its baby: of the last ten weeks most are known by bookings."""
    late = days - BOOKED_DAYS
    before = late / (late + OTHERS * BOOKED_DAYS)
    return chance.randrange(late) if chance.random() < before else late + chance.randrange(BOOKED_DAYS)


def _booked(first: date, end: date) -> Mapping[int, list[tuple[date, str, str | None]]]:
    """Give the babies of families who booked as (day, mother, postcode where known), by the cluster of their appointment."""
    rows = db.session.execute(
        select(Centre.cluster_id, Family.name, Family.born, Family.postcode)
        .join(Booking, Booking.family_id == Family.id)
        .join(Centre, Centre.id == Booking.centre_id)
        .where(Booking.state == "booked", Family.lost_at.is_(None))
        .order_by(Family.id)
    )
    found: dict[int, list[tuple[date, str, str | None]]] = defaultdict(list)
    for cluster, name, days, home in rows:
        found[cluster] += [(born, name, home) for born in days if first <= born < end]
    return found


def _row(number: int, born: date, name: str, home: str, chance: Random) -> tuple[str, ...]:
    given, _, surname = name.rpartition(" ")
    mother_born = date(born.year - chance.randint(19, 41), chance.randint(1, 12), chance.randint(1, 28))
    return (
        f"CR{number:05}",
        chance.choice(_BABIES),
        surname,
        f"{born:%d/%m/%Y}",
        "1",
        chance.choice("FM"),
        str(chance.randint(2400, 4300)),
        given,
        surname,
        f"{mother_born:%d/%m/%Y}",
        str(chance.randint(1, 99)),
        "Invented Street",
        home,
        "Z",
    )


def _csv(rows: Sequence[Sequence[str]]) -> str:
    text = StringIO()
    csv.writer(text).writerows([HEADER, *rows])
    return text.getvalue()
