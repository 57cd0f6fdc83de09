"""How long a full page takes against an empty one, in the same breath."""

from __future__ import annotations

from time import perf_counter
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from flask.testing import FlaskClient

TIMES = 8
#: A machine that does much else at once may need another try.
ROUNDS = 6


def best(client: FlaskClient, *paths: str) -> list[float]:
    """Give the shortest of some times each page takes, in seconds; in turns, so that what else the machine does hits all."""
    found: dict[str, list[float]] = {path: [] for path in paths}
    for _ in range(TIMES):
        for path in paths:
            begun = perf_counter()
            assert client.get(path).status_code == 200
            found[path].append(perf_counter() - begun)
    return [min(times) for times in found.values()]


def times_as_long(client: FlaskClient, full: str, empty: str, limit: float) -> float:
    """Give how many times as long the full page takes as the empty one: the first of some tries below the limit, or the least."""
    ratios: list[float] = []
    with pytest.MonkeyPatch.context() as patch:
        # The tests' own look at a page is not the service's.
        patch.setattr("tests.strict.read", lambda text, _where: text)
        while not ratios or (ratios[-1] >= limit and len(ratios) < ROUNDS):
            nothing, everything = best(client, empty, full)
            ratios.append(everything / nothing)
    return min(ratios)
