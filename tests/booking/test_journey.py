"""The questions from the start page to the booking, as a browser without a screen walks through them."""

from datetime import date, timedelta

import pytest
from sqlalchemy import text

from tests.booking.world import NOW, TUESDAY, at_time, make_world


@pytest.fixture
def world(database, at):
    at(NOW)
    made = make_world()
    made.weeks(count=6)
    return made


def row(database, sql, **values):
    return database.execute(text(sql), values).one()


BOOKED = """
SELECT b.*, f.name, f.email, f.mobile, f.second_contact, f.born, f.language, f.locale, f.interpreter, f.access_needs,
       a.share, a.wording_version, a.route, j.address AS joined
  FROM booking b JOIN family f ON f.id = b.family_id JOIN sharing_answer a ON a.family_id = f.id
  LEFT JOIN centre_sign_up j ON j.family_id = f.id
"""
UNMARRIED = {"married": "no"}


def test_a_married_mother_books_in_three_minutes(family, database):
    aoife = family()
    aoife.get("/")
    assert "A baby born today must be registered by Sunday 3 January." in aoife.text
    steps = aoife.walk_to("check")
    assert " ".join(steps) == (
        "where-born date-of-birth married who-is-coming language access postcode time contact share join check"
    )
    aoife.post("check")
    assert aoife.path.endswith("/booked")
    made = row(database, BOOKED)
    assert (made.name, made.email, made.mobile) == ("Aoife O’Brien", "aoife@example.org", None)
    assert (made.kind, made.channel, made.attending) == ("registration", "online", "mother")
    assert made.begins_at == at_time(TUESDAY, "9:30")
    assert (made.share, made.wording_version, made.route, made.joined) == (True, "2026-11-23", "online", None)
    assert row(database, "SELECT count(*) FROM message WHERE template = 'booking_confirmed'").count == 1
    left = row(database, "SELECT answers, booking_id FROM journey")
    assert (left.answers, left.booking_id) == ({}, made.id), "answers are not kept twice"


def test_the_confirmation_opens(family):
    aoife = family()
    aoife.book()
    aoife.get(aoife.path)
    assert "Your appointment is booked" in aoife.text


def test_the_book_address_leads_to_the_first_question(family):
    anyone = family()
    anyone.get("/book")
    assert anyone.step == "where-born"


def test_everything_that_was_asked_reaches_the_registrar(family, database):
    asha = family(
        language={"language": "other", "other": "ur"},
        interpreter={"interpreter": "bring"},
        access={"step_free": "y", "needs": " A quiet room "},
        contact={"name": " Asha  Khan ", "email": "", "mobile": "07700 900982", "second_contact": "Bilal@Example.org"},
        share={"share": "yes"},
        join={"join": "yes", "address": "3 Mill Lane\nHalifax", "preference": "text", "visit_needs": "Two prams"},
    )
    asha.book()
    made = row(database, BOOKED)
    assert (made.name, made.email, made.mobile) == ("Asha Khan", None, "+447700900982")
    assert made.second_contact == "Bilal@example.org"
    assert (made.language, made.interpreter) == ("ur", True)
    assert made.access_needs.splitlines() == [
        "Needs a place without steps.",
        "Brings an adult who speaks English.",
        "A quiet room",
    ]
    assert made.joined == "3 Mill Lane\nHalifax"
    assert (made.ends_at - made.begins_at).total_seconds() == 45 * 60, "an interpreter makes it longer"


def test_twins_are_registered_in_one_longer_appointment_and_the_earlier_one_governs(family, database):
    twins = family()
    twins.get("date-of-birth")
    twins.walk_to("date-of-birth")
    first = {"born-0-day": "20", "born-0-month": "nov", "born-0-year": "2026"}
    twins.post("date-of-birth", {**first, "add": "1"})
    assert twins.page.find(id="born-0-month")["value"] == "nov", "what was typed stays"
    assert "When were your babies born?" in twins.text
    assert not twins.wrong, "a box just added is not wrong yet"
    twins.post("date-of-birth", {**first, "born-1-day": "19", "born-1-month": "11", "born-1-year": "2026"})
    twins.walk_to("time")
    assert "The first of your babies was born on 19 November. Register by Thursday 31 December, 39 days" in twins.text
    twins.book()
    made = row(database, BOOKED)
    assert [born.day for born in made.born] == [19, 20]
    assert (made.ends_at - made.begins_at).total_seconds() == 60 * 60


