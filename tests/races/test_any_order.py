"""Everything families and staff do to times, in any order, over HTTP with real commits; after each step a ledger must agree.

Hypothesis chooses what happens. The ledger (tests/races/any_order.py) says what must be answered; after every step the promises of
`flask invariants` hold, and what fills each registrar's time in the database is what the ledger has there.
"""

from __future__ import annotations

import re
import time
from datetime import date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, stateful
from hypothesis import settings as chosen
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from sqlalchemy import text

from registration.common.clock import LONDON
from tests.conftest import settings
from tests.races.any_order import STATUS, Away, Booked, Held, Ledger, Offered, Sitting, Span, minutes_needed, moment

BORN = date(2026, 11, 19)
BEGIN = datetime(2026, 11, 22, 9, tzinfo=LONDON)
DAYS = 3
#: Registrar, centre, room, hours: two sit side by side at the first centre; at the second two share a room, one after the other.
SITS = ((1, 1, 1, 9, 11), (2, 1, 2, 9, 11), (3, 2, 3, 9, 11), (4, 2, 3, 11, 13))
MARK = re.compile(r'name="mark" value="([0-9a-f-]{36})\.(\w+)\.(\d+)"')
#: The minute in which a cancellation can be undone is the database's; a slow machine must not run it out unseen.
MINUTE_IS_SURE = 40

indexes = st.integers(0, 7)
days = st.integers(1, DAYS)


def minute_of(when: datetime) -> int:
    return int(when.timestamp()) // 60


def at(day: int, hour: int = 0, minute: int = 0) -> int:
    return minute_of(BEGIN.replace(hour=hour) + timedelta(days=day, minutes=minute))


def dated(name: str, day: int) -> dict[str, int]:
    on = BEGIN.date() + timedelta(days=day)
    return {f"{name}-day": on.day, f"{name}-month": on.month, f"{name}-year": on.year}


