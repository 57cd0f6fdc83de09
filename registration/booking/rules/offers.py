"""Until when a family may answer an offer of another time, and what an offer is."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")

#: A family has at least this long to answer, where law and the time offered leave it so long.
LEAST_TO_ANSWER = timedelta(hours=24)
#: Answers end in the evening, when a family has had a day to talk it over and somebody is awake to read of it.
EVENING = time(20)
#: Before the time offered, for whoever is to sit there, and so that another family can still be asked.
BEFORE_START = timedelta(hours=2)
#: However short the time is, an offer stands as long as it takes to ring a family.
SHORTEST = timedelta(minutes=30)
#: A letter is printed, posted and in the family's hands after so many working days.
POST_DAYS = 2
_DAY, _SATURDAY = timedelta(days=1), 6

COVER, WAITING_LIST = "cover", "waiting_list"


@dataclass(frozen=True, slots=True)
class OfferMade:
    """A time kept for a family that has a booking, and until when."""

    id: int
    public_id: UUID
    booking_id: int
    booking_public_id: UUID
    session_id: int
    centre_id: int
    start: datetime
    end: datetime
    answer_by: datetime


@dataclass(frozen=True, slots=True)
class AnswerBy:
    """Until when a family may answer; `urgent` where that is so soon that a person has to ring it besides."""

    moment: datetime
    urgent: bool


def answer_by(start: datetime, was: datetime, last_lawful_day: date, now: datetime) -> AnswerBy:
    """Give until when a family may answer an offer that replaces a time which does not stand.

    The first eight in the evening that leaves it a day; but sooner than two hours before the time offered, and before
    day 42 begins, so that a person can still find it a time (1953 Act s.2). Urgent where it has less than a day, or its
    old time is less than a day away: it must not come for nothing.
    """
    latest = [_evening(now + LEAST_TO_ANSWER), start - BEFORE_START]
    day_42 = datetime.combine(last_lawful_day, time(), LONDON)
    if day_42 > now:
        latest.append(day_42)
    moment = max(min(latest), now + SHORTEST)
    return AnswerBy(moment, urgent=min(moment, was) < now + LEAST_TO_ANSWER)


def answer_by_post(was: datetime, now: datetime, holidays: Collection[date]) -> AnswerBy:
    """Give until when a family that is told by letter alone may answer: the evening of the working day after it has come.

    Urgent where its old time is before the evening on which the letter is in its hands: it would come for nothing.
    """
    comes = now.astimezone(LONDON).date()
    for _ in range(POST_DAYS):
        comes = _next_working_day(comes, holidays)
    answer = _next_working_day(comes, holidays)
    in_hand = datetime.combine(comes, EVENING, LONDON)
    return AnswerBy(datetime.combine(answer, EVENING, LONDON), urgent=was < in_hand)


def _next_working_day(day: date, holidays: Collection[date]) -> date:
    day += _DAY
    while day.isoweekday() >= _SATURDAY or day in holidays:
        day += _DAY
    return day


def _evening(moment: datetime) -> datetime:
    """Give the first eight in the evening, on an English clock, from a moment on."""
    local = moment.astimezone(LONDON)
    day = local.date() if local.time() <= EVENING else local.date() + timedelta(days=1)
    return datetime.combine(day, EVENING, LONDON)
