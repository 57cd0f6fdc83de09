"""The sentences a family reads: who must come, what to bring, when it is. Each written out, for every kind of family."""

from dataclasses import replace
from datetime import UTC, date, datetime, time

import pytest
from flask_babel import force_locale

from registration.booking import wording
from registration.booking.rules.attendance import Attending, MotherMustCome, Parents
from registration.common.authority import current_authority

MOTHER, OTHER, BOTH = Attending.MOTHER, Attending.OTHER_PARENT, Attending.BOTH

EITHER = "One of you must come. You may both come if you like."
EITHER_MOTHER = "One of you must come. You told us it will be the mother."
EITHER_OTHER = "One of you must come. You told us it will be the father or second parent."
TOGETHER = "Both parents must come together, so that both are on the birth certificate."
ALONE = "The mother must come."
MOTHER_PAPERS = (
    "The mother must come, with one of the papers below. Without it, only the mother can be on the birth certificate, "
    "unless both parents come together."
)
OTHER_PAPERS = (
    "The father or second parent must come, with one of the papers below. Without it, the mother must come too."
)

PAPERS = (
    "one of these: a statutory declaration of parentage signed by the other parent; a parental responsibility agreement; "
    "a court order about parental responsibility"
)
IDENTITY = "photo ID for each parent who comes, such as a passport or driving licence, if you have one"
ADDRESS = "something with your address on it, such as a bill or a bank letter"
MARRIAGE = "your marriage or civil partnership certificate, if you have it"
RED_BOOK = "your baby’s red book"
CARD = "a bank card if you want to buy birth certificates, £12.50 each"
USUAL = [IDENTITY, ADDRESS, RED_BOOK, CARD]
MARRIED = [IDENTITY, ADDRESS, MARRIAGE, RED_BOOK, CARD]

#: (married or civil partners, both named, who is coming): who must come, and what to bring.
EVERY = {
    (True, True, MOTHER): (EITHER_MOTHER, MARRIED),
    (True, True, OTHER): (EITHER_OTHER, MARRIED),
    (True, True, BOTH): (EITHER, MARRIED),
    (True, False, MOTHER): (EITHER_MOTHER, MARRIED),
    (True, False, OTHER): (EITHER_OTHER, MARRIED),
    (True, False, BOTH): (EITHER, MARRIED),
    (False, True, MOTHER): (MOTHER_PAPERS, [PAPERS, *USUAL]),
    (False, True, OTHER): (OTHER_PAPERS, [PAPERS, *USUAL]),
    (False, True, BOTH): (TOGETHER, USUAL),
    (False, False, MOTHER): (ALONE, USUAL),
    (False, False, BOTH): (ALONE, USUAL),
}
REFUSED = Parents(married_or_civil_partners=False, both_parents_named=False, attending=OTHER)


@pytest.fixture(autouse=True)
def english(app):
    """A page in English."""
    with app.test_request_context("/"):
        yield


@pytest.mark.parametrize(("married", "named", "coming"), EVERY)
def test_a_family_reads_who_must_come_and_what_to_bring(married, named, coming):
    parents = Parents(married, named, coming)
    who, things = EVERY[married, named, coming]

    assert wording.who_must_come_sentence(parents) == who
    assert wording.bring_sentences(parents, declaration=False) == things


@pytest.mark.parametrize(("married", "named", "coming"), EVERY)
def test_a_family_that_makes_a_declaration_brings_no_card_for_certificates_that_are_not_sold(married, named, coming):
    things = wording.bring_sentences(Parents(married, named, coming), declaration=True)

    assert things == [thing for thing in EVERY[married, named, coming][1] if thing != CARD]


def test_every_kind_of_family_but_the_one_that_cannot_register_has_its_sentences():
    kinds = {Parents(m, n, who) for m in (True, False) for n in (True, False) for who in Attending}

    assert kinds - {Parents(*kind) for kind in EVERY} == {REFUSED}
    with pytest.raises(MotherMustCome):
        wording.who_must_come_sentence(REFUSED)
    with pytest.raises(MotherMustCome):
        wording.bring_sentences(REFUSED, declaration=False)


