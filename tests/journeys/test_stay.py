"""Staff are warned before they are signed out, and stay without leaving the page they fill in."""

import pytest

from registration.common import assets
from tests.journeys.reached import FOCUS

PAGE = """<!DOCTYPE html><html lang="en"><title>A page of staff</title><body>
<input class="govuk-input" id="typed" aria-label="typed">
<div class="rs-stay" data-module="rs-stay" data-seconds-left="1800"><p>Signed in until <span data-until>10:42</span></p>
<div role="status"></div>
<template data-soon><form method="post" action="http://service.test/staff/stay">
<input type="hidden" name="csrf_token" value="key">
<p>You will be signed out in 2 minutes.</p>
<button class="govuk-button govuk-button--secondary">Stay signed in</button></form></template>
<template data-ended><p>You have been signed out.</p></template></div></body></html>"""


@pytest.fixture
def page(browser):
    scripts = [assets.BUILT / assets.asset_url(name).rpartition("/")[2] for name in ("staff.js", "app.js")]
    page = browser.new_page()
    page.clock.install()
    page.set_content(PAGE)
    for script in scripts:
        page.add_script_tag(content=script.read_text(encoding="utf-8"), type="module")
    page.wait_for_selector("body.govuk-frontend-supported")
    page.fill("#typed", "half a sentence")
    yield page
    page.close()


LONG = "".join(f'<p><input class="govuk-input" id="one{number}" aria-label="{number}"></p>' for number in range(30))


def test_the_notice_leaves_room_for_the_page_and_hides_nothing_that_has_the_focus(page):
    page.set_viewport_size({"width": 320, "height": 256})  # 1280 by 1024 enlarged to 400 %
    for name in ("app.css", "staff.css"):
        sheet = assets.BUILT / assets.asset_url(name).rpartition("/")[2]
        page.add_style_tag(content=sheet.read_text(encoding="utf-8"))
    page.evaluate("(more) => document.body.insertAdjacentHTML('afterbegin', more)", LONG)
    page.clock.fast_forward(1_690_000)
    notice = page.locator(".rs-stay").bounding_box()

    assert notice["height"] <= 256 / 2
    page.keyboard.press("Tab")
    assert page.evaluate(FOCUS) == []


def answer(page, status=200, **said):
    asked = []

    def fulfil(route):
        asked.append(route.request)
        route.fulfill(status=status, json=said, headers={"Access-Control-Allow-Origin": "*"})

    page.route("http://service.test/**", fulfil)
    return asked


def test_two_minutes_before_the_end_there_is_a_button_to_stay(page):
    page.clock.fast_forward(1_670_000)
    assert page.inner_text("[role=status]") == ""

    page.clock.fast_forward(20_000)
    assert "You will be signed out in 2 minutes." in page.inner_text("[role=status]")
    assert page.is_visible("button")


def test_who_stays_keeps_what_was_typed_and_is_warned_again(page):
    asked = answer(page, seconds_left=1800, until="11:12", moves=True)
    page.clock.fast_forward(1_690_000)
    page.press("button", "Enter")
    page.wait_for_function("document.querySelector('[data-until]').textContent === '11:12'")

    assert (page.input_value("#typed"), page.inner_text("[role=status]")) == ("half a sentence", "")
    assert page.evaluate("document.activeElement.textContent") == "Signed in until 11:12"
    assert [(request.method, request.headers["accept"]) for request in asked] == [("POST", "application/json")]
    assert 'name="csrf_token"' in asked[0].post_data

    page.clock.fast_forward(1_690_000)
    assert page.is_visible("button")


def test_who_was_signed_out_already_is_led_to_the_page_that_says_so(page):
    asked = answer(page, status=403)
    page.clock.fast_forward(1_690_000)
    page.press("button", "Enter")
    page.wait_for_url("http://service.test/staff/stay")

    assert [request.headers["accept"] == "application/json" for request in asked] == [True, False]
