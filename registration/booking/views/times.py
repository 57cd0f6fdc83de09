"""Choosing a time: the soonest near the family and other choices with their reasons, then every time there is."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Any

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from registration.booking.actions.journeys import Walk, choose_time, is_live
from registration.booking.actions.refusals import BookingRefused, NeedsRegistrarGeneral
from registration.booking.charts import centre_map
from registration.booking.forms.needs import ChooseTime, language_name
from registration.booking.queries import free_places, moment
from registration.booking.rules.choices import (
    Alternative,
    Band,
    Day,
    Kind,
    Offer,
    Reason,
    Suggestion,
    Venue,
    Wishes,
    alternatives,
    by_day,
    day_of,
    in_the_evening,
    offices_last,
    on_saturday,
    suggest,
)
from registration.booking.rules.deadline import DAY, deadline, is_urgent, last_working_day, preferred_by
from registration.booking.rules.journey import Answers, End, Step, step_after
from registration.booking.rules.requests import AvailabilityRequest
from registration.booking.views.frame import (
    bp,
    facts_for,
    is_changing,
    render,
    seen,
    shown,
    too_early,
    url_of,
    walked,
)
from registration.booking.wording import clock_time, short_day, weekday_and_day
from registration.centres.queries import centres_nearest, locate, miles_text, participating_centres
from registration.centres.rules import CentreCard, distance_km
from registration.centres.services.queries import services_on
from registration.common.access import public
from registration.common.authority import current_authority
from registration.common.clock import now, today
from registration.common.holidays import bank_holidays
from registration.common.transaction import commits, undo

#: How far beyond the 42 days, or beyond today for a family that is late, times are looked for.
LATE_DAYS = timedelta(days=42)
#: So many starts on one page of the full list keep it light on a slow telephone.
STARTS_ON_A_PAGE = 80


# -- what is free for a family


@dataclass(frozen=True)
class Free:
    """The free times of one family as it sees them: places from the nearest on, their starts, the dates that govern.

    `urgent` opens the telephone desk's minutes too.
    """

    answers: Answers
    on: date
    urgent: bool = False

    @cached_property
    def cards(self) -> dict[int, CentreCard]:
        """Give the places where births are registered, nearest first, by number."""
        place = locate(self.answers.postcode) if self.answers.postcode else None
        found = centres_nearest(place, self.on) if place else participating_centres(self.on)
        return {card.id: card for card in found}

    @cached_property
    def venues(self) -> list[Venue]:
        """Give the same as far as choosing goes."""
        return [
            Venue(card.id, card.kind == "register_office", card.step_free is True, frozenset(card.languages))
            for card in self.cards.values()
        ]

    @cached_property
    def wishes(self) -> Wishes:
        """Give what decides the order for this family."""
        council, kept = current_authority(), self.answers.kept
        last = deadline(self.answers.births, self.on).last_lawful_day
        return Wishes(
            last_lawful_day=last,
            preferred_by=preferred_by(last, council.caution_days),
            step_free=self.answers.step_free,
            language=self.answers.language,
            near=bool(self.answers.postcode),
            kept=day_of(kept.start) if kept else None,
            at_once_by=self.on + DAY if is_urgent(last, self.on, council.urgent_days) else None,
        )

    @cached_property
    def offers(self) -> list[Offer]:
        """List every free start: within the 42 days, and after them while a registrar may still register alone."""
        dates = deadline(self.answers.births, self.on)
        last = min(max(self.on, dates.last_lawful_day) + LATE_DAYS, dates.registrar_general_authority_from - DAY)
        request = AvailabilityRequest(
            self.answers.births, self.answers.with_interpreter, self.on, last, urgent=self.urgent
        )
        places = free_places(request, now())
        return [(centre, start) for centre in self.cards for start in places.get(centre, ())]

    def days(self, wanted: Callable[[Offer], bool] = lambda _offer: True) -> list[Day]:
        """List the free starts of a kind by day."""
        return by_day(filter(wanted, self.offers), self.venues, self.wishes.last_lawful_day)

    def instead_of(self, offer: Offer) -> tuple[Alternative, ...]:
        """List what is left instead of a time that is gone; in time where anything in time is left, offices last."""
        last = self.wishes.last_lawful_day
        in_time = [other for other in self.offers if day_of(other[1]) <= last] or self.offers
        here = self.cards.get(offer[0])

        def away(centre: int) -> float | None:
            """Give the distance in km to another centre; None for an office, and where nothing is known."""
            card = self.cards[centre]
            km = distance_km(here, card) if here else None
            return None if km is None or card.kind == "register_office" else km

        return alternatives(*offer, in_time, away, {venue.id for venue in self.venues if venue.office})


# -- in words


def _value(offer: Offer) -> str:
    return f"{offer[0]}.{offer[1]}"


def _when(start: int) -> str:
    return _("%(day)s, %(time)s", day=short_day(day_of(start)), time=clock_time(moment(start)))


def _where(card: CentreCard) -> str:
    if card.distance_km is None:
        return card.name
    return _("%(centre)s, %(miles)s", centre=card.name, miles=miles_text(card.distance_km))


def reason(one: Suggestion, answers: Answers) -> str:
    """Say why another time is worth a look."""
    words = {
        Reason.AT_ONCE: _("the nearest today or tomorrow"),
        Reason.SOONER: ngettext("%(num)d day sooner", "%(num)d days sooner", one.days),
        Reason.SATURDAY: _("a Saturday"),
        Reason.EVENING: _("an evening"),
        Reason.LANGUAGE: _("%(language)s is spoken there", language=language_name(answers.language)),
        Reason.STEP_FREE: "",  # stands among the facts of every such place
        Reason.ANOTHER_CENTRE: _("another centre"),
    }
    return words[one.reason]


def _facts(offer: Offer, card: CentreCard, services: Mapping[date, Mapping[int, Sequence[Any]]]) -> list[str]:
    """List what else a family weighs: how far it is, whether there are steps, what is on there that day."""
    there = services.get(day_of(offer[1]), {}).get(card.id, ())
    known = {
        miles_text(card.distance_km or 0): card.distance_km is not None,
        _("register office"): card.kind == "register_office",
        _("step-free"): card.step_free is True,
    }
    on_that_day = [_("%(service)s that day", service=service.title) for service in there[:1]]
    return [*(words for words, true in known.items() if true), *on_that_day]


def _rows(offers: Iterable[tuple[Offer, str]], free: Free) -> list[dict[str, Any]]:
    """Give the radio buttons of a group of times, each with the reason to look at it."""
    listed = list(offers)
    days = {day_of(offer[1]) for offer, _why in listed}
    centres = {offer[0] for offer, _why in listed}
    services = {day: services_on(day, centres) for day in days}
    rows = []
    for offer, reason in listed:
        card = free.cards[offer[0]]
        row = {"when": _when(offer[1]), "where": card.name, "reason": reason}
        html = render_template("booking/journey/_time.html", **row, facts=_facts(offer, card, services))
        rows.append({"value": _value(offer), "html": html})
    return rows


KINDS: Mapping[Kind, Callable[[], str]] = {
    Kind.SAME_DAY: lambda: _("Other times that day"),
    Kind.SAME_CENTRE: lambda: _("Other days at the same centre"),
    Kind.OTHER_CENTRE: lambda: _("Other centres"),
}


def _instead(wanted: Offer, free: Free) -> list[dict[str, Any]]:
    """Give the buttons for a time that is no longer kept: the same again where it is free, else what is like it."""
    if wanted in free.offers:
        again = [{"divider": _("The time you had is still free")}, *_rows([(wanted, "")], free)]
        return again + [item for item in _first_look(free) if item.get("value") != _value(wanted)]
    groups: list[dict[str, Any]] = []
    found = free.instead_of(wanted)
    for kind, heading in KINDS.items():
        rows = _rows((((one.centre_id, one.start), "") for one in found if one.kind is kind), free)
        groups += [{"divider": heading()}, *rows] if rows else []
    return groups


def _first_look(free: Free) -> list[dict[str, Any]]:
    found = suggest(free.offers, free.venues, free.wishes)
    if found.band is None:
        return []
    nearby = free.answers.postcode and found.band is not Band.LATE
    near = _("The soonest near you") if nearby else _("The soonest")
    groups = [{"divider": near}, *_rows(((offer, "") for offer in found.soonest), free)]
    others = [((one.centre_id, one.start), reason(one, free.answers)) for one in found.others]
    return [*groups, {"divider": _("Other choices")}, *_rows(others, free)] if others else groups


# -- the first look


@facts_for(Step.TIME)
def time_facts(answers: Answers, wanted: Offer | None = None) -> dict[str, Any]:
    """Find what the page of times shows. `wanted` is a time that was just refused."""
    free = Free(answers, today())
    kept = answers.kept
    live = kept is not None and answers.why_again is None and is_live(kept)
    if wanted is None and kept is not None and not live:
        wanted = (kept.centre_id, kept.start)
    items = _instead(wanted, free) if wanted else _first_look(free)
    items = items or _first_look(free)
    return {
        "free": free,
        "items": items,
        "instead": wanted is not None,
        "kept_when": _when(kept.start) if kept and live else "",
        "onward": url_of(step_after(Step.TIME, answers, changing=is_changing()), changing=is_changing()),
        "lost_when": _when(wanted[1]) if wanted else "",
        "late": bool(items) and min(day_of(start) for _centre, start in free.offers) > free.wishes.last_lawful_day,
        "advised": _advised(free),
        **_map(free, items),
    }


def _advised(free: Free) -> str:
    """Say what a careful council adds to the last lawful day: its own margin, or that offices are closed by then."""
    last = free.wishes.last_lawful_day
    if free.wishes.preferred_by < last:
        return _("We advise you to come by %(day)s.", day=weekday_and_day(free.wishes.preferred_by))
    open_day = last_working_day(last, bank_holidays())
    if open_day == last or open_day < today():
        return ""
    return _("The last working day before then is %(day)s.", day=weekday_and_day(open_day))


def _map(free: Free, items: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Draw the places that are offered, with the list that says the same."""
    here = locate(free.answers.postcode) if free.answers.postcode else None
    offered = {int(str(item["value"]).split(".")[0]) for item in items if "value" in item}
    cards = [card for card in free.cards.values() if card.id in offered]
    return {"map": centre_map(cards, here), "on_map": [_where(card) for card in cards], "home": here is not None}


