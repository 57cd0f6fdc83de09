"""Invented families of which a centre was told, so that their own page shows who received what."""

from datetime import date

from sqlalchemy import select

from registration.common.db import db
from registration.families.actions import disclosed
from registration.families.models import CentreSignUp
from registration.families.queries import rulings

#: So many families are told of to each centre.
FAMILIES = 5


def tell_centres(today: date) -> None:
    """Let each centre have been given the first families that asked to join it, as far as it may have them."""
    asked: dict[int, list[int]] = {}
    for centre, family in db.session.execute(
        select(CentreSignUp.centre_id, CentreSignUp.family_id).order_by(CentreSignUp.id)
    ):
        asked.setdefault(centre, []).append(family)
    for centre, families in asked.items():
        disclosed(rulings(centre, families[:FAMILIES], today), "export", "service", today, centre_id=centre)
