"""Whom a centre sees, with which details, and what it writes down; never a family that may not reach it."""

import pytest

from registration.common.audit import AuditEvent
from registration.families import actions
from registration.families.models import Family
from registration.families.rules import Answer, Ruling
from registration.reach.models import FamilyContact
from registration.reach.outreach.actions import MayNotKnow, log_contact
from registration.reach.outreach.queries import known_one, known_to, outreach
from registration.reach.outreach.rules import Try, Why
from registration.reach.outreach.views import basis_words
from tests.reach.families import A_DAY, BORN, NOW, TODAY, agreement, answered, link, live_birth, member, said, wished
from tests.staff.people import page, sent, sign_in_as

CALL = Try(TODAY, "call", "reached")


def names(centre_id):
    return [entry.card.name for entry in known_to(centre_id, TODAY)]


def test_each_basis_gives_its_details_and_no_other(world, here):
    live_birth(agreement(), here, email="told@example.org", mobile="+447700900555")
    answered(here, letter_address="9 Secret Street")
    wished(here)

    told, yes, joined = (entry.card for entry in known_to(here, TODAY))

    assert (told.basis, told.email, told.mobile, told.address) == (
        Ruling.UNDER_AGREEMENT,
        "",
        "",
        "7 Told Street, Halifax\nHX1 1UJ",
    )
    assert (yes.basis, yes.email, yes.mobile, yes.address) == (
        Ruling.SAID_YES,
        "berta@example.org",
        "+447700900123",
        "",
    )
    assert (joined.basis, joined.preference, joined.visit_needs) == (Ruling.JOINED, "text", "A ramp")
    assert joined.address.startswith("3 Mill Lane")


def test_a_yes_to_words_that_did_not_name_the_language_brings_none_until_it_is_given_again(world, here):
    number = answered(here, language="pl")
    earlier = Answer(True, "2026-11-22", "online", "family", here)
    for answer, basis, language in (
        (earlier, Ruling.SAID_YES_EARLIER, "en"),
        (said(True, here), Ruling.SAID_YES, "pl"),
        (earlier, Ruling.SAID_YES_EARLIER, "en"),
    ):
        actions.change_answer(number, answer)
        [entry] = known_to(here, TODAY)
        assert (entry.card.basis, entry.card.language) == (basis, language)
        assert basis_words(entry) == "said yes to the centre having their details"
    actions.change_answer(number, said(False, None))
    assert known_to(here, TODAY) == []


def test_what_a_family_gave_another_centre_does_not_come_with_live_birth_data(world, here, there):
    one, other = live_birth(agreement(), here), answered(there, name="As she booked")
    link(one, other)

    [entry] = known_to(here, TODAY)

    assert (entry.card.name, entry.card.email, entry.card.family_id) == ("Anna Told", "", one)


@pytest.mark.parametrize(
    "how",
    ["no", "loss", "linked no", "linked loss", "undecided no", "left", "not noticed", "elsewhere", "details gone"],
)
def test_who_may_not_be_told_of_is_on_no_list_and_has_no_page(database, world, here, there, how):
    under = agreement("by_letter" if how == "not noticed" else "by_source")
    number = live_birth(under, there if how == "elsewhere" else here)
    if how in {"no", "loss"}:
        actions.record_answer(number, said(share=False, centre_id=here)) if how == "no" else actions.mark_lost(number)
    if how.startswith(("linked", "undecided")):
        other = answered(there, share="no" not in how)
        link(number, other, "to_review" if how.startswith("undecided") else "linked")
        if "loss" in how:
            actions.mark_lost(other)
    if how == "left":
        database.get_one(Family, number).left_area_on = TODAY
    if how == "details gone":
        database.get_one(Family, number).details_gone_at = NOW
    database.flush()

    assert names(here) == []
    assert outreach(here, TODAY) == []
    if how != "left":
        assert known_one(here, number, TODAY) is None
        with pytest.raises(MayNotKnow):
            log_contact(here, number, CALL, "staff:1", NOW)


def test_notice_by_letter_lets_a_centre_know_after_its_days(database, world, here):
    number = live_birth(agreement("by_letter", 14), here, noticed_on=TODAY - 14 * A_DAY)

    [entry] = outreach(here, TODAY)

    assert entry.card.family_id == number
    assert entry.standing.since == TODAY


