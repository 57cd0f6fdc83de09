"""The families that each way of offering times misses, at 90, 95 and 100 % of the places needed: part of `make bench`."""

import time

from registration.balancing.rules.comparison import PROTECTED, compare, policies
from registration.balancing.rules.simulation import Assumptions
from registration.balancing.simulation_commands import as_table

SEEDS = 10


def measure() -> None:
    """Simulate and print, with the seconds it took."""
    begun = time.perf_counter()
    found = compare(Assumptions(), policies(PROTECTED), (0.9, 0.95, 1.0), range(1, SEEDS + 1))
    print(f"\nsteering: {SEEDS} invented authorities, 200 weeks each, {time.perf_counter() - begun:.0f} s")
    print(as_table(found))


if __name__ == "__main__":
    measure()
