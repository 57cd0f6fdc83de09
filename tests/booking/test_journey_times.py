"""Choosing a time, keeping it, losing it and choosing again."""

import re
from datetime import date, timedelta

import pytest
from sqlalchemy import text

from registration.booking.actions.holds import hold
from registration.booking.rules.requests import HoldRequest
from registration.common.db import db
from tests.booking.walking import Family
from tests.booking.world import (
    BORN,
    FRIDAY,
    LAST_LAWFUL,
    MONDAY,
    NOW,
    SATURDAY,
    TUESDAY,
    WEDNESDAY,
    at_time,
    make_world,
)


@pytest.fixture
def empty(database, at):
    at(NOW)
    return make_world()


@pytest.fixture
def world(empty):
    empty.weeks(count=1)
    return empty


@pytest.fixture
def family(client, empty):
    return lambda **answers: Family(client, empty, {step.replace("_", "-"): given for step, given in answers.items()})


def rows(family):
    """The times on the page as a family reads them, under the heading of their group."""
    found, heading = [], ""
    for item in family.page.select(".rs-times > div"):
        if "govuk-radios__divider" in item["class"]:
            heading = item.text.strip()
        else:
            found.append((heading, " ".join(item.get_text(" ").split())))
    return found


def held(database):
    return database.execute(text("SELECT begins_at, until FROM occupancy WHERE kind = 'hold'")).all()


def take(world, place, day, clock):
    """Another family keeps a time."""
    world_now = at_time(date(2026, 11, 22), "9:00")
    kept = hold(HoldRequest(world.centres[place], at_time(day, clock), (BORN,), interpreter=False), world_now)
    db.session.commit()
    return kept


def run_out(database):
    """Let everything that is kept run out."""
    database.execute(text("UPDATE occupancy SET until = clock_timestamp() - interval '1 second' WHERE kind = 'hold'"))


# -- what is shown


def test_the_soonest_near_the_family_and_other_choices_with_their_reasons(family, world):
    parent = family()
    parent.walk_to("time")
    assert "Your baby was born on 19 November. Register by Thursday 31 December, 39 days from now." in parent.text
    sunshine = "Sunshine Children’s Centre 0.6 miles · step-free"
    assert rows(parent) == [
        ("The soonest near you", f"Tue 24 November, 9:30am {sunshine} · Weighing clinic that day"),
        ("The soonest near you", f"Tue 24 November, 10am {sunshine} · Weighing clinic that day"),
        ("The soonest near you", f"Tue 24 November, 1pm {sunshine} · Weighing clinic that day"),
        ("The soonest near you", f"Fri 27 November, 9am {sunshine}"),
        ("Other choices", "Mon 23 November, 1pm Elland Children’s Centre 1 day sooner · 3 miles · step-free"),
        ("Other choices", "Sat 28 November, 10am Sunshine Children’s Centre a Saturday · 0.6 miles · step-free"),
        ("Other choices", "Thu 26 November, 5pm Elland Children’s Centre an evening · 3 miles · step-free"),
    ]
    assert parent.page.select_one(".rs-map svg")["aria-label"].startswith("Map: 2 places")
    assert not parent.page.select("input[checked]")


def test_without_a_postcode_there_is_no_distance(family, world):
    parent = family(postcode={"postcode": "", "skip": "1"})
    parent.walk_to("time")
    assert rows(parent)[0] == ("The soonest", "Mon 23 November, 1pm Elland Children’s Centre step-free")
    assert "Give a postcode" in parent.text
    parent.get("every-time?by=centre")
    assert "miles" not in parent.text


def test_without_a_postcode_the_soonest_of_all_places_stand_under_that_heading(family, world):
    parent = family(postcode={"postcode": "", "skip": "1"})
    parent.walk_to("time")
    under = [words for heading, words in rows(parent) if heading == "The soonest"]
    assert [words.split(",")[0] for words in under] == ["Mon 23 November"] * 2 + ["Tue 24 November"] * 2
    assert "sooner" not in parent.text


def test_a_day_after_the_time_that_is_kept_is_not_called_sooner(family, empty):
    empty.session("sunshine", "ann", TUESDAY, "9:30", "10:00")
    empty.session("elland", "bo", WEDNESDAY)
    empty.session("sunshine", "ann", FRIDAY)
    parent = family()
    parent.walk_to("contact")
    parent.get("time")
    assert "We are keeping Tue 24 November, 9:30am for you." in parent.text
    assert "Wed 25 November" in parent.text
    assert "sooner" not in parent.text


