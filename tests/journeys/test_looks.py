"""What looks at every page sees what it is to see: pages made with a fault each."""

import pytest

from tests.journeys.kept import walked
from tests.journeys.reached import EDGES, FOCUS

PAGE = '<!DOCTYPE html><html lang="en"><title>A page</title><body><main>{}</main></body></html>'
NO_RING = "<style>a:focus, button:focus {{outline: none}}</style>{}"
BEHIND = (
    '<style>p {{position: fixed; inset: 0; margin: 0; background: #fff}}</style><a href="#a">Behind</a><p>In front</p>'
)


@pytest.fixture
def drawn(browser):
    """Draw a page from what stands in it."""
    page = browser.new_page(viewport={"width": 320, "height": 256})

    def draw(content):
        page.set_content(PAGE.format(content))
        page.keyboard.press("Tab")
        return page

    yield draw
    page.close()


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        ('<a href="#a">Link</a><button>Press</button><input aria-label="a">', ""),
        (NO_RING.format('<a href="#a">Link</a>'), "a. (Link) does not show that it has the focus"),
        ('<button tabindex="2">Press</button>', "button. (Press) is reached out of turn"),
        (BEHIND.format(), "a. (Behind) has the focus behind something"),
    ],
    ids=["nothing", "unseen", "out of turn", "hidden"],
)
def test_a_focus_that_cannot_be_seen_is_seen(drawn, content, fault):
    assert drawn(content).evaluate(FOCUS) == ([fault] if fault else [])


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        ('<button class="govuk-button">Press</button>', ""),
        ('<button class="govuk-button" style="border: 0">Press</button>', "button.govuk-button has no edge"),
        ('<input type="radio" name="way" id="w" style="opacity: 0"><label for="w">Way</label>', "way has no edge"),
        (
            '</main><footer><h2>About</h2><div class="rs-footer__help"><a href="tel:1">1</a></div></footer>',
            "help is elsewhere",
        ),
    ],
    ids=["nothing", "button", "radio", "help"],
)
def test_what_only_colours_of_ours_tell_is_seen(drawn, content, fault):
    page = drawn(content)
    page.evaluate("document.activeElement.blur()")
    page.emulate_media(forced_colors="active")

    assert page.evaluate(EDGES) == ([fault] if fault else [])


def test_a_page_that_keeps_the_keyboard_is_seen(drawn):
    two = '<a href="#a">One</a><button id="b">Two</button><a href="#c">Three</a>'
    trap = "document.getElementById('b').addEventListener('keydown', (event) => event.preventDefault())"

    assert walked(drawn(two)) == []
    page = drawn(two)
    page.evaluate(trap)
    assert walked(page) == ["a. Three is not reached"]
