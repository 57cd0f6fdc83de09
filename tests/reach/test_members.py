"""Joining at the centre, the file that goes out to its own system, and the files that come back."""

from io import BytesIO

import pytest
from sqlalchemy import update

from registration.common.files import FileRefused
from registration.families import actions as families
from registration.families.models import CentreSignUp, Disclosure, Family, FamilyLink, Membership, SharingAnswer
from registration.families.queries import rulings
from registration.families.rules import Ruling
from registration.reach.members.actions import import_memberships, import_visits
from registration.reach.members.files import MEMBERS, BadMapping, mapping, our_key
from registration.reach.models import CentreVisit
from registration.reach.outreach.queries import known_to
from tests.reach.families import A_DAY, BORN, TODAY, agreement, answered, link, live_birth, member, said, wished
from tests.staff.people import page, sent, sign_in_as

GIVEN = {
    "share": "yes",
    "name": "Nadia Newcomer",
    "born-day": "1",
    "born-month": "11",
    "born-year": "2026",
    "babies": "2",
    "language": "en",
    "mobile": "07700 900555",
    "email": "",
    "address": "5 New Street",
    "postcode": "hx1 1uj",
    "join": "yes",
    "preference": "text",
    "visit_needs": "",
}


@pytest.fixture
def worker(client, world, here):
    return sign_in_as(client, "centre_worker", centres=[here])


# ---- at the centre


def test_a_family_that_moved_in_is_written_down_with_its_answer_and_joins(client, database, worker, here):
    answer = client.post(f"/reach/{here}/families/new", data=GIVEN)

    [family] = database.query(Family)
    sent(answer, f"/reach/{here}/families/{family.id}")
    assert (family.source, family.name, len(family.born), family.mobile) == (
        "moved_in",
        "Nadia Newcomer",
        2,
        "+447700900555",
    )
    assert family.home_centre_id == here
    [row] = database.query(SharingAnswer)
    assert (row.share, row.route, row.centre_id) == (True, "centre", here)
    [joined] = database.query(Membership)
    assert (joined.joined_on, joined.source) == (TODAY, "centre")
    assert "Member since 22 November 2026" in page(client.get(f"/reach/{here}/families/{family.id}"))


def test_a_family_that_only_says_yes_is_no_member(client, database, worker, here):
    client.post(f"/reach/{here}/families/new", data=GIVEN | {"join": "no"})

    assert [entry.card.basis for entry in known_to(here, TODAY)] == [Ruling.SAID_YES]
    assert database.query(Membership).count() == 0


def test_of_a_family_that_says_no_nothing_is_kept(client, database, worker, here):
    sent(client.post(f"/reach/{here}/families/new", data={"share": "no"}), f"/reach/{here}/outreach")
    assert "Nothing of the family was kept." in page(client.get(f"/reach/{here}/outreach"))

    assert database.query(Family).count() == 0


@pytest.mark.parametrize(
    ("wrong", "said_"),
    [
        ({"born-day": "22", "born-year": "2021"}, "The child must be under five"),
        ({"address": ""}, "Enter their address"),
        ({"postcode": ""}, "Enter the postcode of the address"),
        ({"postcode": "HX"}, "Enter a full postcode"),
        ({"mobile": ""}, "Enter their mobile number"),
        ({"preference": "email"}, "Enter their email address"),
        ({"born-year": "2027"}, "today or in the past"),
        ({"name": ""}, "Enter a name"),
        ({"name": "Test <b>Bold</b>"}, "The name must only have letters"),
    ],
)
def test_what_is_missing_is_asked_for(client, database, worker, here, wrong, said_):
    assert said_ in page(client.post(f"/reach/{here}/families/new", data=GIVEN | wrong), 422)
    assert database.query(Family).count() == 0


def test_a_family_of_live_birth_data_joins_under_a_record_of_its_own(client, database, worker, here):
    number = live_birth(agreement(), here)
    where = f"/reach/{here}/families/{number}"
    assert "7 Told Street" in page(client.get(f"{where}/join"))

    answer = client.post(f"{where}/join", data=GIVEN)

    own = database.query(Family).filter(Family.source == "moved_in").one()
    sent(answer, f"/reach/{here}/families/{own.id}")
    assert database.get_one(Family, number).mobile is None
    [linked] = database.query(FamilyLink)
    assert (linked.a_id, linked.b_id, linked.state) == (number, own.id, "linked")
    assert [entry.card.name for entry in known_to(here, TODAY)] == ["Nadia Newcomer"]


