"""The sheet for a day without network: taken out, filled in, and read in again without writing over anybody."""

import csv
import re
from io import BytesIO, StringIO

import pytest
from sqlalchemy import text

from registration.booking.actions import changes
from registration.booking.actions.outcomes import mark
from registration.booking.rules.outcomes import Marking, Outcome
from registration.desk.sheet import COLUMNS
from tests.booking.appointments import booked
from tests.booking.world import TUESDAY, WEDNESDAY, at_time
from tests.staff.people import page, sign_in_as


@pytest.fixture
def families(world, at):
    """Three families of one morning, which is over."""
    made = [
        booked(world.centres["sunshine"], at_time(TUESDAY, clock), name=name, email=f"{n}@example.org", mobile=None)
        for n, (clock, name) in enumerate([("9:00", "Ada"), ("9:30", "=Bea"), ("10:00", "Cy")])
    ]
    at("2026-11-24T18:00")
    return made


def path(world, more="", day=TUESDAY, place="sunshine"):
    return f"/day/{world.centres[place]}/{day}/sheet{more}"


def taken_out(client, world):
    """Take the sheet out; give its rows by reference, as a table program would hold them."""
    answer = client.post(path(world, ".csv"))
    assert answer.status_code == 200
    return {row["reference"]: row for row in csv.DictReader(StringIO(answer.data.decode("utf-8-sig")))}


def as_file(rows):
    text_ = StringIO()
    writer = csv.DictWriter(text_, COLUMNS)
    writer.writeheader()
    writer.writerows(rows.values())
    return text_.getvalue().encode()


def brought_back(client, world, content, **where):
    file = (BytesIO(content if isinstance(content, bytes) else as_file(content)), "sheet.csv")
    return client.post(path(world, **where), data={"file": file}, content_type="multipart/form-data")


def outcomes(database):
    return [row[0] for row in database.execute(text("SELECT outcome FROM booking ORDER BY begins_at"))]


def markings(database):
    return database.execute(text("SELECT count(*) FROM outcome")).scalar_one()


def decisions(answer, take=()):
    """Read the page that asks, as a browser would send it."""
    import html

    rows = html.unescape(re.search(r'name="rows" value="([^"]*)"', answer.text)[1])
    return {"rows": rows, "shown": re.findall(r'name="shown" value="([^"]*)"', answer.text), "take": list(take)}


def filled(rows, **outcome_of):
    by_name = {row["family"].strip("'="): row for row in rows.values()}
    for name, outcome in outcome_of.items():
        by_name[name].update(outcome if isinstance(outcome, dict) else {"outcome": outcome})
    return rows


def test_the_sheet_has_its_columns_in_their_order_and_is_kept_in_the_record(
    client, database, world, families, registrar
):
    answer = client.post(path(world, ".csv"))
    lines = answer.data.decode("utf-8-sig").splitlines()
    assert lines[0].split(",") == list(COLUMNS)
    assert len(lines) == 4
    assert lines[1].startswith(f"{families[0].reference},0,0,Sunshine Children’s Centre,2026-11-24,9am,Registrar Ann")
    assert "'=Bea" in lines[2]
    assert (
        answer.headers["Content-Disposition"] == 'attachment; filename="day-sunshine-childrens-centre-2026-11-24.csv"'
    )
    assert "no-store" in answer.headers["Cache-Control"]
    event = database.execute(text("SELECT event, about, actor, after FROM audit_event ORDER BY id DESC LIMIT 1")).one()
    assert event == (
        "took a day sheet out",
        f"centre:{world.centres['sunshine']}",
        f"staff:{registrar.id}",
        {"day": "2026-11-24", "appointments": 3},
    )


def test_a_sheet_filled_in_is_read_in_at_once(client, database, world, families, registrar):
    rows = filled(taken_out(client, world), Ada="Registered", Bea="did not attend")
    answer = brought_back(client, world, rows)
    assert (answer.status_code, answer.headers["Location"]) == (303, path(world)[: -len("/sheet")])
    assert outcomes(database) == ["registered", "did_not_attend", None]
    assert "2 outcomes were read in." in page(client.get(answer.headers["Location"]))
    route = database.execute(text("SELECT route, happened_at FROM outcome ORDER BY id LIMIT 1")).one()
    assert route == ("sheet", at_time(TUESDAY, "9:30"))


def test_the_same_sheet_twice_changes_nothing(client, database, world, families, registrar):
    rows = filled(taken_out(client, world), Ada="registered", Cy={"outcome": "unable", "reason": "no_interpreter"})
    brought_back(client, world, rows)
    brought_back(client, world, rows)
    assert markings(database) == 2
    assert outcomes(database) == ["registered", None, "unable"]
    said = page(client.get(path(world)[: -len("/sheet")]))
    assert "0 outcomes were read in. 2 left as they were." in said