def test_a_family_under_two_records_stands_on_the_list_once(world, here):
    link(live_birth(agreement(), here), answered(here))

    assert names(here) == ["Berta Booked"]


def test_the_list_says_why_and_a_contact_takes_a_family_off(world, here):
    number = live_birth(agreement(), here)
    wished(here)
    old = answered(here, name="Away")
    member(old, here)

    whys = {entry.card.name: entry.row.why for entry in outreach(here, TODAY)}
    assert whys == {"Anna Told": Why.NOT_CONTACTED, "Wanda Wished": Why.TO_TAKE_IN, "Away": Why.NOT_COMING}
    late = {entry.card.name: entry.row.overdue for entry in outreach(here, TODAY)}
    assert late == {"Anna Told": True, "Wanda Wished": False, "Away": False}

    log_contact(here, number, CALL, "staff:1", NOW)
    log_contact(here, old, Try(TODAY, "visit", "no_answer", "call", TODAY, "Door shut"), "staff:1", NOW)

    assert {entry.card.name: entry.row.why for entry in outreach(here, TODAY)} == {
        "Wanda Wished": Why.TO_TAKE_IN,
        "Away": Why.NEXT_STEP,
    }


# ---- pages


@pytest.fixture
def worker(client, world, here):
    return sign_in_as(client, "centre_worker", centres=[here])


def test_one_button_writes_a_contact_down_and_goes_on_to_the_next(client, database, worker, here):
    one, other = (live_birth(agreement(), here, born=BORN - n * A_DAY, name=f"Anna {n}") for n in range(2))

    answer = client.post(f"/reach/{here}/families/{one}/contact", data={"route": "call", "result": "reached"})

    [made] = database.query(FamilyContact)
    assert made.family_id == one
    sent(answer, f"/reach/{here}/outreach?written={made.id}&before={other}#f-{other}")
    assert "Written down: Call, Spoke to the family, Anna 0" in page(client.get(answer.location))
    words = page(client.get(f"/reach/{here}/outreach"))
    assert "Anna 1" in words
    assert "Anna 0" not in words
    answer = client.post(f"/reach/{here}/families/{other}/contact", data={"route": "visit", "result": "sent"})
    assert "#" not in answer.location
    last = page(client.get(answer.location))
    assert "Nobody: every family" in last
    assert "Written down: Visit, Left or sent something, Anna 1" in last


@pytest.mark.parametrize(
    ("route", "said_"), [("visit", "reached"), ("call", "reached"), ("letter", "sent"), ("message", "sent")]
)
def test_a_key_alone_writes_down_what_is_usual_for_it(client, database, worker, here, route, said_):
    number = live_birth(agreement(), here)

    client.post(f"/reach/{here}/families/{number}/contact", data={"route": route, "result": ""})

    assert [row.result for row in database.query(FamilyContact)] == [said_]


def test_who_wrote_a_contact_down_takes_it_back_on_the_same_day(client, database, worker, here, there, at):
    number = live_birth(agreement(), here)
    where = f"/reach/{here}/families/{number}/contact"
    client.post(where, data={"route": "call", "result": "reached"})
    [made] = database.query(FamilyContact)
    contact = {"contact": str(made.id)}

    assert client.post(f"{where}/take-back", data={"contact": "x"}).status_code == 400
    made.centre_id = there
    database.commit()
    refused = client.post(f"{where}/take-back", data=contact)
    assert "Only who wrote a contact down can take it back" in page(client.get(refused.location))
    made.centre_id = here
    made.made_by, own = "staff:999999", made.made_by
    database.commit()
    client.post(f"{where}/take-back", data=contact)
    assert database.query(FamilyContact).count() == 1
    assert "Undo" not in page(client.get(f"/reach/{here}/outreach?written={made.id}"))
    made.made_by = own
    made.made_at -= A_DAY
    database.commit()
    client.post(f"{where}/take-back", data=contact)
    assert database.query(FamilyContact).count() == 1
    made.made_at += A_DAY
    database.commit()

    sent(client.post(f"{where}/take-back", data=contact), f"/reach/{here}/outreach#f-{number}")
    assert database.query(FamilyContact).count() == 0
    words = page(client.get(f"/reach/{here}/outreach?written={contact['contact']}"))
    assert "Taken back." in words
    assert "Anna Told" in words
    event = database.query(AuditEvent).order_by(AuditEvent.id.desc()).first()
    assert (event.event, event.about, event.actor) == ("reach.contact_taken_back", f"family:{number}", own)


