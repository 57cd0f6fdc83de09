"""A family sees what is held about it and who received it, answers, objects, corrects and takes it away."""

import json
from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select, update

from registration.births.models import BirthFile, BirthRecord
from registration.booking.actions.changes import cancel_for_bereavement
from registration.centres.models import Centre
from registration.families.actions import call_back, disclosed
from registration.families.links import family_link, subject_of
from registration.families.models import CentreSignUp, Disclosure, Family, FamilyLink, SharingAgreement, SharingAnswer
from registration.families.queries import reachable, rulings
from registration.families.rules import Ruling
from registration.families.tell_once import actions as tell_once
from registration.families.tell_once.actions import AnswerOnTelling, keep_service
from registration.families.tell_once.models import Telling
from registration.families.tell_once.rules import TELLING_WORDING, Kind, ServiceSaid, Way
from registration.messages.actions import MessageRequest, send
from registration.messages.models import Message
from registration.messages.rules import Recipient
from registration.reach.outreach.queries import known_to
from tests.booking.appointments import NOW, booked, link
from tests.booking.world import BORN, TODAY, WEDNESDAY, at_time
from tests.staff.people import page, sent

TOLD = {
    "share": "no",
    "born-day": "19",
    "born-month": "11",
    "born-year": "2026",
    "name": "Aoife O’Brien",
    "email": "other@example.org",
    "mobile": "",
    "postcode": "",
}


def address(token, more=""):
    return f"/your-details/{token}{more}"


@pytest.fixture
def token(mine):
    """The link of a family's booking, which opens its details too."""
    return link(mine).rpartition("/")[2]


def known_by_nhs(database, world, notice="by_source", **changes):
    """Keep a family that the NHS told of, with an agreement in force and notice given by its source; give its number."""
    agreement = SharingAgreement(
        source="nhs",
        state="in_force",
        provider="Calder NHS Trust",
        recipient="Council",
        purpose="p",
        items=[],
        lawful_basis="b",
        gateway="g",
        frequency="monthly",
        method="m",
        access_roles="a",
        retention_days=365,
        notice=notice,
        provider_contact="c",
        recipient_contact="c",
        starts_on=TODAY,
        review_on=TODAY,
        made_by="staff:1",
    )
    database.add(agreement)
    database.flush()
    family = Family(
        **{
            "name": "Maeve Secret",
            "born": [BORN],
            "source": "live_births",
            "agreement_id": agreement.id,
            "home_centre_id": world.centres["elland"],
            **changes,
        }
    )
    file = BirthFile(
        agreement_id=agreement.id,
        source="nhs",
        name="f",
        sha256="x",
        rows=1,
        added=1,
        changed=0,
        unchanged=0,
        removed=0,
        received_at=NOW,
        actor="staff:1",
    )
    database.add_all([family, file])
    database.flush()
    database.add(
        BirthRecord(
            agreement_id=agreement.id,
            source="nhs",
            source_key="1",
            file_id=file.id,
            family_id=family.id,
            born=BORN,
            mother_given="Maeve",
            mother_surname="Secret",
            address="9 Hidden Lane",
            received_on=TODAY,
        )
    )
    database.commit()
    return family.id


def tie(database, one, other, method, state="linked"):
    database.add(
        FamilyLink(a_id=min(one, other), b_id=max(one, other), state=state, probability=1, method=method, made_by="x")
    )
    database.commit()


def test_the_link_of_a_booking_shows_everything_held(client, database, world, mine, token):
    disclosed({mine.family_id: Ruling.JOINED}, "export", "staff:3", TODAY, centre_id=mine.centre_id)
    said = page(client.get(address(token)))

    for shown in (
        mine.name,
        mine.email,
        mine.reference,
        "3 Mill Lane, Halifax",
        "HX5 0AB",
        "19 November 2026",
        "You said yes: Sunshine Children’s Centre may have your details",
        "We have not asked you yet whether Elland Children’s Centre",
        "your name",
    ):
        assert shown in said, shown
    assert client.get(address(token)).headers["Cache-Control"] == "no-store"
    assert "See what is held about you" in page(client.get(link(mine)))


