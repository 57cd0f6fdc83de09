"""Refusals a person reads."""

from registration.common.errors import Refused


class Late(Refused):
    """The times have been given out.

    Raised where the last one went meanwhile; nobody reads this part.
    """


class Nameless(Refused):
    __doc__ = None


def test_a_refusal_says_its_first_line_and_nothing_for_programmers():
    assert Late().sentence == str(Late()) == "The times have been given out."


def test_a_refusal_may_say_something_more_exact():
    assert Late("The 9:30am time has been given out.").sentence == "The 9:30am time has been given out."


def test_a_refusal_without_words_is_never_mistaken_for_a_sentence():
    assert Nameless().sentence == ""
