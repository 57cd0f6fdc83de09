"""Six months of invented live birth data, through the real action: families who booked, and others who did not."""

import csv
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from io import StringIO
from random import Random

from sqlalchemy import select

from registration.balancing.queries import demand
from registration.births.agreements.queries import sources_in_force
from registration.births.files.actions import take_in
from registration.births.files.looking import Brought
from registration.births.files.rules.columns import Kind
from registration.births.files.rules.sheet import read_sheet
from registration.booking.models import Booking
from registration.centres.homes import Homes
from registration.centres.models import Centre
from registration.centres.queries import places_of
from registration.common.clock import LONDON, civil_date
from registration.common.db import db
from registration.demo.people import People
from registration.families.models import Family, SharingAgreement

ACTOR, SOURCE = "service", "calder-ryburn-nhs"
MONTHS, DAYS_AFTER = 6, 4
#: So many homes are placed to know which cluster they lie in.
HOMES = 400
#: Appointments of eight weeks past tell most families of the last so many days; of the others so many were born before.
BOOKED_DAYS, BEFORE = 60, 0.97
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


def add_live_births(now: datetime, postcodes: Sequence[str], chance: Random) -> None:
    """Take in the files of the last whole months, each as it came a few days after its month."""
    today = civil_date(now)
    source = _source(today)
    homes = _homes(today, chance.sample(list(postcodes), min(HOMES, len(postcodes))))
    births = sorted(_births(today, homes, chance), key=lambda each: each[0])
    numbers = iter(range(1, len(births) + 1))
    for first, end in months(today):
        rows = [_row(next(numbers), born, name, home, chance) for born, name, home in births if first <= born < end]
        came = datetime.combine(end + timedelta(days=DAYS_AFTER), time(9), LONDON)
        sheet = read_sheet(_csv(rows).encode())
        take_in(Brought(sheet, source, Kind.BIRTHS, f"births-{first:%Y-%m}.csv", {}), ACTOR, min(came, now))


def _source(today: date) -> str:
    """Give the source with an agreement in force; one is put in force where there is none."""
    if sources := sources_in_force(today):
        return sources[0]
    items = (
        "baby_given baby_surname born birth_order sex mother_given mother_surname mother_born house address postcode"
    )
    agreement = SharingAgreement(
        source=SOURCE,
        state="in_force",
        provider="Calder and Ryburn NHS Trust",
        recipient="The council",
        purpose="Children’s centres welcome families with a new baby",
        items=items.split(),
        lawful_basis="UK GDPR Article 6(1)(e): public task",
        gateway="Children Act 2004, sections 10 and 11",
        frequency="monthly",
        method="SFTP",
        access_roles="Data officers",
        retention_days=365,
        notice="by_source",
        provider_contact="Head of child health information",
        recipient_contact="Data protection officer",
        starts_on=today - timedelta(days=330),
        review_on=today + timedelta(days=35),
        made_by=ACTOR,
    )
    db.session.add(agreement)
    db.session.flush()
    return SOURCE


def months(today: date) -> list[tuple[date, date]]:
    """Give the last whole months of which a file has come, each with the first day after it, the earliest first."""
    found: list[tuple[date, date]] = []
    end = (today - timedelta(days=DAYS_AFTER)).replace(day=1)
    while len(found) < MONTHS:
        first = (end - timedelta(days=1)).replace(day=1)
        found.insert(0, (first, end))
        end = first
    return found


def _homes(today: date, postcodes: Sequence[str]) -> Mapping[int, Sequence[str]]:
    """Give postcodes by the cluster in whose centres’ reach areas they lie."""
    clusters = {centre.id: centre.cluster_id for centre in db.session.scalars(select(Centre))}
    homes, found = Homes(today), defaultdict(list)
    for postcode, place in sorted(places_of(postcodes).items()):
        centre = homes.of(place)
        if centre is not None:
            found[clusters[centre]].append(postcode)
    return found


Birth = tuple[date, str, str]


def _births(today: date, homes: Mapping[int, Sequence[str]], chance: Random) -> Iterator[Birth]:
    """Give births as (day, mother, postcode): of families who booked, and of others, until there are as many as expected."""
    told = months(today)
    first, end = told[0][0], told[-1][1]
    people = People(chance, [postcode for postcodes in homes.values() for postcode in postcodes])
    booked = _booked(first, end)
    for cluster, forecast in sorted(demand(today, lambda _first, _last: {}).clusters.items()):
        here, weekly = homes.get(cluster), forecast.ahead(today, 1)[0].births.value
        if not here:
            continue
        known = [each for each in booked.get(cluster, []) if chance.random() < IN_FILE]
        yield from ((born, name, chance.choice(here)) for born, name in known)
        days = (end - first).days
        for _ in range(round(weekly / 7 * days) - len(known)):
            born = first + timedelta(days=_quieter_where_known(days, chance))
            yield born, people.family((born,), interpreter=False, kept=False).name, chance.choice(here)


def _quieter_where_known(days: int, chance: Random) -> int:
    """Give a day, from 0, on which a family that did not book had its baby: of the last ten weeks most are known by bookings."""
    late = days - BOOKED_DAYS
    return chance.randrange(late) if chance.random() < BEFORE else late + chance.randrange(BOOKED_DAYS)


def _booked(first: date, end: date) -> Mapping[int, list[tuple[date, str]]]:
    """Give the babies of families who booked, by the cluster of their appointment."""
    rows = db.session.execute(
        select(Centre.cluster_id, Family.name, Family.born)
        .join(Booking, Booking.family_id == Family.id)
        .join(Centre, Centre.id == Booking.centre_id)
        .where(Booking.state == "booked", Family.lost_at.is_(None))
        .order_by(Family.id)
    )
    found: dict[int, list[tuple[date, str]]] = defaultdict(list)
    for cluster, name, days in rows:
        found[cluster] += [(born, name) for born in days if first <= born < end]
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