def test_the_link_of_a_letter_shows_what_the_nhs_told(client, database, world):
    number = known_by_nhs(database, world)
    said = page(client.get(address(family_link(number))))

    assert "9 Hidden Lane" in said
    assert "From Calder NHS Trust, which tells the council of births in its area" in said
    assert "What Calder NHS Trust told us is deleted 365 days after we received it." in said
    assert "the NHS" not in said
    assert "Elland Children’s Centre" in said


@pytest.mark.parametrize(
    ("method", "state", "seen"),
    [
        ("person", "linked", (True, False)),
        ("splink", "linked", (False, True)),
        ("exact", "linked", (False, True)),
        ("splink", "to_review", (False, False)),
        ("person", "apart", (False, False)),
    ],
)
def test_another_sources_record_is_shown_only_where_a_person_decided(
    client, database, world, mine, token, method, state, seen
):
    tie(database, mine.family_id, known_by_nhs(database, world, email=mine.email), method, state)
    said = page(client.get(address(token)))
    file = client.get(address(token, "/details.json")).text

    assert ("Hidden Lane" in said, "a record from Calder NHS Trust, which tells the council" in said) == seen
    assert ("Secret" in file) == seen[0]


def test_who_came_without_a_link_never_sees_another_record(client, database, world):
    number = known_by_nhs(database, world, email="other@example.org")
    answer = client.post(address(""), data=TOLD | {"share": "yes", "postcode": "HX5 0AB"})
    mine = database.scalar(select(func.max(Family.id)))
    tie(database, mine, number, "person")

    assert "Hidden Lane" not in page(client.get(answer.headers["Location"]))


def test_what_is_held_can_be_taken_away_as_a_file(client, mine, token):
    answer = client.get(address(token, "/details.json"))
    told = json.loads(answer.text)

    assert answer.headers["Content-Disposition"] == 'attachment; filename="your-details.json"'
    assert told["format"] == "right-start/your-details/1"
    assert (told["records"][0]["name"], told["records"][0]["babies_born_on"]) == (mine.name, ["2026-11-19"])
    assert told["appointments"][0]["reference"] == mine.reference
    assert (told["answers"][0]["yes"], told["wishes_to_join"][0]["address"]) == (True, "3 Mill Lane, Halifax")
    assert told["messages"][0]["to"] in (mine.email, mine.mobile)


def test_an_objection_counts_for_every_centre_and_calls_back_what_waits(client, database, world, mine, token):
    nhs = known_by_nhs(database, world)
    tie(database, mine.family_id, nhs, "splink")
    message = send(
        MessageRequest("your_link", subject_of(nhs), 1, Recipient("email", "a@example.org"), "en", {}), now=NOW
    )
    assert reachable(world.centres["elland"], [nhs], TODAY) == {nhs}
    page(client.get(address(token, "/object")))
    sent(client.post(address(token, "/object")), address(token))

    for centre in world.centres.values():
        assert reachable(centre, [nhs, mine.family_id], TODAY) == frozenset()
    assert database.get(Message, message, populate_existing=True).state == "withdrawn"
    assert database.scalars(select(CentreSignUp)).all() == []
    assert "You said no: your details do not go to Sunshine" in page(client.get(address(token)))


