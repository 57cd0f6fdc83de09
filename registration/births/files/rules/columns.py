"""What each column of a file becomes: by its heading, by what was said of the source, and by what the agreement allows.

Headings are those of the NHS birth notification, of children's centres' systems and of lists made by hand. What no
children's centre needs to send a welcome (docs/law.md) is dropped at the door, whatever an agreement says.
"""

import re
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from registration.births.files.rules.sheet import Faults, Sheet


class Kind(StrEnum):
    """What a file tells of: births, babies who died or were stillborn, or monthly counts of births by area."""

    BIRTHS = "births"
    LOSSES = "losses"
    COUNTS = "counts"


#: Our columns, as a person calls them. Those of ALWAYS say which record a row is of, and whether the baby lives.
TITLES = {
    "key": "The source’s own number of the birth",
    "born": "Baby’s date of birth",
    "birth_order": "Birth order",
    "sex": "Baby’s sex",
    "baby_given": "Baby’s first name",
    "baby_surname": "Baby’s surname",
    "mother_given": "Mother’s first name",
    "mother_surname": "Mother’s surname",
    "mother_name": "Mother’s whole name",
    "mother_born": "Mother’s date of birth",
    "house": "House number or name",
    "address": "Address",
    "postcode": "Postcode",
    "phone": "Telephone",
    "email": "Email",
    "outcome": "Live or stillborn",
    "died_on": "Date of death",
    "area": "Area or centre",
    "month": "Month",
    "births": "Births",
}
_OF_COUNTS = frozenset({"area", "month", "births"})
_OF_BIRTHS = frozenset(TITLES) - _OF_COUNTS
_OF_LOSSES = frozenset(
    {"key", "born", "birth_order", "mother_given", "mother_surname", "mother_name", "postcode", "outcome", "died_on"}
)
#: One of these says that a baby was stillborn or died; without it a file of live births would be taken for one of losses.
SAYS_LOSS = ("outcome", "died_on")
#: Which record it is, and that a baby died, needs no item of the agreement: the first keeps corrections apart, the second removes.
ALWAYS = frozenset({"key", "outcome", "died_on"})
#: Several columns may stand for one of ours: they are put together.
SEVERAL = frozenset({"address"})
#: Between two headings of a mapping that stand for one column of ours.
AND = " + "

