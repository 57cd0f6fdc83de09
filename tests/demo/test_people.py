"""Invented families: plausible, different, and reaching nobody."""

import re
from datetime import date, timedelta
from random import Random

import pytest

from registration.booking.rules.attendance import Attending, Parents, who_must_come
from registration.common import contacts
from registration.demo import invented
from registration.demo.people import People

DAY = date(2026, 11, 1)


def invent():
    return People(Random(1), ["HX1 1AA"])


@pytest.fixture(scope="module")
def families():
    people = invent()
    return [
        people.family((DAY + timedelta(days=n % 9),), interpreter=n % 16 == 5, kept=n % 11 == 0) for n in range(1500)
    ]


def test_every_family_can_be_reached_only_by_contacts_that_belong_to_nobody(families):
    for family in families:
        emails = [each for each in (family.email, family.second_contact) if each]
        assert all(contacts.email(each) == each and each.endswith("@example.com") for each in emails)
        assert family.mobile is None or re.fullmatch(r"\+447700900\d{3}", family.mobile)
        assert bool(family.letter_address) == (not family.email and not family.mobile)


def test_no_two_families_share_births_and_an_address(families):
    emails = [family.email for family in families if family.email]
    assert len(set(emails)) == len(emails)
    people = invent()
    numbers = [people.mobile((DAY,)) for _ in range(1000)]
    assert len(set(numbers)) == 1000
    assert people.mobile((DAY + timedelta(days=1),)) in numbers


def test_a_number_is_passed_over_where_the_same_births_have_it():
    people = invent()
    first = people.mobile((DAY,))
    for _ in range(999):
        people.mobile((DAY + timedelta(days=1),))
    assert people.mobile((DAY,)) != first


def test_an_interpreter_is_asked_for_in_a_language_that_is_not_english(families):
    with_interpreter = [family for n, family in enumerate(families) if n % 16 == 5]
    assert {family.language for family in with_interpreter} >= {"ur", "pl"}
    assert all(family.language != "en" for family in with_interpreter)


def test_who_comes_can_register_the_birth_as_the_family_wants(families):
    for family in families:
        assert who_must_come(Parents(family.married, family.both_named, Attending(family.attending)))


def test_kept_times_are_booked_by_telephone_and_only_families_that_share_join(families):
    assert all(family.channel == "telephone" for n, family in enumerate(families) if n % 11 == 0)
    assert all(family.share for family in families if family.joins)
    assert {family.channel for family in families} == {"telephone", "online"}
    assert any(family.declaration for family in families)


def test_every_session_of_the_week_names_a_centre_a_room_and_a_registrar_there_are():
    rooms = {(centre.name, room) for centre in invented.centres() for room in centre.rooms}
    registrars = {each.name for each in invented.registrars() if each.may_register_births}
    assert {(each.centre, each.room) for each in invented.week()} <= rooms
    assert {each.registrar for each in invented.week()} <= registrars
    assert {each.centre for each in invented.week()} == {centre.name for centre in invented.centres()}
    assert {service.centre for service in invented.services()} <= {centre.name for centre in invented.centres()}


def test_no_telephone_number_is_anybodys_and_each_has_the_length_of_a_real_one():
    """Ofcom keeps 01632 960000 to 960999 for drama."""
    import csv
    import tomllib
    from pathlib import Path

    from registration.common.authority import TEMPLATE

    with (Path(invented.__file__).parent / "data" / "centres.csv").open(encoding="utf-8") as file:
        numbers = [row["telephone"] for row in csv.DictReader(file)]
    numbers.append(tomllib.loads(TEMPLATE.read_text(encoding="utf-8"))["telephone"])
    assert [number for number in numbers if not re.fullmatch(r"01632 960\d{3}", number)] == []
