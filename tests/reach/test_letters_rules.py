"""By which way a centre may write to a family: every basis, kind, preference and contact."""

from itertools import product

from registration.families.rules import Ruling
from registration.messages import rules as messages
from registration.reach.letters.rules import KINDS, TEMPLATES, way_to


def test_every_combination():
    for basis, kind, email, mobile, preference in product(
        Ruling, KINDS, ("", "a@example.org"), ("", "+447700900123"), ("", "text", "email", "phone", "letter")
    ):
        found = way_to(kind, basis, email=email, mobile=mobile, preference=preference)
        if basis is Ruling.JOINED:
            wanted = {"text": "sms" if mobile else None, "email": "email" if email else None}.get(preference)
        elif basis in {Ruling.SAID_YES, Ruling.SAID_YES_EARLIER} and kind == "welcome":
            wanted = "email" if email else "sms" if mobile else None
        else:
            wanted = None
        assert found == wanted, (basis, kind, email, mobile, preference)


def test_each_kind_has_its_message():
    assert set(TEMPLATES) == set(KINDS)
    assert set(TEMPLATES.values()) == messages.FROM_CENTRES