_MOTHER = r"(?:mother|mum|birthmother|primaryparent|primarycarer|maincarer|parent1?|parentcarer|carer1?)"
_BABY = r"(?:baby|child|infant|newborn)"
_HOME = r"(?:usual|home|mother|baby|child|family|postal|residential|current|of|residence|primaryparent|maincarer)*"
_GIVEN, _SURNAME = r"(?:fore|first|given)names?\d?", r"(?:sur|last|family)name"
_DAY = r"(?:dob|dateofbirth|birthdate|birthday|born|dateandtimeofbirth|datetimeofbirth|birthdatetime)"
_WHOSE = rf"(?:source|record|system|local|unique|internal|birth|notification|{_BABY})*"
_LIVES = (
    r"live(?:or)?still(?:born|birth)?|stillborn|stillbirth|livebirth|liveborn|birthoutcome|outcome|birthstatus|status"
)
_DEATH = r"dateofdeath|deathdate|dod|died|diedon|deceased|datedeceased|dateofneonataldeath|death"
_PLACE = r"area|reacharea|lsoa\d*(?:cd|code)?|ward\d*(?:cd|code)?|centre|childrenscentre|familyhub|hub"
#: Of a heading in small letters without spaces or signs; the first that fits counts.
_PATTERNS = {
    "key": rf"{_WHOSE}(?:key|id|ref|reference|identifier|code|number|no)",
    "born": rf"{_BABY}?{_DAY}|(?:date|day)(?:of)?delivery|deliverydate",
    "birth_order": rf"{_BABY}?(?:birthorder|orderofbirth|birthsequence|birthrank|orderindelivery)",
    "sex": rf"{_BABY}?(?:sex|gender)(?:of{_BABY})?",
    "baby_given": rf"{_BABY}(?:{_GIVEN}|name)|{_GIVEN}",
    "baby_surname": rf"{_BABY}{_SURNAME}|{_SURNAME}",
    "mother_given": rf"{_MOTHER}{_GIVEN}",
    "mother_surname": rf"{_MOTHER}{_SURNAME}",
    "mother_name": rf"{_MOTHER}(?:full)?name|nameof{_MOTHER}",
    "mother_born": rf"{_MOTHER}{_DAY}",
    "house": rf"{_HOME}(?:address)?(?:house|building|property|flat)(?:no|number|name|nameornumber|numberorname|nameno)?",
    "address": rf"{_HOME}(?:address(?:line)?\d?|addressline\w+|street(?:name)?|road|town|posttown|city|locality|county)",
    "postcode": rf"{_HOME}(?:postcode|postalcode|pcds?)(?:ofusualresidence|ofresidence)?",
    "phone": rf"(?:{_MOTHER}|home|contact)*(?:phone|telephone|tel|mobile|mobilephone|contactnumber)(?:no|number)?",
    "email": rf"(?:{_MOTHER}|home|contact)*email(?:address)?",
    "outcome": rf"(?:{_LIVES})(?:indicator|flag|status|code)?",
    "died_on": rf"{_BABY}?(?:{_DEATH})(?:date|flag|indicator)?",
    "area": rf"(?:{_PLACE})(?:code|name)?",
    "month": r"(?:month|period|birthmonth|monthofbirth)",
    "births": r"(?:births|livebirths|numberofbirths|numberoflivebirths|count|total)",
}
#: What must not be taken, by words of a heading, and what it is.
_NEVER = {
    "weight": "birth weight",
    "gestation": "gestation",
    "gestational": "gestation",
    "ethnic": "ethnicity",
    "ethnicity": "ethnicity",
    "gp": "GP",
    "practitioner": "GP",
    "practice": "GP",
    "surgery": "GP",
    "nhs": "NHS number",
    "congenital": "health",
    "abnormality": "health",
    "anomaly": "health",
    "apgar": "health",
    "diagnosis": "health",
    "disability": "health",
    "feeding": "health",
    "smoking": "health",
    "smoker": "health",
    "religion": "religion",
    "faith": "religion",
}
_RUN_TOGETHER = re.compile(r"birthweight|gestation|ethnic|nhsn|generalpractitioner|gppractice|gpcode|gpname|congenital")
_WORDS = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|\d+")
_SIGNS = re.compile(r"[^a-z0-9]")
_OWNERS = re.compile(r"^(mother|baby|child|infant|mum)s(?!urname|ex)")
#: No heading of ours is longer; of a longer one its beginning tells.
_LONGEST = 80


