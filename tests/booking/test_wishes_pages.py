"""What a family sees of the waiting list: to join it, to change what it waits for, to leave it."""

import pytest

from registration.booking.actions import changes
from registration.booking.queries.wishes import wish_of
from registration.booking.rules.wishes import Wish
from tests.booking.appointments import NOW, booked, booked_by_letter, link, two_mornings
from tests.booking.world import TUESDAY, WEDNESDAY, at_time
from tests.staff.people import page


@pytest.fixture
def world(database, at):
    at("2026-11-22T09:00")
    return two_mornings()


@pytest.fixture
def mine(world):
    return booked(world.centres["sunshine"], at_time(WEDNESDAY, "9:00"))


def ask(client, mine, **given):
    return client.post(f"{link(mine)}/earlier", data=given)


def test_a_family_joins_and_its_booking_says_so(client, world, mine):
    assert "Tell me if another appointment comes free" in page(client.get(link(mine)))
    said = page(client.get(f"{link(mine)}/earlier"))
    assert "There are appointments on earlier days free now." in said
    answer = ask(client, mine, wish="earlier", centres=["any"])
    assert answer.headers["Location"] == f"{link(mine)}/earlier?joined=1"
    joined = client.get(answer.headers["Location"])
    said = page(joined)
    assert said.startswith("Done You are on the list What happens next: When an appointment that suits you comes free")
    assert 'class="govuk-notification-banner govuk-notification-banner--success" role="alert"' in joined.text
    assert "Back to your appointment" in said
    again = page(client.get(f"{link(mine)}/earlier"))
    assert again.startswith("Tell me if another appointment comes free")
    assert "You are on the list When an appointment" in again
    assert "We tell you when another appointment comes free." in page(client.get(link(mine)))
    assert wish_of(mine.id) == Wish(earlier=True, centre_ids=None)


def test_a_family_chooses_its_centres_and_finds_them_ticked_again(client, world, mine):
    elland, office = world.centres["elland"], world.centres["office"]
    ask(client, mine, wish="elsewhere", centres=[str(elland), str(office)])
    assert wish_of(mine.id) == Wish(earlier=False, centre_ids=frozenset({elland, office}))
    shown = client.get(f"{link(mine)}/earlier").text
    assert shown.count(" checked") == 3  # what it wishes, and the two centres


def test_a_family_leaves_the_list(client, world, mine):
    ask(client, mine, wish="earlier", centres=["any"])
    assert client.post(f"{link(mine)}/earlier/stop").headers["Location"] == link(mine)
    assert wish_of(mine.id) is None
    assert "You are on the list" not in page(client.get(f"{link(mine)}/earlier"))


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"wish": "earlier"}, "Choose at least one centre, or any centre"),
        ({"wish": "earlier", "centres": ["0"]}, "Choose at least one centre, or any centre"),
        ({"centres": ["any"]}, "Choose what would suit you better"),
        ({"wish": "later", "centres": ["any"]}, "Choose what would suit you better"),
    ],
)
def test_what_is_missing_is_asked_for_and_nothing_is_lost(client, world, mine, given, sentence):
    answer = ask(client, mine, **given)
    assert sentence in page(answer, 422)
    assert wish_of(mine.id) is None


def test_another_centre_cannot_be_the_one_it_has(client, world, mine):
    answer = ask(client, mine, wish="elsewhere", centres=[str(world.centres["sunshine"])])
    assert "Your appointment is at this centre already." in page(answer, 422)


def test_where_nothing_earlier_is_free_it_does_not_say_so(client, world):
    first = booked(world.centres["sunshine"], at_time(TUESDAY, "9:00"))
    assert "free now" not in page(client.get(f"{link(first)}/earlier"))


def test_a_family_reached_by_letter_alone_is_asked_to_call(client, database, world):
    post = booked_by_letter(world.centres["sunshine"], at_time(TUESDAY, "9:00"))
    answer = client.get(f"{link(post)}/earlier")
    assert "We can only tell you by text or email." in page(answer)
    assert "What would suit you better?" not in answer.text
    assert ask(client, post, wish="earlier", centres=["any"]).status_code == 303
    assert wish_of(post.id) is None


def test_a_cancelled_booking_waits_for_nothing(client, world, mine):
    changes.cancel(mine.public_id, NOW)
    assert client.get(f"{link(mine)}/earlier").headers["Location"] == link(mine)
    assert ask(client, mine, wish="earlier", centres=["any"]).status_code == 303
    assert wish_of(mine.id) is None


def test_a_link_that_is_none_of_ours_is_not_found(client, world):
    assert client.get("/booking/no-such-token/earlier").status_code == 404
