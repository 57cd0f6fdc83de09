"""A data officer adopts an agreement: drafts it, prints it, puts it in force, and looks at what comes."""

from __future__ import annotations

import re

from tests.journeys.looks import Looks

#: An agreement on paper is so long at most: more is read by nobody.
SHEETS = 3


def test_a_data_officer_adopts_an_agreement(come):
    eyes = Looks(come())
    officer = eyes.visitor
    officer.sign_in("data_officer", "/births/")
    assert "Calder and Ryburn NHS Trust sends births every month" in officer.text
    eyes.look()
    officer.page.locator("main details summary").first.click()
    eyes.look("one by one")
    officer.follow("/births/agreements/new")
    eyes.empty_and()
    officer.answer({"origin": "registration"})
    eyes.look("draft")
    eyes.try_out("faults", {"provider": "", "retention_days": "many", "source": "Register"})
    officer.answer(
        {
            "provider": "Calder Valley Council, registration service",
            "provider_contact": "The Proper Officer",
            "retention_days": "90",
            "source": "register",
        }
    )
    assert "The draft is kept." in officer.text
    eyes.look("draft kept")
    officer.follow("/print")
    eyes.look()
    assert "Registration Service Act 1953 section 19AA" in officer.text
    paper = officer.page.pdf(format="A4", prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page\b", paper)) <= SHEETS
    officer.page.go_back()
    officer.follow("/in-force")
    eyes.empty_and()
    signed = officer.page.evaluate("new Date().toISOString().slice(0, 10)")
    officer.answer({"name_0": "Grace Proper", "day_0": signed, "name_2": "Omar Risk", "day_2": signed})
    assert "The agreement is in force." in officer.text
    eyes.look("in force")
    officer.follow("/end")
    eyes.empty_and()
    officer.answer({"why": "The trust’s file has the same births"})
    assert "The agreement has ended." in officer.text


def test_every_member_of_staff_reads_the_sharing_rules(come):
    eyes = Looks(come())
    eyes.visitor.sign_in("centre_worker", "/births/rules")
    eyes.look()
    eyes.visitor.page.locator("main details summary").first.click()
    eyes.look("with the agreement’s own words")
    assert "Who this agreement is between" in eyes.visitor.text
