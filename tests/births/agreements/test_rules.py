"""What is promised of births and what came, period by period; reviews, signatures, items, and the text of an agreement."""

from dataclasses import replace
from datetime import date, timedelta
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registration.births.agreements.rules import (
    GRACE,
    ITEMS,
    NEVER,
    Came,
    Clause,
    Delivered,
    Frequency,
    Notice,
    Origin,
    Signature,
    Span,
    State,
    clauses,
    fingerprint,
    missing_signatures,
    places_to_sign,
    proposed,
    review,
    standing,
)
from registration.births.agreements.rules.delivery import SHOWN, Period, period_of, promises
from registration.births.agreements.rules.items import NEEDED, USUAL, in_order
from registration.births.agreements.rules.review import Urgency
from registration.births.agreements.rules.standing import EVERY, comes_monthly, named
from tests.births.agreements.made import TODAY, signatures, terms

WEEKLY, MONTHLY, QUARTERLY, YEARLY = Frequency
IN_TIME, LATE, MISSING, AWAITED = State
DAYS = st.dates(date(2000, 1, 1), date(2098, 12, 31))
YEAR = [Span(date(2026, 1, 1))]


def months(*numbers, days_after=5, year=2026):
    """Let a file of each of these months come so many days after the month ends."""
    return [
        Came(date(year, number, 1), period_of(MONTHLY, date(year, number, 1)).last + timedelta(days=days_after))
        for number in numbers
    ]


def states(frequency, came, today=TODAY, spans=YEAR):
    return [each.state for each in promises(frequency, spans, came, today)]


# ---- periods


@pytest.mark.parametrize(
    ("frequency", "day", "first", "last"),
    [
        (WEEKLY, date(2026, 11, 22), date(2026, 11, 16), date(2026, 11, 22)),
        (WEEKLY, date(2026, 11, 16), date(2026, 11, 16), date(2026, 11, 22)),
        (MONTHLY, date(2026, 2, 28), date(2026, 2, 1), date(2026, 2, 28)),
        (MONTHLY, date(2028, 2, 1), date(2028, 2, 1), date(2028, 2, 29)),
        (MONTHLY, date(2026, 12, 31), date(2026, 12, 1), date(2026, 12, 31)),
        (QUARTERLY, date(2026, 5, 1), date(2026, 4, 1), date(2026, 6, 30)),
        (QUARTERLY, date(2026, 12, 1), date(2026, 10, 1), date(2026, 12, 31)),
        (YEARLY, date(2026, 7, 1), date(2026, 1, 1), date(2026, 12, 31)),
    ],
)
def test_a_period_is_that_of_the_calendar(frequency, day, first, last):
    assert period_of(frequency, day) == Period(first, last)


@given(DAYS, st.sampled_from(Frequency))
def test_periods_follow_one_another_without_a_gap(day, frequency):
    period = period_of(frequency, day)
    assert period.first <= day <= period.last
    assert period_of(frequency, period.first) == period_of(frequency, period.last) == period
    assert period_of(frequency, period.last + timedelta(days=1)).first == period.last + timedelta(days=1)
    assert period_of(frequency, period.first - timedelta(days=1)).last == period.first - timedelta(days=1)


@given(st.lists(st.tuples(DAYS, DAYS).map(sorted), max_size=3), DAYS, st.sampled_from([MONTHLY, QUARTERLY, YEARLY]))
def test_what_is_owed_is_over_and_was_promised_on_its_last_day(days, today, frequency):
    spans = [Span(*pair) for pair in days]
    found = promises(frequency, spans, [], today)
    assert [each.period for each in found] == sorted(each.period for each in found)
    for each in found:
        assert each.period.last < today
        assert any(span.first <= each.period.last <= span.last for span in spans)
        assert each.state is (AWAITED if today <= each.period.last + timedelta(days=14) else MISSING)


# ---- what became of them


