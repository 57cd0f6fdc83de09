"""The questions a family answers on its way to a booking: their order, which apply, and what one answer does to others.

Nothing is asked that the register itself holds (SI 1987/2088 reg. 9): no baby's name, no parent's date of birth or job.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from datetime import date
from enum import StrEnum
from hashlib import sha256
from json import dumps
from typing import Any, Self

from registration.booking.rules.attendance import (
    Attending,
    MotherMustCome,
    Parents,
    WhoMustCome,
    needs_papers,
    who_must_come,
)
from registration.booking.rules.requests import SignUp
from registration.booking.rules.slots import Minute

ENGLISH = "en"
SIGN_LANGUAGE = "bfi"  # British Sign Language, as BCP 47 writes it
#: A family may have its time kept anew so often; after that it is free to others, who may be waiting.
MOST_KEEPS = 10


class Step(StrEnum):
    """A page of the journey, by the last part of its address."""

    WHERE_BORN = "where-born"
    OTHER_DISTRICT = "other-district"
    BABIES = "date-of-birth"
    MARRIED = "married"
    BOTH_PARENTS = "both-parents"
    COMING = "who-is-coming"
    PAPERS = "papers"
    LANGUAGE = "language"
    INTERPRETER = "interpreter"
    ACCESS = "access"
    POSTCODE = "postcode"
    TIME = "time"
    CONTACT = "contact"
    SHARE = "share"
    JOIN = "join"
    TELL = "tell"
    CHECK = "check"


class End(StrEnum):
    """Why a family is asked to call instead: kindly, with the number."""

    LOSS = "loss"
    ABROAD = "abroad"
    TWELVE_MONTHS = "twelve-months"
    DIFFERENT = "different"


class CallInstead(Exception):
    """The journey ends here; the family is asked to call."""

    def __init__(self, end: End) -> None:
        super().__init__(end)
        self.end = end


class Interpreter(StrEnum):
    """Whether somebody has to put English into the family's language, and who brings them."""

    ARRANGE = "arrange"
    BRING = "bring"
    NONE = "none"


class WhyAgain(StrEnum):
    """Why a family has to choose a time again."""

    TAKEN = "taken"
    LONGER = "longer"
    LATE = "late"


@dataclass(frozen=True, slots=True)
class KeptTime:
    """The time kept for a family: the hold's secret, where and when, and how often it was kept anew.

    It stays here when it has run out, so that the same time can be offered again.
    """

    token: str
    centre_id: int
    start: Minute
    keeps: int = 0


@dataclass(frozen=True, slots=True)
class Answers:
    """What a family has answered so far. None, or an empty text, is not answered yet."""

    place: str = ""
    born_in_district: bool | None = None
    explained: bool = False
    births: tuple[date, ...] = ()
    married: bool | None = None
    both_named: bool | None = None
    attending: Attending | None = None
    papers: bool = False
    language: str = ""
    interpreter: Interpreter | None = None
    access_needs: str | None = None
    step_free: bool = False
    postcode: str | None = None  # empty: the family would rather see every centre
    kept: KeptTime | None = None
    why_again: WhyAgain | None = None
    name: str = ""
    email: str = ""
    mobile: str = ""
    second_contact: str = ""
    share: bool | None = None
    join: bool | None = None
    address: str = ""
    contact_preference: str = ""
    visit_needs: str = ""
    tell_of: tuple[int, ...] = ()  # the services there were to tell when the sharing question was answered
    tell: bool | None = None

    @property
    def parents(self) -> Parents:
        """Give what the law needs to know; married parents are both named. Asked once all three are answered."""
        married = self.married is True
        return Parents(married, married or self.both_named is True, self.attending or Attending.BOTH)

    @property
    def with_interpreter(self) -> bool:
        """Say whether the appointment is longer because it is put into another language."""
        if self.language == SIGN_LANGUAGE:
            return True
        return self.language != ENGLISH and self.interpreter in {Interpreter.ARRANGE, Interpreter.BRING}

    @property
    def sign_up(self) -> SignUp | None:
        """Give the family's wish to join the centre, where it has one."""
        return SignUp(self.address, self.contact_preference, self.visit_needs) if self.join else None

    def to_json(self) -> dict[str, Any]:
        """Write what is answered as plain values."""
        return {f.name: _plain(value) for f in fields(self) if (value := getattr(self, f.name)) != f.default}

    @classmethod
    def from_json(cls, written: Mapping[str, Any]) -> Self:
        """Read what to_json wrote; what this version does not know is left out. ValueError if it cannot be read."""
        known = {f.name for f in fields(cls)}
        try:
            return cls(**{name: _read(name, value) for name, value in written.items() if name in known})
        except (TypeError, AttributeError) as error:
            raise ValueError("not answers of a journey") from error


def _plain(value: Any) -> Any:  # noqa: ANN401 -- any field's value
    if isinstance(value, KeptTime):
        return [value.token, value.centre_id, value.start, value.keeps]
    return [_plain(each) for each in value] if isinstance(value, tuple) else _day_plain(value)


def _day_plain(value: Any) -> Any:  # noqa: ANN401 -- any field's value
    return value.isoformat() if isinstance(value, date) else value


_READ: Mapping[str, Callable[[Any], Any]] = {
    "births": lambda value: tuple(date.fromisoformat(day) for day in value),
    "attending": Attending,
    "interpreter": Interpreter,
    "kept": lambda value: KeptTime(*value),
    "why_again": WhyAgain,
    "tell_of": tuple,
}


