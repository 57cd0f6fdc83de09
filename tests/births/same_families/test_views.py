"""The pages of pairs: who looks is noted, what is shown is no more than needed, decisions and their undoing."""

import sys

import pytest

from registration.births.rights import actions as rights
from registration.births.same_families import actions
from registration.common.audit import AuditEvent
from registration.common.db import db
from registration.families.models import Family, FamilyLink, LinkRun
from tests.births.same_families.records import birth, family, link_of, links, run
from tests.staff.people import page, sent, sign_in_as

ALL = "/births/same-families"


@pytest.fixture
def pairs(database, at):
    """Three pairs that wait, the likeliest first."""
    at("2026-11-22T09:00")
    made = [(birth(f"Amy {name}"), family(name=f"Amy {name}e")) for name in ("Ash", "Bell", "Cole")]
    run([(a, x, p) for (a, x), p in zip(made, (0.9, 0.6, 0.3), strict=True)])
    db.session.commit()
    return [link_of(*pair) for pair in made]


@pytest.fixture
def officer(client, pairs):
    sign_in_as(client, "data_officer")
    return client


def looks():
    return [each.about for each in db.session.query(AuditEvent).filter_by(event="same.looked").order_by(AuditEvent.id)]


def test_the_list_names_no_family_and_says_what_is_linked(officer, pairs):
    said = page(officer.get(ALL))

    assert "Waiting for a person: 3" in said
    assert "Live birth data and booking" in said
    assert "90%" in said
    assert "Amy" not in said
    assert looks() == []


def test_a_pair_is_shown_once_the_look_at_it_is_noted(officer, pairs):
    where = f"{ALL}/{pairs[0].id}"
    assert "Amy" not in page(officer.get(where))
    sent(officer.post(f"{where}/look"), where)
    said = page(officer.get(where))

    assert looks() == [f"same:{pairs[0].id}"]
    for words in ("Amy Ash", "Amy Ashe", "ends in 123", "Different", "Same family", "90% likely"):
        assert words in said
    assert "+447700900123" not in said
    officer.post(f"{where}/look")
    assert len(looks()) == 1


def test_a_pair_that_a_no_held_back_says_that_nothing_weighed_it_and_its_decision_is_undone(officer, pairs):
    one, other = birth("Dee Dove"), family(name="Dee Dove")
    rights.answer(other, None, "family", share=False)
    db.session.commit()
    held = link_of(one, other)
    assert "Not weighed yet" in page(officer.get(ALL))

    officer.post(f"{ALL}/{held.id}/look")
    assert "Not weighed yet: held back because a family said no" in page(officer.get(f"{ALL}/{held.id}"))
    officer.post(f"{ALL}/{held.id}/decide", data={"decision": "different"})
    officer.post(f"{ALL}/{link_of(one, other).id}/undo")
    assert (link_of(one, other).state, link_of(one, other).method) == ("to_review", "splink")


def test_a_look_lasts_a_quarter_of_an_hour(officer, pairs, at):
    where = f"{ALL}/{pairs[0].id}"
    officer.post(f"{where}/look")
    at("2026-11-22T09:16")
    assert "Amy" not in page(officer.get(where))


def test_pairs_are_decided_one_after_another_each_look_noted_and_the_last_taken_back(officer, pairs):
    first, second, third = pairs
    sent(officer.post(f"{ALL}/begin"), f"{ALL}/{first.id}")
    answer = officer.post(f"{ALL}/{first.id}/decide", data={"decision": "same", "reason": "  Same   house "})
    made = link_of(first.a_id, first.b_id)
    sent(answer, f"{ALL}/{second.id}?done={made.id}")
    assert (made.state, made.reason) == ("linked", "Same house")
    assert "You said of the last two: same family" in page(officer.get(f"{ALL}/{second.id}?done={made.id}"))
    sent(officer.post(f"{ALL}/{second.id}/later"), f"{ALL}/{third.id}")
    sent(officer.post(f"{ALL}/{third.id}/later"), f"{ALL}/{second.id}")
    answer = officer.post(f"{ALL}/{made.id}/undo")
    again = link_of(first.a_id, first.b_id)
    sent(answer, f"{ALL}/{again.id}")
    assert again.state == "to_review"
    assert looks() == [f"same:{each.id}" for each in pairs]


def test_after_the_last_pair_the_list_comes_back_with_the_decisions(officer, pairs):
    for link in pairs[:2]:
        officer.post(f"{ALL}/{link.id}/decide", data={"decision": "different"})
    answer = officer.post(f"{ALL}/{pairs[2].id}/decide", data={"decision": "same"})
    made = link_of(pairs[2].a_id, pairs[2].b_id)

    sent(answer, f"{ALL}?done={made.id}")
    said = page(officer.get(ALL))
    assert "Nothing waits." in said
    assert said.count("Different families") == 2
    sent(officer.post(f"{ALL}/begin"), ALL)
    officer.post(f"{ALL}/{made.id}/look")
    assert "as somebody decided" in page(officer.get(f"{ALL}/{made.id}"))
    assert "Undo this decision" in page(officer.get(f"{ALL}/{pairs[2].id}"))


