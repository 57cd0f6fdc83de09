"""What the pages of the pilot share."""

import re
from collections.abc import Iterable
from http import HTTPStatus

from flask import Blueprint, Response, abort

from registration.common.access import keep_private
from registration.pilot.building.models import PilotBuild
from registration.pilot.building.queries import build_by_id
from registration.staff.queries import names_of
from registration.staff.rules import PILOT, PILOT_READERS

__all__ = ["LARGEST", "PILOT", "PILOT_READERS", "bp", "found_build", "named", "taken"]

LARGEST = 2147483647
_STAFF = re.compile(r"\bstaff:([0-9]{1,9})\b")

bp = Blueprint("pilot", __name__, url_prefix="/pilot")
bp.after_request(keep_private)


def found_build(build_id: int) -> PilotBuild:
    """Give a bundle, or answer that there is none."""
    found = build_by_id(build_id)
    if found is None:
        abort(HTTPStatus.NOT_FOUND)
    return found


def named(words: Iterable[str]) -> list[str]:
    """Give words in which each person, like staff:12, is called by name; who is unknown stays a number."""
    told = list(words)
    names = names_of({int(number) for each in told for number in _STAFF.findall(each)})
    return [_STAFF.sub(lambda found: names.get(int(found[1]), found[0]), each) for each in told]


def taken(content: bytes | str, kind: str, name: str) -> Response:
    """Give a file to be kept under a name; `kind` is its media type, with the character set where it has one."""
    answer = Response(content, content_type=kind)
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