def test_what_somebody_marked_meanwhile_is_decided_by_a_person(client, database, world, families, registrar, at):
    rows = filled(taken_out(client, world), Ada="registered", Bea="registered")
    mark(families[0].public_id, Marking(Outcome.DID_NOT_ATTEND), 0, "staff:7", at_time(TUESDAY, "17:00"))
    database.commit()
    answer = brought_back(client, world, rows)
    said = page(answer)
    assert "Nothing has been read in yet. 1 row of the sheet can be marked" in said
    assert '<h1 class="govuk-heading-l">The sheet says otherwise</h1>' in answer.text
    assert f"Ada, Tue 24 November, 9am {families[0].reference} , line 2" in said
    assert "Registered Did not attend Changed after the sheet was made: it is now did not attend, by staff:7." in said
    assert outcomes(database) == ["did_not_attend", None, None]
    kept = decisions(answer)
    client.post(path(world, "/decided"), data=kept)
    assert outcomes(database) == ["did_not_attend", "registered", None]
    again = brought_back(client, world, rows)
    client.post(path(world, "/decided"), data=decisions(again, take=decisions(again)["shown"]))
    assert outcomes(database) == ["registered", "registered", None]


def test_a_decision_holds_only_for_what_was_shown(client, database, world, families, registrar):
    rows = filled(taken_out(client, world), Ada="registered")
    mark(families[0].public_id, Marking(Outcome.DID_NOT_ATTEND), 0, "staff:7", at_time(TUESDAY, "17:00"))
    database.commit()
    answer = brought_back(client, world, rows)
    decided = decisions(answer, take=decisions(answer)["shown"])
    seen = database.execute(text("SELECT max(id) FROM outcome")).scalar_one()
    mark(families[0].public_id, Marking(Outcome.UNABLE, "coroner"), seen, "staff:8", at_time(TUESDAY, "17:10"))
    database.commit()
    assert "it is now unable, by staff:8" in page(client.post(path(world, "/decided"), data=decided))
    assert outcomes(database)[0] == "unable"


def test_a_booking_moved_or_cancelled_meanwhile_is_told_and_left(client, database, world, families, registrar, at):
    rows = filled(taken_out(client, world), Ada="registered", Bea="registered", Cy="registered")
    at("2026-11-24T08:00")
    changes.cancel(families[0].public_id, at_time(TUESDAY, "8:00"))
    changes.move(families[1].public_id, world.centres["sunshine"], at_time(WEDNESDAY, "9:00"), at_time(TUESDAY, "8:00"))
    database.commit()
    at("2026-11-24T18:00")
    answer = brought_back(client, world, rows)
    said = page(answer)
    assert "The booking is cancelled." in said
    assert "The booking was changed after the sheet was made. Nothing can be marked before the day" in said
    client.post(path(world, "/decided"), data=decisions(answer))
    assert outcomes(database) == [None, "registered", None]


def test_what_can_only_not_be_marked_yet_is_headed_so_and_names_family_time_and_reason(
    client, database, world, families, registrar, at
):
    at("2026-11-23T18:00")
    unable = {"outcome": "unable", "reason": "no_interpreter", "note": "comes back"}
    other = {"outcome": "unable", "note": "Fire drill"}
    answer = brought_back(client, world, filled(taken_out(client, world), Ada="registered", Bea=unable, Cy=other))
    said = page(answer)
    assert '<h1 class="govuk-heading-l">Some rows cannot be marked</h1>' in answer.text
    assert f"Ada, Tue 24 November, 9am ( {families[0].reference} , line 2). The sheet says: Registered." in said
    assert "line 3). The sheet says: Unable (No interpreter; comes back). Nothing can be marked before the day" in said
    assert "line 4). The sheet says: Unable (Fire drill)." in said
    assert markings(database) == 0


def test_numbers_are_written_as_they_are_dialled_and_come_back_either_way(client, database, world, at, registrar):
    mine = booked(world.centres["sunshine"], at_time(TUESDAY, "9:00"), mobile="+447700900982")
    abroad = booked(world.centres["sunshine"], at_time(TUESDAY, "9:30"), mobile="+48512345678", email="b@example.org")
    at("2026-11-24T18:00")
    rows = taken_out(client, world)
    assert rows[mine.reference]["telephone"] == "07700 900982"
    assert rows[abroad.reference]["telephone"] == "'+48 512 345 678", "a table program would compute it"
    rows[mine.reference] |= {"outcome": "registered", "telephone": "'+447700900982"}
    rows[abroad.reference]["outcome"] = "registered"
    assert brought_back(client, world, rows).status_code == 303
    assert outcomes(database) == ["registered", "registered"]