def test_on_the_last_lawful_days_the_nearest_office_is_offered_beside_a_centre_that_is_farther(family, empty):
    empty.session("office", "dev", MONDAY)
    empty.session("todmorden", "ann", MONDAY)
    born = MONDAY - timedelta(days=42)
    typed = {f"born-0-{part}": str(getattr(born, part)) for part in ("day", "month", "year")}
    parent = family(date_of_birth=typed)
    parent.walk_to("time")
    assert "Todmorden" in rows(parent)[0][1]
    office = [words for heading, words in rows(parent) if heading == "Other choices" and "Register Office" in words]
    assert len(office) == 1
    assert "the nearest today or tomorrow" in office[0]


def test_a_postcode_far_away_is_answered_by_distance(family, world):
    parent = family(postcode={"postcode": "OX1 1AA"})
    parent.walk_to("time")
    assert re.search(r"\d\d\d miles", parent.text)


def test_who_needs_no_steps_sees_such_places_first(family, empty):
    empty.session("todmorden", "ann", TUESDAY)
    empty.session("elland", "bo", FRIDAY)
    parent = family(postcode={"postcode": "OL14 5AG"}, access={"step_free": "y"})
    parent.walk_to("time")
    assert "Elland" in rows(parent)[0][1]


def test_a_place_where_the_family_s_language_is_spoken_is_named(family, empty):
    empty.session("sunshine", "ann", TUESDAY)
    empty.session("todmorden", "bo", FRIDAY)
    parent = family(language={"language": "other", "other": "pl"}, interpreter={"interpreter": "none"})
    parent.walk_to("time")
    assert (
        "Other choices",
        "Fri 27 November, 9am Todmorden Children’s Centre Polish is spoken there · 9.9 miles",
    ) in rows(parent)


def test_the_office_is_offered_where_no_centre_has_a_time_left(family, empty):
    empty.session("office", "dev", TUESDAY)
    empty.session("sunshine", "ann", LAST_LAWFUL + timedelta(days=1))
    parent = family()
    parent.walk_to("time")
    assert {heading for heading, _ in rows(parent)} == {"The soonest near you"}
    assert all("Halifax Register Office" in words and "register office" in words for _, words in rows(parent))


def test_late_times_are_shown_with_honest_words_where_nothing_is_left_in_time(family, empty):
    empty.session("sunshine", "ann", LAST_LAWFUL + timedelta(days=1))
    parent = family()
    parent.walk_to("time")
    assert "There is no free time left before Thursday 31 December." in parent.text
    assert "You can still register then" in parent.text
    assert rows(parent)[0][1].startswith("Fri 1 January, 9am")


def test_no_time_is_shown_that_only_the_registrar_general_could_allow(family, empty):
    empty.session("sunshine", "ann", TUESDAY, "9:00", "9:30")
    empty.session("sunshine", "ann", WEDNESDAY, "9:00", "9:30")
    parent = family(date_of_birth={"born-0-day": "24", "born-0-month": "11", "born-0-year": "2025"})
    parent.walk_to("time")
    assert [words[:15] for _, words in rows(parent)] == ["Tue 24 November"]


def test_with_no_time_at_all_the_family_is_asked_to_call(family, empty):
    parent = family()
    parent.walk_to("time")
    assert "There is no free time online just now. Call us and we will find one for you: 01632" in parent.text
    parent.post("time", {})
    assert "There is no free time online just now." in parent.text
    assert not parent.wrong
    for by in ("day", "centre", "late"):
        parent.get(f"every-time?by={by}")
        assert "no" in parent.text


def test_a_careful_council_advises_an_earlier_day_and_changes_no_date(family, world, app, monkeypatch):
    from dataclasses import replace

    from registration.common.authority import current_authority

    monkeypatch.setitem(app.config, "AUTHORITY", replace(current_authority(), caution_days=3))
    parent = family()
    parent.walk_to("time")
    assert "Register by Thursday 31 December" in parent.text
    assert "We advise you to come by Monday 28 December." in parent.text


def test_the_last_working_day_is_said_where_offices_are_closed_on_the_last(family, world):
    parent = family(date_of_birth={"born-0-day": "14", "born-0-month": "11", "born-0-year": "2026"})
    parent.walk_to("time")
    assert "Register by Saturday 26 December" in parent.text
    assert "The last working day before then is Thursday 24 December." in parent.text


