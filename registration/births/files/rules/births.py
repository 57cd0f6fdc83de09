"""The rows of a file of live births as values: one for each baby, babies of one mother together, losses apart."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, TypeVar

from registration.births.files.rules import cells
from registration.births.files.rules.columns import SAYS_LOSS, Column, Kind, Why
from registration.births.files.rules.sheet import Faults, Line, Sheet
from registration.families.rules import name_words

T = TypeVar("T")

#: Twins may be born on both sides of midnight.
_ONE_BIRTH = timedelta(days=1)
_LONGEST_KEY = 100


@dataclass(frozen=True, slots=True)
class Mother:
    """Who tells two rows of one family: the words of her name, her day of birth and the postcode, as far as they are known."""

    names: tuple[str, ...]
    born: date | None
    postcode: str | None


@dataclass(frozen=True, slots=True)
class Baby:
    """One live birth as a row tells it; None is not told. `birth_order` is 1 where the row tells none and it stands alone."""

    line: int
    key: str | None
    born: date
    birth_order: int | None
    sex: str | None
    baby_given: str | None
    baby_surname: str | None
    mother_given: str | None
    mother_surname: str
    mother_born: date | None
    house: str | None
    address: str | None
    postcode: str | None
    phone: str | None
    email: str | None

    @property
    def mother(self) -> Mother:
        """Give who its mother is."""
        return Mother(name_words(f"{self.mother_given or ''} {self.mother_surname}"), self.mother_born, self.postcode)

    @property
    def unchanging(self) -> str:
        """Give what does not change of a birth, to know it again by where its source gives it no number."""
        names = " ".join(self.mother.names)
        return f"{self.born}|{names}|{self.birth_order or 1}|{self.postcode or ''}"


@dataclass(frozen=True, slots=True)
class Loss:
    """A baby that was stillborn or died: by which it is found, and nothing else."""

    line: int
    key: str | None
    born: date | None
    names: tuple[str, ...]

    @property
    def unchanging(self) -> str | None:
        """Give the text that is the same for the same day and mother, whoever tells it; None where it is not all told."""
        return f"{self.born}|{' '.join(self.names)}" if self.born and len(self.names) > 1 else None


@dataclass(frozen=True, slots=True)
class Told:
    """What a file tells: its babies by family, its losses, how many rows said the same as one before, and what to look at."""

    families: tuple[tuple[Baby, ...], ...]
    losses: tuple[Loss, ...]
    repeated: int
    warnings: tuple[str, ...]


class Reader:
    """The rows of a sheet by our columns. `phone` and `email` give a contact in the form it is kept in, or ValueError."""

    def __init__(
        self,
        sheet: Sheet,
        columns: Sequence[Column],
        today: date,
        phone: Callable[[str], str],
        email: Callable[[str], str],
    ) -> None:
        self._lines = sheet.lines
        self._today, self._phone, self._email = today, phone, email
        self._columns: dict[str, list[Column]] = defaultdict(list)
        for column in columns:
            if column.ours is not None and column.why is Why.TAKEN:
                self._columns[column.ours].append(column)
        self._faults = Faults()
        self._faults.join(sheet.faults)
        self._warnings: list[str] = []

    def told(self, kind: Kind) -> Told:
        """Read every row; FileRefused names every fault."""
        babies, losses = [], []
        for line in self._lines:
            lost = self._is_lost(line)
            if kind is Kind.LOSSES and not lost:
                self._fault_living(line)
            elif lost:
                losses.append(self._loss(line))
            elif baby := self._baby(line):
                babies.append(baby)
        self._faults.refuse()
        once = _once(babies, self._faults, self._heading("key"))
        self._faults.refuse()
        living = _without(once, losses)
        return Told(tuple(families(living)), tuple(losses), len(babies) - len(once), tuple(self._warnings))

    def _heading(self, ours: str) -> str:
        return self._columns[ours][0].heading if self._columns[ours] else ours

    def _text(self, line: Line, ours: str) -> str:
        return ", ".join(text for column in self._columns[ours] if (text := line.cells[column.place]))

    def _read(self, line: Line, ours: str, convert: Callable[[str], T | None], *, needed: bool = False) -> T | None:
        text = self._text(line, ours)
        try:
            if text:
                return convert(text)
            if needed:
                self._faults.add(line.number, self._heading(ours), text, "is missing")
        except ValueError as error:
            self._faults.add(line.number, self._heading(ours), text, str(error))
        return None

    def _usable(self, line: Line, ours: str, convert: Callable[[str], str]) -> str | None:
        """Read a contact; one that cannot be used is left out, which is no reason to refuse a file."""
        text = self._text(line, ours)
        try:
            return convert(text) if text else None
        except ValueError:
            self._warnings.append(f"line {line.number}: {self._heading(ours)} cannot be used and is left out")
            return None

    def _is_lost(self, line: Line) -> bool:
        heading = self._heading("outcome")
        said = self._read(line, "outcome", lambda text: cells.lost(text, heading))
        death = self._text(line, "died_on")
        return bool(said) or (bool(death) and cells.death(death))

    def _fault_living(self, line: Line) -> None:
        """Keep as a fault that a row of a file of losses tells of none: such a row takes no family out of anything."""
        ours = next(name for name in SAYS_LOSS if self._columns[name])
        reason = "does not say that the baby was stillborn or died, as each row of such a file must"
        self._faults.add(line.number, self._heading(ours), self._text(line, ours), reason)

    def _mother(self, line: Line, *, needed: bool) -> tuple[str | None, str | None]:
        """Give a mother's first name and surname."""
        if self._columns["mother_name"] and not self._columns["mother_surname"]:
            return self._read(line, "mother_name", cells.whole_name, needed=needed) or (None, None)
        given = self._read(line, "mother_given", cells.name)
        return given, self._read(line, "mother_surname", cells.name, needed=needed)

    def _key(self, line: Line) -> str | None:
        return self._text(line, "key")[:_LONGEST_KEY] or None

    def _born(self, line: Line, *, needed: bool) -> date | None:
        return self._read(line, "born", lambda text: cells.birth_day(text, self._today), needed=needed)

    def _loss(self, line: Line) -> Loss:
        key = self._key(line)
        born = self._born(line, needed=key is None)
        given, surname = self._mother(line, needed=key is None)
        return Loss(line.number, key, born, name_words(f"{given or ''} {surname or ''}"))

    def _baby(self, line: Line) -> Baby | None:
        """Give a row's baby; None where what is needed is missing, which is a fault."""
        born = self._born(line, needed=True)
        given, surname = self._mother(line, needed=True)
        facts = {
            "birth_order": self._read(line, "birth_order", cells.birth_order),
            "sex": self._read(line, "sex", cells.sex),
            "baby_given": self._read(line, "baby_given", cells.baby_name),
            "baby_surname": self._read(line, "baby_surname", cells.baby_name),
            "mother_born": self._read(line, "mother_born", lambda text: cells.mothers_birth_day(text, born)),
            "house": self._read(line, "house", cells.address),
            "address": self._read(line, "address", cells.address),
            "postcode": self._read(line, "postcode", cells.postcode),
            "phone": self._usable(line, "phone", self._phone),
            "email": self._usable(line, "email", self._email),
        }
        if born is None or surname is None:
            return None
        return Baby(line.number, self._key(line), born, mother_given=given, mother_surname=surname, **facts)  # type: ignore[arg-type]


