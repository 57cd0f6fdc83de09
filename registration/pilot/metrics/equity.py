"""Whether joining reaches the deprived as much as others: the concentration index."""

import numpy as np

from registration.pilot.metrics.columns import Days, Marks, Numbers


def average_ranks(values: Days) -> Numbers:
    """Rank values from 1, lowest first; equal ones share the mean of their ranks."""
    _, group, size = np.unique(values, return_inverse=True, return_counts=True)
    ends = size.cumsum()
    return np.asarray((ends - (size - 1) / 2)[group], dtype=np.float64)


def concentration(had: Marks, decile: Days) -> tuple[float, float] | None:
    """Give the concentration index of an event over IMD deciles, and Erreygers's; None where nobody had it.

    C = 2 mean((y - mean y)(R - mean R)) / mean y with R = (average rank - 0.5) / n (A Wagstaff, P Paci and E van Doorslaer, Social
    Science & Medicine 33, 1991): below 0 the event is the more frequent with the deprived. G Erreygers, Journal of Health
    Economics 28, 2009: 4 mean(y) C, which does not depend on how frequent the event is.
    """
    if not had.any():
        return None
    event = had.astype(np.float64)
    rank = (average_ranks(decile) - 0.5) / len(had)
    mean = float(event.mean())
    index = 2 * float(((event - mean) * (rank - rank.mean())).mean()) / mean
    return index, 4 * mean * index
