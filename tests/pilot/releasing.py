"""Tables for tests of what may be published, of counts drawn by chance or given."""

from __future__ import annotations

from datetime import date
from itertools import product

import numpy as np

from registration.pilot.disclosure.catalogue import Table
from registration.pilot.disclosure.rules import (
    ALL,
    DEN,
    MARK,
    NUM,
    PublishedCell,
    PublishedTable,
    Release,
    Settings,
    Spot,
    counted,
)

AS_OF = date(2027, 1, 1)
#: A metric whose counts may grow, and one whose counts stand still once the quarter is over.
GROWS, STANDS = "M90_for_tests", "M01_births_resident"


def with_margins(counts):
    """Add totals along every axis."""
    for axis in range(counts.ndim):
        counts = np.concatenate([counts, counts.sum(axis, keepdims=True)], axis)
    return counts


def table(measures, as_of=AS_OF, metric=GROWS, characteristic="imd_decile"):
    """A table of arrays by place, group and quarter, by measure."""
    shape = next(iter(measures.values())).shape
    names = [
        [*(f"C{n:02}" for n in range(shape[0])), ALL],
        [*(str(n + 1) for n in range(shape[1])), ALL],
        [*(f"2026-Q{n + 1}" for n in range(shape[2])), ALL],
    ]
    spots = {at: [n[i] for n, i in zip(names, at, strict=True)] for at in product(*(range(n + 1) for n in shape))}
    counts = {}
    for measure, base in measures.items():
        whole = with_margins(np.asarray(base))
        counts[measure] = {
            Spot("home_centre", place, characteristic, group, quarter): int(whole[at])
            for at, (place, group, quarter) in spots.items()
        }
    return Table(metric, "A table for tests", "home_centre", characteristic, as_of, counts)


def drawn(seed, shape, mean, share=0.35):
    """Denominators and numerators by chance, of places of unlike size."""
    chance = np.random.default_rng(seed)
    size = chance.lognormal(0, 0.5, shape[0])[:, None, None] * chance.lognormal(0, 0.3, shape[:2])[:, :, None]
    den = chance.poisson(mean * np.broadcast_to(size, shape))
    return {DEN: den, NUM: chance.binomial(den, share)}


def carelessly(tables, settings=None, *, hide=lambda _cell, _count: False):
    """Publish with small counts left out, and whatever `hide` says, and nothing more."""
    settings = settings or Settings()
    made = []
    for each in tables:
        cells = []
        for measure, counts in each.counts.items():
            for spot, count in counts.items():
                left_out = count < settings.threshold or hide((counted(each.metric, measure), spot.meaning), count)
                value = None if left_out else float(settings.rounded(count))
                cells.append(PublishedCell(each.metric, *spot, measure, value, MARK if left_out else ""))
        made.append(PublishedTable(each.metric, each.title, each.geography, each.characteristic, cells))
    return Release(tables[0].as_of, settings, made)
