"""What staff read out, and what they are told of refusals: nothing sends them to the telephone they sit at."""

from uuid import uuid4

import pytest

from registration.booking.actions import refusals
from registration.booking.rules.attendance import Attending, MotherMustCome, Parents
from registration.desk.wording import read_out_who, refusal_sentence
from registration.rota.actions.extra import NoExtraSession


def subclasses(of):
    return [found for each in of.__subclasses__() for found in (each, *subclasses(each))]


def made(kind):
    return kind(uuid4()) if kind is refusals.AlreadyBooked else kind()


@pytest.mark.parametrize("kind", subclasses(refusals.BookingRefused), ids=lambda kind: kind.__name__)
def test_no_refusal_speaks_to_staff_as_to_a_family(app, kind):
    with app.test_request_context():
        said = refusal_sentence(made(kind))
    assert said[-1] == "."
    for words in ("call us", "your baby", "where you are", "your answers", "we have sent"):
        assert words not in said.lower(), said


def test_a_refusal_that_is_for_staff_anyway_stays_as_it_is(app):
    with app.test_request_context():
        refusal = NoExtraSession("Ann is not free then.")
        assert refusal_sentence(refusal) == refusal.sentence


@pytest.mark.parametrize("attending", Attending)
@pytest.mark.parametrize("both_named", [True, False])
@pytest.mark.parametrize("married", [True, False])
def test_whoever_has_to_come_is_told_in_words_for_a_caller(married, both_named, attending):
    try:
        said = read_out_who(Parents(married, both_named, attending))
    except MotherMustCome:
        return
    assert "must" in said
    assert "below" not in said
    assert "told us" not in said