# -- every time


def test_every_time_by_day_with_a_line_where_late_ones_begin(family, empty):
    empty.session("sunshine", "ann", TUESDAY, "9:00", "10:00")
    empty.session("elland", "bo", TUESDAY, "9:00", "9:30")
    empty.session("office", "dev", LAST_LAWFUL + timedelta(days=5), "9:00", "9:30")
    parent = family()
    parent.walk_to("time")
    parent.get("every-time?by=day")
    body = parent.text[parent.text.index("Every time, by day") :]
    order = [
        "Tuesday 24 November",
        "Sunshine",
        "2 times",
        "9am",
        "9:30am",
        "Elland",
        "1 time",
        "After this",
        "Tuesday 5 January",
        "Halifax",
    ]
    places = [body.index(words) for words in order[:2]] + [
        body.index(words, body.index(order[1])) for words in order[2:]
    ]
    assert places == sorted(places)
    assert "After this you would be past the 42 days; you can still register." in body
    parent.post("time", {"time": parent.page.select_one("button.rs-chip")["value"]})
    assert parent.step == "contact"


def test_every_time_at_one_centre_and_only_evenings_and_saturdays(family, world):
    parent = family()
    parent.walk_to("time")
    parent.get("every-time?by=centre")
    listed = [link.text for link in parent.page.select("main ul.govuk-list a")]
    assert listed[0].startswith("Sunshine")
    assert listed[-1] == "Halifax Register Office, 0.1 miles", "the office last, though it is nearest"
    parent.get(parent.page.find("a", string=re.compile("Todmorden"))["href"])
    assert "Every time at Todmorden Children’s Centre" in parent.text
    assert [chip.text for chip in parent.page.select(".rs-chip")] == [
        "10am",
        "10:30am",
        "11am",
        "11:30am",
        "midday",
        "12:30pm",
    ]
    parent.get("every-time?by=late")
    headings = [heading.text for heading in parent.page.select("main h2")]
    assert headings == ["Thursday 26 November", "Saturday 28 November"]
    assert [chip.text for chip in parent.page.select(".rs-chip")][:4] == ["5pm", "5:30pm", "6pm", "6:30pm"]


def test_many_days_are_divided_into_pages(family, empty):
    for week in range(4):
        for days in range(5):
            empty.session("sunshine", "ann", MONDAY + timedelta(days=7 * week + days), "9:00", "17:00")
    parent = family()
    parent.walk_to("time")
    seen = []
    parent.get("every-time?by=day")
    while True:
        seen += [heading.text for heading in parent.page.select("main h2")]
        onward = parent.page.find("a", rel="next")
        if onward is None:
            break
        parent.get(onward["href"])
    assert len(seen) == len(set(seen)) == 20
    parent.get("every-time?by=day&page=99")
    assert parent.page.select(".rs-chip"), "a page beyond the last is the last"
    parent.get("every-time?by=nonsense&page=x&centre=y")
    assert parent.page.select(".rs-chip")


def test_every_time_is_not_shown_before_it_may_be(family, world):
    parent = family()
    parent.get("every-time")
    assert parent.step == "where-born"


def test_a_family_that_is_late_sees_the_soonest_of_all_places_first(family, world):
    late = {"born-0-day": "1", "born-0-month": "10", "born-0-year": "2026"}
    parent = family(**{"date-of-birth": late})
    parent.walk_to("time")
    assert parent.page.select_one("input[name=time]")["value"] == parent.time("elland", MONDAY, "13:00")
    assert "The soonest near you" not in parent.text


# -- keeping a time


def test_a_chosen_time_is_kept_and_the_page_says_until_when(family, world, database):
    parent = family()
    parent.walk_to("contact")
    assert re.search(r"We are keeping Tuesday 24 November at 9:30am for you until \d+:?\d*[ap]m\.", parent.text)
    assert [one.begins_at for one in held(database)] == [at_time(TUESDAY, "9:30")]
    seconds = int(parent.page.select_one("[data-seconds-left]")["data-seconds-left"])
    assert 590 < seconds <= 600