def _read(name: str, value: Any) -> Any:  # noqa: ANN401 -- any field's value
    return _READ[name](value) if name in _READ else value


def fingerprint(answers: Answers) -> str:
    """Give a short text that changes when anything a family would see on the last page changes."""
    kept = answers.kept
    shown = replace(answers, kept=None, why_again=None).to_json()
    shown["time"] = None if kept is None else [kept.centre_id, kept.start]
    return sha256(dumps(shown, sort_keys=True).encode()).hexdigest()[:16]


# -- the order of the questions

Asks = Callable[[Answers], bool]


def _always(_answers: Answers) -> bool:
    return True


def mother_is_missing(answers: Answers) -> bool:
    """Say whether the one who is coming cannot register this birth, because only the mother is to be named."""
    try:
        who_must_come(answers.parents)
    except MotherMustCome:
        return True
    return False


def papers_wanted(answers: Answers) -> WhoMustCome | None:
    """Say who comes for both parents and so needs papers (1953 Act s.10), if anybody does."""
    if mother_is_missing(answers):
        return None
    who = who_must_come(answers.parents)
    return who if needs_papers(who) else None


def _papers_matter(answers: Answers) -> bool:
    settled = answers.married is not None and answers.attending is not None
    return settled and (mother_is_missing(answers) or papers_wanted(answers) is not None)


#: Each question with when it is asked and when it is answered.
_QUESTIONS: Mapping[Step, tuple[Asks, Asks]] = {
    Step.WHERE_BORN: (_always, lambda a: a.born_in_district is not None),
    Step.OTHER_DISTRICT: (lambda a: a.born_in_district is False, lambda a: a.explained),
    Step.BABIES: (_always, lambda a: bool(a.births)),
    Step.MARRIED: (_always, lambda a: a.married is not None),
    Step.BOTH_PARENTS: (lambda a: a.married is False, lambda a: a.both_named is not None),
    Step.COMING: (_always, lambda a: a.attending is not None),
    Step.PAPERS: (_papers_matter, lambda a: a.papers and not mother_is_missing(a)),
    Step.LANGUAGE: (_always, lambda a: bool(a.language)),
    Step.INTERPRETER: (
        lambda a: a.language not in {"", ENGLISH, SIGN_LANGUAGE},
        lambda a: a.interpreter is not None,
    ),
    Step.ACCESS: (_always, lambda a: a.access_needs is not None),
    Step.POSTCODE: (_always, lambda a: a.postcode is not None),
    Step.TIME: (_always, lambda a: a.kept is not None and a.why_again is None),
    Step.CONTACT: (_always, lambda a: bool(a.name and (a.email or a.mobile))),
    Step.SHARE: (_always, lambda a: a.share is not None),
    Step.JOIN: (lambda a: a.share is True, lambda a: a.join is not None),
    Step.TELL: (lambda a: a.share is True and bool(a.tell_of), lambda a: a.tell is not None),
    Step.CHECK: (_always, lambda _a: False),
}


def questions(answers: Answers) -> list[Step]:
    """List the pages this family sees, in order, as far as is known by now."""
    return [step for step, (asked, _) in _QUESTIONS.items() if asked(answers)]


def is_answered(step: Step, answers: Answers) -> bool:
    """Say whether a page's question has its answer."""
    return _QUESTIONS[step][1](answers)


def next_step(answers: Answers) -> Step:
    """Give the first question without an answer; the last page has none, so there is always one."""
    return next(step for step in questions(answers) if not is_answered(step, answers))


def missing_before(step: Step, answers: Answers) -> Step | None:
    """Give the question that must be answered before a page can be opened; None when it may be.

    A page that this family is not asked leads to the first question without an answer.
    """
    asked = questions(answers)
    if step not in asked:
        return next_step(answers)
    return next((early for early in asked[: asked.index(step)] if not is_answered(early, answers)), None)


def step_before(step: Step, answers: Answers) -> Step | None:
    """Give the page before one; None for the first."""
    asked = questions(answers)
    place = asked.index(step) if step in asked else 0
    return asked[place - 1] if place else None


def step_after(step: Step, answers: Answers, *, changing: bool) -> Step:
    """Give where an answer leads: the next page; when changing one answer, what is then missing, else the last page.

    An answer can take its own question's page away (who comes, changed on the page about papers).
    """
    if changing or not is_answered(step, answers) or step not in questions(answers):
        return next_step(answers)
    asked = questions(answers)
    return asked[asked.index(step) + 1]


# -- what one answer does to others


def settled(before: Answers, after: Answers) -> Answers:
    """Take back the answers that a changed one leaves without meaning."""
    if after.born_in_district != before.born_in_district or after.place != before.place:
        after = replace(after, explained=False)
    if after.married is not before.married and before.married is not None:
        after = replace(after, both_named=None)
    tie = ("married", "both_named", "attending")
    if any(getattr(after, name) != getattr(before, name) for name in tie) and after.papers == before.papers:
        after = replace(after, papers=False)
    if after.language != before.language:
        after = replace(after, interpreter=None)
    if after.share is False:
        after = replace(after, join=None, address="", contact_preference="", visit_needs="")
    if after.share is False or after.tell_of != before.tell_of:
        after = replace(after, tell=None)
    return after


def needs_other_time(before: Answers, after: Answers) -> bool:
    """Say whether a time kept for the answers before was kept for other babies or another length."""
    return (before.births, before.with_interpreter) != (after.births, after.with_interpreter)