def test_a_yes_about_one_centre_opens_that_one_alone(client, database, world, mine, token):
    client.post(address(token, "/object"))
    elland = world.centres["elland"]
    assert "Choose yes if" in page(client.post(address(token, f"/answer/{elland}")), 422)
    assert "Elland" in page(client.get(address(token, f"/answer/{elland}")))
    sent(client.post(address(token, f"/answer/{elland}"), data={"share": "yes"}), address(token))

    assert rulings(elland, [mine.family_id], TODAY) == {mine.family_id: Ruling.SAID_YES}
    assert rulings(mine.centre_id, [mine.family_id], TODAY) == {mine.family_id: Ruling.SAID_NO}
    latest = database.scalars(select(SharingAnswer).order_by(SharingAnswer.id.desc())).first()
    assert (latest.share, latest.route, latest.centre_id) == (True, "online", elland)
    sent(client.post(address(token, f"/answer/{elland}"), data={"share": "no"}), address(token))
    assert reachable(elland, [mine.family_id], TODAY) == frozenset()


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (
            {},
            "may have your details, unless you object. It may see: your name, your baby’s date of birth, your address.",
        ),
        (
            {"notice": "by_letter", "noticed_on": TODAY},
            "gets these details on Sunday 6 December 2026, unless you object: your name, your baby’s date of birth, your",
        ),
        ({"notice": "by_letter"}, "gets these details after we have written to you, unless you object: your name,"),
    ],
)
def test_who_was_told_of_by_the_nhs_reads_when_its_centre_gets_what_unless_it_objects(
    client, database, world, changes, said
):
    token = family_link(known_by_nhs(database, world, **changes))
    shown = page(client.get(address(token)))
    assert f"By an agreement about births, Elland Children’s Centre {said}" in shown
    assert "We have not asked you yet" not in shown
    assert "Do not tell any centre" in shown

    client.post(address(token, "/object"))
    shown = page(client.get(address(token)))
    assert "You said no: your details do not go to Elland" in shown
    assert "agreement about births" not in shown
    assert "It may see" not in shown
    assert "Do not tell any centre" not in shown


def test_what_a_centre_may_see_now_stands_beside_the_answer(client, world, mine, token):
    said = page(client.get(address(token)))
    assert (
        "to welcome you. It may see: your name, your email address, your mobile number, your baby’s date of birth"
        in said
    )
    assert said.count("It may see") == 1
    assert "Change Sunshine" in said


def test_a_family_far_from_here_is_told_so_and_nothing_is_kept_but_its_no_is(client, database, world):
    far = TOLD | {"postcode": "SW1A 1AA"}
    said = page(client.post(address(""), data=far | {"share": "yes"}), 422)
    assert "This postcode is outside our area. Ask the council where you live. Nothing was kept." in said
    assert database.scalars(select(Family)).all() == []
    assert client.post(address(""), data=far).status_code == 303
    assert database.scalars(select(Family.home_centre_id)).all() == [None]


def test_the_centre_named_to_a_family_nobody_met_is_a_childrens_centre(client, database, world):
    database.get(Centre, world.centres["elland"]).kind = "library"
    database.commit()
    client.post(address(""), data=TOLD | {"share": "yes", "postcode": "HX5 0AB"})
    home = database.scalar(select(Family.home_centre_id))
    assert home == database.scalar(select(SharingAnswer.centre_id)) == world.centres["sunshine"]


def test_a_family_that_says_yes_twice_is_one_on_the_centres_list(client, database, world):
    yes = TOLD | {"share": "yes", "postcode": "HX5 0AB"}
    for given in (yes, yes | {"name": "aoife o'brien", "email": "OTHER@example.org"}, yes | {"name": "Zoë Khan"}):
        assert client.post(address(""), data=given).status_code == 303
    names = [entry.card.name for entry in known_to(world.centres["elland"], TODAY)]
    assert len(names) == 2, names
    assert "Zoë Khan" in names


def test_neither_answer_is_chosen_beforehand_and_what_a_no_takes_back_is_said(client, world, mine, token):
    asked = client.get(address(token, f"/answer/{mine.centre_id}"))
    assert " checked" not in asked.text
    back = "You also asked to join the centre. If you now say no, we take that back too."
    stays = "Your appointment stays as it is."
    assert back in page(asked)
    objecting = page(client.get(address(token, "/object")))
    assert (back in objecting, stays in objecting) == (True, True)