def test_a_family_that_booked_joins_under_its_own_record_and_twice_is_once(client, database, worker, here):
    number = answered(here)
    where = f"/reach/{here}/families/{number}/join"

    asked = client.get(where)
    assert 'value="07700 900123"' in asked.text
    assert "Postcode (optional)" in page(asked)
    assert "You are welcome at the centre whether you say yes or no." in page(asked)
    assert "Your appointment" not in page(asked)
    client.post(where, data=GIVEN)
    client.post(where, data=GIVEN | {"name": "Nadia New"})

    assert database.query(Membership).count() == 1
    assert database.get_one(Family, number).name == "Nadia New"
    assert "Correct their details" in page(client.get(f"/reach/{here}/families/{number}"))


def test_a_no_at_the_centre_takes_the_family_off_every_list(client, worker, here):
    number = live_birth(agreement(), here)

    asked = client.get(f"/reach/{here}/families/{number}/join").text
    assert 'name="join" type="radio" value="yes" checked' not in asked
    client.post(f"/reach/{here}/families/{number}/join", data=GIVEN | {"share": "no", "name": ""})

    assert known_to(here, TODAY) == []
    assert rulings(here, [number], TODAY)[number] is Ruling.SAID_NO


def test_nothing_changes_where_the_family_stays_what_it_is(client, database, worker, here):
    number = answered(here)
    where = f"/reach/{here}/families/{number}"

    sent(client.post(f"{where}/join", data=GIVEN | {"join": "no"}), where)
    assert "Enter a name" in page(client.post(f"{where}/join", data=GIVEN | {"name": ""}), 422)

    assert database.get_one(Family, number).name == "Berta Booked"


def test_a_wish_made_while_booking_becomes_a_membership_when_the_centre_takes_it_in(client, database, worker, here):
    number, other = wished(here), answered(here)
    where = f"/reach/{here}/families/{number}"

    sent(client.post(f"{where}/take-in"), where)
    assert "Taken in. The family is a member" in page(client.get(where))
    client.post(f"{where}/take-in")

    [row] = database.query(Membership)
    assert (row.family_id, row.joined_on, row.source) == (number, TODAY, "booking")
    assert database.query(CentreSignUp).count() == 1
    assert "has not asked to join" in page(client.post(f"/reach/{here}/families/{other}/take-in"), 409)


# ---- members from before


def test_a_member_from_before_is_recognised_under_any_record_and_makes_no_second_membership(
    client, database, worker, here
):
    number, before = wished(here), answered(here, name="Wanda Before", email="w@example.org", mobile=None)
    member(before, here)
    link(number, before)
    where = f"/reach/{here}/families/{number}"

    joining = page(client.get(f"{where}/join"))
    assert joining.startswith("Correct their details")
    assert "Already a member since 14 August 2026. No second membership is made." in joining
    client.post(f"{where}/take-in")
    client.post(f"{where}/join", data=GIVEN)
    assert database.query(Membership).count() == 1


@pytest.mark.parametrize(("source", "memberships"), [("eStart", 2), ("booking", 1)])
def test_who_left_joins_anew(client, database, worker, here, source, memberships):
    number = wished(here)
    member(number, here, left_on=TODAY - A_DAY)
    [left] = database.query(Membership)
    left.source, left.source_key = source, f"{here}:{our_key(number)}"
    database.commit()

    assert "Already a member" not in page(client.get(f"/reach/{here}/families/{number}/join"))
    client.post(f"/reach/{here}/families/{number}/take-in")
    assert database.query(Membership).filter(Membership.left_on.is_(None)).one().joined_on == TODAY
    assert database.query(Membership).count() == memberships


LIKE = "Mia Member, already a member since 1 June 2026, has this mobile number or email address."