def test_nothing_is_owed_without_an_agreement_or_before_a_period_is_over():
    assert states(MONTHLY, [], spans=[]) == []
    assert states(MONTHLY, [], date(2026, 1, 31)) == []
    assert states(MONTHLY, [], date(2026, 2, 1)) == [AWAITED]


def test_fourteen_days_of_grace_and_no_more():
    due = date(2026, 1, 31) + GRACE
    assert due == date(2026, 2, 14)
    for on, state in ((due, IN_TIME), (due + timedelta(days=1), LATE)):
        assert states(MONTHLY, [Came(date(2026, 1, 1), on)], date(2026, 2, 28)) == [state]
    assert states(MONTHLY, [], due) == [AWAITED]
    assert states(MONTHLY, [], due + timedelta(days=1)) == [MISSING]


def test_the_first_file_of_a_period_counts_and_corrections_after_it_do_not():
    twice = [Came(date(2026, 1, 1), date(2026, 3, 9)), Came(date(2026, 1, 1), date(2026, 2, 3))]
    [january] = promises(MONTHLY, YEAR, twice, date(2026, 2, 27))
    assert (january.state, january.on) == (IN_TIME, date(2026, 2, 3))


def test_a_file_of_a_period_that_was_not_owed_counts_for_none():
    assert states(MONTHLY, months(12, year=2025), date(2026, 2, 20)) == [MISSING]


def test_a_file_sent_before_its_month_is_over_is_in_time():
    assert states(MONTHLY, months(1, days_after=-3), date(2026, 2, 20)) == [IN_TIME]


def test_a_quarter_and_a_year_hold_the_month_a_file_is_of():
    assert states(QUARTERLY, months(2, 5, 8, days_after=40)) == [IN_TIME, IN_TIME, IN_TIME]
    assert states(YEARLY, months(7, year=2025), spans=[Span(date(2025, 3, 1))]) == [IN_TIME]


def test_a_file_of_which_nobody_knows_the_month_counts_for_the_latest_that_is_over_and_open():
    march = Came(None, date(2026, 3, 5))
    assert states(MONTHLY, [march], date(2026, 3, 20)) == [MISSING, IN_TIME]
    assert states(MONTHLY, [march, march], date(2026, 3, 20)) == [LATE, IN_TIME]
    assert states(MONTHLY, [march] * 3, date(2026, 3, 20)) == [LATE, IN_TIME]


def test_weeks_go_by_the_day_a_file_came_for_a_month_does_not_say_which():
    spans = [Span(date(2026, 10, 5))]
    came = [Came(date(2026, 10, 1), date(2026, 10, day)) for day in (13, 20, 29)]
    assert states(WEEKLY, came, date(2026, 11, 9), spans) == [
        IN_TIME,
        IN_TIME,
        IN_TIME,
        AWAITED,
        AWAITED,
    ]


def test_between_two_agreements_nothing_was_promised():
    spans = [Span(date(2026, 1, 1), date(2026, 3, 31)), Span(date(2026, 6, 10))]
    found = promises(MONTHLY, spans, [], TODAY)
    assert [each.period.first.month for each in found] == [1, 2, 3, 6, 7, 8, 9, 10]


def test_the_month_in_which_an_agreement_ends_is_owed_only_where_it_was_in_force_to_the_end():
    for last, owed in ((date(2026, 3, 30), 2), (date(2026, 3, 31), 3)):
        assert len(promises(MONTHLY, [Span(date(2026, 1, 1), last)], [], TODAY)) == owed


# ---- how a source stands


def stands(came, frequency=MONTHLY, spans=YEAR, today=TODAY):
    return standing("Calder NHS", frequency, spans, came, today)


@pytest.mark.parametrize("frequency", Frequency)
def test_a_source_that_keeps_its_promise_is_said_to(frequency):
    spans = [Span(date(2020, 1, 1))]
    owed = [each.period for each in promises(frequency, spans, [], TODAY)]
    came = [Came(period.first, period.last + timedelta(days=3)) for period in owed]
    found = stands(came, frequency, spans)
    assert (found.delivered.value, found.late, found.missing, found.behind) == (frequency.value, 0, 0, 0)
    assert found.sentence == f"Calder NHS sends births {EVERY[frequency]} as agreed."
    assert found.good
    assert len(found.promises) == SHOWN[frequency]


