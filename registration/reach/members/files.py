"""A centre’s own system’s files of members and of visits: found by their columns, read row by row, every fault named."""

import json
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import BinaryIO

from registration.centres.rules import canonical_postcode
from registration.common import contacts
from registration.common.errors import Refused
from registration.common.files import Fault, FileRefused, Row, Table, day, several
from registration.families.rules import MOST_NAME

#: Our columns by the names they go by elsewhere; a mapping puts another in place of these.
MEMBERS: Mapping[str, Sequence[str]] = {
    "key": (r"member(ship)?[ _]?(key|id|number|no)", r"family[ _]?(key|id|number)", "internalcode", "key", "id"),
    "ours": (r"our[ _]key", r"right[ _]start[ _]key"),
    "centre": (r"centre([ _]name)?", r"setting([ _]name)?", "site"),
    "joined": (
        r"joined([ _]on)?",
        r"date[ _]joined",
        r"registered([ _]on)?",
        r"(date[ _]registered|registration[ _]date)",
    ),
    "left": (r"left([ _]on)?", r"date[ _]left", r"end[ _]date"),
    "name": (r"(parent|carer|family)[ _']*s?[ _]?name", "name", "parent", "carer"),
    "given": (r"(primary)?[ _]?(parent|carer)[ _]?(1[ _])?(first|given)[ _]?name",),
    "surname": (r"(primary)?[ _]?(parent|carer)[ _]?(1[ _])?(last[ _]?name|surname)",),
    "born": ("born", r"(child|baby)('s|s|’s)?[ _](date[ _]of[ _]birth|dob|born)", r"date[ _]?of[ _]?birth", "dob"),
    "email": (r"(primary)?[ _]?(parent|carer)?[ _]?e-?mail([ _]address)?",),
    "mobile": ("mobile", r"(primary)?[ _]?(parent|carer)?[ _]?(tele)?phone([ _]number)?"),
    "house": (r"house([ _](name|no|number))?", "addresshouseno"),
    "address": (r"address([ _]?line)?[ _]?1?",),
    "postcode": (r"post[ _]?code",),
}
VISITS: Mapping[str, Sequence[str]] = {
    "key": MEMBERS["key"],
    "visited": (r"visited([ _]on)?", r"(visit|attendance)[ _]date", r"date([ _]of[ _](visit|attendance))?", "day"),
    "service": ("service", "activity", "event", "session"),
    "centre": MEMBERS["centre"],
    "visit": (r"(visit|attendance)[ _](key|id)",),
}
LONGEST = 300
_OURS = re.compile(r"RS-(\d{1,18})", re.ASCII | re.IGNORECASE)
#: Nobody was a member, or a baby, before the first children’s centres.
_FIRST = date(1998, 1, 1)


class BadMapping(Refused):
    """The file of the mapping is neither TOML nor JSON with our names and theirs."""


@dataclass(frozen=True, slots=True)
class MemberRecord:
    """One membership as a file tells it; `ours` is our own number of the family, where the file brings it back."""

    line: int
    key: str
    ours: int | None
    centre_id: int
    joined_on: date
    left_on: date | None
    name: str
    born: tuple[date, ...]
    email: str | None
    mobile: str | None
    address: str
    postcode: str | None


@dataclass(frozen=True, slots=True)
class VisitRecord:
    """One visit as a file tells it; the centre is the member’s own where the file names none."""

    line: int
    key: str
    member: str
    centre_id: int | None
    visited_on: date
    service: str


def our_key(family_id: int) -> str:
    """Give what a family is called in the files that go out, by which they come back: RS-123."""
    return f"RS-{family_id}"