def _show() -> ResponseReturnValue:
    return shown(Step.TIME)


def _take() -> ResponseReturnValue:
    """Keep the time a family chose; where it cannot be had, say so and show what is left."""
    walk = walked(Step.TIME)
    if not isinstance(walk, Walk):
        return walk
    form = ChooseTime()
    if not form.accepted():
        facts = time_facts(walk.answers)
        if not facts["items"]:
            form.time.errors = ()  # there is nothing to choose from, and the page says so
        return render(Step.TIME, form, walk.answers, **facts)
    centre, start = form.offer
    try:
        choose_time(walk, centre, start, now())
    except NeedsRegistrarGeneral:
        undo()
        return redirect(url_for("booking.call_us", end=End.TWELVE_MONTHS.value))
    except BookingRefused as refusal:
        undo()
        form.time.errors = (refusal.sentence,)
        answers = seen().answers
        return render(Step.TIME, form, answers, **time_facts(answers, (centre, start)))
    following = step_after(Step.TIME, walk.answers, changing=is_changing())
    return redirect(url_of(following, changing=is_changing()))


bp.add_url_rule("/book/time", "time", public(_show), methods=["GET"])
bp.add_url_rule("/book/time", "answer_time", public(commits(_take)), methods=["POST"])


# -- every time


