"""Which questions a family is asked, in which order, and what one answer does to the others."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registration.booking.rules.attendance import Attending, Parents, WhoMustCome
from registration.booking.rules.journey import (
    Answers,
    CallInstead,
    End,
    Interpreter,
    KeptTime,
    Step,
    WhyAgain,
    fingerprint,
    is_answered,
    missing_before,
    mother_is_missing,
    needs_other_time,
    next_step,
    papers_wanted,
    questions,
    settled,
    step_after,
    step_before,
)
from registration.booking.rules.requests import SignUp

BORN = date(2026, 11, 19)
DONE = Answers(
    place="place-1",
    born_in_district=True,
    births=(BORN,),
    married=True,
    attending=Attending.MOTHER,
    language="en",
    access_needs="",
    postcode="HX1 1UZ",
    kept=KeptTime("secret", 3, 29_900_000),
    name="Aoife O’Brien",
    email="aoife@example.org",
    share=False,
)
FATHER_ALONE = replace(DONE, married=False, both_named=True, attending=Attending.OTHER_PARENT)
ONLY_MOTHER_NAMED = replace(DONE, married=False, both_named=False, attending=Attending.OTHER_PARENT)

answers = st.builds(
    Answers,
    place=st.sampled_from(["", "place-1", "home-1"]),
    born_in_district=st.none() | st.booleans(),
    explained=st.booleans(),
    births=st.lists(st.dates(date(2026, 1, 1), date(2026, 12, 1)), max_size=3).map(tuple),
    married=st.none() | st.booleans(),
    both_named=st.none() | st.booleans(),
    attending=st.none() | st.sampled_from(Attending),
    papers=st.booleans(),
    language=st.sampled_from(["", "en", "bfi", "ur", "und"]),
    interpreter=st.none() | st.sampled_from(Interpreter),
    access_needs=st.none() | st.text(max_size=9),
    step_free=st.booleans(),
    postcode=st.none() | st.sampled_from(["", "HX1 1UZ"]),
    kept=st.none()
    | st.builds(KeptTime, st.text(max_size=5), st.integers(1, 9), st.integers(0, 10**8), st.integers(0, 10)),
    why_again=st.none() | st.sampled_from(WhyAgain),
    name=st.sampled_from(["", "Jo"]),
    email=st.sampled_from(["", "jo@example.org"]),
    mobile=st.sampled_from(["", "+447700900982"]),
    share=st.none() | st.booleans(),
    join=st.none() | st.booleans(),
)


def test_a_new_family_is_asked_where_the_baby_was_born():
    assert next_step(Answers()) is Step.WHERE_BORN
    assert step_before(Step.WHERE_BORN, Answers()) is None


def test_a_married_family_in_the_district_is_asked_the_least():
    assert [step.value for step in questions(DONE)] == [
        "where-born",
        "date-of-birth",
        "married",
        "who-is-coming",
        "language",
        "access",
        "postcode",
        "time",
        "contact",
        "share",
        "check",
    ]
    assert next_step(DONE) is Step.CHECK


def test_a_birth_outside_the_district_is_explained_first():
    outside = replace(DONE, born_in_district=False)
    assert next_step(outside) is Step.OTHER_DISTRICT
    assert next_step(replace(outside, explained=True)) is Step.CHECK


def test_an_unmarried_father_alone_hears_what_he_needs_before_any_time_is_shown():
    asked = questions(FATHER_ALONE)
    assert asked.index(Step.PAPERS) < asked.index(Step.TIME)
    assert missing_before(Step.TIME, FATHER_ALONE) is Step.PAPERS
    assert papers_wanted(FATHER_ALONE) is WhoMustCome.OTHER_PARENT_WITH_PAPERS
    assert next_step(replace(FATHER_ALONE, papers=True)) is Step.CHECK
    assert Step.PAPERS not in questions(replace(FATHER_ALONE, attending=Attending.BOTH))


def test_nobody_goes_on_while_the_mother_must_come_and_does_not():
    assert mother_is_missing(ONLY_MOTHER_NAMED)
    assert papers_wanted(ONLY_MOTHER_NAMED) is None
    assert next_step(replace(ONLY_MOTHER_NAMED, papers=True)) is Step.PAPERS
    assert next_step(replace(ONLY_MOTHER_NAMED, attending=Attending.MOTHER)) is Step.CHECK


def test_married_parents_are_both_named():
    assert DONE.parents == Parents(married_or_civil_partners=True, both_parents_named=True, attending=Attending.MOTHER)
    assert FATHER_ALONE.parents.both_parents_named
    assert not ONLY_MOTHER_NAMED.parents.both_parents_named


@pytest.mark.parametrize(
    ("language", "interpreter", "asked", "longer"),
    [
        ("en", None, False, False),
        ("bfi", None, False, True),
        ("ur", Interpreter.ARRANGE, True, True),
        ("ur", Interpreter.BRING, True, True),
        ("ur", Interpreter.NONE, True, False),
        ("ur", None, True, False),
        ("", None, False, False),
    ],
)
def test_an_interpreter_is_asked_for_where_one_may_be_needed_and_makes_it_longer(language, interpreter, asked, longer):
    family = replace(DONE, language=language, interpreter=interpreter)
    assert (Step.INTERPRETER in questions(family)) is asked
    assert family.with_interpreter is longer


def test_joining_is_asked_only_after_yes_and_may_be_declined():
    yes = replace(DONE, share=True)
    assert next_step(yes) is Step.JOIN
    assert next_step(replace(yes, join=False)) is Step.CHECK
    assert DONE.sign_up is None
    wish = replace(yes, join=True, address="3 Mill Lane", contact_preference="email", visit_needs="Two prams")
    assert wish.sign_up == SignUp("3 Mill Lane", "email", "Two prams")


def test_a_name_and_one_way_to_reach_the_family_are_enough():
    assert not is_answered(Step.CONTACT, replace(DONE, email=""))
    assert is_answered(Step.CONTACT, replace(DONE, email="", mobile="+447700900982"))
    assert not is_answered(Step.CONTACT, replace(DONE, name=""))


def test_a_time_to_be_chosen_again_is_not_answered():
    assert next_step(replace(DONE, why_again=WhyAgain.TAKEN)) is Step.TIME
    assert next_step(replace(DONE, kept=None)) is Step.TIME


def test_a_page_opens_when_everything_before_it_is_answered():
    assert missing_before(Step.CHECK, DONE) is None
    assert missing_before(Step.CHECK, replace(DONE, postcode=None)) is Step.POSTCODE
    assert missing_before(Step.POSTCODE, replace(DONE, postcode=None, kept=None)) is None


def test_a_page_that_is_not_asked_leads_to_the_next_question():
    assert missing_before(Step.PAPERS, replace(DONE, kept=None)) is Step.TIME


def test_back_and_onward_skip_what_is_not_asked():
    assert step_before(Step.COMING, DONE) is Step.MARRIED
    assert step_after(Step.MARRIED, DONE, changing=False) is Step.COMING
    assert step_after(Step.MARRIED, replace(DONE, married=False, both_named=True), changing=False) is Step.BOTH_PARENTS
    assert step_before(Step.PAPERS, DONE) is None


def test_a_changed_answer_leads_back_to_the_last_page_or_to_what_it_leaves_open():
    assert step_after(Step.MARRIED, DONE, changing=True) is Step.CHECK
    assert step_after(Step.MARRIED, replace(DONE, married=False), changing=True) is Step.BOTH_PARENTS


def test_an_answer_may_take_its_own_page_away():
    both = replace(FATHER_ALONE, attending=Attending.BOTH, language="")
    assert step_after(Step.PAPERS, both, changing=False) is Step.LANGUAGE
    named = replace(ONLY_MOTHER_NAMED, both_named=True)
    assert step_after(Step.PAPERS, named, changing=False) is Step.PAPERS, "now he needs papers, and hears of it"


def test_another_place_of_birth_is_explained_anew():
    before = replace(DONE, born_in_district=False, explained=True)
    assert not settled(before, replace(before, place="place-2")).explained
    assert settled(before, replace(before, name="Jo")).explained


def test_another_tie_between_the_parents_asks_anew_who_is_named_and_about_papers():
    before = replace(FATHER_ALONE, papers=True)
    married = settled(before, replace(before, married=True))
    assert (married.both_named, married.papers) == (None, False)
    assert settled(Answers(), Answers(married=False, both_named=True)).both_named
    assert not settled(before, replace(before, attending=Attending.MOTHER)).papers
    assert settled(replace(before, papers=False), before).papers, "answering the page about papers is no other tie"


def test_another_language_asks_anew_for_an_interpreter():
    before = replace(DONE, language="ur", interpreter=Interpreter.NONE)
    assert settled(before, replace(before, language="pl")).interpreter is None


def test_no_takes_back_the_wish_to_join():
    before = replace(DONE, share=True, join=True, address="3 Mill Lane", contact_preference="email", visit_needs="x")
    after = settled(before, replace(before, share=False))
    assert (after.join, after.address, after.contact_preference, after.visit_needs) == (None, "", "", "")


def test_other_babies_or_another_length_need_another_time():
    assert needs_other_time(DONE, replace(DONE, births=(BORN, BORN)))
    assert needs_other_time(DONE, replace(DONE, births=(date(2026, 11, 18),)))
    assert needs_other_time(DONE, replace(DONE, language="bfi"))
    assert not needs_other_time(DONE, replace(DONE, language="ur", interpreter=Interpreter.NONE, name="Jo"))


def test_the_call_names_its_reason():
    assert CallInstead(End.ABROAD).end is End.ABROAD


@given(answers)
def test_answers_come_back_as_they_were_written(given_answers):
    assert Answers.from_json(given_answers.to_json()) == given_answers


def test_what_a_later_version_wrote_is_left_out_and_nonsense_refused():
    assert Answers.from_json({"name": "Jo", "horoscope": "lion"}) == Answers(name="Jo")
    for nonsense in ({"births": ["x"]}, {"births": 3}, {"kept": [1]}, {"attending": "uncle"}):
        with pytest.raises(ValueError):  # noqa: PT011 -- date and enum say it in their own words
            Answers.from_json(nonsense)


@given(answers)
def test_there_is_always_a_next_question_and_it_may_be_opened(given_answers):
    step = next_step(given_answers)
    assert missing_before(step, given_answers) is None
    assert not is_answered(step, given_answers)


@given(answers, st.sampled_from(Step))
def test_back_and_onward_are_pages_that_may_be_opened(given_answers, step):
    if step in questions(given_answers) and missing_before(step, given_answers) is None:
        before = step_before(step, given_answers)
        assert before is None or missing_before(before, given_answers) is None
        if is_answered(step, given_answers):
            assert missing_before(step_after(step, given_answers, changing=False), given_answers) is None


@given(answers, st.booleans())
def test_the_fingerprint_changes_with_what_is_shown_and_not_with_the_hold_s_secret(given_answers, share):
    other = replace(given_answers, share=share)
    assert (fingerprint(other) == fingerprint(given_answers)) is (other == given_answers)
    if given_answers.kept:
        renewed = replace(given_answers, kept=replace(given_answers.kept, token="another", keeps=9))
        assert fingerprint(renewed) == fingerprint(given_answers)
        moved = replace(given_answers, kept=replace(given_answers.kept, start=given_answers.kept.start + 30))
        assert fingerprint(moved) != fingerprint(given_answers)


def test_what_an_unchanged_tie_settled_stays_and_what_a_changed_one_did_goes():
    with_papers = replace(FATHER_ALONE, papers=True)
    assert settled(with_papers, replace(with_papers, language="ur")).papers
    assert not settled(with_papers, replace(with_papers, attending=Attending.MOTHER)).papers
    both_at_once = replace(FATHER_ALONE, attending=Attending.MOTHER, papers=True)
    assert settled(FATHER_ALONE, both_at_once).papers


def test_telling_others_is_asked_anew_where_others_are_named_or_nobody_is_to_be_told():
    told = replace(DONE, share=True, join=False, tell_of=(4,), tell=True)
    assert settled(told, replace(told, name="Aoife Murphy")).tell is True
    assert settled(told, replace(told, tell_of=(4, 5))).tell is None
    assert settled(told, replace(told, share=False)).tell is None


def test_papers_are_not_asked_for_before_it_is_known_who_comes():
    half = replace(FATHER_ALONE, attending=None)
    assert Step.PAPERS not in questions(half)
    assert Step.PAPERS not in questions(replace(FATHER_ALONE, married=None))


def test_the_fingerprint_is_short_and_leaves_out_why_a_time_was_to_be_chosen_again():
    again = replace(DONE, why_again=next(iter(WhyAgain)))
    assert fingerprint(DONE) == fingerprint(again)
    assert len(fingerprint(DONE)) == 16