def mapping(file: BinaryIO, known: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """Read a mapping {our name: their heading}, TOML or JSON; BadMapping is raised for anything else."""
    try:
        content = file.read().decode("utf-8-sig")
        found = json.loads(content) if content.lstrip().startswith("{") else tomllib.loads(content)
    except ValueError as error:
        raise BadMapping from error
    if not isinstance(found, dict) or not all(isinstance(theirs, str) for theirs in found.values()):
        raise BadMapping
    if unknown := sorted(set(found) - set(known)):
        raise BadMapping(f"The mapping names what is no column of ours: {', '.join(unknown)}.")
    return found


def layout(known: Mapping[str, Sequence[str]], mapped: Mapping[str, str]) -> dict[str, Sequence[str]]:
    """Give the columns to look for: as a mapping says, else by their usual names."""
    said = {ours: (re.escape(theirs.strip().casefold()),) for ours, theirs in mapped.items()}
    return {**known, **said}


# ---- members


def read_members(
    table: Table, mapped: Mapping[str, str], centres: Mapping[str, int], today: date
) -> Iterator[MemberRecord]:
    """Give the members of a file; what is wrong is kept with the table, which the caller asks to refuse."""
    table.name_columns(layout(MEMBERS, mapped), ("key", "centre", "joined", "born"))
    if not table.has("name") and not table.has("surname"):
        raise FileRefused([Fault(1, "name", "", "the column is missing: it is called name or parent name")], 1)
    seen: dict[str, int] = {}
    for row in table:
        record = _member(row, centres, today)
        if record is None or _repeated(table, row, record.key, seen):
            continue
        yield record


def _repeated(table: Table, row: Row, key: str, seen: dict[str, int]) -> bool:
    if key in seen:
        table.add_repeated(row.line, "key", key, seen[key])
        return True
    seen[key] = row.line
    return False


def _member(row: Row, centres: Mapping[str, int], today: date) -> MemberRecord | None:
    past = _day_until(today)
    key, centre = row.read("key", _short, needed=True), row.read("centre", _known(centres), needed=True)
    joined, left = row.read("joined", past, needed=True), row.read("left", past)
    born = row.read("born", lambda text: tuple(sorted(past(part) for part in several(text))), needed=True)
    name = " ".join([row.text("name"), row.text("given"), row.text("surname")]).split()
    if not name or len(" ".join(name)) > MOST_NAME:
        row.fault("name" if row.table.has("name") else "surname", "is missing" if not name else "is too long")
        return None
    if left is not None and joined is not None and left < joined:
        row.fault("left", "is before the day of joining")
    ours, postcode = row.read("ours", _ours), row.read("postcode", canonical_postcode)
    email, mobile = _or_none(row, "email", contacts.email), _or_none(row, "mobile", contacts.mobile)
    if key is None or centre is None or joined is None or born is None:
        return None
    address = ", ".join(filter(None, (row.text("house"), row.text("address"))))[:LONGEST]
    return MemberRecord(
        row.line, key, ours, centre, joined, left, " ".join(name), born, email, mobile, address, postcode
    )


def _or_none(row: Row, meaning: str, read: Callable[[str], str]) -> str | None:
    """Read a contact; one that cannot be used is warned of and left out, for the family is a member all the same."""
    try:
        return read(row.text(meaning)) if row.text(meaning) else None
    except ValueError:
        row.warn(meaning, "cannot be used, and is left out")
        return None


# ---- visits


def read_visits(
    table: Table, mapped: Mapping[str, str], centres: Mapping[str, int], today: date
) -> Iterator[VisitRecord]:
    """Give the visits of a file; what is wrong is kept with the table. The same line twice is one visit."""
    table.name_columns(layout(VISITS, mapped), ("key", "visited"))
    for row in table:
        member, visited = row.read("key", _short, needed=True), row.read("visited", _day_until(today), needed=True)
        centre, service = row.read("centre", _known(centres)), row.text("service")[:LONGEST]
        if member is not None and visited is not None:
            same = f"{member}|{visited}|{centre or ''}|{service.casefold()}"
            key = row.text("visit")[:LONGEST] or sha256(same.encode()).hexdigest()
            yield VisitRecord(row.line, key, member, centre, visited, service)


# ---- cells


def _short(text: str) -> str:
    if len(text) > LONGEST:
        raise ValueError("is too long")
    return text


def _known(centres: Mapping[str, int]) -> Callable[[str], int]:
    def read(text: str) -> int:
        """Read a centre by its name or its number in the register of establishments; ValueError where it is none of ours."""
        found = centres.get(text.casefold().replace("’", "'"))
        if found is None:
            raise ValueError("is no centre here")
        return found

    return read


def _day_until(today: date) -> Callable[[str], date]:
    def read(text: str) -> date:
        """Read a day that is not to come; ValueError otherwise."""
        found = day(text)
        if not _FIRST <= found <= today:
            raise ValueError("is in the future" if found > today else "is before there were children’s centres")
        return found

    return read


def _ours(text: str) -> int:
    found = _OURS.fullmatch(text)
    if found is None:
        raise ValueError("is not a key of ours like RS-123")
    return int(found[1])
