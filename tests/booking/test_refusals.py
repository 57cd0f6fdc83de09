"""Every refusal has a sentence of its own, for people, and a name of its own, for programs."""

from flask_babel import force_locale

from registration.booking.actions import refusals
from registration.booking.actions.refusals import BookingRefused
from registration.common.problems import TYPES


def kinds():
    return [kind for kind in vars(refusals).values() if isinstance(kind, type) and issubclass(kind, BookingRefused)]


def test_every_refusal_says_something_else(app):
    with app.test_request_context():
        sentences = [str(kind.said) for kind in kinds()]

    assert len(sentences) == len(set(sentences)) == len(kinds())
    assert all(sentence.endswith(".") for sentence in sentences)


def test_a_refusal_speaks_the_language_of_the_page(app):
    with app.test_request_context():
        english = refusals.SlotTaken().sentence
        with force_locale("pl"):
            polish = refusals.SlotTaken().sentence

    assert english == "Someone else has just taken this time. Choose another time."
    assert polish != english


def test_programs_are_told_every_refusal_by_a_name_that_stays():
    from registration.booking.api.answers import PROBLEMS

    #: Offers are answered on pages; no call of the API meets them.
    on_pages = {BookingRefused, refusals.AlreadyOffered, refusals.OfferOver}
    told = [kind for kind in kinds() if kind not in on_pages]
    named = {PROBLEMS[kind] for kind in told}
    assert named <= set(TYPES)
    assert len(named | {PROBLEMS[refusals.TooManyThere]}) >= len(told) - 1