def dates(*births):
    """Give what the boxes of the page send for babies of some days."""
    return {
        f"born-{number}-{part}": str(getattr(born, part))
        for number, born in enumerate(births)
        for part in ("day", "month", "year")
    }


def test_more_babies_than_the_page_takes_are_never_cut_without_a_word(family):
    parent = family()
    parent.walk_to("date-of-birth")
    parent.post("date-of-birth", dates(*[date(2026, 11, 19)] * 11))
    assert parent.step == "date-of-birth"
    assert parent.wrong == ["You can book for up to 6 babies here. For more, call 01632 960100."]
    parent.post("date-of-birth", dates(*[date(2026, 11, 19)] * 6))
    assert parent.step == "married"


def test_dates_far_apart_are_to_be_checked_once_and_then_taken(family):
    parent = family()
    parent.walk_to("date-of-birth")
    parent.post("date-of-birth", dates(date(2026, 10, 10), date(2026, 11, 19)))
    assert parent.wrong == ["These dates are 40 days apart. Check them. If they are right, continue."]
    assert parent.page.select_one(".govuk-error-summary a")["href"] == "#born-1-day"
    parent.post("date-of-birth", dates(date(2026, 10, 11), date(2026, 11, 19)))
    assert parent.wrong == ["These dates are 39 days apart. Check them. If they are right, continue."]
    parent.post("date-of-birth", dates(date(2026, 10, 11), date(2026, 11, 19)))
    assert parent.step == "married"
    parent.get("date-of-birth")
    parent.post("date-of-birth", dates(date(2026, 10, 11), date(2026, 11, 19)))
    assert parent.step == "married", "what was checked is not asked again"


@pytest.mark.parametrize(("days", "step"), [(7, "married"), (8, "date-of-birth")])
def test_dates_up_to_a_week_apart_are_taken_as_they_are(family, days, step):
    parent = family()
    parent.walk_to("date-of-birth")
    parent.post("date-of-birth", dates(date(2026, 11, 19), date(2026, 11, 19) - timedelta(days=days)))
    assert parent.step == step


@pytest.mark.parametrize("born", [date(1800, 1, 1), date(2016, 11, 19), date(2024, 11, 20)])
def test_a_year_long_ago_is_to_be_checked(family, born):
    parent = family()
    parent.walk_to("date-of-birth")
    parent.post("date-of-birth", dates(born))
    assert parent.wrong == ["Check the year"]
    assert [box["name"] for box in parent.page.select("input.govuk-input--error")] == ["born-0-year"]


def test_up_to_two_years_after_the_birth_the_family_is_asked_to_call(family):
    parent = family()
    parent.walk_to("date-of-birth")
    parent.post("date-of-birth", dates(date(2024, 11, 21)))
    assert "Your baby was born more than 12 months ago." in parent.text


def test_a_baby_too_many_is_taken_away_and_the_others_stay(family):
    twins = family()
    twins.walk_to("date-of-birth")
    days = {
        f"born-{number}-{part}": value
        for number, day in enumerate("789")
        for part, value in (("day", day), ("month", "11"), ("year", "2026"))
    }
    twins.post("date-of-birth", {**days, "remove": "1"})
    assert [box["value"] for box in twins.page.select("input[name$=-day]")] == ["7", "9"]
    twins.post("date-of-birth", {f"born-{n}-day": "1" for n in range(6)} | {"add": "1"})
    assert len(twins.page.select("input[name$=-day]")) == 6
    assert not twins.page.select("button[name=add]"), "six are the most"
    assert "You can book for up to 6 babies here. For more, call 01632 960100." in twins.text
    twins.post("date-of-birth", {"born-0-day": "1", "remove": "0"})
    assert len(twins.page.select("input[name$=-day]")) == 1, "one baby always stays"


@pytest.mark.parametrize("name", ["born-²-day", "born-" + "9" * 5000 + "-day", "born-x-day", "born-"])
def test_a_box_that_is_none_of_ours_is_passed_over(family, name):
    parent = family()
    parent.walk_to("date-of-birth")
    parent.post("date-of-birth", parent.answers["date-of-birth"] | {name: "1"})
    assert parent.step == "married"


# -- who must come


def test_unmarried_parents_who_come_together_need_no_papers(family, database):
    both = family(married=UNMARRIED, who_is_coming={"who": "both"})
    assert "papers" not in both.walk_to("check")
    assert "Both parents must come together" in both.text
    both.post("check")
    made = row(database, BOOKED)
    assert (made.married_or_civil_partners, made.both_parents_named, made.attending) == (False, True, "both")


