"""The council the service runs for: what it may say and set without code, read from a TOML file."""

import re
import tomllib
from collections.abc import Callable
from dataclasses import dataclass, fields
from datetime import date
from pathlib import Path
from typing import cast
from urllib.parse import urlsplit

from flask import Flask, current_app

from registration.common import logos
from registration.config import EMAIL, SettingRefused

TEMPLATE = Path(__file__).with_name("authority.toml")


@dataclass(frozen=True, slots=True)
class Balance:
    """What planned rotas go by. Journeys are reckoned in a straight line at `speed_kmh`, and are `longest_journey_minutes` at most.

    Every centre with rooms opens once in each run of `presence_weeks`; a speaker comes once in each of `language_weeks` to a
    cluster in which `language_percent` of families, or more, ask for help in the same one. Times are planned for
    `reserve_percent` more families than are expected, so that they have a choice. The office
    keeps `office_staff` people, `office_registrars` of them full registrars, for what is no birth.
    A half-day that is to change weighs as much as `change_minutes` of journeys. Solving takes `solve_seconds` at most.
    """

    speed_kmh: int
    longest_journey_minutes: int
    presence_weeks: int
    language_weeks: int
    language_percent: int
    reserve_percent: int
    office_keeps_sessions: bool
    office_staff: int
    office_registrars: int
    change_minutes: int
    solve_seconds: int


@dataclass(frozen=True, slots=True)
class Retention:
    """How long each kind of record says who it is about; after that it is deleted, or emptied of who it is.

    A booking's family counts from its appointment, other families from when they were last heard of, a wish to join a centre from
    the wish or the appointment, whichever is later.
    """

    booking_months: int
    family_months: int
    wish_days: int
    message_days: int
    journey_hours: int
    disclosure_months: int
    contact_months: int


@dataclass(frozen=True, slots=True)
class Authority:
    """One registration authority: a county, unitary or borough council. Lengths are minutes, margins are days."""

    name: str
    district: str
    telephone: str
    telephone_hours: str
    telephone_hours_pl: str
    telephone_hours_ur: str
    email: str
    website: str
    address: str
    data_protection_email: str
    colour: str
    logo: str
    start_note: str
    start_note_pl: str
    start_note_ur: str
    minutes_per_baby: int
    interpreter_minutes: int
    hold_minutes: int
    notice_minutes: int
    caution_days: int
    kept_for_desk_minutes: int
    urgent_days: int
    protected_percent: int
    protected_near_days: int
    protected_opens_days: int
    protect_from_utilisation: float
    desk_opens_extra_sessions: bool
    chase_outcomes: bool
    chase_managers_after_days: int
    certificate_fee: str
    certificate_fee_from: date
    translations_checked: tuple[str, ...]
    balance: Balance
    retention: Retention


#: The same in other languages; an empty text where the council has none.
HOURS_ELSEWHERE = ("telephone_hours_pl", "telephone_hours_ur")
#: The least and the most a number may be.
RANGES = {
    "minutes_per_baby": (5, 120),
    "interpreter_minutes": (0, 120),
    "hold_minutes": (1, 60),
    "notice_minutes": (0, 2880),
    "caution_days": (0, 14),
    "kept_for_desk_minutes": (0, 480),
    "urgent_days": (0, 42),
    "chase_managers_after_days": (1, 20),
    "protected_percent": (0, 100),
    "protected_near_days": (0, 42),
    "protected_opens_days": (0, 42),
}
#: The same in the part [balance].
BALANCE_RANGES = {
    "speed_kmh": (5, 110),
    "longest_journey_minutes": (5, 240),
    "presence_weeks": (1, 26),
    "language_weeks": (1, 26),
    "language_percent": (1, 100),
    "reserve_percent": (0, 100),
    "office_staff": (0, 200),
    "office_registrars": (0, 200),
    "change_minutes": (0, 600),
    "solve_seconds": (5, 3600),
}


#: The same in the part [retention].
RETENTION_RANGES = {
    "booking_months": (1, 84),
    "family_months": (1, 84),
    "wish_days": (7, 365),
    "message_days": (7, 730),
    "journey_hours": (1, 168),
    "disclosure_months": (6, 84),
    "contact_months": (3, 84),
}
#: The parts of the file, and what each is kept as.
PARTS: dict[str, type[Balance | Retention]] = {"balance": Balance, "retention": Retention}


def read_authority(path: Path) -> Authority:
    """Read the council's own file; SettingRefused names the line's key and what it may be."""
    try:
        given = tomllib.loads(path.read_text(encoding="utf-8-sig"))  # Notepad of Windows begins a file with a mark
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingRefused(f"{path.name} cannot be read: {error}") from None
    values = tomllib.loads(TEMPLATE.read_text(encoding="utf-8"))
    if "telephone_hours" in given:
        values |= dict.fromkeys(HOURS_ELSEWHERE, "")  # the demonstration's hours are not this council's
    parts = {name: _part(path.name, name, values.pop(name), given.pop(name, {})) for name in PARTS}
    values |= given
    _check_all(path.name, Authority, values)
    checked = tuple(values["translations_checked"])
    return Authority(**{**values, "translations_checked": checked, **parts})