@pytest.mark.parametrize("contact", [{"mobile": "07700 900777"}, {"email": "MIA@example.org"}])
@pytest.mark.parametrize(("same", "memberships", "links"), [("yes", 1, 1), ("no", 2, 0)])
def test_a_family_that_came_by_is_asked_about_where_a_member_has_its_contact(
    client, database, worker, here, contact, same, memberships, links
):
    bring(HEAD + LINE)
    database.commit()
    where = f"/reach/{here}/families/new"

    asked = page(client.post(where, data=GIVEN | contact), 422)
    assert LIKE in asked
    assert "Choose whether it is the same family" in asked
    assert database.query(Family).count() == 1
    sent(client.post(where, data=GIVEN | contact | {"same": same}), f"/reach/{here}/families/{newest(database)}")
    assert (database.query(Membership).count(), database.query(FamilyLink).count()) == (memberships, links)
    assert database.query(Family).count() == 2


def test_a_member_that_came_by_keeps_its_number_and_shows_the_babies_of_both_records(client, database, worker, here):
    bring(HEAD + LINE)
    database.commit()
    [member_] = database.query(Family)
    older = {"born-day": "2", "born-month": "11", "born-year": "2025", "babies": "1", "mobile": "07700 900777"}

    answer = client.post(f"/reach/{here}/families/new", data=GIVEN | older | {"same": "yes"})

    assert "Babies born 2 Nov 2025, 1 Nov 2026" in page(client.get(answer.location))
    assert "2 Nov 2025, 1 Nov 2026" in page(client.get(f"/reach/{here}/members"))
    [line] = client.post(f"/reach/{here}/members.csv", data={"key": "key", "born": "born"}).text.splitlines()[1:]
    assert line.startswith(f"RS-{member_.id},Nadia Newcomer,2025-11-02; 2026-11-01,")


def test_twins_under_two_records_are_two_babies(client, database, worker, here):
    one, other = answered(here), answered(here)
    database.execute(update(Family).values(born=[BORN, BORN]))
    link(one, other)

    assert [entry.card.born for entry in known_to(here, TODAY)] == [(BORN, BORN)]


def newest(database):
    return max(number for (number,) in database.query(Family.id))


def test_nobody_is_asked_about_members_who_only_lets_the_centre_have_its_details_or_is_unlike(
    client, database, worker, here, there
):
    bring(HEAD + LINE + LINE.replace("M1", "M2").replace("Sunshine", "Elland").replace("07700 900777", "07700 900555"))
    answered(here, mobile="+447700900555")

    client.post(f"/reach/{here}/families/new", data=GIVEN)
    client.post(f"/reach/{here}/families/new", data=GIVEN | {"mobile": "07700 900777", "join": "no"})
    assert database.query(Family).count() == 5


def test_a_membership_made_here_is_the_sources_once_it_brings_our_key_back(client, database, worker, here):
    number = wished(here)
    client.post(f"/reach/{here}/families/{number}/take-in")
    back = HEAD + LINE.replace("M1,,", f"M1,{our_key(number)},").replace("01/06/2026,", "01/06/2026,20/11/2026")

    assert counts(bring(back)) == (0, 1, 0)
    assert counts(bring(back)) == (0, 0, 1)
    [row] = database.query(Membership)
    assert (row.source, row.source_key, row.left_on) == ("eStart", "M1", TODAY - 2 * A_DAY)


# ---- the file that goes out


def test_the_file_has_the_columns_asked_for_no_formula_and_leaves_a_trace(client, database, worker, here):
    number = wished(here, name="=cmd|'/c calc'!A1")
    answered(here)
    other = wished(here, name="Ewa", mobile="+48512345678", email="ewa@example.pl")
    headings = {"key": "InternalCode", "name": "=Parent", "born": "", "mobile": "Phone"}
    unwanted = dict.fromkeys(("email", "address", "preference", "language", "visit_needs", "joined"), "")

    answer = client.post(f"/reach/{here}/members.csv", data=headings | unwanted)

    assert answer.text.lstrip("\ufeff").splitlines() == [
        "InternalCode,'=Parent,Phone",
        f"RS-{number},'=cmd|'/c calc'!A1,07700 900123",
        f"RS-{other},Ewa,0048 512 345 678",
    ]
    row = database.query(Disclosure).filter_by(family_id=number).one()
    assert (row.centre_id, row.how, row.basis) == (here, "export", "joined")
    assert "InternalCode" in client.get(f"/reach/{here}/members").text
    assert client.post(f"/reach/{here}/members.csv", data={"key": "x" * 61}).status_code == 422


