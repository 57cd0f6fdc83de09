"""Extracts made for tests: families, bookings and what came of them, drawn by chance from a seed."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING

from registration.pilot.extract.files import write, written_stamp

if TYPE_CHECKING:
    from pathlib import Path

AS_OF = date(2027, 6, 30)
FIRST = date(2026, 1, 1)
CENTRES = 12


def _stamp(day, hour=12):
    return written_stamp(datetime.combine(day, time(hour), UTC))


def _centres(steps):
    """Twelve centres in three clusters; they begin in pairs, two months apart, the last two never."""
    for number in range(CENTRES):
        step = number // 2
        begins = "" if step >= steps else date(2026, 7, 1) + timedelta(days=61 * step)
        yield f"C{number:02}", f"K{number % 3}", str(begins)


def make(folder: Path, births: int = 600, seed: int = 1, effect: float = 0.15, steps: int = 5) -> Path:
    """Write an extract of so many births; births at home centres that are live raise joining within 90 days by `effect`."""
    chance = random.Random(seed)
    centres = list(_centres(steps))
    rows = {
        f"{name}.csv": []
        for name in ["births", "bookings", "registrations", "memberships", "visits", "contacts", "hours"]
    }
    rows["centres.csv"] = centres
    family = ""
    for number in range(births):
        family = family if number and chance.random() < 0.03 else f"F{number:06}"
        _one_birth(chance, rows, centres, f"B{number:06}", family, effect)
    for centre, _, begins in centres:
        if begins:
            rows["hours.csv"] += [
                (centre, str(date.fromisoformat(begins) + timedelta(days=7 * n)), "180") for n in range(20)
            ]
    write(folder, rows)
    return folder


def _one_birth(chance, rows, centres, birth, family, effect):
    born = FIRST + timedelta(days=chance.randrange((AS_OF - FIRST).days))
    home, cluster, begins = chance.choice(centres)
    live = bool(begins) and born >= date.fromisoformat(begins)
    fed = born + timedelta(days=chance.randrange(5, 60)) if chance.random() < 0.8 else None
    left = born + timedelta(days=chance.randrange(20, 400)) if chance.random() < 0.05 else None
    flags = [str(int(chance.random() < share)) for share in (0.97, 0.85, 0.2, 0.12)]
    decile = str(chance.randrange(1, 11)) if chance.random() < 0.97 else ""
    rows["births.csv"].append(
        (birth, family, str(born), cluster, home, decile, *flags, str(fed or ""), str(left or ""))
    )
    venue = home if live and chance.random() < 0.6 else "OFFICE"
    booked = born + timedelta(days=chance.randrange(1, 20))
    slot = booked + timedelta(days=chance.randrange(1, 30))
    if booked > AS_OF:
        return
    came = slot <= AS_OF and chance.random() < 0.92
    status = ("attended" if came else "dna") if slot <= AS_OF else "booked"
    rows["bookings.csv"].append((f"K{birth}", birth, venue, _stamp(booked, 23), _stamp(slot, 10), status))
    if came:
        rows["registrations.csv"].append((birth, venue, _stamp(slot, 10)))
    _joining(chance, rows, family, home, (born, slot if came else None, venue), effect if live else 0)


def _joining(chance, rows, family, home, times, more):
    born, slot, venue = times
    if chance.random() < 0.3 + more:
        joined = (
            slot
            if slot and venue == home and chance.random() < 0.6
            else born + timedelta(days=chance.randrange(2, 200))
        )
        rows["memberships.csv"].append((family, home, str(joined), "visit" if joined == slot else "centre"))
        for _ in range(chance.randrange(4)):
            rows["visits.csv"].append((family, home, str(joined + timedelta(days=chance.randrange(400)))))
    if chance.random() < 0.5:
        rows["contacts.csv"].append(
            (family, str(born + timedelta(days=chance.randrange(10, 60))), "telephone", "spoken")
        )
