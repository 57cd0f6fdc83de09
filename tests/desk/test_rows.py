"""The rows of the day list: drawn once for each sort, they say what each would say drawn by itself."""

from dataclasses import fields, replace
from itertools import product

import pytest

from registration.booking.rules.outcomes import Outcome, may_follow
from registration.common.pages import reached
from registration.desk.rules.day import Line, for_centre_worker
from registration.desk.views.day.rows import SORTS, WORDS, rows_of

MACRO = """
{% macro row(line, contact) -%}
<tr id="{{ line.key }}" style="width:100%">{{ line.time }} {{ line.name }}{% if line.babies > 1 %} {{ line.babies }}{% endif %}
{% if line.declaration %}elsewhere{% endif %}{% if line.joins %}joins{% endif %}{{ line.outcome or "open" }}
{% if line.asked %}asked{% endif %}
{{ line.reference }}|{{ line.language or line.needs }}|{% if line.language and line.needs %}{{ line.needs }}{% endif %}
{% if line.who %}{{ line.who }}{% if line.papers %}: {{ line.papers }}{% endif %} {{ contact }}{% endif %}
{{ line.with_whom }} {{ line.room }} {{ line.state }} {{ line.by }} {{ line.whose }}
{% for mark in line.marks %}{{ line.key }}.{{ mark or "undo" }}.{{ line.marked }} {{ line.whose }}{% endfor %}
</tr>
{%- endmacro %}"""
LINE = Line(
    key="0c2f",
    reference="REF-1",
    time="9:30am",
    name="Aoife <b>O’Brien</b> & 50% %(key)s",
    babies=1,
    declaration=False,
    with_whom="Ann",
    room='The "blue" room',
    who="Mother",
    papers="",
    language="",
    needs="",
    mobile="+447700900982",
    email="aoife@example.org",
    joins=False,
    state="Expected",
    outcome="",
    by="",
    marked=0,
    version=1,
)


@pytest.fixture
def draw(app):
    return app.jinja_env.from_string(MACRO).module.row


def all_sorts() -> list[Line]:
    """Give lines of many sorts, two of each, whose words differ."""
    outcomes = (None, Outcome.ARRIVED, Outcome.UNABLE)
    wanted = product(outcomes, (1, 2), ("", "Urdu"), ("", "A <wide> door"), ("", "Bo's, 10am"), ("", "+48512345678"))
    made = [
        replace(
            LINE, outcome=str(outcome or ""), marks=may_follow(outcome, "registration"), babies=babies, language=language,
            needs=needs, by=by, mobile=mobile, declaration=babies == 2, joins=bool(by), asked=not by, papers=needs,
            email=f"{language}@<i>.org",
        )
        for outcome, babies, language, needs, by, mobile in wanted
    ]  # fmt: skip
    others = [replace(line, key=f"1{n}", name=f"<{n}>", time="midday", marked=n) for n, line in enumerate(made)]
    centres = [for_centre_worker(line, known=known) for line in made for known in (True, False)]
    return [*made, *others, *centres]


def test_every_row_says_what_it_says_drawn_by_itself(draw):
    lines = all_sorts()
    assert rows_of(lines, draw) == "\n".join(draw(line, reached(line.mobile or line.email)) for line in lines)


def test_a_sort_of_row_is_drawn_once_however_many_families_it_has(draw):
    drawn = []

    def note(line, contact):
        drawn.append(line)
        return draw(line, contact)

    same = [replace(LINE, key=str(n), name=f"Family {n}", marked=n) for n in range(50)]
    assert rows_of([*same, replace(LINE, babies=2), *same], note).count("<tr") == 101
    assert len(drawn) == 2


def test_what_a_family_wrote_stands_in_its_row_as_text(draw):
    row = rows_of([LINE], draw)
    assert "Aoife &lt;b&gt;O’Brien&lt;/b&gt; &amp; 50% %(key)s" in row
    assert '<a class="govuk-link rs-telephone" href="tel:07700900982">' in row


def test_every_fact_of_a_line_is_given_to_the_drawing_or_left_out_on_purpose():
    given = {*WORDS, *SORTS, "marked"}
    assert {field.name for field in fields(Line)} - given == {"mobile", "email", "version"}
