"""The PDF shows what its fonts have and a box for the rest, whatever letters a name has."""

from __future__ import annotations

import json

import pytest

from registration.pilot.report.letters import BOX, Letters, set_pdf, showable

pytestmark = pytest.mark.rules
PLAIN = b"""#let said = json(bytes(sys.inputs.said))
#set document(title: said.at(0))
#set text(lang: "en")
#for text in said [= #text
#text]"""


def shown(text):
    return Letters([text]).plain(text)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Joined at a centre: 12% more", "Joined at a centre: 12% more"),
        ("’ – − × √ χ² ≥ Zoë Łódź Ġ", "’ – − × √ χ² ≥ Zoë Łódź Ġ"),
        ("A 😀 day", f"A {BOX} day"),
        ("北Halifax centre", f"{BOX}Halifax centre"),
        ("Start\x01 \x7f\nnext", "Start   \nnext"),
        ("\ue000\ufdd0\U0010fffd", BOX * 3),
    ],
)
def test_what_has_a_shape_stays_and_the_rest_is_a_box(text, said):
    assert shown(text) == said


def test_a_letter_of_every_plane_can_be_set_once_it_is_plain():
    letters = [chr(plane << 16 | place) for plane in range(17) for place in range(0x85, 0xFFFF, 0x1357)]
    texts = [f"a{letter}b\u0301{letter} {letter}" for letter in letters if letter.isprintable()]
    texts += [
        "".join(letters),
        "\u0639\u200d\u2744\ufe0f \U0001f468\u200d\U0001f469",
        "e\u0301\u0302\u0303\u0489 \u202eאב",
    ]
    plain = showable({"texts": texts, "number": 3})

    assert plain["number"] == 3
    assert set_pdf(PLAIN, {"said": json.dumps(plain["texts"])}).startswith(b"%PDF")
    assert len(plain["texts"][0]) == len(texts[0])
