"""When places are protected for families near day 42: only where births to come fill what places there are."""

from math import floor

WEEKS = 6
MARGIN = 0.05


def utilisation(booked: int, births: float, places: int) -> float | None:
    """Give the share of the places of a time that is booked or expected to be; None where there are no places.

    `places` are free and booked ones together, `births` those to come in it: as the simulation reckons it, so that what it says of
    a share holds here.
    """
    return (booked + births) / places if places else None


def protects(share: float | None, least: float, *, already: bool) -> bool:
    """Say whether places are to be protected at a utilisation; not where nothing is known of it.

    Where they are `already`, they stay so until it is lower by MARGIN: they shall not come and go with every booking.
    """
    return share is not None and share >= least - (MARGIN if already else 0)


def protected_minutes(length: int, kept: int, percent: int, per_baby: int) -> int:
    """Give the minutes of a session that are protected: its share of places, in whole ones, before those kept for the desk."""
    places = floor(length * percent / 100 / per_baby + 1 / 2)
    return max(0, min(places, (length - kept) // per_baby)) * per_baby
