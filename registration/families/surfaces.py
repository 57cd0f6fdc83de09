"""Every list, file, message and letter by which a centre may come to know of families, in one place, to be looked at together."""

from collections.abc import Callable, Collection, Mapping
from datetime import date

from flask import Flask, current_app
from sqlalchemy import select

from registration.centres.models import Centre
from registration.common.db import db
from registration.families.queries import reachable

#: Gives the numbers of the families of which a surface tells a centre on a day.
Surface = Callable[[int, date], Collection[int]]


def show_to_centres(app: Flask, name: str, surface: Surface) -> None:
    """Say by which list, file, message or letter of yours a centre comes to know of families."""
    app.extensions.setdefault("shown_to_centres", {})[name] = surface


def surfaces() -> Mapping[str, Surface]:
    """Give every surface there is, by its name."""
    shown: Mapping[str, Surface] = current_app.extensions.get("shown_to_centres", {})
    return shown


def told_against_the_decision(today: date) -> int:
    """Count the families that a surface tells a centre of against the one decision; the honest answer is nought."""
    centres = list(db.session.scalars(select(Centre.id)))
    return sum(len(_beyond(surface, centre, today)) for surface in surfaces().values() for centre in centres)


def _beyond(surface: Surface, centre_id: int, today: date) -> frozenset[int]:
    told = frozenset(surface(centre_id, today))
    return told - reachable(centre_id, told, today) if told else told