def test_who_presses_undo_twice_is_told_that_it_was_taken_back_already(client, database, worker, here):
    number, other = live_birth(agreement(), here), live_birth(agreement(), here, name="Bea Other")
    where = f"/reach/{here}/families/{number}/contact"
    client.post(where, data={"route": "call", "result": "reached"})
    [made] = database.query(FamilyContact)
    contact = {"contact": str(made.id)}
    client.post(f"{where}/take-back", data=contact)

    again = page(client.get(client.post(f"{where}/take-back", data=contact).location))
    assert "It was taken back already." in again
    assert "Only who wrote" not in again
    elsewhere = client.post(f"/reach/{here}/families/{other}/contact/take-back", data=contact)
    assert "Only who wrote a contact down" in page(client.get(elsewhere.location))


def test_a_row_that_is_refused_keeps_what_was_typed_and_says_what_is_wrong(client, database, worker, here):
    number = live_birth(agreement(), here)
    live_birth(agreement(), here, name="Bea Other")
    database.commit()
    where = f"/reach/{here}/families/{number}/contact"

    answer = client.post(where, data={"route": "call", "result": "no_answer", "next_on": "2020-01-01"})

    words = page(answer, 422)
    assert "There is a problem" in words
    assert words.count("Anna Told: The next step must be today or later") == 2
    assert f'href="#again-{number}"' in answer.text
    assert answer.text.count('value="2020-01-01"') == 1
    assert answer.text.count('value="no_answer" selected') == 1
    unwanted = page(client.post(where, data={"route": "call", "result": "not_wanted", "next_on": "2026-11-30"}), 422)
    assert "Anna Told: Leave the day of the next step empty" in unwanted


@pytest.mark.parametrize(
    ("day", "said_"),
    [
        ("2026-02-31", "Enter a date like 24/11/2026"),
        ("9999-01-01", "Enter a year from 2000 to 2100"),
        ("2020-01-01", "The next step must be today or later"),
    ],
)
def test_what_is_wrong_with_a_day_is_said_though_the_outcome_is_missing_too(client, worker, here, day, said_):
    number = live_birth(agreement(), here)

    words = page(client.post(f"/reach/{here}/families/{number}/contact", data={"route": "call", "next_on": day}), 422)

    assert f"Anna Told: {said_}" in words
    assert "Anna Told: Choose one of those offered" in words


def test_a_refused_row_of_a_family_that_is_off_the_list_is_said_above_it(client, worker, here):
    number = live_birth(agreement(), here)
    where = f"/reach/{here}/families/{number}/contact"
    client.post(where, data={"route": "call", "result": "reached"})

    assert "Press one of the buttons" in page(client.post(where, data={"route": "fax", "result": ""}), 422)


def test_what_was_written_of_a_family_that_said_no_since_is_not_shown(client, database, worker, here):
    number = live_birth(agreement(), here)
    answer = client.post(f"/reach/{here}/families/{number}/contact", data={"route": "call", "result": "reached"})
    actions.record_answer(number, said(share=False, centre_id=None))
    database.commit()

    assert "Anna Told" not in page(client.get(answer.location))


def test_who_only_asked_to_join_is_said_to_and_its_language_by_name(client, database, worker, here):
    number = wished(here, language="pl")
    where = f"/reach/{here}/families/{number}"

    words = page(client.get(where))
    assert "asked to join the centre" in words
    assert "Language Polish" in words
    assert "(Polish)" in page(client.get(f"/reach/{here}/outreach"))
    member(number, here)
    database.commit()
    assert "Why the centre may know joined the centre" in page(client.get(where))