class Why(StrEnum):
    """Why a column is taken or not."""

    TAKEN = "taken"
    NEVER = "never"
    NOT_AGREED = "not_agreed"
    LEFT_OUT = "left_out"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a file: its place from 0, its heading, what it becomes (None: it is dropped), and why."""

    place: int
    heading: str
    ours: str | None
    why: Why
    what: str = ""

    @property
    def in_words(self) -> str:
        """Say what becomes of it."""
        if self.ours and self.why is Why.TAKEN:
            return TITLES[self.ours]
        return {
            Why.NEVER: f"Dropped: {self.what} must not be taken",
            Why.NOT_AGREED: f"Dropped: the agreement does not name it ({TITLES.get(self.ours or '', '')})",
            Why.LEFT_OUT: "Dropped: it was said not to take it",
        }.get(self.why, "Dropped: it is not known here")


def squashed(heading: str) -> str:
    """Give a heading in small letters without spaces, signs and owners: "Baby's Forename" and "BABY_FORENAME" are one."""
    plain = unicodedata.normalize("NFKD", heading).casefold().replace("'s", "").replace("\u2019s", "")
    return _OWNERS.sub(r"\1", _SIGNS.sub("", plain)[:_LONGEST])


def never(heading: str) -> str:
    """Say which thing that must not be taken a heading names; '' where none."""
    words = [word.casefold() for word in _WORDS.findall(heading)]
    for word in words:
        if word in _NEVER:
            return _NEVER[word]
    found = _RUN_TOGETHER.search(squashed(heading))
    return "" if found is None else next(what for part, what in _NEVER.items() if part in found[0])


def meant(heading: str, kind: Kind) -> str | None:
    """Give the column of ours that a heading means in a file of a kind, by its words alone."""
    text, among = squashed(heading), columns_of(kind)
    return next((ours for ours, form in _PATTERNS.items() if ours in among and re.fullmatch(form, text)), None)


def columns_of(kind: Kind) -> frozenset[str]:
    """Give the columns of ours that a file of a kind may have."""
    return {Kind.COUNTS: _OF_COUNTS, Kind.LOSSES: _OF_LOSSES}.get(kind, _OF_BIRTHS)


def become(
    sheet: Sheet, kind: Kind, items: Collection[str], said: Mapping[str, str]
) -> tuple[tuple[Column, ...], Faults]:
    """Say what each column becomes: first as was said of the source {ours: heading}, else by its words; and what is wrong.

    `items` are those of the agreement. A said column of no heading ('') is left out. Wrong is a mapping that names what is not
    there or must not be taken, two columns that mean one, or a needed column that is missing.
    """
    faults = Faults()
    places = _said(sheet, kind, said, faults)
    columns = []
    for place, heading in enumerate(sheet.header):
        ours = places.get(place) or meant(heading, kind)
        if ours in said and place not in places:
            columns.append(Column(place, heading, None, Why.LEFT_OUT))
        else:
            columns.append(_column(place, heading, ours, kind, items))
    _fault_twice(sheet, columns, faults)
    if not faults.count:
        _fault_lacking(sheet, kind, columns, faults)
    return tuple(columns), faults


def _column(place: int, heading: str, ours: str | None, kind: Kind, items: Collection[str]) -> Column:
    if what := never(heading):
        return Column(place, heading, None, Why.NEVER, what)
    if ours is None:
        return Column(place, heading, None, Why.UNKNOWN)
    allowed = kind is not Kind.BIRTHS or ours in ALWAYS or _items_of(ours) <= set(items)
    return Column(place, heading, ours, Why.TAKEN if allowed else Why.NOT_AGREED)


def _items_of(ours: str) -> frozenset[str]:
    """Give the items of an agreement that a column holds."""
    return frozenset({"mother_given", "mother_surname"} if ours == "mother_name" else {ours})


def _said(sheet: Sheet, kind: Kind, said: Mapping[str, str], faults: Faults) -> dict[int, str]:
    """Give, by place, what was said to become what; what cannot be is a fault."""
    by_name = {heading.casefold(): place for place, heading in reversed(list(enumerate(sheet.header)))}
    places: dict[int, str] = {}
    for ours, headings in said.items():
        if ours not in columns_of(kind):
            faults.add(sheet.header_line, "mapping", ours, f"is not one of {', '.join(sorted(columns_of(kind)))}")
            continue
        for heading in filter(None, map(str.strip, headings.split(AND))):
            place = by_name.get(heading.casefold())
            if place is None:
                faults.add(sheet.header_line, "mapping", heading, f"is no column of this file, and was to be {ours}")
            elif what := never(heading):
                faults.add(sheet.header_line, "mapping", heading, f"must not be taken: {what}")
            elif place in places:
                faults.add(sheet.header_line, "mapping", heading, f"is said to be both {places[place]} and {ours}")
            else:
                places[place] = ours
    return places


def _fault_twice(sheet: Sheet, columns: Sequence[Column], faults: Faults) -> None:
    seen: dict[str, str] = {}
    for column in columns:
        if column.ours is None or column.ours in SEVERAL:
            continue
        if column.ours in seen:
            reason = f"becomes the same as {seen[column.ours]}: say which of them becomes “{TITLES[column.ours]}”"
            faults.add(sheet.header_line, "header", column.heading, reason)
        seen.setdefault(column.ours, column.heading)


def _fault_lacking(sheet: Sheet, kind: Kind, columns: Sequence[Column], faults: Faults) -> None:
    """Keep as faults the columns without which nothing can be read, and why they may be missing."""
    taken = {column.ours for column in columns if column.why is Why.TAKEN}
    barred = {column.ours for column in columns if column.why is Why.NOT_AGREED}
    for choice in _needed(kind, taken):
        if taken.isdisjoint(choice):
            said = "is in the file but not in the agreement" if barred & set(choice) else "has no column"
            faults.add(sheet.header_line, "header", TITLES[choice[0]], f"{said}, and nothing can be read without it")
    if kind is Kind.LOSSES and taken.isdisjoint(SAYS_LOSS):
        reason = (
            "has no column: none says that a baby was stillborn or died. Is this a file of live births? Bring it as one"
        )
        faults.add(sheet.header_line, "header", TITLES["outcome"], reason)
    if faults.count and len(sheet.header) == 1:
        reason = "is the only column found: part columns by comma, semicolon, tab or |"
        faults.add(sheet.header_line, "header", sheet.header[0], reason)


def _needed(kind: Kind, taken: Collection[str | None]) -> tuple[tuple[str, ...], ...]:
    if kind is Kind.COUNTS:
        return ("area",), ("month",), ("births",)
    if kind is Kind.LOSSES and "key" in taken:
        return ()
    return ("born",), ("mother_surname", "mother_name")