@pytest.mark.parametrize("decision", ["", "maybe"])
def test_what_is_no_decision_is_refused(officer, pairs, decision):
    where = f"{ALL}/{pairs[0].id}"
    said = page(officer.post(f"{where}/decide", data={"decision": decision, "reason": "x"}), 422)

    assert "Press “Same family” or “Different families”" in said
    assert link_of(pairs[0].a_id, pairs[0].b_id).state == "to_review"


def test_a_pair_decided_meanwhile_is_not_decided_twice(officer, pairs):
    where = f"{ALL}/{pairs[0].id}"
    officer.post(f"{where}/decide", data={"decision": "same"})
    said = page(officer.post(f"{where}/decide", data={"decision": "different"}), 409)

    assert "has been decided" in said
    assert link_of(pairs[0].a_id, pairs[0].b_id).state == "linked"
    assert "has been decided" in page(officer.post(f"{where}/undo"), 409)


def test_a_number_that_was_not_decided_here_is_no_decision_to_undo(officer, pairs):
    officer.post(f"{ALL}/begin")
    for number in ("x", "9" * 30, "7", str(pairs[1].id)):
        assert "You said" not in page(officer.get(f"{ALL}/{pairs[0].id}?done={number}"))


def test_what_is_linked_no_more_is_shown_as_that(officer, pairs):
    run([])
    db.session.commit()
    officer.post(f"{ALL}/{pairs[0].id}/look")
    said = page(officer.get(f"{ALL}/{pairs[0].id}"))

    assert "Not linked any more" in said
    assert "Different families" not in said


def test_records_whose_details_are_gone_show_nothing(officer, pairs):
    for number in (pairs[0].a_id, pairs[0].b_id):
        one = db.session.get_one(Family, number)
        one.name, one.born, one.mobile, one.postcode, one.letter_address = "", [], None, None, None
        db.session.execute(db.text("DELETE FROM birth_record WHERE family_id = :id"), {"id": number})
    db.session.commit()
    officer.post(f"{ALL}/{pairs[0].id}/look")

    assert "was deleted on schedule" in page(officer.get(f"{ALL}/{pairs[0].id}"))


def test_an_auditor_looks_and_decides_nothing(client, pairs):
    sign_in_as(client, "auditor")
    assert "Compare now" not in page(client.get(ALL))
    sent(client.post(f"{ALL}/begin"), f"{ALL}/{pairs[0].id}")
    said = page(client.get(f"{ALL}/{pairs[0].id}?done=1"))
    assert "Next pair" in said
    assert "Same family" not in said.replace("Same family?", "")
    for what in ("decide", "undo"):
        assert client.post(f"{ALL}/{pairs[0].id}/{what}", data={"decision": "same"}).status_code == 403
    assert looks() == [f"same:{pairs[0].id}"]


def test_a_run_is_asked_for_and_followed(officer, pairs):
    sent(officer.post(f"{ALL}/run"), ALL)
    answer = officer.get(ALL)
    assert "as soon as the worker is free" in page(answer)
    assert answer.headers["Refresh"] == "4"
    still = officer.get(f"{ALL}?still=1")
    assert "Refresh" not in still.headers
    actions.take_next()
    db.session.commit()
    assert "0 of 3 comparisons of sources done" in page(officer.get(ALL))


def test_that_only_exact_matches_were_linked_is_said(officer, pairs, monkeypatch):
    assert "exactly alike" not in page(officer.get(ALL))
    run([], exact_only=True)
    db.session.commit()
    assert "They are compared by likeness every night" in page(officer.get(ALL))
    monkeypatch.setitem(sys.modules, "splink", None)
    assert "exactly alike, as it does" in page(officer.get(ALL))


def test_a_run_that_was_given_up_says_why(officer, pairs):
    actions.ask_run("staff:1")
    actions.give_up(actions.take_next().run_id, "Tried and failed")
    db.session.commit()
    assert "Given up: Tried and failed" in page(officer.get(ALL))


def test_the_history_names_the_pair_and_the_run(officer, pairs):
    officer.post(f"{ALL}/begin")
    officer.post(f"{ALL}/run")
    said = page(officer.get(ALL))
    assert "looked at two records side by side" in said
    assert f"pair {pairs[0].id}" in said
    assert f"comparison {db.session.query(LinkRun).filter_by(state='waiting').one().id} of all records" in said


def test_less_than_one_in_a_hundred_is_not_rounded_to_nothing(officer, pairs):
    db.session.get_one(FamilyLink, pairs[2].id).probability = 0.004
    db.session.commit()
    assert "under 1%" in page(officer.get(ALL))
    assert len(links()) == 3
