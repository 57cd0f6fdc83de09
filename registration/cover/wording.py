"""What staff read of a plan: who has what now, what is proposed and why, and how far each family has come."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from registration.booking.wording import clock_time, long_day, short_day
from registration.common.clock import civil_date
from registration.cover.models import CoverPlan
from registration.cover.queries import Able, Emptied, LineCard, Touched
from registration.cover.rules import MARGIN_DAYS, OPEN, QUIET, Standing, Way
from registration.rota.rules.absences import span_text

#: A family with no more days than these left is counted apart.
NEAR = timedelta(days=5)
#: Of a session that begins within so long the centre is rung: families are on their way.
SOON = timedelta(hours=1)

_WHY = {
    Way.TAKE_OVER: "{taker} is free and sits there instead: the family is told nothing",
    Way.SAME_TIME: "{taker} sits there at the same time: the family is told nothing",
    Way.SAME_REGISTRAR: "{taker} sits there at the same time: the whole session goes to the nearest centre with a free room",
    Way.SAME_CENTRE: "the free time at the same centre that is nearest to theirs",
    Way.OTHER_CENTRE: "their centre has no time left: the nearest that has",
    Way.OFFICE: "no centre has a time for them: the register office has",
    Way.CALL: "no time within their 42 days is free anywhere: ring and find one together",
}
_CHOSEN = {Way.CALL: "you chose to have them rung"}
_STANDING = {
    Standing.UNDISTURBED: "Undisturbed",
    Standing.ACCEPTED: "Accepted",
    Standing.MOVED: "Has another time",
    Standing.CANCELLED: "Cancelled",
    Standing.CALLED: "Rung and settled",
    Standing.WAITING: "Waiting for an answer",
    Standing.TO_CALL: "To be rung",
    Standing.RESTORED: "Have their own time again",
}
#: What a family is called that cannot be rung: whoever is to settle it has to know.
_NO_NUMBER = {
    ("email",): "No telephone number: by email",
    ("letter",): "No telephone number or email: by a letter or a visit",
    (): "No way to reach it is known",
}


@dataclass(frozen=True, slots=True)
class Row:
    """A family of a plan in words."""

    line: LineCard
    now: str
    proposed: str
    why: str
    told: str
    left_now: str
    left: str
    warning: str
    last_day: str
    standing: str
    settled: bool
    to_call: bool
    soon: str


def when(moment: datetime) -> str:
    """Write a time for a table: Tue 24 November, 9:30am."""
    return f"{short_day(civil_date(moment))}, {clock_time(moment)}"


#: Who could take over the sessions of a plan, the best first.
Takers = Mapping[int, Sequence[Able]]


def rows(lines: Iterable[LineCard], now: datetime, takers: Takers | None = None) -> list[Row]:
    """Write the families of a plan, as it stands at a moment; with those who could take over, why it is whom it is."""
    return [_row(line, now, takers or {}) for line in lines]


def _row(line: LineCard, now: datetime, takers: Takers) -> Row:
    left = None if line.start is None else (line.last_lawful_day - civil_date(line.start)).days
    return Row(
        line,
        f"{when(line.was)}, {line.was_centre}",
        _proposed(line),
        _why(line, takers),
        _told(line),
        _days((line.last_lawful_day - civil_date(now)).days),
        "" if left is None else _days(left),
        _warning(left),
        short_day(line.last_lawful_day),
        _standing(line),
        line.standing not in OPEN,
        line.standing is Standing.TO_CALL,
        _soon(line, now),
    )


def _soon(line: LineCard, now: datetime) -> str:
    """Say that a family may be on their way or at the centre, where nobody but a person there can tell them anything."""
    if line.session_begins <= now:
        return "Has begun: ring the centre now"
    return "Begins in less than an hour: ring the centre now" if line.session_begins - now < SOON else ""


def _proposed(line: LineCard) -> str:
    if line.start is None:
        return "A call"
    if line.way in QUIET:
        return "Their own time"
    return f"{when(line.start)}, {line.centre}{', earlier than theirs' if line.start < line.was else ''}"


def _why(line: LineCard, takers: Takers) -> str:
    if line.chosen and line.way != Way.TAKE_OVER:
        return _CHOSEN.get(Way(line.way), "you chose it")
    why = _WHY[Way(line.way)].format(taker=line.taker)
    return f"{why}{_why_them(line, takers.get(line.session_id or 0, ()))}" if line.way == Way.TAKE_OVER else why


def _why_them(line: LineCard, able: Sequence[Able]) -> str:
    """Say how far it is for whoever takes a session over, how much they sit that week, and why it is they."""
    who = next((each for each in able if each.name == line.taker), None)
    if who is None:
        return ""
    if line.chosen:
        because = "you chose them"
    elif who is not able[0]:
        because = "who is nearer has another of these sessions, or not the language its families need"
    elif who.there:
        because = "at that centre the same day anyway"
    else:
        because = "the only one free" if len(able) == 1 else f"the nearest of {len(able)} who are free"
    return f". {_measures(who)}; {because}"


def _told(line: LineCard) -> str:
    """Say how a family hears of what is proposed to it."""
    if line.way in QUIET:
        return "Nobody: nothing changes"
    if line.way == Way.CALL:
        return _NO_NUMBER.get(tuple(line.told_by), "By telephone")
    if "letter" in line.told_by:
        return "By letter: the time to answer allows for the post"
    return f"By {' and '.join(line.told_by)}"


def _warning(left: int | None) -> str:
    """Say that a time lies after the last lawful day, or among the last days before it, which are kept in hand."""
    if left is None or left >= MARGIN_DAYS:
        return ""
    return "Past day 42" if left < 0 else f"Within the {MARGIN_DAYS} days kept in hand"


def to_ask(lines: Iterable[LineCard]) -> list[str]:
    """Say who is to sit in whose place, once for each session: 'Registrar Bo: Tue 24 November, 9am, Sunshine'."""
    taken = {(line.session_begins, line.was_centre, line.taker) for line in lines if line.way == Way.TAKE_OVER}
    return [f"{taker}: {when(begins)}, {centre}" for begins, centre, taker in sorted(taken)]


def _days(left: int) -> str:
    if left < 0:
        return f"{-left} {'day' if left == -1 else 'days'} late"
    return f"{left} {'day' if left == 1 else 'days'}"


def _standing(line: LineCard) -> str:
    words = _STANDING[line.standing]
    if line.standing is Standing.WAITING and line.answer_by is not None:
        return f"{words} until {when(line.answer_by)}"
    if line.standing in {Standing.ACCEPTED, Standing.MOVED}:
        return f"{words}: {when(line.now)}, {line.now_centre}"
    if line.standing is Standing.UNDISTURBED:
        return f"{words}, with {line.taker}"
    if line.standing is Standing.TO_CALL and line.offer_state in {"declined", "lapsed"}:
        return f"{words}: {'said no' if line.offer_state == 'declined' else 'has not answered'}"
    return words


def summary(lines: Sequence[LineCard], today: date) -> str:
    """Say how many families are hit: "14 families affected, 2 within 5 days of day 42"."""
    if not lines:
        return "No family is booked in this time."
    near = sum(line.last_lawful_day - today <= NEAR for line in lines)
    told = f", {near} within {NEAR.days} days of day 42" if near else ", none within 5 days of day 42"
    return f"{_families(len(lines))} affected{told}."


def away_sentence(plan: CoverPlan, registrar: str, now: datetime, *, taken_back: bool) -> str:
    """Say who is away and when, as it stands now: to come, now, over, taken back, or never put down."""
    when_away = span_text(plan.begins_at, plan.ends_at or plan.begins_at)
    if taken_back:
        return f"{registrar} was put down as away: {when_away}. That absence has been taken back, so that time is offered again."
    if plan.state == "undone":
        return f"{registrar} was not put down as away: {when_away}"
    if plan.state == "draft":
        return f"{registrar} is to be put down as away: {when_away}"
    verb = "was" if (plan.ends_at or now) <= now else "is" if plan.begins_at <= now else "will be"
    return f"{registrar} {verb} away: {when_away}"


def closing_sentence(plan: CoverPlan, centre: str, successor: str, today: date) -> str:
    """Say until when a centre takes part, as it stands now, and what it is merged into."""
    last = civil_date(plan.begins_at) - timedelta(days=1)
    merged = f" It is merged into {successor}." if successor else ""
    if plan.state == "undone":
        again = "was closed, and has been opened again." if plan.sent_at else "was not closed: this plan was put away."
        return f"{centre} {again}"
    if plan.state == "draft":
        return f"{centre} is to close: its last day is {long_day(last)}.{merged}"
    over = last < today
    return (
        f"{centre} {'closed' if over else 'closes'}: its last day {'was' if over else 'is'} {long_day(last)}.{merged}"
    )


def able_words(able: Able) -> str:
    """Say who could take a session over, how far it is for them, and how much they sit that week: half-days of a contract."""
    return f"{able.name}, {_measures(able)}"


def _measures(able: Able) -> str:
    near = (
        "less than 1"
        if able.distance_km is not None and round(able.distance_km) < 1
        else f"{able.distance_km or 0:.0f}"
    )
    far = "" if able.distance_km is None else f"{near} km from home, "
    half_days = f"{able.half_days} {'half-day' if able.half_days == 1 else 'half-days'}"
    if able.spare is not None:
        half_days = f"{able.half_days} of {able.half_days + able.spare} half-days"
    return f"{far}{half_days} that week"


def empty_sessions(moved: int, withdrawn: int, times: int, successor: str, *, done: bool = False) -> list[str]:
    """Say what becomes of sessions without families at a centre that closes, or, once that is `done`, what became of them."""
    go, are = (
        ("went", "were" if withdrawn > 1 else "was") if done else ("goes" if moved == 1 else "go", _are(withdrawn))
    )
    theirs = "its registrar" if moved == 1 else "their registrars"
    lost = f": {_number(times, 'time', 'times')} for families fewer" if times else ""
    them = "it" if withdrawn == 1 else "them"
    had = "had" if done else "has"
    why = f", because {successor} {had} no place for {them} then" if successor else ""
    told = [
        (
            moved,
            f"{_number(moved, 'session', 'sessions')} without a family {go} to {successor} with {theirs}, at the same times.",
        ),
        (
            withdrawn,
            f"{_number(withdrawn, 'session', 'sessions')} without a family there {are} withdrawn{why}{lost}.",
        ),
    ]
    return [sentence for number, sentence in told if number]


def closing_effects(touched: Touched, empty: Emptied, successor: str) -> list[str]:
    """Say what closing a centre does besides what it means for the families booked there, one sentence for each."""
    patterns = ", ".join(touched.patterns)
    follow = f"The weekly patterns of {patterns} name {successor} instead."
    change = (
        f"The weekly patterns of {patterns} name the centre: change them, or the next draft of the rota has conflicts."
    )
    half_days = f"{_number(touched.half_days, 'single half-day', 'single half-days')} planned there"
    waits = f"wait{'s' if touched.wishes == 1 else ''}"
    told = [
        (
            touched.filled,
            f"{_number(touched.filled, 'session', 'sessions')} with families there {_are(touched.filled)} closed to others.",
        ),
        (len(touched.patterns), follow if successor else change),
        (
            touched.half_days,
            f"{half_days} {_are(touched.half_days)} {f'at {successor} then' if successor else 'for you to change'}.",
        ),
        (len(touched.drafts), f"These drafts of the rota have sessions there: {', '.join(touched.drafts)}."),
        (
            touched.wishes,
            f"{_families(touched.wishes)} on the waiting list {waits} for {successor} instead."
            if successor
            else f"{_families(touched.wishes)} on the waiting list {waits} for it no more: whoever named no other is to be told.",
        ),
        *_carried_over(touched, successor),
    ]
    sessions = empty_sessions(len(empty.going), len(empty.withdrawn), empty.times, successor)
    return [*sessions, *(sentence for number, sentence in told if number)]


def _carried_over(touched: Touched, successor: str) -> list[tuple[int, str]]:
    """Say who looks after the centre's members and its reach area then: families.queries and centres.queries see to it."""
    joined = f"{_families(touched.joining)} joined this centre or asked to:"
    members = f"{successor} carries them over." if successor else "the record keeps that."
    area = f"Its reach area, {_number(touched.neighbourhoods, 'neighbourhood', 'neighbourhoods')},"
    then = (
        f"belongs to {successor} then."
        if successor
        else "belongs to the nearest centres then, until you say otherwise."
    )
    return [(touched.joining, f"{joined} {members}"), (touched.neighbourhoods, f"{area} {then}")]


