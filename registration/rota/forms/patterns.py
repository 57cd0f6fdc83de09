"""A registrar's week, and what is otherwise on one half-day."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from wtforms import RadioField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length

from registration.common.forms import Form
from registration.rota.forms.fields import (
    NOWHERE,
    ClockField,
    DayField,
    OtherPlaceField,
    PlaceField,
    half_day,
    place_value,
    usual_times,
)
from registration.rota.queries.planning import Seats
from registration.rota.rules.patterns import HALVES, WEEK_A, WEEK_B, WEEKDAYS, HalfDay, Pattern, half_day_faults
from registration.rota.rules.planning import Exceptional

LONGEST_REASON = 200
FREE = "No session"
RESUME, END = "resume", "end"
BEGINS_IN = {
    "morning": "A morning begins before 12:00",
    "afternoon": "An afternoon begins from 12:00 and before 17:00",
    "evening": "An evening begins at 17:00 or later",
}
SLOTS = [(weekday, half) for weekday in range(1, len(WEEKDAYS) + 1) for half in HALVES]


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the week on the page: what it is called, where, where in weeks B, and when."""

    title: str
    place: PlaceField
    other: OtherPlaceField
    begins: ClockField
    ends: ClockField


class PatternForm(Form):
    """A weekly pattern: its first and last day, and for each half-day of the week where and when."""

    valid_from = DayField("First day", [InputRequired("Enter the first day")])
    valid_to = DayField("Last day (optional)", description="Empty: until further notice.")
    # Asked only where the last day would leave a pattern until further notice ended for good.
    then = RadioField("What comes after it?", choices=[], validate_choice=False)

    def ask_what_then(self, ends: str, resumes: str) -> bool:
        """Offer the two ways to go on after the last day, and say whether one is chosen already; if not, that is its fault."""
        self.then.choices = [SelectChoice(RESUME, resumes), SelectChoice(END, ends)]
        chosen = self.then.data in {RESUME, END}
        self.then.errors = () if chosen else ("Choose what comes after this pattern",)
        return chosen

    def prepare(self, centres: Iterable[Seats]) -> "PatternForm":
        """Offer the centres in every line of the week."""
        offered = list(centres)
        for weekday, half in SLOTS:
            self[f"place_{weekday}_{half}"].offer(offered, FREE)
            self[f"other_{weekday}_{half}"].offer(offered, FREE)
        return self

    def lines(self) -> list[Line]:
        """Give the lines of the week in their order."""
        return [
            Line(f"{WEEKDAYS[weekday - 1]} {half}", *(self[f"{box}_{weekday}_{half}"] for box in BOXES))
            for weekday, half in SLOTS
        ]

    def half_days(self) -> list[HalfDay]:
        """Give the half-days with a place; what is wrong with one becomes the fault of its boxes."""
        found: dict[HalfDay, ClockField] = {}
        for (weekday, half), line in zip(SLOTS, self.lines(), strict=True):
            for made in _in_turns(weekday, line):
                if made.half != half:
                    line.begins.errors = (BEGINS_IN[half],)
                else:
                    found[made] = line.begins
        for made, sentence in half_day_faults(list(found)):
            found[made].errors = (sentence,)
        return list(found)

    def faulty(self) -> bool:
        """Say whether any box has a fault."""
        return any(box.errors for box in self)


def _in_turns(weekday: int, line: Line) -> list[HalfDay]:
    """Give the half-days of a line: one of every week, or one of weeks A and one of weeks B, where either may be free."""
    made = half_day(weekday, line.place, line.begins, line.ends)
    if line.other.data in {None, "", line.place.data}:
        return [] if made is None else [made]
    other = half_day(weekday, line.other, line.begins, line.ends)
    turns = ((made, WEEK_A), (other, WEEK_B))
    return [replace(each, weeks=weeks) for each, weeks in turns if each is not None]


BOXES: Mapping[str, type[Any]] = {
    "place": PlaceField,
    "other": OtherPlaceField,
    "begins": ClockField,
    "ends": ClockField,
}
WORDS = {"place": "where", "other": "where in weeks B", "begins": "from", "ends": "to"}
for _weekday, _half in SLOTS:
    for _box, _kind in BOXES.items():
        setattr(PatternForm, f"{_box}_{_weekday}_{_half}", _kind(f"{WEEKDAYS[_weekday - 1]} {_half}, {WORDS[_box]}"))


def shown(pattern: Pattern | None) -> dict[str, Any]:
    """Give the boxes' values for a week: those of a pattern, and usual times elsewhere."""
    values: dict[str, Any] = {}
    for weekday, half in SLOTS:
        values[f"begins_{weekday}_{half}"], values[f"ends_{weekday}_{half}"] = usual_times(half)
    for each in pattern.half_days if pattern else ():
        slot = f"{each.weekday}_{each.half}"
        values["other_" + slot if each.weeks == WEEK_B else "place_" + slot] = place_value(each.centre, each.room)
        if each.weeks == WEEK_A:
            values.setdefault(f"other_{slot}", NOWHERE)
        values[f"begins_{slot}"], values[f"ends_{slot}"] = each.begins, each.ends
    return values


class LastDay(Form):
    """The last day a pattern is in force."""

    last_day = DayField("Last day", [InputRequired("Enter the last day it is in force")])


class ExceptionForm(Form):
    """What a registrar does otherwise on one half-day."""

    day = DayField("Day", [InputRequired("Enter the day")])
    half = SelectField("Half-day", choices=[SelectChoice(half, half.capitalize()) for half in HALVES])
    place = PlaceField("Where")
    begins = ClockField("From")
    ends = ClockField("To")
    reason = StringField(
        "Why (optional)",
        [Length(max=LONGEST_REASON, message=f"This must be {LONGEST_REASON} letters or fewer")],
        description="Nothing about anybody’s health.",
    )

    def exceptional(self, registrar: int) -> Exceptional | None:
        """Give what was typed, once accepted; None where a box is faulty after all."""
        made = half_day(self.day.data.isoweekday(), self.place, self.begins, self.ends)
        if any(box.errors for box in self):
            return None
        reason = " ".join((self.reason.data or "").split())
        return Exceptional(registrar, self.day.data, str(self.half.data), made, reason)