def test_another_choice_lets_the_first_go(family, world, database):
    parent = family()
    parent.walk_to("contact")
    parent.get("time")
    assert "We are keeping Tue 24 November, 9:30am for you." in parent.text
    assert parent.page.find("a", string="Go on with this time")["href"] == "/book/contact"
    parent.post("time", {"time": parent.time("todmorden", WEDNESDAY, "10:00")})
    assert [one.begins_at for one in held(database)] == [at_time(WEDNESDAY, "10:00")]


def test_the_same_time_chosen_twice_stays_kept_as_it_was(family, world, database):
    parent = family()
    parent.walk_to("contact")
    before = held(database)
    parent.post("time")
    assert parent.step == "contact"
    assert held(database) == before


def test_a_time_taken_meanwhile_is_said_so_and_others_are_offered(family, world, database):
    parent = family()
    parent.walk_to("time")
    take(world, "sunshine", TUESDAY, "9:30")
    parent.post("time")
    assert parent.wrong == ["Someone else has just taken this time. Choose another time."]
    groups = [heading for heading, _ in rows(parent)]
    assert list(dict.fromkeys(groups)) == ["Other times that day", "Other days at the same centre", "Other centres"]
    assert rows(parent)[0][1].startswith("Tue 24 November, 10am")
    assert "register office" in rows(parent)[-1][1], "offices come after the centres, however near"


def test_a_refused_choice_leaves_the_time_kept_before(family, world, database):
    parent = family()
    parent.walk_to("contact")
    take(world, "sunshine", TUESDAY, "10:00")
    parent.post("time", {"time": parent.time("sunshine", TUESDAY, "10:00")})
    assert parent.wrong
    parent.get("contact")
    assert "We are keeping Tuesday 24 November at 9:30am" in parent.text
    assert len(held(database)) == 2


@pytest.mark.parametrize("value", ["999.29000000", "1.1", "999999999.29900000"])
def test_a_time_that_is_none_is_refused_with_a_sentence(family, world, value):
    parent = family(time={"time": value})
    parent.walk_to("time")
    parent.post("time")
    assert parent.wrong == ["We do not offer this time. Choose another time."]


def test_a_birthday_while_on_the_way_leads_to_the_telephone(family, world, at):
    parent = family(date_of_birth={"born-0-day": "22", "born-0-month": "11", "born-0-year": "2025"})
    parent.walk_to("time")
    at("2026-11-23T09:00")
    parent.post("time")
    assert parent.path == "/book/call-us/twelve-months"


def test_ten_more_minutes_keep_what_was_typed(family, world, database):
    parent = family()
    parent.walk_to("contact")
    database.execute(text("UPDATE occupancy SET until = clock_timestamp() + interval '1 minute'"))
    parent.post("contact", {"name": "Aoife", "email": "not yet", "keep": "1"})
    assert parent.step == "contact"
    assert not parent.wrong
    assert parent.page.find(id="email")["value"] == "not yet"
    assert int(parent.page.select_one("[data-seconds-left]")["data-seconds-left"]) > 590


def test_a_time_is_kept_anew_ten_times_and_then_no_more(family, world, database):
    parent = family()
    parent.walk_to("check")
    for _ in range(10):
        assert parent.page.select("button[name=keep]")
        parent.post("check", {"keep": "1"})
    assert not parent.page.select("button[name=keep]")
    before = held(database)
    parent.post("check", {"keep": "1"})
    assert held(database) == before


# -- a kept time that ran out


def test_a_time_that_ran_out_is_said_so_and_the_answers_stay(family, world, database):
    parent = family()
    parent.walk_to("share")
    run_out(database)
    parent.get("share")
    assert (
        "We could keep Tuesday 24 November at 9:30am for you only for a few minutes, and they are over." in parent.text
    )
    parent.post("share", {"keep": "1"})
    assert "We are keeping Tuesday 24 November at 9:30am for you until" in parent.text
    parent.get("contact")
    assert parent.page.find(id="name")["value"] == "Aoife O’Brien"


def test_going_on_keeps_a_time_that_ran_out_and_is_still_free(family, world, database):
    parent = family()
    parent.walk_to("contact")
    run_out(database)
    parent.post("contact")
    assert parent.step == "share"
    assert "We are keeping Tuesday 24 November at 9:30am" in parent.text