def _are(number: int) -> str:
    return "is" if number == 1 else "are"


def _number(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"


def closed(lines: Sequence[LineCard], centre: str) -> str:
    """Say what sending the plan of a centre that closes has done."""
    if not lines:
        return f"The last day of {centre} is set. No family was booked there afterwards."
    return sent(lines, centre)


def sent(lines: Sequence[LineCard], registrar: str) -> str:
    """Say what sending a plan has done: 'The plan is sent. Offers of another time go to 2 families.'."""
    quiet = sum(line.way in QUIET for line in lines)
    rung = sum(line.way == Way.CALL for line in lines)
    offered = len(lines) - quiet - rung
    if not lines:
        return f"{registrar} is put down as away. No family was booked then."
    told = [
        (offered, f"Offers of another time go to {_families(offered)}"),
        (
            quiet,
            f"{_families(quiet)} {'keeps their time and is' if quiet == 1 else 'keep their times and are'} told nothing",
        ),
        (rung, f"{_families(rung)} {'is' if rung == 1 else 'are'} to be rung"),
    ]
    return ". ".join(["The plan is sent", *(sentence for number, sentence in told if number)]) + "."


def _families(number: int) -> str:
    return "1 family" if number == 1 else f"{number} families"


def counted(lines: Sequence[LineCard]) -> list[tuple[str, int]]:
    """Count the families by how far they have come, what needs a person first; what nobody is at is left out."""
    order = [Standing.TO_CALL, Standing.WAITING, *(each for each in Standing if each not in OPEN)]
    counts = [(_STANDING[each], sum(line.standing is each for line in lines)) for each in order]
    return [(words, number) for words, number in counts if number]


def effects(lines: Sequence[LineCard]) -> list[str]:
    """Say what sending a plan does, one sentence for each kind of family."""
    quiet = sum(line.way in QUIET for line in lines)
    rung = sum(line.way == Way.CALL for line in lines)
    offered = len(lines) - quiet - rung
    told = [
        (
            quiet,
            "keeps their time with another registrar and is told nothing",
            "keep their times with another registrar and are told nothing",
        ),
        (offered, "is offered another time, kept until they answer", "are offered other times, kept until they answer"),
        (rung, "goes on the list of those to ring", "go on the list of those to ring"),
    ]
    return [f"{_families(number)} {one if number == 1 else many}." for number, one, many in told if number]