def test_what_only_an_appointment_or_a_wish_makes_true_is_not_said_without(client, database, world):
    token = family_link(known_by_nhs(database, world))
    objecting = page(client.get(address(token, "/object")))
    assert "asked to join" not in objecting
    assert "appointment" not in objecting
    database.execute(update(SharingAgreement).values(state="ended", ends_on=TODAY))
    database.commit()
    said = page(client.get(address(token)))
    assert "The agreement about births has ended: Elland Children’s Centre gets nothing about you by it." in said
    assert "We have not asked you yet" not in said


def test_messages_say_what_about_and_by_which_way_and_joining_how_to_be_reached(client, mine, token):
    said = page(client.get(address(token)))
    assert "About Your appointment is booked How Email To" in said
    assert "How to contact you" in said


def test_whoever_has_no_link_finds_where_to_book(client, world):
    assert 'href="/">Book an appointment to register the birth' in client.get(address("")).text


def test_services_that_were_told_and_the_answers_on_that_are_shown_and_taken_away(client, database, mine, token):
    library = ServiceSaid("Halifax Library", Kind.LIBRARY, None, Way.FILE, None, ["name", "born"], active=True)
    number = keep_service(None, library, "staff:1")
    tell_once.answer(mine.family_id, AnswerOnTelling(True, (number,), TELLING_WORDING, "online", "family"), NOW)
    database.execute(update(Telling).values(state="delivered"))
    tell_once.answer(mine.family_id, AnswerOnTelling(False, (number,), TELLING_WORDING, "online", "family"), NOW)
    database.commit()
    said = page(client.get(address(token)))
    file = json.loads(client.get(address(token, "/details.json")).text)

    assert "Service Halifax Library We told it your details What your name, your baby’s date of birth" in said
    assert "What became of it Received" in said
    assert "Service Halifax Library We told it that it forget you What became of it Not sent yet" in said
    assert "Service Halifax Library Your answer No" in said
    assert [(row["service"], row["event"], row["what"], row["state"]) for row in file["tellings"]] == [
        ("Halifax Library", "told", ["name", "born"], "delivered"),
        ("Halifax Library", "forget", None, "waiting"),
    ]
    assert [row["yes"] for row in file["answers_on_telling"]] == [True, False]
    assert "Taken back" not in said
    client.post(address(token, "/object"))
    said = page(client.get(address(token)))
    assert "Your answer Yes Taken back By your no to children’s centres" in said


def test_each_family_reads_how_long_its_own_details_are_kept(client, database, world, mine, token):
    booking, nhs, heard = (
        "months after your appointment",
        "is deleted 365 days after",
        "months after we last heard from you",
    )
    alone = page(client.get(address(family_link(known_by_nhs(database, world)))))
    answer = client.post(address(""), data=TOLD)
    for said, wanted in (
        (page(client.get(address(token))), booking),
        (alone, nhs),
        (page(client.get(answer.headers["Location"])), heard),
    ):
        assert [words for words in (booking, nhs, heard) if words in said] == [wanted]


def test_what_is_wrong_is_listed_in_the_order_of_the_page(client, world):
    said = page(client.post(address(""), data=TOLD | dict.fromkeys(("share", "born-day", "name", "email"), "")), 422)
    order = [
        "Choose yes if the centre",
        "must include a day",
        "Enter your full name",
        "Enter an email address",
    ]
    assert [said.find(words) for words in order] == sorted(said.find(words) for words in order), said


NOBODY = "Done Your answer is saved: no children’s centre gets your details from us."


def test_the_page_says_first_what_was_done_and_once(client, world, mine, token):
    elland = world.centres["elland"]
    same = {"name": mine.name, "email": mine.email, "mobile": mine.mobile, "postcode": ""}
    for more, given, said in (
        (f"/answer/{elland}", {"share": "yes"}, "Done Your answer is saved: Elland Children’s Centre may have your"),
        (f"/answer/{elland}", {"share": "yes"}, "Done Your answer is saved: Elland Children’s Centre may have your"),
        (f"/answer/{elland}", {"share": "no"}, NOBODY),
        ("/object", {}, NOBODY),
        ("/correct", same, "Done What you told us is saved."),
    ):
        client.post(address(token, more), data=given)
        assert page(client.get(address(token))).startswith(said), more
        assert "Done" not in page(client.get(address(token)))


