"""The built style sheets, scripts and pictures: each name carries a hash of its content, so browsers may keep it."""

import json
from functools import lru_cache
from pathlib import Path

from flask import Flask

BUILT = Path(__file__).parent.parent / "static" / "build"
#: Relative luminance above which black letters stand out more than white ones (both contrasts are equal there).
DARK_ENOUGH_FOR_WHITE = 0.179


class NotBuilt(RuntimeError):
    """The front end is not built yet: run 'npm ci && npm run build', or 'make run', which does it."""

    def __init__(self) -> None:
        super().__init__(type(self).__doc__)


@lru_cache(maxsize=1)
def _manifest() -> dict[str, str]:
    try:
        names: dict[str, str] = json.loads((BUILT / "manifest.json").read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise NotBuilt from None
    return names


def asset_url(name: str) -> str:
    """Give the address of a built file, `app.css` for one; NotBuilt is raised before the first build."""
    return f"/static/build/{_manifest()[name]}"


def readable_ink(colour: str) -> str:
    """Give white or near-black, whichever is easier to read on a colour like #0b4a5c (WCAG 2.2 relative luminance)."""
    channels = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    linear = [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in channels]  # noqa: PLR2004 -- the sRGB curve
    luminance = sum(weight * value for weight, value in zip((0.2126, 0.7152, 0.0722), linear, strict=True))
    return "#0b0c0c" if luminance > DARK_ENOUGH_FOR_WHITE else "#ffffff"


def init_app(app: Flask) -> None:
    """Let templates name built files and put readable letters on the council's colour."""
    app.jinja_env.globals.update(asset_url=asset_url, readable_ink=readable_ink)
