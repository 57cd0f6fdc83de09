"""Messages and letters of centres, and letters of notice: only to whom they may go."""

import pytest
from sqlalchemy import select, update

from registration.births.models import BirthRecord
from registration.common.links import secret
from registration.families import actions as families
from registration.families.links import family_of
from registration.families.models import Disclosure, Family
from registration.messages.actions import claim
from registration.messages.models import Message
from registration.reach.letters.actions import (
    NoAddress,
    Occasion,
    invite,
    make_notices,
    notices_posted,
    posted,
    write_letter,
)
from registration.reach.letters.queries import invitations, letter_of, unnoticed
from registration.reach.models import FamilyContact
from registration.reach.outreach.actions import MayNotKnow
from registration.reach.outreach.queries import outreach
from tests.booking.world import FRIDAY, at_time
from tests.reach.families import A_DAY, BORN, NOW, TODAY, agreement, answered, link, live_birth, said, wished
from tests.staff.people import page, sent, sign_in_as

FACTS = {
    "centre": "Sunshine",
    "address": "14 Gibbet Street",
    "telephone": "01632 960100",
    "council": "Invented Council",
}
PARTY = Occasion("new_baby_party", at_time(FRIDAY, "10:00"), at_time(FRIDAY, "11:30"))


def messages(database):
    rows = database.scalars(select(Message).order_by(Message.created, Message.address))
    return sorted((row.template, row.channel, row.state) for row in rows)


def test_a_welcome_goes_to_whom_it_may_by_their_way_and_once(database, world, here):
    wished(here, preference="text")
    wished(here, preference="phone")
    answered(here)
    live_birth(agreement(), here)
    answered(here, share=False, born=BORN - A_DAY)

    assert invite(here, Occasion("welcome"), FACTS, "staff:1", NOW, TODAY) == 2
    assert invite(here, Occasion("welcome"), FACTS, "staff:1", NOW, TODAY) == 0

    assert messages(database) == [("centre_welcome", "email", "queued"), ("centre_welcome", "sms", "queued")]
    assert {row.how for row in database.scalars(select(Disclosure))} == {"message"}
    assert {row.result for row in database.scalars(select(FamilyContact))} == {"sent"}


def test_an_invitation_goes_to_members_who_asked_for_messages_only(database, world, here):
    wished(here, preference="email")
    answered(here)

    assert invite(here, PARTY, FACTS, "staff:1", NOW, TODAY) == 1

    [message] = database.scalars(select(Message))
    assert (message.template, message.channel, message.use_until) == ("centre_party", "email", PARTY.begins)
    number = message.details["family"]
    assert family_of(secret("family", str(number))) == number


@pytest.mark.parametrize("linked", [False, True])
def test_a_no_calls_back_what_has_not_gone_out(database, world, here, there, linked):
    number = wished(here)
    invite(here, Occasion("welcome"), FACTS, "staff:1", NOW, TODAY)
    speaker = answered(there) if linked else number
    if linked:
        link(number, speaker)

    families.change_answer(speaker, said(share=False, centre_id=None))

    assert [state for *_, state in messages(database)] == ["withdrawn"]
    assert invitations(here, TODAY) == []


def test_a_link_to_a_no_that_is_made_while_a_message_waits_stops_it(database, world, here, there):
    number, refused = wished(here, preference="email"), answered(there, share=False, born=BORN - A_DAY)
    wished(here, preference="email", email="another@example.org")
    invite(here, Occasion("welcome"), FACTS, "staff:1", NOW, TODAY)
    link(number, refused)

    drafts = [claim(row.id, now=NOW) for row in database.scalars(select(Message).order_by(Message.version))]

    assert [draft is not None for draft in drafts] == [False, True]
    assert [state for *_, state in messages(database)] == ["sending", "withdrawn"]


def test_a_family_that_wants_no_contact_gets_no_message(database, world, here):
    number = wished(here)
    database.add(
        FamilyContact(
            family_id=number, centre_id=here, contacted_on=TODAY, route="call", result="not_wanted", made_by="staff:1"
        )
    )
    database.flush()

    assert invite(here, Occasion("welcome"), FACTS, "staff:1", NOW, TODAY) == 0


def test_a_letter_needs_an_address_the_centre_may_have_and_counts_as_contact_once_posted(database, world, here):
    told, yes = live_birth(agreement(), here), answered(here)

    made = write_letter(here, told, "staff:1", TODAY)
    with pytest.raises(NoAddress):
        write_letter(here, yes, "staff:1", TODAY)
    assert len(outreach(here, TODAY)) == 2
    posted(made, "staff:1", TODAY)
    posted(made, "staff:1", TODAY)

    assert [(entry.kind, entry.channel, entry.state) for entry in invitations(here, TODAY)] == [
        ("welcome", "letter", "sent")
    ]
    assert database.scalars(select(FamilyContact)).one().route == "letter"
    assert [entry.card.family_id for entry in outreach(here, TODAY)] == [yes]


