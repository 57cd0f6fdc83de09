"""No centre is told of a family that said no, withdrew or lost its baby, whatever else happened: random histories.

Each history is made through the actions that the pages use, on a real database. What a centre may read is asked of every
surface there is (families/surfaces.py): a list, a file or a message that is added there is looked at here without another line.
Beside them stands the decision itself, because a page may ask it directly. What must not be told is kept by the test, apart from
the code. Nor does anything wait to be sent to such a family, from the moment on that a no, a loss or a link made it one.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, update

from registration.births.rights import actions as rights
from registration.births.same_families import actions as same
from registration.births.same_families.apart import Result
from registration.booking.actions.visits import write_down_answer
from registration.booking.invariants import broken_rows
from registration.centres.models import Centre
from registration.common.db import db
from registration.families import actions
from registration.families.models import Family, FamilyLink, Membership, SharingAgreement
from registration.families.queries import reachable
from registration.families.rules import SHARING_WORDING, Answer, FamilyDetails
from registration.families.surfaces import surfaces
from registration.messages.models import Message
from registration.reach.letters.actions import Occasion, invite
from tests.booking.appointments import booked, two_mornings
from tests.booking.world import BORN, TODAY, TUESDAY, at_time

PLACES = ("sunshine", "elland", "todmorden")
RECORDS = 4
NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
FACTS = {"centre": "A", "address": "B", "telephone": "01632 960100", "council": "C"}
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("yes"), st.integers(0, RECORDS - 1), st.sampled_from(PLACES)),
        st.tuples(
            st.just("no"), st.integers(0, RECORDS - 1), st.sampled_from(["online", "visit", "telephone", "slip"])
        ),
        st.tuples(st.just("join"), st.integers(0, RECORDS - 1), st.sampled_from(PLACES)),
        st.tuples(
            st.just("link"),
            st.tuples(st.integers(0, RECORDS - 1), st.integers(0, RECORDS - 1)),
            st.sampled_from(["linked", "to_review", "apart", "found", "found no more"]),
        ),
        st.tuples(st.just("lost"), st.integers(0, RECORDS - 1), st.none()),
        st.tuples(st.just("ended"), st.none(), st.none()),
        st.tuples(st.just("merged"), st.none(), st.none()),
        st.tuples(st.just("told"), st.none(), st.none()),
        st.tuples(st.just("invited"), st.none(), st.sampled_from(PLACES)),
    ),
    max_size=9,
)


@dataclass
class History:
    """Four records that may be of one family, and what the test itself remembers of them."""

    world: object
    numbers: list[int]
    appointment: object
    clock: count = field(default_factory=count)
    said: list = field(default_factory=list)  # (order, record, share, place)
    lost: set = field(default_factory=set)
    links: dict = field(default_factory=dict)
    merged: bool = False

    def here(self, place):
        """Follow a centre to the one it was merged into."""
        return "elland" if self.merged and place == "todmorden" else place

    def same(self, record, states=("linked",)):
        found, waiting = {record}, [record]
        while waiting:
            at = waiting.pop()
            for pair, state in self.links.items():
                if at in pair and state in states:
                    waiting += [other for other in pair if other not in found]
                    found |= set(pair)
        return found

    def must_not_be_told(self, record, place):
        """Say by the history alone whether a centre must not be told of a record."""
        sure, maybe = self.same(record), self.same(record, ("linked", "to_review"))
        refused = max((order for order, whose, share, _ in self.said if whose in sure and not share), default=-1)
        again = any(
            whose in sure and share and order > refused and self.here(at) == self.here(place)
            for order, whose, share, at in self.said
        )
        if self.lost & maybe or (refused >= 0 and not again):
            return True
        return any(not share and whose in maybe - sure for _, whose, share, _ in self.said)


def agreement():
    words = dict.fromkeys(
        (
            "provider",
            "recipient",
            "purpose",
            "lawful_basis",
            "gateway",
            "method",
            "access_roles",
            "provider_contact",
            "recipient_contact",
            "made_by",
        ),
        "x",
    )
    return SharingAgreement(
        source="nhs",
        state="in_force",
        items=[],
        frequency="monthly",
        retention_days=365,
        notice="by_source",
        starts_on=TODAY,
        review_on=TODAY,
        **words,
    )


def begun():
    """Make a booking, a birth the NHS told of, a member and a family that moved in: nobody has said no yet."""
    world = two_mornings()
    mine = booked(world.centres["sunshine"], at_time(TUESDAY, "9:30"))
    terms = agreement()
    db.session.add(terms)
    db.session.flush()
    nhs = Family(
        name="Nora Hill",
        born=[BORN],
        source="live_births",
        agreement_id=terms.id,
        home_centre_id=world.centres["elland"],
    )
    member = Family(name="Mem Ber", born=[BORN], source="member")
    db.session.add_all([nhs, member])
    db.session.flush()
    db.session.add(
        Membership(
            family_id=member.id,
            centre_id=world.centres["todmorden"],
            joined_on=TODAY,
            source="s",
            source_key="1",
            made_by="x",
        )
    )
    moved = actions.add_family(
        FamilyDetails("Mo Ved", (BORN,), "mo@example.org", None, None, "en", "en", False, "", source="moved_in"),
        Answer(True, SHARING_WORDING, "centre", "staff:1", world.centres["todmorden"]),
    )
    history = History(world, [mine.family_id, nhs.id, member.id, moved], mine)
    history.said = [(next(history.clock), 0, True, "sunshine"), (next(history.clock), 3, True, "todmorden")]
    return history


def step(history, kind, what, how):  # noqa: C901 -- a line for each thing that may happen
    """Let one thing happen, through the actions that pages and commands use, and remember it."""
    number = history.numbers[what] if isinstance(what, int) else 0
    centres = history.world.centres
    if kind == "yes":
        rights.answer(number, centres[how], "family", share=True)
        history.said.append((next(history.clock), what, True, how))
    elif kind == "no":
        said_no(history, what, number, how)
        history.said.append((next(history.clock), what, False, None))
    elif kind == "join":
        actions.change_answer(number, Answer(True, SHARING_WORDING, "centre", "staff:1", centres[how]))
        actions.ask_to_join(number, centres[how], "1 Mill Lane", "email", "")
        history.said.append((next(history.clock), what, True, how))
    elif kind == "link" and what[0] != what[1]:
        link(history, frozenset(what), how)
    elif kind == "lost":
        actions.mark_lost(number)
        history.lost.add(what)
    elif kind == "ended":
        db.session.execute(update(SharingAgreement).values(state="ended"))
    elif kind == "merged":
        history.merged = True
        closed = db.session.get(Centre, centres["todmorden"])
        closed.participating_to, closed.successor_id = TODAY - timedelta(days=1), centres["elland"]
    elif kind == "told":
        for centre in centres.values():
            tell(centre, history.numbers)
    elif kind == "invited":
        invite(centres[how], Occasion("welcome"), FACTS, "staff:1", NOW, TODAY)
    db.session.flush()


def said_no(history, what, number, how):
    if how in ("visit", "telephone") and what == 0:
        write_down_answer(history.appointment.public_id, None, "staff:1", TODAY, share=False, route=how)
    elif how == "slip":
        actions.change_answer(number, Answer(False, SHARING_WORDING, "slip", "family"))
    else:
        rights.answer(number, None, "family", share=False)


def link(history, pair, wanted):
    """Let a run find two records, or find them no more, or a person decide on them, as the pages and the worker do."""
    one, other = sorted(history.numbers[each] for each in pair)
    stands = now_linked().get((one, other))
    if stands is not None and stands.method == "person":
        stands = same.take_back(stands.id, "staff:1", NOW)
    if wanted in ("found", "found no more") or stands is None:
        stands = run(one, other, {"found": 0.99, "found no more": 0.0}.get(wanted, 0.5))
    if wanted in ("linked", "apart"):
        same.decide(stands.id, same=wanted == "linked", reason="", actor="staff:1", now=NOW)
    place = history.numbers.index
    history.links = {frozenset({place(a), place(b)}): each.state for (a, b), each in now_linked().items()}


def now_linked():
    return {
        (row.a_id, row.b_id): row for row in db.session.query(FamilyLink).filter(FamilyLink.superseded_at.is_(None))
    }


def run(one, other, probability):
    """Let a run end that finds what was found before, and these two."""
    found = {pair: row.probability for pair, row in now_linked().items()} | {(one, other): probability}
    same.ask_run("staff:1")
    task = same.take_next()
    babies = [(f"{a}.0", f"{b}.0", likely) for (a, b), likely in found.items()]
    same.settle(task, Result((babies, [], []), exact_only=False), NOW)
    return now_linked().get((one, other))


def waiting(history, place):
    """Give the records to which a message of a centre waits to be sent."""
    rows = db.session.scalars(select(Message.details).where(Message.state == "queued"))
    centre = history.world.centres[place]
    return [history.numbers.index(row["family"]) for row in rows if row.get("centre_id") == centre]


def tell(centre, numbers):
    """Let a centre be told of whom it may be told of, as an export does."""
    from registration.families.queries import rulings

    actions.disclosed(rulings(centre, numbers, TODAY), "export", "staff:1", TODAY, centre_id=centre)


def told(history, place):
    """Give the records of which any surface, or the decision itself, tells a centre."""
    centre = history.world.centres[place]
    shown = set(reachable(centre, history.numbers, TODAY))
    for surface in surfaces().values():
        shown |= set(surface(centre, TODAY))
    return {history.numbers.index(number) for number in shown if number in history.numbers}


@pytest.fixture
def sunday(at):
    at("2026-11-22T09:00")


@given(steps=STEPS)
@example(steps=[("invited", None, "sunshine"), ("no", 3, "online"), ("link", (0, 3), "found")])
@example(steps=[("invited", None, "todmorden"), ("lost", 1, None), ("link", (1, 3), "linked")])
@settings(max_examples=18, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_no_centre_is_told_of_a_family_that_said_no_or_lost_its_baby(database, sunday, steps):
    database.commit()
    undone = database.get_bind().begin_nested()  # outside of the savepoints that the session itself keeps
    try:
        history = begun()
        for each in steps:
            step(history, *each)
            for place in PLACES:
                shown = told(history, place)
                assert [record for record in shown if history.must_not_be_told(record, place)] == [], (place, each)
                assert [record for record in waiting(history, place) if history.must_not_be_told(record, place)] == []
        assert broken_rows()["shared_against_answer"] == 0
    finally:
        database.rollback()
        database.expunge_all()
        undone.rollback()


def test_the_list_of_the_day_is_one_of_the_surfaces_and_tells_of_a_family_that_said_yes(database, sunday):
    history = begun()

    assert "day lists" in surfaces()
    assert surfaces()["day lists"](history.world.centres["sunshine"], TODAY) == {history.numbers[0]}
    assert told(history, "elland") == {1}
    assert told(history, "todmorden") == {2, 3}


def test_a_surface_that_tells_too_much_is_counted(app, database, sunday, monkeypatch):
    history = begun()
    rights.answer(history.numbers[0], None, "family", share=False)
    everybody = {"careless": lambda _centre, _today: history.numbers[:1]}
    monkeypatch.setitem(app.extensions, "shown_to_centres", everybody)

    assert broken_rows()["shared_against_answer"] == 4


def test_what_went_out_after_a_no_is_counted(database, sunday):
    from registration.families.rules import Ruling

    history = begun()
    number, centre = history.numbers[0], history.world.centres["sunshine"]
    actions.disclosed({number: Ruling.SAID_YES}, "export", "staff:1", TODAY, centre_id=centre)
    rights.answer(number, None, "family", share=False)
    assert broken_rows()["shared_against_answer"] == 0
    actions.disclosed({number: Ruling.SAID_YES}, "letter", "staff:1", TODAY, centre_id=centre)
    assert broken_rows()["shared_against_answer"] == 1
