"""The council the service runs for: what it may say and set without code, read from a TOML file."""

import re
import tomllib
from dataclasses import dataclass, fields
from datetime import date
from pathlib import Path

from flask import Flask, current_app

from registration.config import SettingRefused

TEMPLATE = Path(__file__).with_name("authority.toml")


@dataclass(frozen=True, slots=True)
class Authority:
    """One registration authority: a county, unitary or borough council. Lengths are minutes, margins are days."""

    name: str
    district: str
    telephone: str
    telephone_hours: str
    email: str
    website: str
    colour: str
    minutes_per_baby: int
    interpreter_minutes: int
    hold_minutes: int
    notice_minutes: int
    caution_days: int
    kept_for_desk_minutes: int
    urgent_days: int
    desk_opens_extra_sessions: bool
    certificate_fee: str
    certificate_fee_from: date
    translations_checked: tuple[str, ...]


#: The least and the most a number may be.
RANGES = {
    "minutes_per_baby": (5, 120),
    "interpreter_minutes": (0, 120),
    "hold_minutes": (1, 60),
    "notice_minutes": (0, 2880),
    "caution_days": (0, 14),
    "kept_for_desk_minutes": (0, 480),
    "urgent_days": (0, 42),
}


def read_authority(path: Path) -> Authority:
    """Read the council's own file; SettingRefused names the line's key and what it may be."""
    try:
        given = tomllib.loads(path.read_text(encoding="utf-8-sig"))  # Notepad of Windows begins a file with a mark
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingRefused(f"{path.name} cannot be read: {error}") from None
    values = tomllib.loads(TEMPLATE.read_text(encoding="utf-8")) | given
    for field in fields(Authority):
        _check(path.name, field.name, values[field.name])
    unknown = set(values) - {field.name for field in fields(Authority)}
    if unknown:
        raise SettingRefused(f"{path.name}: {', '.join(sorted(unknown))} is not something this service knows.")
    return Authority(**{**values, "translations_checked": tuple(values["translations_checked"])})


def _check(file: str, name: str, value: object) -> None:
    if name in RANGES:
        least, most = RANGES[name]
        if type(value) is not int or not least <= value <= most:
            raise SettingRefused(f"{file}: {name} must be a whole number from {least} to {most}, not {value!r}.")
    elif name == "desk_opens_extra_sessions":
        if type(value) is not bool:
            raise SettingRefused(f"{file}: {name} must be true or false, not {value!r}.")
    elif name == "certificate_fee_from":
        if type(value) is not date:
            raise SettingRefused(f"{file}: {name} must be a date like 2024-04-01, not {value!r}.")
    elif name == "translations_checked":
        if not isinstance(value, list) or not all(code in ("pl", "ur") for code in value):
            raise SettingRefused(f'{file}: {name} must be a list of "pl" and "ur", not {value!r}.')
    elif not isinstance(value, str) or not value.strip():
        raise SettingRefused(f"{file}: {name} must be a text, not {value!r}.")
    elif name == "colour" and not re.fullmatch(r"#[0-9a-fA-F]{6}", value):
        raise SettingRefused(f"{file}: colour must be like #0b4a5c, not {value!r}.")


def own_file(instance: Path) -> Path:
    """Give the council's file, made from the demonstration's at the first start; SettingRefused where it cannot be."""
    path = instance / "authority.toml"
    try:
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(TEMPLATE.read_text(encoding="utf-8"), encoding="utf-8")
    except OSError as error:
        raise SettingRefused(f"INSTANCE: {path} cannot be made ({error.strerror}).") from None
    return path


def init_authority(app: Flask) -> None:
    """Read the council's file once, so that a mistake in it stops the start and no page."""
    app.config["AUTHORITY"] = read_authority(own_file(app.config["INSTANCE"]))


def current_authority() -> Authority:
    """Give the council of this installation, as its file stood when the service started."""
    authority: Authority = current_app.config["AUTHORITY"]
    return authority