@pytest.mark.parametrize("sent", [{"share": "yes"}, {"keep": "1"}])
def test_a_time_that_ran_out_and_was_taken_leads_to_what_is_left(family, world, database, sent):
    parent = family()
    parent.walk_to("share")
    run_out(database)
    take(world, "sunshine", TUESDAY, "9:30")
    parent.post("share", sent)
    assert parent.step == "time"
    assert "We are no longer keeping Tue 24 November, 9:30am for you. Your answers are still here." in parent.text
    assert rows(parent)[0] == (
        "Other times that day",
        "Tue 24 November, 10am Sunshine Children’s Centre 0.6 miles · step-free · Weighing clinic that day",
    )
    parent.post("time", {"time": parent.time("sunshine", TUESDAY, "10:00")}, query="?change=1")
    assert parent.step == "join" if "share" in sent else "share", "and then back to where the family was"
    parent.book()
    assert parent.path.endswith("/booked")


def test_the_last_page_books_a_time_that_ran_out_and_is_still_free(family, world, database):
    parent = family()
    parent.walk_to("check")
    run_out(database)
    parent.post("check")
    assert parent.path.endswith("/booked")


def test_the_last_page_books_nothing_when_the_time_was_taken(family, world, database):
    parent = family()
    parent.walk_to("check")
    run_out(database)
    take(world, "sunshine", TUESDAY, "9:30")
    parent.post("check")
    assert parent.step == "time"
    assert database.execute(text("SELECT count(*) FROM booking")).scalar_one() == 0
    parent.post("time", {"time": parent.time("sunshine", SATURDAY, "10:00")}, query="?change=1")
    assert parent.step == "check"
    parent.post("check")
    assert parent.path.endswith("/booked")


def test_the_same_time_again_is_offered_first_where_it_is_still_free(family, world, database):
    parent = family()
    parent.walk_to("contact")
    run_out(database)
    parent.get("time")
    again, *others = rows(parent)
    assert again == (
        "The time you had is still free",
        "Tue 24 November, 9:30am Sunshine Children’s Centre 0.6 miles · step-free · Weighing clinic that day",
    )
    assert others[0][1].startswith("Tue 24 November, 10am"), "the same is not listed twice"
    assert parent.page.find("a", string="by day")


# -- answers that change how long it takes


def test_another_baby_keeps_the_time_where_it_is_long_enough(family, world, database):
    parent = family()
    parent.walk_to("check")
    two = {
        f"born-{n}-{part}": value for n in (0, 1) for part, value in (("day", "19"), ("month", "11"), ("year", "2026"))
    }
    parent.post("date-of-birth", two, query="?change=1")
    assert parent.step == "check"
    span = database.execute(text("SELECT ends_at - begins_at FROM occupancy WHERE kind = 'hold'")).scalar_one()
    assert span == timedelta(hours=1)


def test_another_baby_gives_up_a_time_that_is_too_short_and_says_why(family, world, database):
    parent = family()
    parent.walk_to("check")
    take(world, "sunshine", TUESDAY, "10:00")
    two = {
        f"born-{n}-{part}": value for n in (0, 1) for part, value in (("day", "19"), ("month", "11"), ("year", "2026"))
    }
    parent.post("date-of-birth", two, query="?change=1")
    assert parent.step == "time"
    assert "Your answers changed how long the appointment takes" in parent.text
    assert len(held(database)) == 1, "only the other family's"
    parent.post("time", {"time": parent.time("sunshine", FRIDAY, "9:00")}, query="?change=1")
    assert parent.step == "check"


def test_an_earlier_birth_gives_up_a_time_that_is_late_now_and_says_why(family, empty, database):
    empty.session("sunshine", "ann", TUESDAY)
    empty.session("elland", "bo", LAST_LAWFUL)
    parent = family(time={"time": f"{empty.centres['elland']}.{int(at_time(LAST_LAWFUL, '9:00').timestamp()) // 60}"})
    parent.walk_to("check")
    parent.post("date-of-birth", {"born-0-day": "18", "born-0-month": "11", "born-0-year": "2026"}, query="?change=1")
    assert parent.step == "time"
    assert "The time you had is after the last day to register." in parent.text
    assert held(database) == []


def test_one_client_cannot_keep_every_time(family, world, app, monkeypatch):
    from registration.booking.actions import holds

    monkeypatch.setitem(app.config, "RATE_LIMITS", value=True)
    monkeypatch.setattr(holds, "MOST_HOLDS", 0)
    parent = family()
    parent.walk_to("time")
    parent.post("time")
    assert parent.wrong == ["Too many times are being kept from where you are. Wait a few minutes, or call us."]