def test_what_may_still_come_in_time_makes_nobody_late():
    found = stands(months(*range(1, 10)), today=date(2026, 11, 14))
    assert found.promises[-1].state is AWAITED
    assert found.sentence == "Calder NHS sends births every month as agreed."


def test_months_that_are_overdue_in_a_row_are_counted():
    found = stands(months(*range(1, 8)))
    assert (found.behind, found.missing, found.good) == (3, 3, False)
    assert found.sentence == "Calder NHS is 3 months late. The last to come were those of July 2026."


def test_one_month_is_no_months():
    assert stands(months(*range(1, 10))).sentence.startswith("Calder NHS is 1 month late.")


def test_a_month_that_is_awaited_does_not_hide_those_before_it():
    found = stands(months(*range(1, 9)), today=date(2026, 11, 3))
    assert [each.state for each in found.promises[-2:]] == [MISSING, AWAITED]
    assert found.behind == 1


def test_a_hole_among_months_that_came_is_named():
    found = stands(months(1, 2, 3, 4, 5, 6, 8, 9, 10))
    assert found.sentence == "Calder NHS sends births, but those of July 2026 never came."
    assert (found.behind, found.missing) == (0, 1)


def test_several_holes_are_counted():
    assert stands(months(1, 2, 3, 4, 6, 8, 9, 10)).sentence == (
        "Calder NHS sends births, but those of July 2026 and of 1 other month never came."
    )
    assert "of 2 other months never came" in stands(months(1, 2, 4, 6, 8, 9, 10)).sentence


def test_months_that_came_late_are_counted():
    found = stands([*months(*range(1, 9)), *months(9, 10, days_after=20)])
    assert found.sentence == "Calder NHS sends births every month; those of 2 months of the last 10 came late."
    assert (found.late, found.delivered) == (2, Delivered.MONTHLY)


def test_a_source_that_never_sent_is_said_to():
    found = stands([])
    assert found.delivered is Delivered.NEVER
    assert found.sentence == "Calder NHS has never sent births, though it promised them every month."


def test_of_a_new_source_nothing_is_due_yet():
    for today in (date(2026, 1, 20), date(2026, 2, 10)):
        found = stands([], today=today)
        assert found.delivered is Delivered.NOT_YET
        assert found.sentence == "Calder NHS is to send births every month. None are due yet."


def test_a_first_file_before_anything_is_over_is_no_fault():
    found = stands(months(1, days_after=-20), today=date(2026, 1, 20))
    assert found.delivered is Delivered.NOT_YET
    assert found.sentence == "Calder NHS is to send births every month. None are due yet."


def test_files_of_long_ago_are_named_by_no_month_that_is_not_shown():
    found = stands(months(1, year=2024), spans=[Span(date(2024, 1, 1))])
    assert found.sentence == "Calder NHS is 12 months late."
    assert found.delivered is Delivered.NOW_AND_THEN


@pytest.mark.parametrize(
    ("promised", "sent", "delivered"),
    [
        (MONTHLY, [3, 6, 9], Delivered.QUARTERLY),
        (MONTHLY, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10], Delivered.MONTHLY),
        (QUARTERLY, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10], Delivered.QUARTERLY),
        (MONTHLY, [1, 2], Delivered.LATE),
        (MONTHLY, [1, 2, 3, 4, 5, 6, 7, 8, 9], Delivered.LATE),
        (MONTHLY, [1, 2, 5], Delivered.NOW_AND_THEN),
        (MONTHLY, [], Delivered.NEVER),
        (YEARLY, [], Delivered.NOT_YET),
    ],
)
def test_what_is_really_delivered_is_the_most_that_would_have_been_kept(promised, sent, delivered):
    assert stands(months(*sent), promised).delivered is delivered


