"""What is wrong with a field, in plain words: pydantic's own are for programmers."""

import re
from collections.abc import Callable, Mapping
from typing import Any


def _is_list(given: Mapping[str, Any]) -> bool:
    return bool(given.get("field_type") == "List")


def _parts(given: Mapping[str, Any]) -> str:
    return "entries" if _is_list(given) else "characters"


#: By the beginning of pydantic's name of a fault; the first that fits counts.
_SAID: Mapping[str, Callable[[Mapping[str, Any]], str]] = {
    "missing": lambda _given: "is missing",
    "greater_than_equal": lambda given: f"must be {given['ge']} or more",
    "less_than_equal": lambda given: f"must be {given['le']} or less",
    "int": lambda _given: "must be a whole number",
    "finite_number": lambda _given: "must be a whole number",
    "bool": lambda _given: "must be true or false",
    "string_too_short": lambda _given: "must not be empty",
    "string_too_long": lambda given: f"must have at most {given['max_length']} characters",
    "string_pattern_mismatch": lambda _given: "must be the code of a language like en, pl or ur",
    "string": lambda _given: "must be a text",
    "too_short": lambda given: "must have at least one entry" if _is_list(given) else "must not be empty",
    "too_long": lambda given: f"must have at most {given['max_length']} {_parts(given)}",
    "list": lambda _given: "must be a list",
    "enum": lambda given: f"must be {given['expected'].replace(chr(39), '')}",
    "model": lambda _given: "must be a JSON object",
    "timezone": lambda _given: "must have its offset, as in 2026-11-24T09:30:00+00:00",
    "datetime": lambda _given: "must be a time with its offset like 2026-11-24T09:30:00+00:00",
    "date": lambda _given: "must be a date like 2026-10-11",
}
#: Where a sentence was written for a page, what a program reads instead.
_FOR_PROGRAMS: Mapping[str, str] = {
    r"Enter an email address in .*": "must be an email address like name@example.com",
    r"Enter a mobile number.*": "must be a mobile number like 07700 900982 or +44 7700 900982",
    r"Enter an email address or .*": "must be an email address or a mobile number",
    r"This has a character .*": "has a character that cannot be kept",
}


def in_plain_words(kind: str, message: str, given: Mapping[str, Any]) -> str:
    """Say what is wrong, to stand behind the field's name; `given` is what pydantic adds: limits, what is expected."""
    if kind == "value_error":
        sentence = message.removeprefix("Value error, ")
        known = (ours for theirs, ours in _FOR_PROGRAMS.items() if re.fullmatch(theirs, sentence))
        return next(known, sentence)
    return next((say(given) for name, say in _SAID.items() if kind.startswith(name)), "cannot be used")
