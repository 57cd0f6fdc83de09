"""Whether a family's details may reach a centre: every combination of what can be known, against the rule told otherwise."""

from datetime import UTC, date, datetime, timedelta
from itertools import product

import pytest

from registration.families.rules import (
    DETAILS,
    Home,
    Known,
    Ruling,
    Said,
    Terms,
    has_objected,
    may_reach,
    opens_on,
    ruling_on,
)

TODAY = date(2026, 11, 22)
HERE, THERE = 1, 2
NO, YES_HERE, YES_THERE, YES_NOWHERE = (False, None), (True, HERE), (True, THERE), (True, None)
AT = datetime(2026, 11, 1, 9, tzinfo=UTC)
BY_SOURCE, BY_LETTER = Terms(notice_by_source=True, notice_days=0), Terms(notice_by_source=False, notice_days=14)
LONG_AGO, JUST_ENOUGH, TOO_SHORT = (TODAY - timedelta(days=days) for days in (40, 14, 13))
HOMES = {
    (): None,
    (Home(HERE, None, None),): Ruling.NO_AGREEMENT,
    (Home(HERE, LONG_AGO, None),): Ruling.NO_AGREEMENT,
    (Home(HERE, None, BY_SOURCE),): Ruling.UNDER_AGREEMENT,
    (Home(HERE, None, BY_LETTER),): Ruling.NOT_NOTICED,
    (Home(HERE, TOO_SHORT, BY_LETTER),): Ruling.NOT_NOTICED,
    (Home(HERE, JUST_ENOUGH, BY_LETTER),): Ruling.UNDER_AGREEMENT,
    (Home(THERE, LONG_AGO, BY_SOURCE),): Ruling.OTHER_CENTRE,
    (Home(THERE, None, BY_SOURCE), Home(HERE, None, None)): Ruling.NO_AGREEMENT,
    (Home(HERE, None, None), Home(HERE, JUST_ENOUGH, BY_LETTER)): Ruling.UNDER_AGREEMENT,
}


def said_of(events):
    return tuple(Said(share, AT + timedelta(days=day), centre) for day, (share, centre) in enumerate(events))


def as_told(events, lost, doubtful, joined, homes):
    """Tell the rule by walking through what the family said, one answer after another."""
    refused, open_to = False, set()
    for share, centre in events:
        if share:
            open_to.add(centre)
        else:
            refused, open_to = True, set()
    if lost:
        return Ruling.LOST
    if refused and HERE not in open_to:
        return Ruling.SAID_NO
    if doubtful:
        return Ruling.DOUBTFUL
    if HERE in joined:
        return Ruling.JOINED
    if HERE in open_to:
        return Ruling.SAID_YES
    return HOMES[homes] or (Ruling.OTHER_CENTRE if events else Ruling.NOT_ASKED)


def test_every_combination_of_what_can_be_known_is_decided_as_told():
    answers = [
        events for length in range(4) for events in product((NO, YES_HERE, YES_THERE, YES_NOWHERE), repeat=length)
    ]
    tried = 0
    for events, lost, doubtful, joined, homes in product(
        answers, (False, True), (False, True), ((), (HERE,), (THERE,)), HOMES
    ):
        known = Known(lost=lost, doubtful=doubtful, said=said_of(events), joined=joined, homes=homes)
        assert may_reach(HERE, known, TODAY) is as_told(events, lost, doubtful, joined, homes), known
        tried += 1
    assert tried == 85 * 4 * 3 * len(HOMES)


@pytest.mark.parametrize(("events", "ruling"), [((YES_HERE, NO), Ruling.SAID_NO), ((NO, YES_HERE), Ruling.SAID_YES)])
def test_the_answer_written_last_counts_whatever_clock_stamped_it(events, ruling):
    """A demonstration's answers are stamped by a clock that was put forward; what is said after it is not."""
    said = [Said(share, AT - timedelta(days=day), centre) for day, (share, centre) in enumerate(events)]

    assert may_reach(HERE, Known(said=said), TODAY) is ruling
    assert has_objected(said) is (ruling is Ruling.SAID_NO)


def test_only_these_rulings_let_details_through_and_each_says_which():
    allowing = {Ruling.SAID_YES, Ruling.SAID_YES_EARLIER, Ruling.JOINED, Ruling.UNDER_AGREEMENT}

    assert {ruling for ruling in Ruling if ruling.allowed} == allowing
    assert set(DETAILS) == allowing


def test_a_yes_in_earlier_words_brings_no_language():
    yes, no = said_of([YES_HERE]), said_of([YES_HERE, NO])
    assert DETAILS[Ruling.SAID_YES] - DETAILS[Ruling.SAID_YES_EARLIER] == {"language"}
    assert ruling_on(HERE, Known(said=yes, earlier={HERE}), TODAY) is Ruling.SAID_YES_EARLIER
    assert ruling_on(HERE, Known(said=yes, earlier={THERE}), TODAY) is Ruling.SAID_YES
    assert ruling_on(HERE, Known(said=yes, earlier={HERE}, joined={HERE}), TODAY) is Ruling.JOINED
    assert ruling_on(HERE, Known(said=no, earlier={HERE}), TODAY) is Ruling.SAID_NO


def test_a_yes_brings_no_address_and_an_agreement_no_way_to_ring():
    assert "address" not in DETAILS[Ruling.SAID_YES]
    assert not DETAILS[Ruling.UNDER_AGREEMENT] & {"mobile", "email"}


def test_a_centre_hears_on_the_first_day_that_a_notice_is_over():
    homes = (
        Home(HERE, TODAY, BY_LETTER),
        Home(HERE, TOO_SHORT, BY_LETTER),
        Home(HERE, None, BY_LETTER),
        Home(HERE, LONG_AGO, None),
        Home(THERE, LONG_AGO, BY_LETTER),
    )
    day = opens_on(HERE, Known(homes=homes))
    assert day == TODAY + timedelta(days=1)
    assert may_reach(HERE, Known(homes=homes), day - timedelta(days=1)) is Ruling.NOT_NOTICED
    assert may_reach(HERE, Known(homes=homes), day) is Ruling.UNDER_AGREEMENT
    assert opens_on(HERE, Known(homes=homes[2:])) is None


def test_a_family_has_objected_where_the_last_it_said_is_no():
    assert [has_objected(said_of(events)) for events in ((), (NO,), (YES_HERE, NO), (NO, YES_HERE))] == [
        False,
        True,
        True,
        False,
    ]
