"""The families that are followed from their first registration: the rows of M09 to M12 and M14."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from registration.pilot.metrics.columns import Births, Days, Marks


@dataclass(frozen=True)
class Followed:
    """The families that registered and had not joined before, one row each.

    The index is the family's first registration by the as-of date, of one day that of the birth whose id sorts first: `birth` is
    its row in `Births`, `index` its day; the venue and all that is known of the family are the index's. A family is followed for
    `days` (0 or more) to its joining, marked in `joined`, else to the as-of date or its leaving of the area.
    """

    birth: Days
    index: Days
    days: Days
    joined: Marks
    at_centre: Marks
    slices: Mapping[str, Marks]

    @property
    def by_venue(self) -> Mapping[str, Marks]:
        """Mark the families of each slice by where they registered: 'htr/centre', 'htr/office'."""
        return {
            f"{of}/{venue}": marks & at
            for of, marks in self.slices.items()
            for venue, at in [("centre", self.at_centre), ("office", ~self.at_centre)]
        }


def followed(births: Births) -> Followed:
    """Follow each family from its index; one that joined before its index is left out, for its visit gained nobody."""
    row = _indices(births)
    row = row[births.joined[row] >= births.registered[row]]
    index, joined = births.registered[row], births.joined[row]
    end = np.maximum(index, np.minimum(births.as_of, births.left[row]))
    event = joined <= end
    return Followed(
        birth=row,
        index=index,
        days=np.where(event, joined, end) - index,
        joined=event,
        at_centre=births.at_centre[row],
        slices={of: marks[row] for of, marks in births.slices.items()},
    )


def _indices(births: Births) -> Days:
    """Give the row of each registered family's first registration; rows are in the order of the births' ids."""
    rows = np.flatnonzero(births.registered <= births.as_of)
    rows = rows[np.argsort(births.registered[rows], kind="stable")]
    _, first = np.unique(births.family[rows], return_index=True)
    return rows[first]