def _once(babies: Iterable[Baby], faults: Faults, heading: str) -> list[Baby]:
    """Leave out rows that say again what an earlier one said, and number babies of one birth that are not numbered.

    The same number of the source with other details, or the same birth order of one mother, is a fault.
    """
    seen: dict[object, Baby] = {}
    once: list[Baby] = []
    for baby in _numbered(babies):
        key = baby.key or baby.unchanging
        earlier = seen.setdefault(key, baby)
        if earlier is baby:
            once.append(baby)
        elif replace(earlier, line=baby.line) != baby:
            column, value = (heading, baby.key) if baby.key else ("row", baby.mother_surname)
            faults.add(baby.line, column, value, f"is there already, with other details, on line {earlier.line}")
    return once


def _numbered(babies: Iterable[Baby]) -> Iterator[Baby]:
    """Give babies of one mother and day that tell no birth order theirs, as the file has them; the same row again the same."""
    orders: dict[object, dict[Baby, int]] = defaultdict(dict)
    for baby in babies:
        if baby.birth_order is not None:
            yield baby
            continue
        known = orders[baby.born, baby.mother]
        order = known.setdefault(replace(baby, line=0), len(known) + 1)
        yield replace(baby, birth_order=order)


def _without(babies: Iterable[Baby], losses: Iterable[Loss]) -> list[Baby]:
    """Leave out the babies of families that the same file tells of a loss."""
    keys = {loss.key for loss in losses if loss.key}
    days = {(loss.born, loss.names) for loss in losses if loss.born and loss.names}
    return [baby for baby in babies if baby.key not in keys and (baby.born, baby.mother.names) not in days]


def who(told: Mapping[str, Any]) -> dict[str, str | None]:
    """Give what a family is called and where letters reach it, by what is told of its birth."""
    lines = (" ".join(filter(None, (told["house"], told["address"]))), told["postcode"])
    return {
        "name": " ".join(filter(None, (told["mother_given"], told["mother_surname"]))),
        "letter_address": "\n".join(filter(None, lines)) or None,
        "postcode": told["postcode"],
    }


def families(babies: Iterable[Baby]) -> list[tuple[Baby, ...]]:
    """Put the babies of one mother that came within a day of one another together, each family in the order of the births."""
    found: dict[Mother, list[list[Baby]]] = defaultdict(list)
    for baby in sorted(babies, key=lambda each: (each.born, each.birth_order or 1, each.line)):
        births = found[baby.mother]
        if births and baby.born - births[-1][0].born <= _ONE_BIRTH:
            births[-1].append(baby)
        else:
            births.append([baby])
    return sorted((tuple(each) for births in found.values() for each in births), key=lambda each: each[0].line)