def test_an_unmarried_father_alone_is_told_what_he_needs_before_he_sees_a_time(family):
    father = family(married=UNMARRIED, who_is_coming={"who": "other_parent"}, papers={"plan": "papers"})
    steps = father.walk_to("papers")
    assert "time" not in steps
    assert "You cannot register on your own without one of these papers" in father.text
    assert "a parental responsibility agreement" in father.text
    father.get("time")
    assert father.step == "papers", "no time is shown before"
    father.walk_to("check")
    assert "with one of the papers below" in father.text


def test_he_may_rather_come_together_with_the_mother(family):
    father = family(married=UNMARRIED, who_is_coming={"who": "other_parent"}, papers={"plan": "both"})
    assert "papers" in father.walk_to("check")
    assert "Both parents must come together" in father.text


def test_a_mother_alone_may_be_the_only_one_named(family, database):
    mother = family(married=UNMARRIED, who_is_coming={"who": "mother"}, papers={"plan": "only-mother"})
    mother.walk_to("papers")
    assert "both need to come" in mother.text
    mother.book()
    made = row(database, BOOKED)
    assert (made.both_parents_named, made.attending) == (False, "mother")


@pytest.mark.parametrize(("plan", "ends"), [("mother", ("mother", False)), ("both", ("both", False))])
def test_a_father_cannot_come_alone_when_only_the_mother_is_named(family, database, plan, ends):
    father = family(
        married=UNMARRIED, both_parents={"both": "no"}, who_is_coming={"who": "other_parent"}, papers={"plan": plan}
    )
    father.walk_to("papers")
    assert "The mother needs to come" in father.text
    father.book()
    made = row(database, BOOKED)
    assert (made.attending, made.both_parents_named) == ends


def test_or_he_may_be_named_too_and_then_hears_what_he_needs(family):
    father = family(
        married=UNMARRIED,
        both_parents={"both": "no"},
        who_is_coming={"who": "other_parent"},
        papers={"plan": "name-both"},
    )
    father.walk_to("papers")
    father.post("papers")
    assert father.step == "papers"
    assert "You cannot register on your own without one of these papers" in father.text


# -- where the baby was born


@pytest.mark.parametrize("place", ["Huddersfield Royal Infirmary", None])
def test_a_birth_in_another_district_is_explained_and_booked_as_a_declaration(family, database, world, place):
    value = f"place-{world.hospitals[place]}" if place else "england-or-wales"
    guest = family(where_born={"place": value})
    guest.get("where-born")
    guest.post("where-born")
    assert "You can still come to a centre near you" in guest.text
    assert ("Your baby was born in the district of Kirklees." in guest.text) is bool(place)
    assert "7 to 10 days" in guest.text
    guest.book()
    assert row(database, BOOKED).kind == "declaration"


def test_a_birth_at_home_in_the_district_is_a_registration(family, database):
    family(where_born={"place": "home-1"}).book()
    assert row(database, BOOKED).kind == "registration"


@pytest.mark.parametrize(
    ("step", "given", "end", "words"),
    [
        ("where-born", {"place": "abroad"}, "abroad", "registered where it happened"),
        (
            "date-of-birth",
            {"born-0-day": "21", "born-0-month": "11", "born-0-year": "2025"},
            "twelve-months",
            "Your baby was born more than 12 months ago. You can still register.",
        ),
    ],
)
def test_what_no_centre_can_do_ends_kindly_with_the_number(family, database, step, given, end, words):
    someone = family(**{step.replace("-", "_"): given})
    someone.walk_to(step)
    someone.post(step)
    assert someone.path == f"/book/call-us/{end}"
    assert words in someone.text
    assert "01632" in someone.text
    assert "too late" not in someone.text.lower()


def test_loss_is_met_without_a_word_of_birth_s_joy(family):
    parent = family()
    for page in ("/", "/book/where-born"):
        parent.get(page)
        assert "stillborn or has died" in parent.text
    parent.get("/book/call-us/loss")
    assert "We are very sorry" in parent.text
    assert "01632" in parent.text
    assert "Register your baby" not in str(parent.page)
    assert "congratul" not in str(parent.page).lower()