@bp.get("/book/every-time")
@public
def every_time() -> ResponseReturnValue:
    """List every free time by day, by centre, or those in the evening and on Saturdays."""
    state = seen()
    early = too_early(Step.TIME, state)
    if early is not None:
        return early
    free = Free(state.answers, today())
    by = request.args.get("by", "day")
    centre = free.cards.get(request.args.get("centre", 0, int))
    if by == "centre" and centre is None:
        return _listed(free, "centres", centres=_centres(free))
    only = {"centre": lambda offer: centre is None or offer[0] == centre.id, "late": _out_of_hours}
    pages = _pages(free.days(only.get(by, lambda _offer: True)))
    number = min(max(request.args.get("page", 1, int), 1), len(pages) or 1)
    days = [_day(day, free, several=centre is None) for day in (pages[number - 1] if pages else ())]
    return _listed(free, "days", by=by, days=days, number=number, count=len(pages), centre=centre)


def _out_of_hours(offer: Offer) -> bool:
    return on_saturday(offer[1]) or in_the_evening(offer[1])


def _listed(free: Free, template: str, **facts: object) -> str:
    back = url_of(Step.TIME, changing=is_changing())
    common = {"advised": _advised(free), "back": back}
    return render(Step.TIME, ChooseTime(formdata=None), free.answers, common | facts, f"every_time/{template}")


def _centres(free: Free) -> list[dict[str, Any]]:
    """Give each place with free times: where it is, how many there are and the first of them."""
    found = []
    for venue in offices_last(free.venues):
        card = free.cards[venue.id]
        starts = sorted(start for centre, start in free.offers if centre == card.id)
        if starts:
            count = ngettext("%(num)d time", "%(num)d times", len(starts))
            found.append(
                {"id": card.id, "where": _where(card), "first": _when(starts[0]), "count": count, "card": card}
            )
    return found


def _pages(days: Sequence[Day]) -> list[list[Day]]:
    """Divide the days into pages of not too many starts each."""
    pages: list[list[Day]] = []
    room = 0
    for day in days:
        if not pages or day.count > room:
            pages.append([])
            room = STARTS_ON_A_PAGE
        pages[-1].append(day)
        room -= day.count
    return pages


def _day(day: Day, free: Free, *, several: bool) -> dict[str, Any]:
    places = [
        {
            "where": _where(free.cards[centre]) if several else "",
            "count": ngettext("%(num)d time", "%(num)d times", len(starts)),
            "times": [(_value((centre, start)), clock_time(moment(start))) for start in starts],
        }
        for centre, starts in day.places
    ]
    return {"heading": weekday_and_day(day.day), "in_time": day.in_time, "places": places}
