"""A day typed in three boxes, as people write it: 3 or 03, 3 or March, 2026."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from babel.dates import get_month_names
from flask_babel import get_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import Field
from wtforms.utils import unset_value

PARTS = ("day", "month", "year")
LONGEST = 20
MUST_INCLUDE = {
    ("day",): _l("%(noun)s must include a day"),
    ("month",): _l("%(noun)s must include a month"),
    ("year",): _l("%(noun)s must include a year"),
    ("day", "month"): _l("%(noun)s must include a day and a month"),
    ("day", "year"): _l("%(noun)s must include a day and a year"),
    ("month", "year"): _l("%(noun)s must include a month and a year"),
}


class Unreadable(ValueError):
    """What was typed is no day. `wrong` names the boxes to mark."""

    def __init__(self, sentence: str, wrong: Sequence[str]) -> None:
        super().__init__(sentence)
        self.wrong = tuple(wrong)


class CivilDateField(Field):
    """A calendar day in three text inputs named NAME-day, NAME-month and NAME-year; `data` is a date or None.

    `typed` holds what stands in each box, as typed, so nothing a person wrote is lost. `wrong` names the boxes to mark.
    `missing` is the sentence when nothing was typed; `noun` begins the others: "Date of birth must include a month".
    """

    def __init__(self, label: Any = None, validators: Any = None, *, missing: Any, noun: Any, **options: Any) -> None:  # noqa: ANN401 -- WTForms' own signature, lazy texts
        super().__init__(label, validators, **options)  # type: ignore[no-untyped-call]
        self.missing, self.noun = missing, noun
        self.typed: Mapping[str, str] = dict.fromkeys(PARTS, "")
        self.wrong: tuple[str, ...] = ()

    def process(self, formdata: Any, data: Any = unset_value, extra_filters: Any = None) -> None:  # noqa: ANN401 -- WTForms' own signature
        """Take the default or the three boxes; a fault becomes the field's own sentence."""
        super().process(None, data, extra_filters)  # type: ignore[no-untyped-call]
        if self.data:
            self.typed = {part: str(getattr(self.data, part)) for part in PARTS}
        if formdata is None:
            return
        self.typed = {part: _plain(formdata.get(f"{self.name}-{part}", "")) for part in PARTS}
        self.data = None
        try:
            self.data = read_day(self.typed, str(self.missing), str(self.noun))
        except Unreadable as fault:
            self.wrong = fault.wrong
            self.process_errors = (str(fault),)

    def post_validate(self, form: Any, validation_stopped: bool) -> None:  # noqa: ANN401, ARG002, FBT001 -- WTForms' own signature
        """Mark all three boxes where the day itself was refused by a later check."""
        if self.errors and not self.wrong:
            self.wrong = PARTS


def _plain(text: str) -> str:
    return "".join(letter for letter in text if letter.isprintable()).strip()[:LONGEST]


def read_day(typed: Mapping[str, str], missing: str, noun: str) -> date:
    """Make a date of three texts; Unreadable has the sentence a person reads and the boxes it is about."""
    empty = [part for part in PARTS if not typed[part]]
    if len(empty) == len(PARTS):
        raise Unreadable(missing, PARTS)
    if empty:
        raise Unreadable(str(MUST_INCLUDE[tuple(empty)]) % {"noun": noun}, empty)
    numbers = {"day": _number(typed["day"], 2), "month": _month(typed["month"]), "year": _number(typed["year"], 4)}
    if len(typed["year"]) != 4:  # noqa: PLR2004 -- the digits of a year
        raise Unreadable(_("Year must include 4 numbers"), ["year"])
    wrong = [part for part, most in (("day", 31), ("month", 12), ("year", 9999)) if not 1 <= numbers[part] <= most]
    if wrong == ["year"] and not typed["year"].isdecimal():
        raise Unreadable(_("Year must include 4 numbers"), wrong)
    if wrong:
        raise Unreadable(_("%(noun)s must be a real date", noun=noun), wrong)
    try:
        return date(numbers["year"], numbers["month"], numbers["day"])
    except ValueError:
        raise Unreadable(_("%(noun)s must be a real date", noun=noun), ["day"]) from None


def _number(text: str, longest: int) -> int:
    """Read a number in digits of any script; 0, which no part of a date is, for anything else."""
    return int(text) if text.isdecimal() and len(text) <= longest else 0


def _month(text: str) -> int:
    return _number(text, 2) or _month_names().get(text.casefold().rstrip("."), 0)


def _month_names() -> dict[str, int]:
    """Map the names of months, in English and in the page's language, whole and short, to 1 to 12."""
    return {
        name.casefold().rstrip("."): number
        for locale in ("en", get_locale() or "en")
        for width in ("wide", "abbreviated")
        for context in ("format", "stand-alone")
        for number, name in get_month_names(width, context, locale).items()
    } | {"sept": 9}
