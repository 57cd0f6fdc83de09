"""A council's own mark in the header: a small SVG or PNG file beside authority.toml, looked through before anything starts."""

import re
import struct
from binascii import crc32
from dataclasses import dataclass
from hashlib import sha256
from http import HTTPStatus
from pathlib import Path
from xml.etree import ElementTree as ET

from flask import Blueprint, Response, abort, current_app, request

from registration.common.access import public
from registration.config import SettingRefused

bp = Blueprint("logos", __name__)

#: A page is to weigh 40 kB at most on a first visit, with the mark.
MOST_BYTES = 15_000
#: Pixels in the header: as high as this, and as wide as the picture is then, up to a limit.
HEIGHT, MOST_WIDE = 40, 160
#: Seconds for which a browser may keep what is named by its content.
LONG = 365 * 24 * 3600
_SVG = "{http://www.w3.org/2000/svg}"
#: What draws; nothing that runs, loads or writes text.
_DRAWS = frozenset(
    {"svg", "g", "defs", "path", "rect", "circle", "ellipse", "line", "polyline", "polygon"}
    | {"linearGradient", "radialGradient", "stop", "clipPath", "mask", "use", "title", "desc"}
)
_HREF = ("href", "{http://www.w3.org/1999/xlink}href")
_LEADS_OUT = re.compile(r"(?:url\(\s*[\"']?(?!#)|javascript:|data:|@import|expression\()", re.IGNORECASE)
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_PNG = b"\x89PNG\r\n\x1a\n"


@dataclass(frozen=True, slots=True)
class Logo:
    """A picture that may be shown: its MIME type, its bytes, a name for these very bytes, and its size in the header in pixels."""

    kind: str
    content: bytes
    digest: str
    width: int
    height: int = HEIGHT


def read_logo(path: Path) -> Logo:
    """Read a council's mark; SettingRefused says why a file cannot be one."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise SettingRefused(f"authority.toml: logo {path.name} cannot be read ({error.strerror}).") from None
    if len(content) > MOST_BYTES:
        raise _refused(path, f"may have {MOST_BYTES} bytes at most, and has {len(content)}")
    svg = not content.startswith(_PNG)
    wide, high = _size_of_svg(path, content) if svg else _size_of_png(path, content)
    if not 1 / 4 <= wide / high <= MOST_WIDE / HEIGHT:
        raise _refused(path, f"may be at most {MOST_WIDE // HEIGHT} times as wide as high, and 4 times as high as wide")
    kind = "image/svg+xml" if svg else "image/png"
    return Logo(kind, content, sha256(content).hexdigest()[:12], max(1, round(HEIGHT * wide / high)))


@bp.app_context_processor
def _everywhere() -> dict[str, object]:
    return {"mark": current_app.config["LOGO"]}


@bp.get("/logo")
@public
def logo() -> Response:
    """Show the council's mark; its address carries a name for its very bytes, so that browsers may keep it."""
    mark: Logo | None = current_app.config["LOGO"]
    if mark is None:
        abort(HTTPStatus.NOT_FOUND)
    answer = Response(mark.content, mimetype=mark.kind)
    named = request.args.get("v") == mark.digest
    answer.cache_control.public, answer.cache_control.max_age = True, LONG if named else 0
    return answer


def _refused(path: Path, reason: str) -> SettingRefused:
    return SettingRefused(f"authority.toml: logo {path.name} {reason}.")


def _size_of_svg(path: Path, content: bytes) -> tuple[float, float]:
    """Give width and height by the viewBox of a drawing that only draws."""
    try:
        text = content.decode()
        if re.search(r"<!(?:DOCTYPE|ENTITY)", text, re.IGNORECASE):
            raise _refused(path, "must have no DOCTYPE: export it as plain SVG")
        root = ET.fromstring(text)  # noqa: S314 # nosec B314 -- without a DOCTYPE there are no entities to expand
    except (UnicodeDecodeError, ET.ParseError, ValueError):
        raise _refused(path, "is neither a PNG nor an SVG that can be read") from None
    for part in root.iter():
        _only_draws(path, part)
    box = [float(each) for each in _NUMBER.findall(root.get("viewBox", "").replace("-", " "))]
    if root.tag != f"{_SVG}svg" or len(box) != 4 or not (box[2] and box[3]):  # noqa: PLR2004 -- x, y, width, height
        raise _refused(path, "must be an svg with a viewBox of four numbers")
    return box[2], box[3]


def _only_draws(path: Path, part: ET.Element) -> None:
    name = str(part.tag)
    if not name.startswith(_SVG):
        return  # a drawing program's own notes, which no browser reads
    if name.removeprefix(_SVG) not in _DRAWS:
        raise _refused(
            path, f"has an element {name.removeprefix(_SVG)!r}, which a drawing here may not: export it as plain paths"
        )
    for attribute, value in part.attrib.items():
        outside = attribute in _HREF and not value.startswith("#")
        if attribute.lower().startswith("on") or outside or _LEADS_OUT.search(value):
            raise _refused(path, f"has an attribute {attribute.rpartition('}')[2]!r} that runs or loads something")


def _size_of_png(path: Path, content: bytes) -> tuple[int, int]:
    """Give width and height of a PNG whose pieces are whole (W3C PNG 5.3: length, name, data, checksum)."""
    at, names = len(_PNG), []
    while at < len(content):
        length, name = struct.unpack_from(">I4s", content, at) if at + 12 <= len(content) else (0, b"")
        data = content[at + 4 : at + 8 + length]
        if not name or content[at + 8 + length : at + 12 + length] != struct.pack(">I", crc32(data)):
            raise _refused(path, "is a PNG that is cut short or damaged")
        names.append(name)
        at += 12 + length
    if names[:1] != [b"IHDR"] or names[-1:] != [b"IEND"]:
        raise _refused(path, "is a PNG that is cut short or damaged")
    wide, high = struct.unpack_from(">II", content, len(_PNG) + 8)
    if not wide or not high:
        raise _refused(path, "is a PNG without a size")
    return wide, high
