"""The one script of our own: it says when a kept time is nearly out, and once more when it is."""

import pytest

from registration.common import assets

PAGE = """<!DOCTYPE html><html lang="en"><title>A kept time</title><body>
<div data-module="rs-countdown" data-seconds-left="600">
<p>We are keeping 9:30am for you until 11:42. Time left: <span data-left>10 minutes</span>.</p>
<div role="status"></div>
<template data-soon><p>2 minutes left.</p><form method="post"><button>Keep it longer</button></form></template>
<template data-ended><p>The time has run out.</p></template></div></body></html>"""


@pytest.fixture
def kept_time(browser):
    """A page whose clock we move, with the built script running in it."""
    script = (assets.BUILT / assets.asset_url("app.js").rpartition("/")[2]).read_text(encoding="utf-8")
    page = browser.new_page()
    page.clock.install()
    page.set_content(PAGE)
    page.add_script_tag(content=script, type="module")
    page.wait_for_selector("body.govuk-frontend-supported")
    yield page
    page.close()


def test_nothing_is_said_while_there_is_time(kept_time):
    kept_time.clock.fast_forward(470_000)

    assert kept_time.inner_text("[role=status]") == ""


def test_two_minutes_before_the_end_a_way_to_keep_it_longer_is_offered(kept_time):
    kept_time.clock.fast_forward(485_000)

    assert "2 minutes left." in kept_time.inner_text("[role=status]")
    assert kept_time.is_visible("button")


def test_the_end_is_told_once_even_to_a_telephone_that_slept(kept_time):
    kept_time.clock.fast_forward(3_600_000)

    assert kept_time.inner_text("[role=status]") == "The time has run out."
    assert not kept_time.is_visible("text=We are keeping 9:30am"), "it is no longer so"
    assert not kept_time.is_visible("button")


@pytest.mark.parametrize(
    ("language", "gone", "said"),
    [
        ("en", 1, "10 minutes"),
        ("en", 61, "9 minutes"),
        ("en", 545, "1 minute"),
        ("pl", 350, "5 minut"),
        ("ur", 350, "5 منٹ"),
    ],
)
def test_the_minutes_that_are_left_go_down_in_words_and_nobody_is_read_them(kept_time, language, gone, said):
    kept_time.evaluate("(code) => { document.documentElement.lang = code; }", language)
    if gone < 480:
        assert kept_time.inner_text("[role=status]") == ""
    kept_time.clock.fast_forward(gone * 1000)

    assert kept_time.inner_text("[data-left]") == said