def test_other_families_are_shown_the_telephone(family):
    other = family()
    other.walk_to("married")
    other.get(other.page.find("a", string="Our situation is different")["href"])
    assert "surrogate" in other.text
    assert "01632" in other.text


@pytest.mark.parametrize(
    ("born", "sentence"),
    [
        (("", "", ""), "Enter your baby’s date of birth"),
        (("19", "", "2026"), "Date of birth must include a month"),
        (("31", "2", "2026"), "Date of birth must be a real date"),
        (("23", "11", "2026"), "Date of birth must be today or in the past"),
    ],
)
def test_a_date_that_cannot_be_is_said_so(family, born, sentence):
    parent = family()
    parent.walk_to("date-of-birth")
    parent.post("date-of-birth", dict(zip(("born-0-day", "born-0-month", "born-0-year"), born, strict=True)))
    assert parent.wrong == [sentence]
    assert parent.page.find(id="born-0-day").get("value", "") == born[0]


@pytest.mark.parametrize(("language", "baby"), [("en", "Baby"), ("pl", "Dziecko"), ("ur", "بچہ")])
def test_what_is_wrong_with_one_date_of_several_names_the_baby(family, language, baby):
    twins = family()
    twins.walk_to("date-of-birth")
    given = {"born-0-day": "31", "born-0-month": "2", "born-0-year": "2026"}
    given |= {"born-1-day": "30", "born-1-month": "2", "born-1-year": "2026"}
    twins.get(f"/book/date-of-birth?lang={language}")
    twins.post("date-of-birth", given)
    first, second = (link.text for link in twins.page.select(".govuk-error-summary a"))
    assert first.removeprefix(f"{baby} 1: ") == second.removeprefix(f"{baby} 2: ") != first
    twins.post("date-of-birth", given | {"born-0-month": "3"})
    assert [link.text for link in twins.page.select(".govuk-error-summary a")] == [second]


def test_a_late_birth_is_never_refused(family, database):
    late = family(date_of_birth={"born-0-day": "1", "born-0-month": "9", "born-0-year": "2026"})
    late.walk_to("time")
    assert "You should register now." in late.text
    assert "You can still register: choose the first time that suits you." in late.text
    assert "too late" not in late.text.lower()
    late.book()
    assert row(database, BOOKED).state == "booked"


# -- wrong or missing answers


@pytest.mark.parametrize(
    ("step", "given", "sentences"),
    [
        ("where-born", {}, ["Choose where your baby was born"]),
        ("where-born", {"place": "the moon"}, ["Choose where your baby was born"]),
        ("married", {}, ["Choose yes if you were married or in a civil partnership with each other"]),
        ("who-is-coming", {"who": "uncle"}, ["Choose who is coming"]),
        ("language", {}, ["Choose a language"]),
        ("language", {"language": "other", "other": ""}, ["Choose which language"]),
        ("language", {"language": "other", "other": "tlh"}, ["Choose which language"]),
        ("access", {"needs": "x" * 501}, ["This must be 500 letters or fewer"]),
        (
            "access",
            {"needs": "a\x00b"},
            ["This has a character we cannot keep. Type it again without copying and pasting."],
        ),
        ("postcode", {}, ["Enter your postcode, or choose “Show every centre”"]),
        ("postcode", {"postcode": "Halifax"}, ["Enter a full UK postcode, like HX1 1UJ"]),
        (
            "postcode",
            {"postcode": "HX99 9ZZ"},
            ["We cannot find this postcode. Check it, or choose “Show every centre”."],
        ),
        ("time", {}, ["Choose a time"]),
        ("time", {"time": "soon"}, ["Choose a time"]),
        ("contact", {}, ["Enter your full name", "Enter an email address or a mobile number"]),
        (
            "contact",
            {"name": "Jo", "email": "jo"},
            ["Enter an email address in the correct format, like name@example.com"],
        ),
        (
            "contact",
            {"name": "Jo", "mobile": "01632 960100"},
            ["Enter a mobile number, like 07700 900 982 or +44 7700 900 982"],
        ),
        (
            "contact",
            {"name": "Jo <b>Bold</b>", "email": "jo@example.org"},
            ["Your name must only have letters, spaces, hyphens, apostrophes and full stops"],
        ),
        ("contact", {"name": "J" * 201, "email": "jo@example.org"}, ["Your name must be 200 letters or fewer"]),
        (
            "contact",
            {"name": "Jo", "email": "jo@example.org", "second_contact": "x"},
            ["Enter an email address or a mobile number"],
        ),
        ("share", {}, ["Choose yes if the centre may have your details"]),
        ("join", {"join": "yes"}, ["Enter your address", "Choose how the centre should contact you"]),
    ],
)
def test_a_missing_or_wrong_answer_is_said_in_the_summary_and_beside_its_box(family, step, given, sentences):
    parent = family()
    parent.walk_to(step)
    parent.post(step, given)
    assert parent.step == step
    assert parent.wrong == sentences
    for name, value in given.items():
        box = parent.page.find(attrs={"name": name, "type": ["text", "email", "tel"]})
        assert box is None or box["value"] == value, "what was typed stays"