@pytest.mark.parametrize(("share", "said"), [("no", NOBODY), ("yes", "Done What you told us is saved.")])
def test_who_came_without_a_link_is_told_first_that_it_is_kept(client, world, share, said):
    answer = client.post(address(""), data=TOLD | {"share": share, "postcode": "HX5 0AB"})
    assert page(client.get(answer.headers["Location"])).startswith(said)


def test_telephone_numbers_are_written_as_they_are_dialled(client, mine, token):
    shown = client.get(address(token)).text
    assert "+44" not in shown.replace("tel:+44", "")
    assert "07700 900982" in page(client.get(address(token))).replace("\N{NO-BREAK SPACE}", " ")
    assert 'value="07700 900982"' in client.get(address(token, "/correct")).text
    assert "+447700900982" in client.get(address(token, "/details.json")).text


def test_a_family_with_an_appointment_prints_a_slip_with_its_reference_and_without_its_link(
    client, database, world, mine, token
):
    slip = client.get(address(token, "/slip"))
    assert mine.reference in page(slip)
    assert "http://localhost/find-booking" in page(slip)
    assert "Have this reference at hand" in page(slip)
    assert token not in slip.text
    other = page(client.get(address(family_link(known_by_nhs(database, world)), "/slip")))
    assert "http://localhost/your-details/" in other
    assert "Our booking reference:" in other
    assert "find-booking" in client.get(address("")).text


def test_a_centre_that_is_not_theirs_is_not_asked_about(client, world, token):
    assert client.get(address(token, f"/answer/{world.centres['todmorden']}")).status_code == 404


def test_what_is_wrong_is_put_right(client, database, world, mine, token):
    assert mine.name in client.get(address(token, "/correct")).text
    new = {"name": "Aoife Khan", "email": "new@example.org", "mobile": "", "postcode": "OL14 5AA"}
    sent(client.post(address(token, "/correct"), data=new), address(token))

    family = database.get(Family, mine.family_id, populate_existing=True)
    assert (family.name, family.email, family.postcode) == ("Aoife Khan", "new@example.org", "OL14 5AA")
    assert family.home_centre_id == world.centres["todmorden"]
    addressed = database.scalars(select(Message.address).where(Message.about == mine.public_id)).all()
    assert "new@example.org" in addressed
    sent(client.post(address(token, "/correct"), data=new | {"postcode": ""}), address(token))
    family = database.get(Family, mine.family_id, populate_existing=True)
    assert (family.postcode, family.home_centre_id) == ("OL14 5AA", world.centres["todmorden"]), "left empty it stays"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"name": ""}, "Enter your full name"),
        ({"name": "Ann <b>"}, "must only have letters, spaces, hyphens, apostrophes and full stops"),
        ({"name": "Ann\x07"}, "has a character we cannot keep"),
        ({"postcode": "ZZ1 1ZZ"}, "cannot find this postcode"),
    ],
)
def test_what_cannot_be_kept_is_told_beside_it(client, mine, token, change, said):
    whole = {"name": "A", "email": "a@example.org", "mobile": "", "postcode": ""}
    assert said in page(client.post(address(token, "/correct"), data=whole | change), 422)


def test_a_name_that_is_refused_stays_as_it_was_typed(client, mine, token):
    new = {"name": "Ann <b>", "email": "a@example.org", "mobile": "", "postcode": ""}
    assert 'value="Ann &lt;b&gt;"' in client.post(address(token, "/correct"), data=new).text


def test_a_contact_of_another_live_booking_of_the_same_baby_is_not_taken(client, world, mine, token):
    booked(mine.centre_id, at_time(WEDNESDAY, "9:00"), email="b@example.org", mobile=None)
    new = {"name": mine.name, "email": "b@example.org", "mobile": "", "postcode": ""}
    assert "We cannot change this here" in page(client.post(address(token, "/correct"), data=new), 409)