@pytest.mark.parametrize(
    ("headings", "sentence"),
    [
        ({"name": " date OF birth "}, "Two columns have this heading. Give each its own"),
        ({"key": " "}, "Enter a heading for our key"),
    ],
)
def test_headings_by_which_no_file_could_come_back_are_refused(client, database, worker, here, headings, sentence):
    wished(here)
    usual = {"key": "Our key", "name": "Name", "born": "Date of birth"}
    assert sentence in page(client.post(f"/reach/{here}/members.csv", data=usual | headings), 422)
    assert database.query(Disclosure).count() == 0


# ---- the files that come back

HEAD = "key,our key,centre,joined,left,name,born,email,mobile,house,address,postcode\n"
LINE = (
    "M1,,Sunshine Children's Centre,01/06/2026,,Mia Member,1/11/2026,mia@example.org,07700 900777,3,Mill Lane,HX1 1UJ\n"
)


def bring(text, mapped=None, source="eStart"):
    return import_memberships(BytesIO(text.encode()), source, mapped, "staff:1", TODAY)


def counts(outcome):
    return outcome.added, outcome.changed, outcome.unchanged


def test_members_are_brought_in_once_and_what_differs_is_changed(database, world, here, there):
    assert counts(bring(HEAD + LINE)) == (1, 0, 0)
    assert counts(bring(HEAD + LINE)) == (0, 0, 1)
    assert counts(bring(HEAD + LINE.replace("Mia Member", "Mia M"))) == (0, 1, 0)
    assert counts(
        bring(HEAD + LINE.replace("Mia Member", "Mia M").replace("01/06/2026,", "01/06/2026,20/11/2026"))
    ) == (
        0,
        1,
        0,
    )

    [family], [row] = database.query(Family), database.query(Membership)
    assert (family.source, family.name, family.home_centre_id) == ("member", "Mia M", here)
    assert family.letter_address == "3, Mill Lane\nHX1 1UJ"
    assert (row.centre_id, row.left_on, row.source_key) == (here, TODAY - 2 * A_DAY, "M1")


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("07700 900777", "+447700900777"),
        ("'+447700900777", "+447700900777"),
        ("0048 512 345 678", "+48512345678"),
        ("+48 512 345 678", "+48512345678"),
    ],
)
def test_a_number_comes_back_however_it_left(database, world, here, written, kept):
    bring(HEAD + LINE.replace("07700 900777", written))
    assert database.query(Family).one().mobile == kept


def test_a_member_under_our_own_key_is_the_family_we_sent(database, world, here, there):
    number = wished(here)

    bring(HEAD + LINE.replace("M1,,", f"M1,{our_key(number)},"))

    assert database.query(Family).count() == 1
    assert database.query(Membership).one().family_id == number
    assert counts(bring(HEAD + LINE.replace("M1,,", f"M1,{our_key(number)},"))) == (0, 0, 1)


def test_our_own_key_opens_no_family_that_the_centre_may_not_know(world, here):
    number = answered(here, share=False)

    with pytest.raises(FileRefused) as refused:
        bring(HEAD + LINE.replace("M1,,", f"M1,{our_key(number)},"))

    assert refused.value.lines() == [f"line 2: our key, RS-{number}, is no family of this centre"]


def test_every_fault_is_named_and_nothing_is_loaded(database, world):
    faulty = [
        LINE,
        LINE,
        LINE.replace("M1", ""),
        LINE.replace("M1", "M3").replace("Sunshine Children's Centre", "Nowhere"),
        LINE.replace("M1", "M4").replace("01/06/2026", "01/06/2027"),
        LINE.replace("M1", "M5").replace("1/11/2026", "1/11/1990"),
        LINE.replace("M1", "M6").replace("01/06/2026,", "01/06/2026,01/05/2026"),
        LINE.replace("M1", "M7").replace("Mia Member", ""),
        LINE.replace("M1", "M8").replace("HX1 1UJ", "HX"),
        LINE.replace("M1,,", "M9,12,"),
        LINE.replace("M1", "M" * 301),
    ]

    with pytest.raises(FileRefused) as refused:
        bring(HEAD + "".join(faulty))

    told = [(fault.line, fault.column) for fault in refused.value.faults]
    assert told == [
        (3, "key"),
        (4, "key"),
        (5, "centre"),
        (6, "joined"),
        (7, "born"),
        (8, "left"),
        (9, "name"),
        (10, "postcode"),
        (11, "our key"),
        (12, "key"),
    ]
    assert database.query(Membership).count() == 0


