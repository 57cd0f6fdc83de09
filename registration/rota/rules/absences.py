"""Why registrars are away, and the spans of whole and half days for which they are."""

from datetime import date, datetime, time, timedelta

from registration.common.times import spoken
from registration.rota.rules.times import LONDON

#: The codes kept, and as a person reads them. Why somebody is ill or bereaved is nobody's business here.
ABSENCE_REASONS = {
    "annual_leave": "Annual leave",
    "sickness": "Sickness",
    "training": "Training",
    "ceremony": "Ceremony",
    "other_duty": "Other registration duty",
    "public_duty": "Public duty, such as jury service",
    "compassionate": "Compassionate leave",
    "other": "Other",
}

#: The hour at which a morning away ends and an afternoon away begins.
MIDDAY = time(13)

#: Nobody is put down as away for longer at once; a longer absence is said to end with the day somebody leaves.
LONGEST = timedelta(days=366)

_DAY = timedelta(days=1)


def away(first: date, last: date, *, from_midday: bool = False, to_midday: bool = False) -> tuple[datetime, datetime]:
    """Give the span somebody is away from a first to a last civil day, both whole unless a half is left out.

    Raises ValueError with a sentence where it would not end after it begins, or last more than a year.
    """
    begins = datetime.combine(first, MIDDAY if from_midday else time(), LONDON)
    ends = datetime.combine(*((last, MIDDAY) if to_midday else (last + _DAY, time())), LONDON)
    if last < first:
        raise ValueError("The last day must be the first day or after it")
    if begins >= ends:
        raise ValueError("On one day, leave out the morning or the afternoon, not both")
    if last - first > LONGEST:
        raise ValueError("An absence may last a year at most")
    return begins, ends


def span_text(begins: datetime, ends: datetime) -> str:
    """Say a span of absence as people do: 'Monday 23 November 2026, morning', 'Monday 23 to Wednesday 25 November 2026'."""
    first, last = begins.astimezone(LONDON), ends.astimezone(LONDON)
    whole = last.time() == time()
    last_day = (last - _DAY).date() if whole else last.date()
    if first.date() == last_day:
        return f"{_day(last_day)}{_half(first.time(), last.time())}"
    start = f"{_day(first.date())}{', from midday' if first.time() == MIDDAY else _clock(first.time(), 'from')}"
    end = f"{_day(last_day)}{'' if whole else ', to midday' if last.time() == MIDDAY else _clock(last.time(), 'to')}"
    return f"{start} to {end}"


def _half(begins: time, ends: time) -> str:
    if (begins, ends) == (time(), time()):
        return ""
    if (begins, ends) == (time(), MIDDAY):
        return ", morning"
    if (begins, ends) == (MIDDAY, time()):
        return ", afternoon"
    return f"{_clock(begins, 'from')}{_clock(ends, 'to')}"


def _clock(at: time, word: str) -> str:
    return "" if at == time() else f", {word} {spoken(at)}"


def _day(day: date) -> str:
    return f"{day:%A} {day.day} {day:%B %Y}"