class AnyOrder(RuleBasedStateMachine):
    """One service, some families and some staff."""

    def __init__(self, app, manager, registrar) -> None:
        super().__init__()
        self.app, self.manager, self.registrar = app, manager, registrar
        self.client = app.test_client()
        self.keys = 0
        self.turn = 0
        self.plan: tuple[str, int, int, int] | None = None
        self.minutes: dict[str, float] = {}
        self.books = Ledger(minute_of(BEGIN), {})

    # -- the place where it happens

    @initialize(booked=st.lists(st.tuples(indexes, st.sampled_from([1, 1, 2]), st.booleans()), min_size=2, max_size=4))
    def lay_out(self, booked):
        self.app.config["CLOCK"] = BEGIN
        self._run("TRUNCATE session, family, absence, cover_plan, request_key, message, staff_task CASCADE")
        for day in range(1, DAYS + 1):
            for who, centre, room, begins, ends in SITS:
                number = self._run(
                    "INSERT INTO session (registrar_id, centre_id, room_id, begins_at, ends_at)"
                    " VALUES (:w, :c, :r, :b, :e) RETURNING id",
                    w=who,
                    c=centre,
                    r=room,
                    b=moment(at(day, begins)),
                    e=moment(at(day, ends)),
                )[0][0]
                self.books.sittings[number] = Sitting(who, centre, at(day, begins), at(day, ends))
        for family, (which, babies, interpreter) in enumerate(booked):
            self.book_a_time_that_is_offered(which, family, babies, interpreter)

    def _run(self, query, **values):
        from registration.common.db import db

        with self.app.app_context(), db.engine.begin() as connection:
            answer = connection.execute(text(query), values)
            return answer.all() if answer.returns_rows else []

    # -- families keep times and book

    @rule(
        day=days,
        step=st.integers(0, 8),
        centre=st.sampled_from([1, 2]),
        babies=st.sampled_from([1, 1, 2]),
        odd=st.sampled_from([0, 0, 0, 15]),
    )
    def keep_any_time(self, day, step, centre, babies, odd):
        self._keep(centre, at(day, 9, 30 * step + odd), babies, interpreter=False)

    @precondition(lambda self: self.books.spans)
    @rule(which=indexes, babies=st.sampled_from([1, 1, 2]), interpreter=st.booleans(), times=st.sampled_from([1, 2]))
    def keep_a_time_that_another_has(self, which, babies, interpreter, times):
        """Where two sit side by side the second is given it, the third is not."""
        span = self._one(self.books.spans.values(), which)
        for _ in range(times):
            self._keep(self.books.sittings[span.session].centre, span.begin, babies, interpreter)

    @rule(which=indexes, babies=st.sampled_from([1, 1, 2]), interpreter=st.booleans())
    def keep_a_time_that_is_offered(self, which, babies, interpreter):
        self._keep_offered(which, babies, interpreter)

    @rule(which=indexes, family=st.integers(0, 4), babies=st.sampled_from([1, 1, 2]), interpreter=st.booleans())
    def book_a_time_that_is_offered(self, which, family, babies, interpreter):
        held = self._keep_offered(which, babies, interpreter)
        if held is not None:
            self._book(held, f"family{family}@example.com")

    def _keep_offered(self, which, babies, interpreter):
        offered = sorted(self._all_free(babies, interpreter))
        if not offered:
            return None
        held = self._keep(*offered[which * len(offered) // 8], babies, interpreter)
        assert held is not None
        return held

    def _keep(self, centre, start, babies, interpreter):
        length = minutes_needed(babies, interpreter=interpreter)
        session, why = self.books.whose(centre, start, length)
        body = {
            "centre": centre,
            "start": self._written(start),
            "born": [str(BORN)] * babies,
            "interpreter": interpreter,
        }
        answer = self.client.post("/api/v1/holds", json=body)
        if session is None:
            self._refused(answer, why)
            assert self._offered(answer.json["alternatives"]) <= self._all_free(babies, interpreter)
            return None
        assert answer.status_code == 201, answer.text
        assert (self._minute(answer.json["start"]), self._minute(answer.json["end"])) == (start, start + length)
        token = answer.json["hold"]
        self.books.holds[token] = Held(token, centre, start, babies, interpreter)
        self.books.spans[token] = Span(session, start, start + length, "hold")
        return self.books.holds[token]

    def _written(self, minute):
        return moment(minute).astimezone(LONDON).isoformat()

    def _minute(self, said):
        return minute_of(datetime.fromisoformat(said))

    def _offered(self, alternatives):
        return {(each["centre"], self._minute(each["start"])) for each in alternatives}

    def _all_free(self, babies, interpreter):
        return {
            (centre, start)
            for centre, starts in self.books.free(babies, interpreter=interpreter).items()
            for start in starts
        }

    def _refused(self, answer, why):
        assert answer.status_code == STATUS[why], (why, answer.status_code, answer.text)
        assert answer.mimetype == "application/problem+json"
        assert answer.json["type"].endswith(f"/{why}"), (why, answer.json)

    @precondition(lambda self: self.books.holds)
    @rule(which=indexes, family=st.integers(0, 4))
    def book(self, which, family):
        self._book(self._one(self.books.holds.values(), which), f"family{family}@example.com")

    def _one(self, among, which):
        among = list(among)
        return among[which % len(among)]

    def _body(self, held, email):
        return {
            "hold": held.token,
            "married_or_civil_partners": True,
            "both_parents_named": True,
            "attending": "mother",
            "name": "Aoife O’Brien",
            "email": email,
            "language": "en",
            "access_needs": "",
            "share_with_centre": True,
            "born_in_district": True,
        }

    def _book(self, held, email) -> None:
        self.keys += 1
        key, body = f"key-{self.keys}", self._body(held, email)
        answer = self.client.post("/api/v1/bookings", json=body, headers={"Idempotency-Key": key})
        if self.books.is_away(self.books.spans[held.token]):
            self._refused(answer, "hold-ran-out")
            return
        if self.books.same_birth(held.babies, email):
            self._refused(answer, "already-booked")
            assert set(answer.json) == {"type", "title", "status", "detail"}
            return
        assert answer.status_code == 201, answer.text
        token = answer.json["link"].rpartition("/")[2]
        assert token not in self.books.bookings
        assert (answer.json["centre"], self._minute(answer.json["start"])) == (held.centre, held.start)
        made = Booked(
            token, answer.json["reference"], held.centre, held.babies, held.interpreter, email, start=held.start
        )
        made.first_answer, made.sent, made.key = answer.json, body, key
        self.books.bookings[token] = made
        del self.books.holds[held.token]
        span = self.books.spans.pop(held.token)
        span.kind = "booking"
        self.books.spans[token] = span

    @precondition(lambda self: self.books.bookings)
    @rule(which=indexes)
    def send_the_same_again(self, which):
        """The same key and words: the same booking, as it stands now, and no second one."""
        booked = self._one(self.books.bookings.values(), which)
        answer = self.client.post("/api/v1/bookings", json=booked.sent, headers={"Idempotency-Key": booked.key})
        assert answer.status_code == 201, answer.text
        assert (answer.json["reference"], answer.json["link"]) == (booked.reference, booked.first_answer["link"])
        assert (answer.json["centre"], self._minute(answer.json["start"])) == (booked.centre, booked.start)
        if not booked.touched:
            assert answer.json == booked.first_answer

    @precondition(lambda self: self.books.bookings)
    @rule(which=indexes, hold=indexes)
    def use_a_key_for_something_else(self, which, hold):
        booked = self._one(self.books.bookings.values(), which)
        body = booked.sent | {"name": "Somebody Else"}
        live = [h for h in self.books.holds.values() if not self.books.is_away(self.books.spans[h.token])]
        if live:
            body = self._body(self._one(live, hold), "nobody-yet@example.com")
        answer = self.client.post("/api/v1/bookings", json=body, headers={"Idempotency-Key": booked.key})
        self._refused(answer, "key-used-otherwise")

    @precondition(lambda self: self.books.holds)
    @rule(which=indexes)
    def a_hold_runs_out(self, which):
        """Its family has closed the page, or thought too long."""
        held = self._one(self.books.holds.values(), which)
        self._let_run_out(
            "hold_digest IS NOT NULL AND session_id = :s AND begins_at = :b", self.books.spans.pop(held.token)
        )
        del self.books.holds[held.token]
        self.books.ran_out.append(held)

    def _let_run_out(self, which, span):
        self._run(
            f"UPDATE occupancy SET until = clock_timestamp() - interval '1 second' WHERE kind = 'hold' AND {which}",  # noqa: S608 -- our own words
            s=span.session,
            b=moment(span.begin),
        )

    @precondition(lambda self: self.books.ran_out)
    @rule(which=indexes)
    def book_a_hold_that_ran_out(self, which):
        held = self._one(self.books.ran_out, which)
        self.keys += 1
        body = self._body(held, "late@example.com")
        answer = self.client.post("/api/v1/bookings", json=body, headers={"Idempotency-Key": f"key-{self.keys}"})
        self._refused(answer, "hold-ran-out")
        assert self._offered(answer.json["alternatives"]) <= self._all_free(held.babies, held.interpreter)

    # -- families change their minds

    @precondition(lambda self: self.books.bookings)
    @rule(which=indexes, day=days, step=st.integers(0, 8), centre=st.sampled_from([1, 2]), by_page=st.booleans())
    def move(self, which, day, step, centre, by_page):
        self._move(self._one(self.books.bookings.values(), which), centre, at(day, 9, 30 * step), by_page)

    @precondition(lambda self: self.books.bookings)
    @rule(which=indexes, to=indexes, by_page=st.booleans())
    def move_to_a_time_that_is_filled(self, which, to, by_page):
        """Somebody's time, perhaps its own."""
        booked = self._one(self.books.bookings.values(), which)
        span = self._one(self.books.spans.values(), to) if self.books.spans else None
        if span is not None:
            self._move(booked, self.books.sittings[span.session].centre, span.begin, by_page)

    def _move(self, booked, centre, start, by_page):
        length = minutes_needed(booked.babies, interpreter=booked.interpreter)
        session, why = self._moved_to(booked, centre, start, length)
        if by_page:
            value = f"{centre}.{start}"
            answer = self.client.post(f"/booking/{booked.token}/move", data={"time": value})
            if why == "cannot-change":
                self._sent_on(answer, booked)
            elif why:
                assert answer.status_code == 409, answer.text[:2000]
            else:
                self._sent_on(answer, booked, "/moved")
        else:
            body = {"centre": centre, "start": self._written(start)}
            answer = self.client.patch(f"/api/v1/bookings/{booked.token}", json=body)
            if why:
                self._refused(answer, why)
                return
            assert answer.status_code == 200, answer.text
            assert (answer.json["centre"], self._minute(answer.json["start"])) == (centre, start)
        if session is not None:
            self.books.spans[booked.token] = Span(session, start, start + length, "booking")
            booked.centre, booked.start, booked.version = centre, start, booked.version + 1
            booked.touched = True
            self._withdraw_offer(booked)

    def _moved_to(self, booked, centre, start, length):
        """Say which session takes it; neither a session nor a refusal where it has that very time."""
        if booked.state != "booked" or self.books.is_over(booked):
            return None, "cannot-change"
        if (centre, start) == (booked.centre, booked.start):
            return None, ""
        return self.books.whose(centre, start, length, without=(booked.token, f"offer {booked.token}"))

    def _sent_on(self, answer, booked, more=""):
        assert answer.status_code == 303, answer.text[:2000]
        assert answer.headers["Location"] == f"/booking/{booked.token}{more}"

    def _withdraw_offer(self, booked):
        self.books.spans.pop(f"offer {booked.token}", None)
        if booked.offer and booked.offer.state in {"kept", "sent"}:
            booked.offer.state = "withdrawn"

    @precondition(lambda self: self.books.bookings)
    @rule(which=indexes, by_page=st.booleans(), times=st.sampled_from([1, 1, 2]))
    def cancel(self, which, by_page, times):
        """Once, or twice: the second time changes nothing."""
        booked = self._one(self.books.bookings.values(), which)
        for _ in range(times):
            refused = booked.state == "booked" and self.books.is_over(booked)
            if by_page and refused and booked.start > self.books.now:
                return  # a page gives no button then, and whoever presses an old one is told on the page of the refusal
            if by_page:
                self._sent_on(self.client.post(f"/booking/{booked.token}/cancel"), booked)
            else:
                answer = self.client.delete(f"/api/v1/bookings/{booked.token}")
                if refused:
                    self._refused(answer, "cannot-change")
                else:
                    assert (answer.status_code, answer.json["state"]) == (200, "cancelled"), answer.text
            if booked.state == "booked" and not refused:
                booked.state, booked.version, booked.touched = "cancelled", booked.version + 1, True
                self.books.spans[booked.token].kind = "minute"
                self.minutes[booked.token] = time.monotonic()
                self._withdraw_offer(booked)

    @precondition(lambda self: self.books.bookings)
    @rule(which=indexes)
    def think_again(self, which):
        """Undo a cancellation: within its minute, and unless the family has booked anew."""
        booked = self._one(self.books.bookings.values(), which)
        answer = self.client.post(f"/booking/{booked.token}/undo")
        if booked.state == "booked":
            self._sent_on(answer, booked, "/kept")
            return
        if booked.token not in self.minutes or self.books.same_birth(booked.babies, booked.email, booked.token):
            assert answer.status_code == 409, answer.text[:2000]
            return
        self._sent_on(answer, booked, "/kept")
        booked.state, booked.version = "booked", booked.version + 1
        self.books.spans[booked.token].kind = "booking"
        del self.minutes[booked.token]

    @precondition(lambda self: self.minutes)
    @rule(which=indexes)
    def the_minute_is_over(self, which):
        self._end_minute(self._one(self.minutes, which))

    def _end_minute(self, token):
        span = self.books.spans.pop(token)
        self._let_run_out("booking_id IS NOT NULL AND session_id = :s AND begins_at = :b", span)
        del self.minutes[token]

    # -- staff

    @rule(who=st.integers(1, 4), day=days)
    def report_a_registrar_absent(self, who, day):
        """Only where nobody is booked; where somebody is, the page leads to cover."""
        begin, end = at(day), at(day + 1)
        hit = any(
            self.books.sittings[s.session].registrar == who and s.begin < end and s.end > begin
            for s in self.books.spans.values()
        )
        data = {"registrars": [who], "reason": "sickness", **dated("first", day), **dated("last", day)}
        before = {number for (number,) in self._run("SELECT id FROM absence")}
        answer = self.manager.post("/rota/absences/add", data=data)
        after = {number for (number,) in self._run("SELECT id FROM absence")}
        if hit:
            assert (answer.status_code, after) == (422, before), answer.text[:2000]
            return
        assert (answer.status_code, answer.headers["Location"]) == (302, "/rota/absences")
        there = any((a.registrar, a.begin, a.end) == (who, begin, end) for a in self.books.absences.values())
        assert len(after - before) == (0 if there else 1)
        for number in after - before:
            self.books.absences[number] = Away(who, begin, end)

    @precondition(lambda self: self.books.absences)
    @rule(which=indexes)
    def take_an_absence_back(self, which):
        number = self._one(self.books.absences, which)
        away = self.books.absences[number]
        answer = self.manager.post(f"/rota/absences/{number}/withdraw")
        if answer.status_code == 409:
            assert away.planned, answer.text[:2000]  # families were told: each is to be settled first
            return
        assert (answer.status_code, answer.headers["Location"]) == (302, "/rota/absences")
        del self.books.absences[number]
        self._learn_offers(away, may_lose=True)

    @precondition(lambda self: self.books.bookings)
    @rule(which=indexes)
    def plan_cover(self, which):
        """For the registrar and the day of somebody's booking: nobody is told and nothing changed, but times are kept."""
        booked = self._one(self.books.bookings.values(), which)
        day = (moment(booked.start).astimezone(LONDON).date() - BEGIN.date()).days
        if booked.token not in self.books.spans or at(day + 1) <= self.books.now:
            return
        who = self.books.sittings[self.books.spans[booked.token].session].registrar
        data = {"registrar": who, "reason": "sickness", **dated("first", day), **dated("last", day)}
        answer = self.manager.post("/cover/new", data=data)
        assert answer.status_code == 303, answer.text[:2000]
        self.plan = (answer.headers["Location"], who, at(day), at(day + 1))
        assert self.manager.get(self.plan[0]).status_code == 200
        self._learn_offers(Away(who, at(day), at(day + 1)))

    @precondition(lambda self: self.plan)
    @rule(send=st.booleans())
    def send_the_plan_or_put_it_away(self, send):
        where, who, begin, end = self.plan
        away = Away(who, begin, end, planned=True)
        answer = self.manager.post(f"{where}/{'send' if send else 'undo'}")
        assert answer.status_code in {303, 409}, answer.text[:2000]
        [(state, number)] = self._run(
            "SELECT state, absence_id FROM cover_plan WHERE public_id = CAST(:p AS uuid)", p=where.rpartition("/")[2]
        )
        assert state in {"sent", "draft"} if send else state == "undone"
        if (
            state == "draft"
        ):  # something had changed since it was drawn up: it is up to date now, and to be looked at again
            assert answer.headers["Location"].endswith("?changed=1")
        else:
            self.plan = None
        if state == "sent":
            self._sent(number, away)
        self._learn_offers(away, may_lose=True)

    def _sent(self, number, away):
        if number in self.books.absences:
            self.books.absences[number].planned = True
        self.books.absences[number] = away
        for token, held in list(self.books.holds.items()):
            span = self.books.spans[token]
            sits = self.books.sittings[span.session]
            if sits.registrar == away.registrar and span.begin < away.end and span.end > away.begin:
                del self.books.holds[token], self.books.spans[token]
                self.books.ran_out.append(held)

    def _learn_offers(self, away, *, may_lose=False):
        """Read which times are kept for whom: what a plan chooses is its own affair, but it must be free and for those it hits."""
        free_of = {key: span for key, span in self.books.spans.items() if not key.startswith("offer ")}
        by_reference = {b.reference: b for b in self.books.bookings.values()}
        for reference, session, begins, ends in self._run(
            "SELECT b.reference, o.session_id, o.begins_at, o.ends_at FROM occupancy o JOIN booking b ON b.id = o.booking_id"
            " WHERE o.kind = 'booking'"
        ):
            booked, (begin, end) = by_reference[reference], (minute_of(begins), minute_of(ends))
            span = free_of[booked.token]
            if session == span.session:
                continue
            was, now = self.books.sittings[span.session], self.books.sittings[session]
            assert was.registrar == away.registrar, (
                "another than the absent registrar’s family was given to somebody else"
            )
            assert (now.centre, begin, end) == (was.centre, span.begin, span.end), (
                "its family would come to the wrong place"
            )
            booked.touched = True
            free_of[booked.token] = Span(session, begin, end, "booking")
        open_now = self._run(
            "SELECT b.reference, f.public_id, f.state, f.session_id, f.begins_at, f.ends_at FROM offer f"
            " JOIN booking b ON b.id = f.booking_id WHERE f.state IN ('kept', 'sent')"
        )
        offered = {}
        for reference, public_id, state, session, begins, ends in open_now:
            booked = by_reference[reference]
            offered[f"offer {booked.token}"] = Span(session, minute_of(begins), minute_of(ends), "offer")
            new = booked.offer is None or booked.offer.public_id != str(public_id)
            if new:
                its = self.books.sittings[free_of[booked.token].session]
                assert its.registrar == away.registrar, "a time is offered to a family that nothing has happened to"
            booked.offer = Offered(str(public_id), self.books.sittings[session].centre, state)
        gone = {key for key in self.books.spans if key.startswith("offer ")} - offered.keys()
        assert may_lose or not {key for key in gone if not self._replaced(key, by_reference)}
        for key in gone:
            booked = self.books.bookings[key.removeprefix("offer ")]
            booked.offer.state = "over"
        self.books.spans = free_of | offered

    def _replaced(self, key, by_reference):
        return key.removeprefix("offer ") in {b.token for b in by_reference.values() if b.offer}

    @precondition(lambda self: any(b.offer for b in self.books.bookings.values()))
    @rule(which=indexes, accept=st.booleans())
    def answer_an_offer(self, which, accept):
        booked = self._one([b for b in self.books.bookings.values() if b.offer], which)
        if booked.offer.state != "sent":
            return
        data = {"offer": booked.offer.public_id, "answer": "accept" if accept else "decline"}
        answer = self.client.post(f"/booking/{booked.token}/offer", data=data)
        span = self.books.spans[f"offer {booked.token}"]
        begun = booked.start <= self.books.now and not self.books.displaced(booked)
        if not accept:
            assert answer.status_code == 303, answer.text[:2000]
            self._withdraw_offer(booked)
            booked.offer.state = "declined"
            return
        if not self.books.stands(booked) or span.begin <= self.books.now or begun:
            assert answer.status_code == 409, answer.text[:2000]
            return
        self._sent_on(answer, booked, "/moved")
        booked.offer.state = "accepted"
        self.books.spans[booked.token] = Span(span.session, span.begin, span.end, "booking")
        del self.books.spans[f"offer {booked.token}"]
        booked.centre, booked.start = booked.offer.centre, span.begin
        booked.version, booked.touched = booked.version + 1, True

    @precondition(lambda self: any(b.state == "booked" for b in self.books.bookings.values()))
    @rule(which=indexes, button=indexes, by_an_old_page=st.booleans())
    def mark_what_came_of_it(self, which, button, by_an_old_page):
        """Press a button of the day list; every button there is as the ledger has it."""
        live = [b for b in self.books.bookings.values() if b.state == "booked"]
        booked = self._one(live, which)
        day = moment(booked.start).astimezone(LONDON).date()
        path = f"/day/{booked.centre}/{day}"
        shown = self.registrar.get(path)
        assert shown.status_code == 200
        here = [b for b in live if b.centre == booked.centre and moment(b.start).astimezone(LONDON).date() == day]
        offered: dict[str, list[tuple[str, int]]] = {}
        for public_id, outcome, seen in MARK.findall(shown.text):
            offered.setdefault(public_id, []).append((outcome, int(seen)))
        if day > moment(self.books.now).astimezone(LONDON).date():
            assert not offered
            return
        numbers = dict(self._run("SELECT reference, public_id::text FROM booking"))
        assert {numbers[b.reference]: self.books.buttons(b) for b in here} == {
            key: [outcome for outcome, _ in those] for key, those in offered.items()
        }
        outcome, seen = self._one(offered[numbers[booked.reference]], button)
        if by_an_old_page and seen:
            answer = self.registrar.post(path, data={"mark": f"{numbers[booked.reference]}.{outcome}.0"})
            assert answer.status_code == 422, answer.text[:2000]
            return
        answer = self.registrar.post(path, data={"mark": f"{numbers[booked.reference]}.{outcome}.{seen}"})
        becomes = None if outcome == "undo" else outcome
        again = self.books.same_birth(booked.babies, booked.email, booked.token)
        if booked.outcome == "did_not_attend" and becomes != "did_not_attend" and again:
            assert answer.status_code == 422, answer.text[:2000]  # the family has booked another time since
            return
        assert answer.status_code == 303, answer.text[:2000]
        booked.outcome = becomes

    @rule(minutes=st.sampled_from([10, 60, 60, 24 * 60]))
    def time_passes(self, minutes):
        self.books.now += minutes
        self.app.config["CLOCK"] = moment(self.books.now)

    # -- after every step

    @invariant()
    def no_promise_is_broken(self):
        from registration.booking.invariants import broken_rows

        with self.app.app_context():
            assert {name: rows for name, rows in broken_rows().items() if rows} == {}

    @invariant()
    def everybody_has_the_time_the_ledger_says(self):
        rows = self._run(
            "SELECT session_id, begins_at, ends_at, kind, booking_id IS NOT NULL, offer_id IS NOT NULL FROM occupancy"
            " WHERE until IS NULL OR until > clock_timestamp()"
        )
        there = sorted((s, minute_of(b), minute_of(e), _kind(k, has, offer)) for s, b, e, k, has, offer in rows)
        assert there == sorted((s.session, s.begin, s.end, s.kind) for s in self.books.spans.values())
        for number in {span.session for span in self.books.spans.values()}:
            spans = sorted((s.begin, s.end) for s in self.books.spans.values() if s.session == number)
            assert all(before[1] <= after[0] for before, after in pairwise(spans))

    @invariant()
    def what_is_offered_is_free_and_nothing_else(self):
        self.turn += 1
        babies, interpreter = ((1, False), (2, False), (1, True))[self.turn % 3]
        query = {"born": [str(BORN)] * babies, "interpreter": str(interpreter).lower(), "places": "true"}
        answer = self.client.get("/api/v1/availability", query_string=query)
        assert answer.status_code == 200, answer.text
        offered = {
            centre["id"]: {self._minute(s["start"]): s["places"] for day in centre["days"] for s in day["starts"]}
            for centre in answer.json["centres"]
        }
        assert {c: starts for c, starts in offered.items() if starts} == self.books.free(
            babies, interpreter=interpreter
        )

    @invariant()
    def every_link_answers_with_its_booking(self):
        for token, since in list(self.minutes.items()):
            if time.monotonic() - since > MINUTE_IS_SURE:
                self._end_minute(token)
        for booked in list(self.books.bookings.values())[-6:]:
            answer = self.client.get(f"/api/v1/bookings/{booked.token}")
            assert answer.status_code == 200
            said = answer.json
            assert (said["reference"], said["state"], said["version"]) == (
                booked.reference,
                booked.state,
                booked.version,
            )
            assert (said["centre"], self._minute(said["start"])) == (booked.centre, booked.start)
            assert said["needs_new_time"] == (self.books.displaced(booked) and booked.start > self.books.now)
            assert (said["offer"] is not None) == (booked.state == "booked" and self.books.stands(booked))


def _kind(kind, has_booking, has_offer):
    if kind == "booking":
        return "booking"
    return "offer" if has_offer else "minute" if has_booking else "hold"


@pytest.fixture
def service(new_database, tmp_path, monkeypatch):
    """The application on a fresh database: two centres, three rooms, four registrars of whom none may take a session over.

    How long a page waits for the database has tests of its own; here a busy machine must not end a step in the middle.
    """
    from registration.common import patience
    from registration.common.db import db
    from registration.factory import create_app
    from tests.staff.people import new_person, sign_in

    for name in ("PATIENCE", "STAFFS_PATIENCE", "SILENCE"):
        monkeypatch.setattr(patience, name, 120.0)
    app = create_app(settings(new_database("any_order"), tmp_path, CLOCK=BEGIN))
    with app.app_context():
        with db.engine.begin() as connection:
            run = connection.execute
            run(text("INSERT INTO cluster (name) VALUES ('Calder')"))
            for centre in (1, 2):
                run(
                    text("""
                    INSERT INTO centre (name, kind, cluster_id, address, postcode, telephone, email, website, bus, directions,
                                        entrance, languages, participating_from)
                    VALUES (:name, 'family_hub', 1, '1 High Street', 'HX1 1AA', '', '', '', '', '', '', '{}', '2026-01-01')"""),
                    {"name": f"Centre {centre}"},
                )
            for number, centre in ((1, 1), (2, 1), (3, 2)):
                run(text("INSERT INTO room (centre_id, name) VALUES (:c, :n)"), {"c": centre, "n": f"Room {number}"})
            for number in (1, 2, 3, 4):
                run(
                    text("INSERT INTO registrar (name, contracted_sessions) VALUES (:n, 0)"),
                    {"n": f"Registrar {number}"},
                )
        people = {}
        for role in ("rota_manager", "registrar"):
            new_person(role)
    for role in ("rota_manager", "registrar"):
        people[role] = app.test_client()
        assert sign_in(people[role], f"{role}@council.gov.uk").headers["Location"] == "/staff/"
    yield app, people["rota_manager"], people["registrar"]
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


def in_any_order(service, examples, steps):
    stateful.run_state_machine_as_test(
        lambda: AnyOrder(*service),
        settings=chosen(max_examples=examples, stateful_step_count=steps, suppress_health_check=[*HealthCheck]),
    )


def test_whatever_order_things_happen_in_nobody_loses_a_time_or_gets_anothers(service):
    in_any_order(service, 3, 12)


@pytest.mark.long
def test_two_hundred_times_thirty_things_in_any_order(service):
    in_any_order(service, 200, 30)
