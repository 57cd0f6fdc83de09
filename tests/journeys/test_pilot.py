"""An evaluator registers a protocol, has the figures made, looks at them, and releases and takes them; another decides on rows."""

from __future__ import annotations

from registration.pilot.report.charts.shares import Difference, forest, reach
from registration.pilot.report.numbers import Share
from registration.pilot.report.protocol import DEFAULT
from tests.journeys.looks import Looks
from tests.pilot.test_report_charts import EVERY
from tests.pilot.test_views import filled_in

#: Words of a picture that reach beyond its edge, with how far on each side.
CUT = """() => {
  const edge = document.querySelector('svg').viewBox.baseVal
  return [...document.querySelectorAll('text')].map(each => [each, each.getBBox()])
    .filter(([, box]) => box.x < edge.x || box.x + box.width > edge.x + edge.width)
    .map(([each, box]) => `${each.textContent}: ${Math.round(box.x)} to ${Math.round(box.x + box.width)}`)
}"""
LONG = "Wythenshawe and Northenden"


def test_no_picture_cuts_its_words_in_the_fonts_of_this_machine(come):
    """The pictures name Helvetica; where there is none, a browser takes a font that may be a sixth wider."""
    page = come().page
    place = Difference(LONG, 0.08, 0.02, 0.14, 400)
    named = Share(LONG, 1.0, 0.99, 1.0, 1000)
    pictures = [*EVERY, reach([named, named], 0.97), forest([place, place], place, "Over all centres " * 8, "")]

    for width in (1280, 320):
        page.set_viewport_size({"width": width, "height": 900})
        for chart in pictures:
            page.set_content(str(chart.alone()))
            assert page.evaluate(CUT) == [], chart.name


def press(member, name) -> None:
    member.press(member.main.get_by_role("button", name=name).first)


def bring(evaluator, words) -> None:
    evaluator.page.set_input_files("#file", {"name": "protocol.toml", "mimeType": "application/toml", "buffer": words})
    press(evaluator, "Register it")


def make(service) -> None:
    """Do what the worker does with figures that wait."""
    from registration.pilot.building.jobs import work

    with service.app.app_context():
        work()


def test_an_evaluator_comes_from_a_protocol_to_a_file(come, service):
    eyes = Looks(come())
    evaluator = eyes.visitor
    evaluator.sign_in("evaluator", "/pilot/protocols")
    eyes.look()
    bring(evaluator, b"title = 1")
    eyes.refused("a faulty protocol")
    assert "a line of at most 200 letters is wanted" in evaluator.text
    bring(evaluator, filled_in(DEFAULT.read_bytes()))
    eyes.look()
    evaluator.open("/pilot/")
    eyes.look("before any figures")
    press(evaluator, "Make the figures")
    eyes.look("they wait")
    assert "begun as soon as the worker is free" in evaluator.text
    make(service)
    evaluator.open(evaluator.path)
    eyes.look("figures")
    assert "enable centres to reach more families?" in evaluator.text
    here = evaluator.path
    press(evaluator, "Release these figures")
    eyes.refused("no purpose")
    evaluator.give({"purpose": "For the board"})
    press(evaluator, "Release these figures")
    assert "Released for: For the board." in evaluator.text
    with evaluator.page.expect_download() as taken:
        evaluator.page.get_by_role("link", name="The report (PDF)").click()
    assert taken.value.path().read_bytes().startswith(b"%PDF-")
    eyes.look("released")
    evaluator.open(f"{here}/tables/m01-births-resident-authority-none")
    eyes.look()
    evaluator.open("/pilot/")
    eyes.look("with figures")
    evaluator.open("/pilot/ledger")
    eyes.look()
    assert "The chain is whole." in evaluator.text


def test_rows_are_asked_for_by_one_and_decided_on_by_another(come):
    eyes, others = Looks(come()), Looks(come())
    evaluator, officer = eyes.visitor, others.visitor
    evaluator.sign_in("evaluator", "/pilot/rows")
    press(evaluator, "Ask for them")
    eyes.refused("an empty request")
    evaluator.give({"evaluator": "Dr Rao", "purpose": "Replication"})
    press(evaluator, "Ask for them")
    eyes.look("asked for")
    officer.sign_in("data_officer", "/pilot/rows")
    others.look("to be decided")
    press(officer, "Approve for 30 days")
    assert "Approved, until" in officer.text
