"""The free times the desk reads out to a family on the telephone: the best first, each with what speaks for it."""

from dataclasses import replace
from datetime import date

from registration.booking.other_times import Group, Time
from registration.booking.queries import moment
from registration.booking.rules.choices import Offer, by_time, day_of, suggest
from registration.booking.views.times import Free, reason
from registration.booking.wording import clock_time, short_day
from registration.centres.queries import miles_text

#: So many more starts than the suggested ones are listed; a day or a centre asked for narrows them.
MOST_MORE = 16


class DeskTimes:
    """What is free for one family, from a day on, at one centre or all."""

    def __init__(self, free: Free, earliest: date, centre_id: int | None) -> None:
        self._free = free
        self._offers = [o for o in free.offers if day_of(o[1]) >= earliest and centre_id in {None, o[0]}]
        self._found = suggest(self._offers, free.venues, free.wishes)

    @property
    def best(self) -> list[Offer]:
        """List the suggested times, the best first."""
        return [*self._found.soonest, *((one.centre_id, one.start) for one in self._found.others)]

    def groups(self, kept: Offer | None) -> list[Group]:
        """Give the times under their headings; one that is kept for this family stands before the others."""
        wishes = replace(self._free.wishes, kept=day_of(kept[1]) if kept else None)
        found = suggest(self._offers, self._free.venues, wishes)
        reasons = {(one.centre_id, one.start): reason(one, self._free.answers) for one in found.others}
        more = by_time(set(self._offers) - {*found.soonest, *reasons}, self._free.venues, near=wishes.near)
        made = {
            "Kept for this family": [kept] if kept else [],
            "The soonest": [offer for offer in found.soonest if offer != kept],
            "Other choices": [offer for offer in reasons if offer != kept],
            "More times": [offer for offer in more if offer != kept][:MOST_MORE],
        }
        return [
            Group(heading, tuple(self._row(offer, reasons.get(offer, "")) for offer in offers))
            for heading, offers in made.items()
            if offers
        ]

    def _row(self, offer: Offer, why: str) -> Time:
        at, card = moment(offer[1]), self._free.cards.get(offer[0])
        late = day_of(offer[1]) > self._free.wishes.last_lawful_day
        facts = {
            miles_text(card.distance_km) if card and card.distance_km is not None else "": True,
            "register office": card is not None and card.kind == "register_office",
            "step-free": card is not None and card.step_free is True,
            "after the 42 days": late,
        }
        when = f"{short_day(day_of(offer[1]))}, {clock_time(at)}"
        where = card.name if card else ""
        return Time(
            f"{offer[0]}.{offer[1]}", when, where, why, tuple(fact for fact, true in facts.items() if fact and true)
        )