def test_a_letter_of_a_family_that_said_no_since_is_not_posted(database, world, here, there):
    number = live_birth(agreement(), here)
    made = write_letter(here, number, "staff:1", TODAY)
    families.record_answer(number, said(share=False, centre_id=None))

    with pytest.raises(MayNotKnow):
        posted(made, "staff:1", TODAY)
    assert letter_of(there, made.id) is None
    assert letter_of(here, made.id) is made


# ---- notice


def test_notice_is_due_of_families_told_by_letter_that_said_nothing(database, world, here, there):
    under = agreement("by_letter", 14)
    due = live_birth(under, here)
    other = live_birth(under, there, received=TODAY - 20 * A_DAY)
    live_birth(agreement("by_source"), here)
    live_birth(under, here, noticed_on=TODAY)
    refused, lost = live_birth(under, here), live_birth(under, here)
    families.record_answer(refused, said(share=False, centre_id=None))
    families.mark_lost(lost)

    assert [each.family_id for each in unnoticed(TODAY)] == [other, due]
    assert not unnoticed(TODAY)[1].several
    assert unnoticed(TODAY)[1].address == ("7 Told Street", "Halifax", "HX1 1UJ")
    [(made, token)] = make_notices(here, "staff:1", TODAY)
    assert (made.family_id, family_of(token)) == (due, due)
    assert outreach(here, TODAY)[0].card.family_id != due

    assert notices_posted([due, other, refused, 10**12], "staff:1", TODAY) == 2
    assert database.get_one(Family, refused).noticed_on is None
    assert unnoticed(TODAY) == []
    assert make_notices(None, "staff:1", TODAY) == []
    assert due in {entry.card.family_id for entry in outreach(here, TODAY + 14 * A_DAY)}


# ---- pages


def test_a_worker_writes_prints_and_posts_a_letter(client, world, here):
    sign_in_as(client, "centre_worker", centres=[here])
    told, yes = live_birth(agreement(), here, locale="pl"), answered(here)

    answer = client.post(f"/reach/{here}/families/{told}/letter")
    where = answer.headers["Location"]
    text = client.get(where).text
    assert "/your-details/" in text
    assert secret("family", str(told)) not in text, "who prints it must not hold the family’s own link"
    assert 'lang="pl"' in text
    sent(client.post(where), f"/reach/{here}/families/{told}")
    assert "This letter was posted" in page(client.get(where))
    assert "has no address" in page(client.post(f"/reach/{here}/families/{yes}/letter"), 409)
    assert client.get(f"/reach/{here}/letters/999999").status_code == 404
    assert client.post(f"/reach/{here}/letters/999999").status_code == 404


def test_a_worker_sends_a_welcome_and_invites_to_a_party(client, database, world, here):
    sign_in_as(client, "centre_worker", centres=[here])
    wished(here)
    where = f"/reach/{here}/invitations"
    party = {"kind": "new_baby_party", "day": "2026-12-04", "begins": "10:00", "ends": "11:30"}

    assert "Waiting for a welcome: 1." in page(client.get(where))
    asked = page(client.post(where, data={"kind": "welcome"}))
    assert "Send 1 text?" in asked
    assert "free groups and advice for families" in asked
    assert "stop: (the family’s own link)" in asked
    assert "your-details" not in asked
    asked = client.post(where, data=party).text
    assert 'name="begins" value="10:00"' in asked
    assert messages(database) == [], "the page asks before anything goes out"
    party |= {"sure": "yes"}
    assert "Sent to 1 family." in page(client.post(where, data={"kind": "welcome", "sure": "yes"}))
    assert "Sent to 1 family." in page(client.post(where, data=party))
    assert "Sent to 0 families." in page(client.post(where, data=party))
    for wrong in ({"day": ""}, {"day": "2026-11-22"}, {"begins": ""}, {"ends": "9:00"}, {"ends": ""}, {"kind": ""}):
        assert client.post(where, data=party | wrong).status_code == 422
    for wrong, words in (
        ({"day": "2036-12-04"}, "The party must be within a year"),
        ({"begins": "2:00"}, "The party must not begin before 7am"),
        ({"ends": "21:30"}, "The party must end by 9pm"),
    ):
        assert words in page(client.post(where, data=party | wrong), 422)
    assert [name for name, *_ in messages(database)] == ["centre_party", "centre_welcome"]