def test_one_file_a_year_is_yearly_whatever_was_promised():
    spans = [Span(date(2022, 1, 1))]
    came = [file for year in range(2022, 2027) for file in months(6, year=year)]
    assert stands(came, MONTHLY, spans).delivered is Delivered.YEARLY


def test_a_council_to_which_one_source_sends_every_month_is_told_every_month():
    monthly, quarterly = stands(months(*range(1, 11))), stands(months(3, 6, 9))
    assert comes_monthly([quarterly, monthly])
    assert not comes_monthly([quarterly, stands([])])
    assert not comes_monthly([])


@given(st.lists(st.tuples(DAYS, DAYS), max_size=30), st.sampled_from(Frequency), DAYS, DAYS)
def test_whatever_came_a_source_stands_somewhere_and_the_counts_agree(files, frequency, first, today):
    first = max(first, today - timedelta(days=1500))
    found = stands([Came(month.replace(day=1), on) for month, on in files], frequency, [Span(first)], today)
    counted = {state: [each.state for each in found.promises].count(state) for state in State}
    assert (found.late, found.missing) == (counted[LATE], counted[MISSING])
    assert found.behind <= found.missing
    assert found.sentence.endswith(".")
    assert found.good == (found.missing == 0)
    assert ("as agreed" in found.sentence) <= (found.missing == found.late == 0)


@pytest.mark.parametrize(
    ("frequency", "name"),
    [
        (WEEKLY, "the week of 16 November 2026"),
        (MONTHLY, "November 2026"),
        (QUARTERLY, "October to December 2026"),
        (YEARLY, "2026"),
    ],
)
def test_periods_have_names(frequency, name):
    assert named(frequency, period_of(frequency, TODAY)) == name


# ---- review


@pytest.mark.parametrize(
    ("days", "urgency", "end"),
    [
        (60, Urgency.SOON, "by 21 January 2027, in 60 days."),
        (31, Urgency.SOON, "in 31 days."),
        (30, Urgency.VERY_SOON, "in 30 days."),
        (1, Urgency.VERY_SOON, "in 1 day."),
        (0, Urgency.VERY_SOON, "by 22 November 2026, today."),
        (-1, Urgency.OVERDUE, "was to be reviewed by 21 November 2026, 1 day ago."),
        (-20, Urgency.OVERDUE, "20 days ago."),
    ],
)
def test_a_review_is_said_sixty_and_thirty_days_before_and_until_it_is_done(days, urgency, end):
    found = review("Calder NHS", TODAY + timedelta(days=days), None, TODAY)
    assert found.urgency is urgency
    assert found.sentence.startswith("The agreement with Calder NHS")
    assert found.sentence.endswith(end)


def test_a_review_more_than_sixty_days_away_is_nobodys_matter():
    assert review("Calder NHS", TODAY + timedelta(days=61), None, TODAY) is None
    assert review("Calder NHS", TODAY + timedelta(days=61), TODAY + timedelta(days=61), TODAY) is None


@pytest.mark.parametrize(
    ("days", "urgency", "end"),
    [
        (45, Urgency.SOON, "ends by itself on 6 January 2027, in 45 days."),
        (0, Urgency.VERY_SOON, "ends by itself on 22 November 2026, today."),
        (-3, Urgency.OVERDUE, "ended on 19 November 2026: nothing can be imported under it."),
    ],
)
def test_an_end_is_said_before_a_review(days, urgency, end):
    found = review("Calder NHS", TODAY, TODAY + timedelta(days=days), TODAY)
    assert found.urgency is urgency
    assert found.sentence.endswith(end)


# ---- signatures and items


def test_the_guard_of_the_details_and_the_councils_risk_owner_must_sign():
    needed = {origin: [(place.party, place.role[:9]) for place in missing_signatures(origin, [])] for origin in Origin}
    recipient = ("recipient", "Senior In")
    assert needed == {
        Origin.NHS: [("provider", "Caldicott"), recipient],
        Origin.REGISTRATION: [("provider", "Proper Of"), recipient],
        Origin.OTHER: [("provider", "Caldicott"), recipient],
    }