def test_a_reason_in_other_words_is_kept_as_a_note(client, database, world, families, registrar):
    unable = {"outcome": "Unable", "reason": "Fire drill", "note": "come back Friday"}
    brought_back(client, world, filled(taken_out(client, world), Ada=unable))
    assert database.execute(text("SELECT reason, note FROM outcome")).one() == (
        "other",
        "Fire drill; come back Friday",
    )


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"outcome": "done"}, "line 2: outcome, done, is not an outcome: write arrived, registered"),
        ({"outcome": "unable"}, "line 2: reason, (empty), is missing: say why"),
        ({"outcome": "unable", "note": "x" * 301}, "has more than 300 letters"),
        ({"reference": "AAA"}, "line 2: reference, AAA, is not a booking reference"),
        ({"reference": ""}, "line 2: reference, (empty), is missing"),
        ({"version": "one"}, "line 2: version, one, is not a whole number"),
        ({"marked": ""}, "line 2: marked, (empty), is missing"),
    ],
)
def test_a_faulty_sheet_is_refused_whole_with_its_lines(client, database, world, families, registrar, change, fault):
    rows = filled(taken_out(client, world), Ada=change, Bea="registered")
    answer = brought_back(client, world, rows)
    said = page(answer, 422)
    assert "There is a problem Nothing was read in. Put right what is listed, and choose the file again." in said
    assert "<title>Error: " in answer.text
    assert fault in said
    assert markings(database) == 0


def test_a_row_that_stands_twice_is_a_fault(client, world, families, registrar):
    content = as_file(filled(taken_out(client, world), Ada="registered"))
    twice = content + content.splitlines(keepends=True)[1]
    said = page(brought_back(client, world, twice), 422)
    assert f"line 5: reference, {families[0].reference}, is there already, on line 2" in said


def test_bookings_of_another_list_or_of_nobody_are_faults(client, world, families, registrar):
    rows = filled(taken_out(client, world), Ada="registered")
    said = page(brought_back(client, world, rows, place="elland"), 422)
    assert f"line 2: reference, {families[0].reference}, is on the list of another centre or day" in said
    strange = as_file(rows).replace(families[0].reference.encode(), b"BCD-FGH-JKG")
    assert "BCD-FGH-JKG, is no booking of ours" in page(brought_back(client, world, strange), 422)


@pytest.mark.parametrize("content", [b"", b"a,b\n1,2\n", b"PK\x03\x04", b"reference,version,marked,outcome\n\x00"])
def test_what_is_no_sheet_is_refused_with_a_sentence(client, world, families, registrar, content):
    assert "Nothing was read in." in page(brought_back(client, world, content), 422)


def test_no_file_is_told_beside_the_field(client, world, families, registrar):
    assert "Choose the file" in page(client.post(path(world), data={}, content_type="multipart/form-data"), 422)
    assert "Take the sheet out" in page(client.get(path(world)))


@pytest.mark.parametrize(
    "rows",
    ["", "x", "[]]", "[1]", '[["a"]]', '[[2,"AAA",0,0,"registered","",""]]', '[[2,3,0,0,"registered","",""]]'],
)
def test_rows_that_are_none_of_ours_mark_nothing(client, database, world, families, registrar, rows):
    assert client.post(path(world, "/decided"), data={"rows": rows}).status_code in {303, 400}
    assert markings(database) == 0


@pytest.mark.parametrize("outcome", ["gone", "registered"])
def test_rows_written_by_hand_are_held_to_the_same_rules(client, database, world, families, registrar, at, outcome):
    at("2026-11-23T18:00")
    row = f'[[2,"{families[0].reference}",0,0,"{outcome}","",""]]'
    answer = client.post(path(world, "/decided"), data={"rows": row})
    assert answer.status_code == (200 if outcome == "registered" else 400)
    assert markings(database) == 0


def test_neither_centre_worker_nor_auditor_takes_a_sheet_away(client, world, families):
    for role in ("centre_worker", "auditor"):
        sign_in_as(client, role)
        page(client.get(path(world)), 403)
        page(client.post(path(world, ".csv")), 403)


def test_a_sheet_does_not_mark_what_a_family_has_another_booking_for_by_now(
    client, database, world, families, registrar
):
    rows = filled(taken_out(client, world), Ada="registered")
    mark(families[0].public_id, Marking(Outcome.DID_NOT_ATTEND), 0, "staff:1", at_time(TUESDAY, "17:00"))
    booked(world.centres["sunshine"], at_time(WEDNESDAY, "9:00"), name="Ada", email="0@example.org", mobile=None)
    asked = brought_back(client, world, rows)
    given = decisions(asked)
    answer = client.post(path(world, "/decided"), data=given | {"take": given["shown"]})
    assert f"The family of {families[0].reference} has booked another time since then." in page(answer, 422)
    assert outcomes(database)[0] == "did_not_attend"
