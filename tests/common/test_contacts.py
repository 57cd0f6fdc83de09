"""E-mail addresses and mobile numbers as people write them."""

from contextlib import suppress

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from phonenumbers import PhoneNumberFormat, format_number, parse

from registration.common import contacts


@pytest.fixture(autouse=True)
def english(app):
    with app.test_request_context("/"):
        yield


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("name@example.com", "name@example.com"),
        ("  name@example.com\n", "name@example.com"),
        ("Name.O'Brien+baby@EXAMPLE.com", "Name.O'Brien+baby@example.com"),
        ("ü@bücher.example", "ü@bücher.example"),
        ("a@xn--bcher-kva.example", "a@bücher.example"),
        ("families@load.test", "families@load.test"),
        ("someone@council.local", "someone@council.local"),
        ("nobody@nowhere.invalid", "nobody@nowhere.invalid"),
        ("x" * 64 + "@example.org", "x" * 64 + "@example.org"),
    ],
)
def test_an_address_of_good_form_is_kept_in_its_usual_form(typed, kept):
    assert contacts.email(typed) == kept
    assert contacts.contact(typed) == kept


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "name",
        "name@",
        "@example.com",
        "name@example",
        "a b@example.com",
        "a@exam ple.com",
        "a@@example.com",
        "Name <name@example.com>",
        "a@example.com, b@example.com",
        "a@example.com\r\nBcc: b@example.com",
        "a\x00@example.com",
        "x" * 65 + "@example.org",
        "a@-example.com",
        "a..b@example.com",
        "a@[127.0.0.1]",
        "\ud83d@example.com",
    ],
)
def test_what_is_no_address_is_refused_with_a_sentence(typed):
    with pytest.raises(ValueError, match="Enter an email address in the correct format"):
        contacts.email(typed)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("07700 900982", "+447700900982"),
        ("07700900982", "+447700900982"),
        (" +44 7700 900 982 ", "+447700900982"),
        ("+44 (0)7700 900982", "+447700900982"),
        ("0044 7700 900982", "+447700900982"),
        ("(07700) 900-982", "+447700900982"),
        ("07700.900.982", "+447700900982"),
        ("07624 412 345", "+447624412345"),
        ("07911 123456", "+447911123456"),
        ("+48 512 345 678", "+48512345678"),
        ("+353 85 012 3456", "+353850123456"),
        ("+1 201 555 0123", "+12015550123"),
        ("٠٧٧٠٠٩٠٠٩٨٢", "+447700900982"),
    ],
)
def test_a_mobile_number_is_kept_as_carriers_want_it(typed, kept):
    assert contacts.mobile(typed) == kept
    assert contacts.contact(typed) == kept
    assert contacts.mobile(kept) == kept


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "12345",
        "020 7946 0000",
        "01632 960100",
        "070 1234 5678",
        "07624 9",
        "076 1234 5678",
        "0800 123 456",
        "999",
        "07700 9009821",
        "07700 90098",
        "07700 900982 ext 5",
        "07700900982;ext=5",
        "call me",
        "+48 22 123 45 67",
        "+44",
        "+999 123456789",
        "07700900982 07700900983",
        "0770090098O",
        "\ud83d",
        "\x00",
    ],
)
def test_what_takes_no_texts_is_refused_with_a_sentence(typed):
    with pytest.raises(ValueError, match="Enter a mobile number, like"):
        contacts.mobile(typed)
    with pytest.raises(ValueError, match=r"^Enter an? .*mobile number"):
        contacts.contact(typed)


@given(st.text(max_size=80))
@example("+" * 300)
@example("0" * 5000)
def test_whatever_is_typed_is_kept_in_a_lasting_form_or_refused(typed):
    for form_of in (contacts.email, contacts.mobile, contacts.contact):
        with suppress(ValueError):
            kept = form_of(typed)
            assert form_of(kept) == kept
            assert "\x00" not in kept


@pytest.mark.parametrize(
    ("kept", "read"),
    [
        ("+447700900982", "07700 900982"),
        ("+48512345678", "+48 512 345 678"),
        ("name@example.com", "name@example.com"),
        ("", ""),
    ],
)
def test_a_contact_is_read_out_as_people_dial_it(kept, read):
    assert contacts.as_read(kept) == read


@given(st.from_regex(r"\+44(7[1-57-9][0-9]{8}|7624[0-9]{6})", fullmatch=True))
def test_a_british_mobile_number_is_read_as_the_library_of_numbers_has_it(kept):
    assert contacts.as_read(kept) == format_number(parse(kept), PhoneNumberFormat.NATIONAL)