@pytest.mark.parametrize("origin", Origin)
def test_nobody_else_is_missing_once_they_signed(origin):
    assert missing_signatures(origin, signatures(origin)) == []
    assert len(places_to_sign(origin)) == 4


def test_a_signature_for_the_other_side_is_none():
    guard = places_to_sign(Origin.NHS)[0]
    other = [Signature("recipient", "Sam", guard.role, TODAY)]
    assert guard in missing_signatures(Origin.NHS, other)


def test_items_are_named_as_files_know_them_and_those_never_taken_are_none_of_them():
    names = (
        "baby_given baby_surname born birth_order sex mother_given mother_surname mother_born "
        "house address postcode phone email"
    )
    assert set(ITEMS) == set(names.split())
    offered = " ".join(item.words for item in ITEMS.values()).casefold()
    for word in ("weight", "gestation", "ethnic", "practitioner", "nhs"):
        assert word not in offered
        assert word in " ".join(NEVER).casefold()


def test_items_stand_in_one_order_and_a_strange_one_is_refused():
    assert in_order({"email", "born", "sex"}) == ("born", "sex", "email")
    with pytest.raises(KeyError):
        in_order(["nhs_number"])


def test_a_new_draft_begins_with_what_a_welcome_needs():
    assert NEEDED in USUAL
    assert not {"phone", "email"} & set(USUAL)


# ---- the template and the text


@pytest.mark.parametrize("origin", Origin)
def test_the_template_proposes_law_and_words_for_every_origin(origin):
    found = proposed(origin, "Calder Valley Council", "01632 960100", TODAY)
    assert (found.recipient, found.recipient_contact) == ("Calder Valley Council", "01632 960100")
    assert "Children Act 2004 section 10" in found.gateway
    assert "section 3" in found.lawful_basis
    assert "19AA" in found.gateway if origin is Origin.REGISTRATION else "19AA" not in found.gateway
    assert (found.frequency, found.starts_on, found.review_on) == (MONTHLY, TODAY, TODAY + timedelta(days=365))


def test_what_comes_from_the_register_waits_for_the_registrar_general_and_for_the_councils_letter():
    found = proposed(Origin.REGISTRATION, "Calder Valley Council", "x", TODAY)
    assert "Registrar General has agreed to it in writing" in found.gateway
    assert found.provider == "Calder Valley Council, registration service"
    assert found.notice is Notice.BY_LETTER
    assert proposed(Origin.NHS, "x", "x", TODAY).notice is Notice.BY_SOURCE


def said(**changes):
    return "\n".join(line for clause in clauses(terms(**changes)) for line in (clause.heading, *clause.says))


def test_the_text_has_every_element_an_agreement_needs():
    text = said()
    for element in (
        "Calder NHS Trust (“the sender”)",
        "Head of child health information",
        "What it is for",
        "UK GDPR article 6(1)(e)",
        "Children Act 2004",
        "every month",
        "within 14 days",
        "encrypted",
        "Who may see it",
        "deleted 180 days after its file came",
        "digest",
        "corrections come",
        "object at any time",
        "stillborn",
        "within 72 hours",
        "Freedom of information",
        "trained",
        "review it by 30 June 2027",
        "Either side may end it",
        "It goes on until a side ends it.",
    ):
        assert element in text, element


def test_the_text_lists_the_items_with_their_reasons_and_what_is_never_sent():
    [clause] = [each for each in clauses(terms(items=("born", "postcode"))) if each.items]
    assert clause.items == tuple((ITEMS[name].words, ITEMS[name].why) for name in ("born", "postcode"))
    assert all(word in clause.says[-1] for word in NEVER)


def test_the_text_says_what_a_centre_sees_by_the_items_agreed():
    every = "Baby’s date of birth, Mother’s given names, Mother’s last name, House number or name, Address, Postcode"
    assert f"Of a family’s details a centre sees no more than these: {every}." in said()
    assert "no more than these: Baby’s date of birth, Postcode." in said(items=("born", "sex", "postcode"))
    assert "no more than these" not in said(items=())


