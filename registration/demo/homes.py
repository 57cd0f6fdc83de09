"""Where invented families live: in invented neighbourhoods, each with its deprivation, near the centres they booked at."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from itertools import groupby

from sqlalchemy import select, text

from registration.booking.models import Booking
from registration.centres.homes import Homes
from registration.centres.queries import places_of
from registration.centres.rules import LSOAS_OF_ENGLAND, Place
from registration.common.db import db

#: The neighbourhoods are of the size of real ones; their codes are none of England’s, which end below E01040000.
EDITION, POSTCODES_EACH, CODE = 2025, 75, "E0199{:04}"
TENTHS = 10
#: From one sector of postcodes to the next, deprivation changes by so many tenths; within a sector from part to part by one.
STEP = 7
_LIVE_THERE = text("""
UPDATE family f SET postcode = n.postcode, home_centre_id = n.centre, imd_decile = n.decile,
       letter_address = split_part(f.letter_address, chr(10), 1) || chr(10) || n.postcode
  FROM unnest(CAST(:families AS bigint[]), CAST(:postcodes AS text[]), CAST(:centres AS int[]), CAST(:deciles AS int[]))
    AS n (family, postcode, centre, decile) WHERE f.id = n.family
""")
_JOIN_FROM_THERE = text("""
UPDATE centre_sign_up u SET address = split_part(u.address, chr(10), 1) || chr(10) || f.postcode
  FROM family f WHERE f.id = u.family_id AND f.postcode IS NOT NULL
""")


def neighbourhoods(postcodes: Iterable[str]) -> Mapping[str, tuple[str, int]]:
    """Give each postcode its invented neighbourhood and that one’s rank of deprivation: each sector in parts of like size."""
    found: dict[str, tuple[str, int]] = {}
    number = 0
    for place, (_, group) in enumerate(groupby(sorted(postcodes), key=lambda postcode: postcode[:-2])):
        sector = list(group)
        parts = max(1, round(len(sector) / POSTCODES_EACH))
        for part in range(parts):
            rank = _rank(1 + (STEP * place + part) % TENTHS)
            here = sector[len(sector) * part // parts : len(sector) * (part + 1) // parts]
            found |= dict.fromkeys(here, (CODE.format(number), rank))
            number += 1
    return found


def _rank(decile: int) -> int:
    """Give the rank in the middle of a tenth."""
    return round((decile - 0.5) * LSOAS_OF_ENGLAND[EDITION] / TENTHS)


def homes_by_centre(postcodes: Sequence[str], today: date) -> Mapping[int, Sequence[Place]]:
    """Give homes by the centre in whose reach area they lie."""
    homes, found = Homes(today), defaultdict(list)
    for _, place in sorted(places_of(postcodes).items()):
        centre = homes.of(place)
        if centre is not None:
            found[centre].append(place)
    return found


def let_families_live_near(homes: Mapping[int, Sequence[Place]]) -> None:
    """Let each family that booked at a centre live in its reach area; where the others live nobody said."""
    booked = db.session.execute(
        select(Booking.family_id, Booking.centre_id).where(Booking.centre_id.in_(homes)).order_by(Booking.family_id)
    )
    chosen = [(family, centre, homes[centre][family % len(homes[centre])]) for family, centre in booked]
    there = {
        "families": [family for family, _, _ in chosen],
        "postcodes": [place.postcode for _, _, place in chosen],
        "centres": [centre for _, centre, _ in chosen],
        "deciles": [place.imd_decile for _, _, place in chosen],
    }
    db.session.execute(_LIVE_THERE, there)
    db.session.execute(_JOIN_FROM_THERE)
