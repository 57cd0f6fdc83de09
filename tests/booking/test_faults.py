"""What programs are told of a field: plain words, never pydantic's."""

import re

import pytest
from werkzeug.datastructures import MultiDict

from registration.booking.contract import AvailabilityQuery, BookingBody, Fault, HoldBody, from_query, from_values
from registration.booking.faults import in_plain_words

HOLD = {"centre": 1, "start": "2026-11-24T09:30:00+00:00", "born": ["2026-11-19"]}
BOOKING = {
    "hold": "x",
    "married_or_civil_partners": True,
    "both_parents_named": True,
    "attending": "both",
    "name": "Aoife",
    "email": "aoife@example.org",
    "share_with_centre": True,
    "born_in_district": True,
}


def told(model, **given):
    """Give what is said of each field."""
    whole = {HoldBody: HOLD, BookingBody: BOOKING}[model] | given
    with pytest.raises(Fault) as fault:
        from_values(model, {name: value for name, value in whole.items() if value is not ...})
    return {one["field"]: one["detail"] for one in fault.value.errors}


@pytest.mark.parametrize(
    ("model", "given", "detail"),
    [
        (HoldBody, {"centre": ...}, "is missing"),
        (HoldBody, {"centre": 1.5}, "must be a whole number"),
        (HoldBody, {"centre": float("inf")}, "must be a whole number"),
        (HoldBody, {"centre": 0}, "must be 1 or more"),
        (HoldBody, {"centre": 2**31}, "must be 2147483647 or less"),
        (HoldBody, {"start": "2026-11-24T09:30"}, "must have its offset, as in 2026-11-24T09:30:00+00:00"),
        (HoldBody, {"start": "2026-11-24T29:30Z"}, "must be a time with its offset like 2026-11-24T09:30:00+00:00"),
        (HoldBody, {"born": "2026-11-19"}, "must be a list"),
        (HoldBody, {"born": []}, "must have at least one entry"),
        (HoldBody, {"born": ["2026-11-19"] * 7}, "must have at most 6 entries"),
        (HoldBody, {"interpreter": "yes"}, "must be true or false"),
        (BookingBody, {"hold": ""}, "must not be empty"),
        (BookingBody, {"hold": "x" * 401}, "must have at most 400 characters"),
        (BookingBody, {"hold": "a\x00"}, "has a character that cannot be kept"),
        (BookingBody, {"attending": "aunt"}, "must be mother, other_parent or both"),
        (BookingBody, {"name": " "}, "must not be empty"),
        (BookingBody, {"name": 5}, "must be a text"),
        (BookingBody, {"email": "aoife"}, "must be an email address like name@example.com"),
        (BookingBody, {"phone": "12"}, "must be a mobile number like 07700 900982 or +44 7700 900982"),
        (BookingBody, {"second_contact": "gran"}, "must be an email address or a mobile number"),
        (BookingBody, {"language": "??"}, "must be the code of a language like en, pl or ur"),
        (BookingBody, {"language": "a" * 36}, "must have at most 35 characters"),
    ],
)
def test_a_field_that_cannot_be_used_is_explained_in_plain_words(model, given, detail):
    assert told(model, **given) == {next(iter(given)): detail}


def test_a_day_that_does_not_exist_is_explained_where_it_stands():
    assert told(HoldBody, born=["2026-11-19", "2026-02-30"]) == {"born.1": "must be a date like 2026-10-11"}


def test_a_body_that_is_no_object_is_explained():
    with pytest.raises(Fault, match=re.escape("body: must be a JSON object")):
        from_values(HoldBody, ["x"])


def test_a_fault_without_words_of_ours_is_still_in_plain_ones():
    assert in_plain_words("recursion_loop", "Recursion error - cyclic reference detected", {}) == "cannot be used"


def test_what_may_be_given_once_is_not_silently_taken_from_the_first():
    asked = MultiDict([("born", "2026-11-19"), ("born", "2026-11-19"), ("centre", "1"), ("centre", "2")])
    with pytest.raises(Fault) as fault:
        from_query(AvailabilityQuery, asked)
    assert fault.value.errors == [{"field": "centre", "detail": "must be given once only"}]


def test_programs_are_answered_in_english_whatever_language_a_cookie_names(client):
    answer = client.post("/api/v1/bookings?lang=pl", json=BOOKING | {"phone": "12"})
    assert answer.json["errors"] == [
        {"field": "phone", "detail": "must be a mobile number like 07700 900982 or +44 7700 900982"}
    ]


def test_refusals_say_nothing_of_pages_and_their_buttons(client, at):
    at("2026-11-22T09:00")
    answer = client.post("/api/v1/bookings", json=BOOKING | {"hold": "a.1.1.0.739930"})
    assert answer.status_code == 410
    assert answer.json["detail"] == "The time is no longer kept"
    assert not re.search(r"\b(press|choose|below|your)\b", answer.json["detail"], re.IGNORECASE)
