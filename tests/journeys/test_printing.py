"""The confirmation on paper: one page of A4, however much there is to say."""

import re
from datetime import time
from urllib.parse import urlsplit

import pytest

from registration.booking.rules.attendance import Attending, Parents
from registration.centres.models import Centre, CentreService
from registration.common import assets
from tests.booking.appointments import booked, link, two_mornings
from tests.booking.world import BORN, TUESDAY, at_time
from tests.staff.people import sign_in_as

MIME = {"css": "text/css", "js": "text/javascript", "svg": "image/svg+xml", "png": "image/png"}


@pytest.fixture
def paper(browser, client, at):
    """Print a page as a browser does; give the number of sheets."""
    at("2026-11-22T09:00")
    page = browser.new_page()
    built = {file.name for file in assets.BUILT.iterdir()}

    def sheets(path):
        written = client.get(path).data

        def answer(route):
            name = urlsplit(route.request.url).path.rpartition("/")[2]
            if name in built:
                route.fulfill(body=(assets.BUILT / name).read_bytes(), content_type=MIME[name.rpartition(".")[2]])
            else:
                route.fulfill(body=written, content_type="text/html; charset=utf-8")

        page.route("**/*", answer)
        page.goto(f"http://service.test{path}")
        page.emulate_media(media="print")
        assert page.locator(".rs-no-print:visible").count() == 0
        return len(re.findall(rb"/Type\s*/Page\b", page.pdf(format="A4", prefer_css_page_size=True)))

    yield sheets
    page.close()


def test_a_confirmation_is_one_page_of_paper(paper, database):
    mine = booked(two_mornings().centres["sunshine"], at_time(TUESDAY, "9:30"))

    assert paper(link(mine) + "/booked") == 1


def test_a_confirmation_with_everything_there_is_to_say_is_one_page_of_paper(paper, database):
    world = two_mornings()
    centre = database.get(Centre, world.centres["sunshine"])
    centre.directions = (
        "From the bus station walk up Gibbet Street for five minutes, then turn left at the church. " * 2
    )
    centre.entrance = (
        "A yellow door under a wooden porch, next to the library. Ring the bell marked Registrar and wait."
    )
    for hour, title in enumerate(("Baby massage", "Stay and play", "Breastfeeding group"), start=12):
        times = {"starts": time(hour), "ends": time(hour + 1)}
        database.add(CentreService(centre_id=centre.id, title=title, weekday=2, **times))
    alone = Parents(married_or_civil_partners=False, both_parents_named=True, attending=Attending.OTHER_PARENT)
    theirs = booked(centre.id, at_time(TUESDAY, "9:00"), births=(BORN, BORN), parents=alone, born_in_district=False)

    assert paper(link(theirs) + "/booked") == 1


def test_a_centres_day_of_sixteen_appointments_is_one_page_of_paper(paper, client, database, at):
    world = two_mornings()
    world.session("sunshine", "cleo", TUESDAY, "9:00", "13:00", room=1)
    world.session("sunshine", "dev", TUESDAY, "9:00", "13:00", room=2)
    alone = Parents(married_or_civil_partners=False, both_parents_named=True, attending=Attending.OTHER_PARENT)
    for number in range(16):
        half = number // 3 if number < 12 else 4 + (number - 12) // 2  # three registrars until eleven, two from then on
        more = {"parents": alone, "access_needs": "Comes in a wheelchair, and with a hearing loop if there is one"}
        booked(
            world.centres["sunshine"],
            at_time(TUESDAY, f"{9 + half // 2}:{half % 2 * 30:02}"),
            name="Wilhelmina Featherstonehaugh-Cholmondeley",
            email=f"family.{number}@a-long-name-of-a-domain.example.org",
            mobile=None,
            **(more if number % 3 == 0 else {"language": "ur", "born_in_district": False}),
        )
    at("2026-11-24T12:00")
    sign_in_as(client, "registrar")

    assert paper(f"/day/{world.centres['sunshine']}/{TUESDAY}") == 1