@pytest.mark.parametrize(
    ("hour", "words"), [(0, "at 8am"), (22, "at 8am tomorrow")], ids=["before daytime", "after daytime"]
)
def test_what_is_sent_at_night_is_said_to_go_out_in_the_morning(client, world, here, at, hour, words):
    at(f"{TODAY}T{hour:02}:12")
    sign_in_as(client, "centre_worker", centres=[here])
    wished(here)
    where = f"/reach/{here}/invitations"

    assert f"Goes out to 1 family {words}." in page(client.post(where, data={"kind": "welcome", "sure": "yes"}))
    assert f"Wanda Wished goes out {words}" in page(client.get(where))
    at(f"{TODAY + A_DAY}T08:01")
    assert "Wanda Wished sent" in page(client.get(where))


def test_a_party_on_a_bank_holiday_of_another_year_is_asked_about_and_named_with_its_year(client, world, here):
    sign_in_as(client, "centre_worker", centres=[here])
    wished(here)
    party = {"kind": "new_baby_party", "begins": "10:00", "ends": "11:30"}
    where = f"/reach/{here}/invitations"

    christmas = page(client.post(where, data=party | {"day": "2026-12-25"}))
    assert "Friday 25 December 2026 is a bank holiday: Christmas Day. Is the centre open?" in christmas
    assert "Fri 25 Dec 10am." in christmas
    later = page(client.post(where, data=party | {"day": "2027-01-13"}))
    assert "bank holiday" not in later
    assert "Wed 13 Jan 2027 10am." in later


def test_an_invitation_by_email_says_to_whom_it_goes(client, world, here):
    sign_in_as(client, "centre_worker", centres=[here])
    wished(here, preference="email")
    where, party = f"/reach/{here}/invitations", {"kind": "new_baby_party", "day": "2026-12-04"}

    invitation = page(client.post(where, data=party | {"begins": "10:00", "ends": "11:30"}))
    assert "you joined the centre, or asked to, and chose to hear from it by email" in invitation
    assert "or said that it may have your details" in page(client.post(where, data={"kind": "welcome"}))


def test_a_data_officer_makes_letters_of_notice_and_says_they_were_posted(client, database, world, here):
    sign_in_as(client, "data_officer")
    due = live_birth(agreement("by_letter"), here)
    live_birth(agreement("by_letter"), here, name="Nowhere")
    database.execute(update(BirthRecord).where(BirthRecord.family_id != due).values(address=None, postcode=None))

    words = page(client.get("/reach/notices"))
    assert "Sunshine Children’s Centre 2 16 days 1" in words
    assert "Anna Told" not in words
    printed = client.post("/reach/notices/print", data={"centre": str(here)})
    assert "Anna Told" in printed.text
    assert "In 14 days we will give" in page(printed)
    assert "the birth of your baby," in page(printed)
    assert "Of 1 more no address is known" in page(printed)
    database.get_one(Family, due).born = [TODAY, TODAY]
    database.commit()
    assert "the birth of your babies," in page(client.post("/reach/notices/print", data={"centre": str(here)}))
    sent(client.post("/reach/notices/posted", data={"families": str(due)}), "/reach/notices")
    assert "Done 1 letter was posted today. Their days of notice begin." in page(client.get("/reach/notices"))
    assert database.get_one(Family, due).noticed_on == TODAY
    client.post("/reach/notices/posted", data={"families": str(due)})
    again = page(client.get("/reach/notices"))
    assert "1 letter was marked as posted already, or not due any more." in again
    assert "Done" not in again
    assert client.post("/reach/notices/posted", data={"families": "x"}).status_code == 422
    assert client.post("/reach/notices/print", data={"centre": "999"}).status_code == 422


@pytest.mark.parametrize("letter_address", [None, "HX1 5ET"])
def test_a_postcode_alone_is_no_address_to_write_to(client, database, here, letter_address):
    sign_in_as(client, "data_officer")
    nowhere = live_birth(agreement("by_letter"), here)
    database.execute(update(BirthRecord).values(address=None, postcode="HX1 5ET"))
    database.get_one(Family, nowhere).letter_address = letter_address
    database.commit()
    assert [each.address for each in unnoticed(TODAY)] == [()]
    assert "Of 1 more no address is known" in page(client.post("/reach/notices/print", data={"centre": ""}))


def test_before_many_get_a_welcome_the_page_says_how_many_by_which_way(client, database, world, here):
    sign_in_as(client, "centre_worker", centres=[here])
    wished(here)
    wished(here, preference="email", email="one@example.org")
    wished(here, preference="email", email="two@example.org")

    asked = page(client.post(f"/reach/{here}/invitations", data={"kind": "welcome"}))

    assert "Send 1 text and 2 emails?" in asked
    assert "Welcome from Sunshine Children’s Centre" in asked
    assert messages(database) == []