@pytest.mark.parametrize(
    "data",
    [
        {"route": "fax", "result": "reached"},
        {"result": "reached"},
        {"route": "call", "result": "?"},
        {"route": "call", "result": "reached", "next_on": "2026-11-21"},
        {"route": "call", "result": "not_wanted", "next_on": "2026-11-30"},
    ],
)
def test_a_button_nobody_drew_writes_nothing_down(client, database, worker, here, data):
    number = live_birth(agreement(), here)

    assert client.post(f"/reach/{here}/families/{number}/contact", data=data).status_code == 422
    assert database.query(FamilyContact).count() == 0


def test_who_said_no_meanwhile_is_told_to_be_gone(client, worker, here):
    number = live_birth(agreement(), here)
    actions.record_answer(number, said(share=False, centre_id=None))

    answer = client.post(f"/reach/{here}/families/{number}/contact", data={"route": "call", "result": "reached"})

    assert "may not reach the centre" in page(answer, 409)
    assert client.get(f"/reach/{here}/families/{number}").status_code == 404


def test_a_contact_is_written_down_with_its_next_step(client, worker, here):
    number = live_birth(agreement(), here)
    where = f"/reach/{here}/families/{number}"
    given = {"on": "2026-11-20", "route": "visit", "result": "no_answer", "next_step": "call", "next_on": "2026-11-30"}

    answer = client.post(where, data=given | {"note": "Try after 4pm"})

    assert answer.location.startswith(f"{where}?written=")
    words = page(client.get(answer.location))
    assert "Written down: Visit, No answer, Anna Told" in words
    assert "Try after 4pm" in words
    assert "Call, 30 Nov 2026" in words
    unwanted = page(client.post(where, data=given | {"result": "not_wanted"}), 422)
    assert "Leave the day of the next step empty: the family wants no contact now" in unwanted
    before = page(client.post(where, data=given | {"on": f"{BORN - A_DAY}"}), 422)
    assert f"The baby was not born yet: the day must be {BORN:%-d %B %Y} or later" in before
    for wrong in ({"on": "2026-11-23"}, {"next_on": ""}, {"next_on": "2026-11-01"}, {"result": ""}):
        assert client.post(where, data=given | wrong).status_code == 422


def test_a_manager_sees_who_was_not_contacted_in_time(client, world, here, there):
    live_birth(agreement(), here)
    live_birth(agreement(), there, received=TODAY)
    sign_in_as(client, "rota_manager")

    words = page(client.get("/reach/waiting"))

    assert "Sunshine Children’s Centre 1 1 16 days 14" in words
    assert "Elland Children’s Centre 1 0 none 14" in words
    assert "Write down" not in page(client.get(f"/reach/{here}/outreach"))
    assert NOW.date() == TODAY


def test_the_first_page_tells_a_centre_worker_how_many_wait(client, world, here, there):
    live_birth(agreement(), here)
    live_birth(agreement(), there)
    sign_in_as(client, "centre_worker", centres=[here])

    words = page(client.get("/staff/"))

    assert "1 Sunshine Children’s Centre, 1 late" in words
    assert "Elland" not in words


def test_a_long_list_is_shown_a_morning_at_a_time(client, database, worker, here, monkeypatch):
    monkeypatch.setattr("registration.reach.outreach.views.AT_ONCE", 1)
    answered(here, name="Ada One")
    answered(here, name="Bea Two")
    database.commit()

    first = page(client.get(f"/reach/{here}/outreach"))
    assert "2 to contact" in first
    assert "The first 1 are shown." in first
    assert ("Ada One" in first) is not ("Bea Two" in first)
    every = page(client.get(f"/reach/{here}/outreach?all="))
    assert "Ada One" in every
    assert "Bea Two" in every
    assert "are shown." not in every
    last = database.query(Family).filter_by(name="Ada One" if "Bea Two" in first else "Bea Two").one().id
    where = f"/reach/{here}/families/{last}/contact"
    assert 'name="next_on" value="2020-01-01"' in client.post(where, data={"next_on": "2020-01-01"}).text
    done = client.post(f"{where}?all=", data={"route": "call", "result": ""}).location
    assert f"/reach/{here}/outreach?all=&written=" in done
    assert "/contact/take-back?all=" in client.get(done).text
    [made] = database.query(FamilyContact)
    back = client.post(f"{where}/take-back?all=", data={"contact": str(made.id)})
    sent(back, f"/reach/{here}/outreach?all=#f-{last}")