def test_a_family_without_booking_is_put_right_too(client, database, world):
    number = known_by_nhs(database, world)
    token = family_link(number)
    new = {"name": "Maeve Right", "email": "", "mobile": "07700 900456", "postcode": "HX5 0AB"}
    sent(client.post(address(token, "/correct"), data=new), address(token))

    family = database.get(Family, number, populate_existing=True)
    assert (family.name, family.mobile) == ("Maeve Right", "+447700900456")


def test_a_no_without_a_link_holds_back_what_may_be_the_same_family(client, database, world, mine):
    nhs = known_by_nhs(database, world, postcode="HX5 0AB")
    elland = world.centres["elland"]
    answer = client.post(address(""), data=TOLD | {"name": "Someone Else", "postcode": "hx50ab"})
    assert answer.status_code == 303

    assert rulings(elland, [nhs], TODAY) == {nhs: Ruling.DOUBTFUL}
    made = database.scalars(select(Family).order_by(Family.id.desc())).first()
    assert (made.source, made.home_centre_id, made.born) == ("moved_in", elland, [BORN])
    kept = database.scalars(select(SharingAnswer).where(SharingAnswer.family_id == made.id)).one()
    assert (kept.share, kept.route, kept.centre_id) == (False, "slip", None)
    assert "Someone Else" in page(client.get(answer.headers["Location"]))


@pytest.mark.parametrize(("change", "held"), [({}, True), ({"name": "Pat Nobody"}, False), ({"born-day": "18"}, False)])
def test_only_a_record_of_the_same_birth_that_is_alike_is_held_back(client, world, mine, change, held):
    client.post(address(""), data=TOLD | change)

    assert (rulings(mine.centre_id, [mine.family_id], TODAY)[mine.family_id] is Ruling.DOUBTFUL) == held


def test_a_yes_without_a_link_is_to_the_centre_of_its_area(client, database, world):
    page(client.get(address("")))
    assert "Enter your postcode" in page(client.post(address(""), data=TOLD | {"share": "yes"}), 422)
    client.post(address(""), data=TOLD | {"share": "yes", "postcode": "OL14 5AA"})
    made = database.scalars(select(Family).order_by(Family.id.desc())).first()

    assert reachable(world.centres["todmorden"], [made.id], TODAY) == {made.id}
    assert reachable(world.centres["sunshine"], [made.id], TODAY) == frozenset()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"email": ""}, "Enter an email address or a mobile number"),
        ({"share": ""}, "Choose yes if the centre may have your details"),
        ({"born-year": "2027"}, "today or in the past"),
        ({"born-day": ""}, "must include a day"),
    ],
)
def test_what_is_missing_without_a_link_is_told(client, database, world, change, said):
    assert said in page(client.post(address(""), data=TOLD | change), 422)
    assert database.scalars(select(Family)).all() == []


def test_the_papers_lead_to_the_page_by_a_square_code(client, world):
    for paper in ("slip", "health-visitors"):
        answer = client.get(address(paper))
        assert "/your-details/" in page(answer)
        assert "<svg" in answer.text
    assert "must be registered by Sunday 3 January 2027" in page(client.get(address("slip")))


def test_after_a_bereavement_there_is_one_quiet_page(client, mine, token):
    cancel_for_bereavement(mine.public_id, NOW)

    for more in ("", "/object", "/correct", "/details.json", f"/answer/{mine.centre_id}"):
        said = page(client.get(address(token, more)))
        assert "Please call us" in said
        assert mine.name not in said


def test_a_link_of_nobodys_or_of_a_family_that_is_gone_is_not_found(client, database, mine, token):
    assert client.get(address("A" * 24)).status_code == 404
    database.get(Family, mine.family_id).details_gone_at = datetime.now(UTC)
    database.commit()
    assert client.get(address(token)).status_code == 404


def test_nothing_is_called_back_where_nothing_waits(database, mine):
    call_back([mine.family_id])
    assert database.scalars(select(Disclosure)).all() == []