def test_the_fee_is_the_councils(app, monkeypatch):
    monkeypatch.setitem(app.config, "AUTHORITY", replace(current_authority(), certificate_fee="£14"))
    parents = Parents(married_or_civil_partners=True, both_parents_named=True, attending=MOTHER)

    card = wording.bring_sentences(parents, declaration=False)[-1]
    assert card == "a bank card if you want to buy birth certificates, £14 each"


@pytest.mark.parametrize("language", ["pl", "ur"])
@pytest.mark.parametrize(("married", "named", "coming"), EVERY)
def test_in_another_language_nothing_is_left_out_and_no_gap_left_unfilled(married, named, coming, language):
    parents = Parents(married, named, coming)
    with force_locale(language):
        said = [wording.who_must_come_sentence(parents), *wording.bring_sentences(parents, declaration=False)]

    assert len(said) == len(EVERY[married, named, coming][1]) + 1
    assert all(sentence.strip() and "%(" not in sentence for sentence in said)
    assert any("12.50" in sentence or "12,50" in sentence for sentence in said)


# ---- days and times


def test_a_day_is_written_as_it_is_spoken():
    day = date(2026, 12, 31)

    assert wording.long_day(day) == "Thursday 31 December 2026"
    assert wording.weekday_and_day(day) == "Thursday 31 December"
    assert wording.short_day(day) == "Thu 31 December"
    assert wording.day_and_month(date(2026, 11, 3)) == "3 November"


def test_a_day_is_written_in_the_language_of_the_page():
    with force_locale("pl"):
        assert wording.long_day(date(2026, 12, 31)) == "czwartek 31 grudnia 2026"
    with force_locale("ur"):
        assert "2026" in wording.long_day(date(2026, 12, 31))
        assert "December" not in wording.long_day(date(2026, 12, 31))


@pytest.mark.parametrize(
    ("at", "said"),
    [
        (time(0, 0), "midnight"),
        (time(0, 5), "12:05am"),
        (time(9, 0), "9am"),
        (time(9, 30), "9:30am"),
        (time(11, 59), "11:59am"),
        (time(12, 0), "midday"),
        (time(12, 30), "12:30pm"),
        (time(13, 5), "1:05pm"),
        (time(23, 59), "11:59pm"),
    ],
)
def test_a_time_is_written_as_people_say_it(at, said):
    assert wording.time_of_day(at) == said


def test_in_other_languages_a_time_is_written_as_they_write_it():
    with force_locale("pl"):
        assert wording.time_of_day(time(13, 5)) == "13:05"


@pytest.mark.parametrize(
    ("moment", "said"),
    [
        (datetime(2026, 11, 24, 9, 30, tzinfo=UTC), "Tuesday 24 November at 9:30am"),
        (datetime(2026, 7, 1, 9, 30, tzinfo=UTC), "Wednesday 1 July at 10:30am"),
        (datetime(2026, 7, 1, 23, 0, tzinfo=UTC), "Thursday 2 July at midnight"),
        (datetime(2026, 3, 29, 1, 0, tzinfo=UTC), "Sunday 29 March at 2am"),
        (datetime(2026, 10, 25, 10, 0, tzinfo=UTC), "Sunday 25 October at 10am"),
    ],
)
def test_an_appointment_is_told_by_an_english_clock_in_summer_and_in_winter(moment, said):
    assert wording.day_and_time(moment) == said
    assert said.endswith(wording.clock_time(moment))


@pytest.mark.parametrize(
    ("days", "said"), [(0, "today"), (1, "tomorrow"), (2, "2 days from now"), (42, "42 days from now")]
)
def test_how_far_a_day_is_is_said_as_people_say_it(days, said):
    assert wording.days_from_now(days) == said
