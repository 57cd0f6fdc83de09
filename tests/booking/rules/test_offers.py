"""Until when a family may answer an offer."""

from datetime import UTC, date, datetime, time, timedelta

from hypothesis import given
from hypothesis import strategies as st

from registration.booking.rules.offers import BEFORE_START, LONDON, SHORTEST, AnswerBy, answer_by, answer_by_post

NOW = datetime(2026, 11, 22, 9, tzinfo=LONDON)
FAR = date(2026, 12, 31)


def at(day, hour, minute=0):
    return datetime(2026, 11, day, hour, minute, tzinfo=LONDON)


def test_a_family_has_a_day_and_then_until_eight_in_the_evening():
    assert answer_by(at(28, 10), at(26, 10), FAR, NOW) == AnswerBy(at(23, 20), urgent=False)
    assert answer_by(at(28, 10), at(26, 10), FAR, at(22, 20, 0)) == AnswerBy(at(23, 20), urgent=False)
    assert answer_by(at(28, 10), at(26, 10), FAR, at(22, 20, 1)) == AnswerBy(at(24, 20), urgent=False)


def test_it_ends_two_hours_before_the_time_offered():
    assert answer_by(at(23, 15), at(26, 10), FAR, NOW) == AnswerBy(at(23, 13), urgent=False)


def test_it_ends_before_day_42_begins_while_that_is_to_come():
    assert answer_by(at(28, 10), at(26, 10), date(2026, 11, 23), NOW) == AnswerBy(at(23, 0), urgent=True)
    assert answer_by(at(28, 10), at(26, 10), date(2026, 11, 22), NOW).moment == at(23, 20)


def test_it_is_urgent_where_less_than_a_day_is_left_to_answer_or_before_the_old_time():
    assert answer_by(at(22, 15), at(26, 10), FAR, NOW) == AnswerBy(at(22, 13), urgent=True)
    assert answer_by(at(28, 10), at(23, 8), FAR, NOW) == AnswerBy(at(23, 20), urgent=True)


def test_a_letter_takes_two_working_days_and_leaves_another_to_answer():
    assert answer_by_post(at(27, 10), NOW, {}) == AnswerBy(at(25, 20), urgent=False)
    assert answer_by_post(at(27, 10), at(27, 9), {}).moment == datetime(2026, 12, 2, 20, tzinfo=LONDON)
    christmas = datetime(2026, 12, 23, 9, tzinfo=LONDON)
    holidays = {date(2026, 12, 25), date(2026, 12, 28)}
    assert answer_by_post(christmas, christmas, holidays).moment == datetime(2026, 12, 30, 20, tzinfo=LONDON)


def test_it_is_urgent_where_the_family_would_come_before_its_letter():
    assert answer_by_post(at(24, 20), NOW, {}).urgent is False
    assert answer_by_post(at(24, 19, 59), NOW, {}).urgent is True


def test_it_never_ends_before_a_person_could_ring():
    assert answer_by(at(22, 10), at(22, 9, 30), FAR, NOW) == AnswerBy(NOW + SHORTEST, urgent=True)


def test_the_evening_is_an_english_one_on_the_day_the_clocks_go_back():
    saturday = datetime(2026, 10, 24, 9, tzinfo=LONDON)
    found = answer_by(datetime(2026, 11, 5, 10, tzinfo=LONDON), saturday + timedelta(days=9), FAR, saturday)
    assert found.moment == datetime(2026, 10, 25, 20, tzinfo=LONDON)


MOMENTS = st.integers(0, 60 * 24 * 60).map(lambda minutes: NOW + timedelta(minutes=minutes))


@given(now=MOMENTS, ahead=st.integers(180, 60 * 24 * 30), back=st.integers(0, 60 * 24 * 30), days=st.integers(-5, 42))
def test_every_answer_ends_in_time_for_what_follows(now, ahead, back, days):
    start, was = now + timedelta(minutes=ahead), now + timedelta(minutes=back)
    last = now.date() + timedelta(days=days)
    found = answer_by(start, was, last, now)
    assert now + SHORTEST <= found.moment <= start - BEFORE_START + SHORTEST
    day_42 = datetime.combine(last, time(), LONDON)
    if now + SHORTEST < day_42:
        assert found.moment <= day_42
    assert found.urgent is (min(found.moment, was) - now < timedelta(hours=24))


def test_the_evening_and_the_working_day_are_england_s_in_summer():
    def july(day, hour, minute=0):
        return datetime(2026, 7, day, hour, minute, tzinfo=LONDON)

    asked = july(6, 19, 30).astimezone(UTC)
    assert answer_by(july(20, 10), july(18, 10), date(2026, 8, 10), asked) == AnswerBy(july(7, 20), urgent=False)
    just_after_midnight = july(7, 0, 30).astimezone(UTC)
    assert answer_by_post(july(20, 10), just_after_midnight, {}).moment == july(10, 20)
    late = july(6, 20, 30).astimezone(UTC)
    assert answer_by(july(20, 10), july(18, 10), date(2026, 8, 10), late).moment == july(8, 20)
