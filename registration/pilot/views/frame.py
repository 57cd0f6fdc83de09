"""What the pages of the pilot share."""

from http import HTTPStatus

from flask import Blueprint, abort

from registration.common.access import keep_private
from registration.pilot.building.models import PilotBuild
from registration.pilot.building.queries import build_by_id
from registration.staff.rules import PILOT, PILOT_READERS

__all__ = ["LARGEST", "PILOT", "PILOT_READERS", "bp", "found_build"]

LARGEST = 2147483647

bp = Blueprint("pilot", __name__, url_prefix="/pilot")
bp.after_request(keep_private)


def found_build(build_id: int) -> PilotBuild:
    """Give a bundle, or answer that there is none."""
    found = build_by_id(build_id)
    if found is None:
        abort(HTTPStatus.NOT_FOUND)
    return found