@pytest.mark.parametrize("step", ["both-parents", "papers", "interpreter"])
def test_the_rarer_questions_want_an_answer_too(family, step):
    parent = family(
        married=UNMARRIED, who_is_coming={"who": "other_parent"}, language={"language": "other", "other": "pl"}
    )
    parent.walk_to(step)
    parent.post(step, {})
    assert parent.step == step
    assert len(parent.wrong) == 1


# -- sharing


def test_neither_answer_on_sharing_is_chosen_for_the_family(family):
    parent = family()
    parent.walk_to("share")
    assert "May Sunshine Children’s Centre have your details?" in parent.text
    assert not parent.page.select("input[name=share][checked]")


def test_no_is_kept_as_no_and_joining_is_not_asked(family, database):
    parent = family(share={"share": "no"})
    assert "join" not in parent.walk_to("check")
    parent.post("check")
    assert row(database, BOOKED).share is False


def test_the_words_of_the_sharing_question_belong_to_their_version(family):
    from hashlib import sha256

    from registration.families.rules import SHARING_WORDING

    parent = family()
    parent.walk_to("share")
    words = " ".join(paragraph.text for paragraph in parent.page.select("form p, form li"))
    found = sha256(" ".join(words.split()).encode()).hexdigest()[:12]
    assert (SHARING_WORDING, found) == ("2026-11-23", "815d8504dc00"), "other words need a new version"


# -- back, change, early


def test_back_leads_page_by_page_to_the_start(family):
    parent = family(
        where_born={"place": "england-or-wales"},
        married=UNMARRIED,
        papers={"plan": "papers"},
        language={"language": "other", "other": "pl"},
    )
    steps = parent.walk_to("check")
    seen = []
    while parent.step:
        seen.append(parent.step)
        parent.get(parent.page.find(class_="govuk-back-link")["href"])
    assert seen == steps[::-1]
    assert parent.path == "/"


def test_a_page_visited_again_shows_the_answer_given(family):
    parent = family(language={"language": "other", "other": "pl"}, access={"step_free": "y", "needs": "Quiet"})
    parent.walk_to("check")
    for step, box in {
        "where-born": "input[name=place][checked]",
        "married": "input[value=yes][checked]",
        "who-is-coming": "input[value=mother][checked]",
        "language": "option[value=pl][selected]",
        "access": "input[name=step_free][checked]",
        "postcode": "input[value='HX1 1UZ']",
        "contact": "input[value='Aoife O’Brien']",
        "share": "input[value=yes][checked]",
    }.items():
        parent.get(step)
        assert parent.step == step
        assert parent.page.select(box), step
    parent.get("date-of-birth")
    assert [box["value"] for box in parent.page.select("input[id^=born]")] == ["19", "11", "2026"]


def test_a_page_opened_too_early_leads_to_the_first_question_open(family):
    parent = family()
    parent.get("check")
    assert parent.step == "where-born"
    parent.walk_to("language")
    parent.get("contact")
    assert parent.step == "language"
    parent.post("contact")
    assert parent.step == "language", "nor can an answer be sent there"
    parent.get("both-parents")
    assert parent.step == "language", "a question not asked of this family"


def test_a_changed_answer_leads_back_to_check(family):
    parent = family()
    parent.walk_to("check")
    change = next(link for link in parent.page.find_all("a") if link.text.startswith("Change") and "Name" in link.text)
    parent.get(change["href"])
    assert parent.page.find(class_="govuk-back-link")["href"] == "/book/check"
    parent.post("contact", {"name": "Aoife Byrne", "email": "aoife@example.org"}, query="?change=1")
    assert parent.step == "check"
    assert "Aoife Byrne" in parent.text