def test_contacts_that_cannot_be_used_are_warned_of(database, world):
    outcome = bring(HEAD + LINE.replace("mia@example.org", "mia").replace("07700 900777", "123"))

    assert [warning.column for warning in outcome.warnings] == ["email", "mobile"]
    assert database.query(Family).one().email is None


def test_a_mapping_is_kept_for_the_next_file_and_names_come_in_parts(database, world):
    text = "Ref,Setting Name,Date Joined,Carer First Name,Carer Surname,Child DOB\n"
    text += "M1,elland children’s centre,1/6/2026,Mia,M,1/11/2026\n"

    assert counts(bring(text, {"key": "Ref"})) == (1, 0, 0)
    assert counts(bring(text)) == (0, 0, 1)
    assert database.query(Family).one().name == "Mia M"
    with pytest.raises(FileRefused):
        bring(text, source="another")
    with pytest.raises(FileRefused, match="parent name"):
        bring("key,centre,joined,born\n", source="third")


@pytest.mark.parametrize("text", [b"\xff\xfe\x00", b"[1]", b"{", b"key = 1", b'{"key": 1}', b'colour = "Red"', b"key"])
def test_a_mapping_that_is_none_is_refused_in_words(text):
    with pytest.raises(BadMapping):
        mapping(BytesIO(text), MEMBERS)


def test_a_mapping_is_toml_or_json():
    assert mapping(BytesIO(b'key = "Ref"'), MEMBERS) == mapping(BytesIO(b'{"key": "Ref"}'), MEMBERS) == {"key": "Ref"}


def visit(text, source="eStart"):
    return import_visits(BytesIO(text.encode()), source, None, "staff:1", TODAY)


def test_visits_come_once_each_and_by_their_own_key_may_change(database, world, here, there):
    bring(HEAD + LINE)
    rows = "key,date,service,centre,visit id\nM1,20/11/2026,Stay and play,,\nM1,20/11/2026,Stay and play,,\n"
    named = "M1,21/11/2026,Weighing,Elland Children's Centre,V1\n"

    assert counts(visit(rows + named)) == (2, 0, 0)
    assert counts(visit(rows + named)) == (0, 0, 2)
    assert counts(visit(rows + named.replace("Weighing", "Advice"))) == (0, 1, 1)

    assert {(row.centre_id, row.service) for row in database.query(CentreVisit)} == {
        (here, "Stay and play"),
        (there, "Advice"),
    }


def test_visits_of_nobody_are_refused(world):
    bring(HEAD + LINE)

    with pytest.raises(FileRefused) as refused:
        visit("key,date\nM2,20/11/2026\nM1,\n,1/1/2026\nM1,1/1/2030\n")

    assert [fault.line for fault in refused.value.faults] == [2, 3, 4, 5]


def test_the_commands_say_what_they_did_or_why_not(runner, world, tmp_path):
    good, bad, mapped = tmp_path / "m.csv", tmp_path / "b.csv", tmp_path / "m.toml"
    good.write_text(HEAD + LINE)
    bad.write_text("key,date\nM2,20/11/2026\n")
    mapped.write_text('colour = "Red"')

    done = runner.invoke(args=["memberships", "import", str(good), "--source", "eStart"])
    refused = runner.invoke(args=["memberships", "visits", str(bad), "--source", "eStart"])
    wrong = runner.invoke(args=["memberships", "import", str(good), "--source", "eStart", "--map", str(mapped)])

    assert (done.exit_code, done.output) == (0, "members: 1 added, 0 changed, 0 as before.\n")
    assert (refused.exit_code, wrong.exit_code) == (1, 1)
    assert "line 2: key, M2, is no member that this source brought" in refused.output
    assert "colour" in wrong.output


def test_a_member_that_said_no_stays_unknown_to_the_centre(world, here, database):
    bring(HEAD + LINE)
    number = database.query(Family).one().id
    families.record_answer(number, said(share=False, centre_id=None))
    bring(HEAD + LINE.replace("Mia Member", "Mia M"))

    assert known_to(here, TODAY) == []