def _part(file: str, name: str, values: dict[str, object], own: object) -> Balance | Retention:
    """Read one part of the file, the council's own values over the template's."""
    if not isinstance(own, dict):
        raise SettingRefused(f"{file}: {name} must be a part of the file that begins with [{name}], not {own!r}.")
    values |= own
    _check_all(file, PARTS[name], values)
    return PARTS[name](**values)  # type: ignore[arg-type]


def _check_all(file: str, kind: type[Authority | Balance | Retention], values: dict[str, object]) -> None:
    known = {field.name for field in fields(kind)} - set(PARTS)
    for name in sorted(known):
        _check(file, name, values[name])
    unknown = set(values) - known
    if unknown:
        raise SettingRefused(f"{file}: {', '.join(sorted(unknown))} is not something this service knows.")


def _check(file: str, name: str, value: object) -> None:
    wanted = _wanted(name)
    if not wanted.fits(value):
        raise SettingRefused(f"{file}: {name} must be {wanted.said}, not {value!r}.")


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What a value has to be, and how that is said."""

    said: str
    fits: Callable[[object], bool]


def _wanted(name: str) -> _Wanted:
    ranges = RANGES | BALANCE_RANGES | RETENTION_RANGES
    if name in ranges:
        least, most = ranges[name]
        return _Wanted(
            f"a whole number from {least} to {most}", lambda value: type(value) is int and least <= value <= most
        )
    return SPECIAL.get(name, _TEXT_OR_NONE if name in HOURS_ELSEWHERE else _TEXT)


def _is_file_name(value: object) -> bool:
    return isinstance(value, str) and (value == "" or bool(re.fullmatch(r"\w[\w.-]{0,80}\.(svg|png)", value, re.ASCII)))


def _text_of(most: int) -> _Wanted:
    return _Wanted(f"a text of at most {most} signs", lambda value: isinstance(value, str) and len(value) <= most)


def _is_share(value: object) -> bool:
    return type(value) in (int, float) and 0 <= cast("float", value) <= 1


def _is_list_of_languages(value: object) -> bool:
    return isinstance(value, list) and all(code in ("pl", "ur") for code in value)


def _is_website(value: object) -> bool:
    """Say whether a browser may be led there: an address that runs something, as `javascript:` does, is none."""
    try:
        parts = urlsplit(value if isinstance(value, str) and not re.search(r"\s", value) else "")
        return parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        return False


def _is_email(value: object) -> bool:
    return isinstance(value, str) and bool(re.fullmatch(EMAIL, value))


_TRUTH = _Wanted("true or false", lambda value: type(value) is bool)
_TEXT = _Wanted("a text", lambda value: isinstance(value, str) and bool(value.strip()))
_TEXT_OR_NONE = _Wanted("a text", lambda value: isinstance(value, str))
#: Signs in what a council may say of its own on the start page, so that the button to begin stays in sight.
MOST_OF_NOTE = 300
SPECIAL = {
    **{name: _text_of(MOST_OF_NOTE) for name in ("start_note", "start_note_pl", "start_note_ur")},
    "address": _text_of(200),
    "email": _Wanted("an e-mail address", _is_email),
    "website": _Wanted("an address that begins with https:// or http://", _is_website),
    "data_protection_email": _text_of(200),
    "logo": _Wanted("the name of an .svg or .png file beside it", _is_file_name),
    "desk_opens_extra_sessions": _TRUTH,
    "chase_outcomes": _TRUTH,
    "office_keeps_sessions": _TRUTH,
    "protect_from_utilisation": _Wanted("a number from 0 to 1", _is_share),
    "balance": _Wanted("a part of the file that begins with [balance]", lambda value: isinstance(value, dict)),
    "retention": _Wanted("a part of the file that begins with [retention]", lambda value: isinstance(value, dict)),
    "certificate_fee_from": _Wanted("a date like 2024-04-01", lambda value: type(value) is date),
    "translations_checked": _Wanted('a list of "pl" and "ur"', _is_list_of_languages),
    "colour": _Wanted(
        "like #0b4a5c", lambda value: isinstance(value, str) and bool(re.fullmatch(r"#[0-9a-fA-F]{6}", value))
    ),
}


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


def still_invented(instance: Path) -> str:
    """Give a sentence where the council's file still names the demonstration's council or its telephone; else nothing."""
    path = instance / TEMPLATE.name
    council, demonstration = read_authority(path), read_authority(TEMPLATE)
    left = [name for name in ("name", "telephone") if getattr(council, name) == getattr(demonstration, name)]
    if not left:
        return ""
    said = " and ".join(f'{name} = "{getattr(council, name)}"' for name in left)
    return (
        f"{path} still says {said}, which are invented, and families read them: "
        "fill in the council’s own name, district, telephone, e-mail and website there, and start the service again."
    )


def init_authority(app: Flask) -> None:
    """Read the council's file and mark once, so that a mistake in them stops the start and no page."""
    path = own_file(app.config["INSTANCE"])
    council = app.config["AUTHORITY"] = read_authority(path)
    app.config["LOGO"] = logos.read_logo(path.with_name(council.logo)) if council.logo else None
    app.register_blueprint(logos.bp)


def current_authority() -> Authority:
    """Give the council of this installation, as its file stood when the service started."""
    authority: Authority = current_app.config["AUTHORITY"]
    return authority