def test_a_change_that_opens_other_questions_asks_them_and_then_returns(family):
    parent = family(papers={"plan": "papers"})
    parent.walk_to("check")
    parent.get("married?change=1")
    parent.post("married", UNMARRIED, query="?change=1")
    assert parent.step == "both-parents"
    parent.post("both-parents", {"both": "yes"}, query="?change=1")
    assert parent.step == "papers"
    parent.post("papers", query="?change=1")
    assert parent.step == "check"


def test_every_answer_has_a_link_to_change_it(family):
    parent = family(
        where_born={"place": "england-or-wales"},
        married=UNMARRIED,
        who_is_coming={"who": "both"},
        language={"language": "other", "other": "pl"},
    )
    parent.walk_to("check")
    links = {link["href"] for link in parent.page.select(".govuk-summary-list a")}
    steps = "where-born date-of-birth married both-parents who-is-coming language interpreter access postcode time contact share"
    assert links == {f"/book/{step}?change=1" for step in [*steps.split(), "join"]}


# -- what is never done


def test_looking_changes_nothing(family, database):
    parent = family()
    for page in ("/", "/book", "/book/where-born", "/book/call-us/loss", "/book/time", "/book/every-time"):
        parent.get(page)
    assert row(database, "SELECT count(*) FROM journey").count == 0
    parent.walk_to("check")
    before = row(database, "SELECT answers, changed_at FROM journey")
    for page in ("time", "every-time", "check", "date-of-birth"):
        parent.get(page)
    assert row(database, "SELECT answers, changed_at FROM journey") == before


def test_nothing_is_asked_that_the_register_itself_holds(family):
    parent = family(
        where_born={"place": "england-or-wales"},
        married=UNMARRIED,
        who_is_coming={"who": "other_parent"},
        language={"language": "other", "other": "pl"},
    )
    asked = set()
    parent.get("where-born")
    while True:
        asked |= {box["name"] for box in parent.page.select("#answers [name]")}
        if parent.step == "check":
            break
        parent.post(parent.step)
    parts = {f"born-0-{part}" for part in ("day", "month", "year")}
    others = (
        "add address both checked email interpreter join kept language married mobile name needs other place plan postcode"
        " preference second_contact seen share skip step_free time visit_needs who"
    )
    assert asked == parts | set(others.split())


def test_no_page_may_be_kept_by_a_cache(family, client):
    parent = family()
    parent.walk_to("married")
    assert client.get("/book/married").headers["Cache-Control"] == "no-store"


# -- the same birth twice


def test_a_second_try_sends_the_link_and_shows_nothing_of_the_first(family, client, database):
    family().book()
    client.delete_cookie("session")
    again = family(time={"time": ""})
    again.answers["time"] = {"time": again.time("elland", TUESDAY, "9:30")}
    again.world.session("elland", "cleo", TUESDAY, "9:00", "10:00")
    again.walk_to("check")
    again.post("check")
    assert "You may already have a booking" in again.text
    assert "Sunshine" not in again.text
    assert "9:30" not in again.text
    assert row(database, "SELECT count(*) FROM booking").count == 1
    assert row(database, "SELECT count(*) FROM message WHERE template = 'your_link'").count == 1


# -- languages


def test_the_language_of_the_pages_is_that_of_the_messages(family, client, database):
    parent = family()
    parent.get("/book/where-born?lang=pl")
    parent.book()
    assert row(database, BOOKED).locale == "pl"


# -- starting again


def test_a_family_finds_its_place_again_or_starts_anew(family, database):
    parent = family()
    parent.walk_to("share")
    parent.get("/")
    onward = parent.page.select_one("a.govuk-button")
    assert (onward.text.strip(), onward["href"]) == ("Continue where you were", "/book/share")
    parent.post("/book/start-again", {})
    assert parent.step == "where-born"
    assert not parent.page.select("input[checked]")
    assert row(database, "SELECT count(*) FROM occupancy WHERE kind = 'hold'").count == 0
    parent.get("/")
    assert "Start now" in parent.text


def test_after_a_booking_another_family_starts_from_the_beginning(family, database):
    first = family()
    first.book()
    first.get("/")
    assert "Start now" in first.text
    second = family(contact={"name": "Bo", "email": "bo@example.org"})
    second.answers["time"] = {"time": second.time("sunshine", TUESDAY, "10:00")}
    second.get("where-born")
    assert not second.page.select("input[checked]")
    second.book()
    assert row(database, "SELECT count(*) FROM booking").count == 2