def test_where_only_numbers_come_the_text_says_nothing_of_families_is_shared():
    assert "Only the number of births in each area" in said(items=())
    assert not any(clause.items for clause in clauses(terms(items=())))


def test_who_tells_families_is_said_as_it_was_agreed():
    assert "The sender tells each family" in said(notice=Notice.BY_SOURCE)
    assert "waits 21 days before it tells" in said(notice=Notice.BY_LETTER, notice_days=21)
    assert "waits 1 day before" in said(notice=Notice.BY_LETTER, notice_days=1)


def test_a_last_day_and_other_terms_are_said_where_there_are_any():
    assert "It ends with 31 December 2026." in said(ends_on=date(2026, 12, 31))
    assert "What else is agreed" not in said()
    assert said(other_terms="One thing.\nAnother.").endswith("What else is agreed\nOne thing.\nAnother.")


def test_a_clause_is_read_again_as_it_was_kept():
    kept = {"heading": "The law", "says": ["One.", "Two."], "items": [["Postcode", "To find it"]]}
    assert Clause.kept(kept) == Clause("The law", ("One.", "Two."), (("Postcode", "To find it"),))


def test_a_fingerprint_changes_with_any_term_and_with_what_was_seen_beside():
    one = fingerprint(terms(), "draft", None)
    assert one == fingerprint(terms(), "draft", None)
    others = [
        fingerprint(terms(purpose="Another"), "draft", None),
        fingerprint(replace(terms(), review_on=TODAY), "draft", None),
        fingerprint(terms(), "in_force", None),
        fingerprint(terms(), "draft", 3),
    ]
    assert len({one, *others}) == 5


# ---- word for word: both sides have signed it


def digest_of(*many):
    written = [(clause.heading, clause.says, clause.items) for each in many for clause in clauses(each)]
    return sha256(repr(written).encode()).hexdigest()[:16]


def test_an_agreement_is_written_in_the_words_that_councils_have_signed():
    """A change of these words is a change of agreements: note the new digest here once both sides' lawyers have seen it."""
    every = [
        terms(frequency=frequency, notice=notice, other_terms="One\nTwo")
        for frequency in Frequency
        for notice in Notice
    ]
    every += [
        replace(proposed(origin, "Calder Valley Council", "01632 960100", TODAY), provider_contact="Us")
        for origin in Origin
    ]
    assert digest_of(*every) == "23902696e9e3758f"


def test_what_else_is_agreed_stands_line_by_line():
    [more] = [each for each in clauses(terms(other_terms="One\n\nTwo")) if each.heading == "What else is agreed"]
    assert more.says == ("One", "Two")


@pytest.mark.parametrize("origin", Origin)
def test_each_side_has_two_places_to_sign_and_one_of_them_is_needed(origin):
    places = places_to_sign(origin)
    assert [place.party for place in places] == ["provider", "provider", "recipient", "recipient"]
    assert [place.needed for place in places] == [True, False, True, False]
    roles = [place.role for place in places]
    assert roles[1] == roles[2] == "Senior Information Risk Owner (SIRO)"
    assert (roles[0] == roles[3]) is (origin is not Origin.REGISTRATION)


def test_terms_are_proposed_with_what_the_council_must_fill_in_left_empty():
    made = proposed(Origin.REGISTRATION, "Calder Valley Council", "01632 960100", TODAY)
    assert (made.source, made.origin, made.provider) == (
        "registration",
        Origin.REGISTRATION,
        "Calder Valley Council, registration service",
    )
    assert (made.provider_contact, made.recipient, made.recipient_contact) == (
        "",
        "Calder Valley Council",
        "01632 960100",
    )
    assert (made.retention_days, made.notice_days) == (180, 14)
    assert (made.starts_on, made.review_on) == (TODAY, TODAY + timedelta(days=365))
