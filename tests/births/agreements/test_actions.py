"""Agreements drafted, changed, put in force, reviewed and ended; and what that does to imports and to centres."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from registration.births.agreements import actions
from registration.births.agreements.queries import (
    agreement_by_id,
    agreement_in_force,
    agreement_names,
    agreements,
    replaced_by,
    seen_of,
    sources,
    terms_of,
    text_of,
)
from registration.births.agreements.rules import Notice, Origin, clauses
from registration.births.models import BirthFile, BirthRecord
from registration.common import audit
from registration.common.db import db
from registration.families.models import Family
from registration.families.queries import reachable
from tests.births.agreements.made import ACTOR, TODAY, drafted, in_force, signatures, terms
from tests.booking.world import make_world

pytestmark = pytest.mark.usefixtures("database")
DAY = timedelta(days=1)


def history(agreement):
    return [(line.event, line.changes) for line in reversed(audit.history_of(f"agreement:{agreement.id}"))]


def sign(agreement, today=TODAY, seen=None, who=None):
    who = signatures(Origin(agreement.origin)) if who is None else who
    return actions.put_in_force(agreement.id, who, seen or seen_of(agreement), today, ACTOR)


def family(agreement, centre):
    """Keep a family that a file under this agreement told of, in a centre's area, with its birth record."""
    made = Family(
        name="Aoife O’Brien",
        born=[date(2026, 11, 1)],
        source="live_births",
        agreement_id=agreement.id,
        home_centre_id=centre,
    )
    file = BirthFile(
        agreement_id=agreement.id,
        source=agreement.source,
        name="x.csv",
        sha256=f"{agreement.id}",
        period=date(2026, 11, 1),
        rows=1,
        added=1,
        changed=0,
        unchanged=0,
        removed=0,
        received_at=datetime(2026, 11, 20, tzinfo=UTC),
        actor=ACTOR,
    )
    db.session.add_all([made, file])
    db.session.flush()
    birth = BirthRecord(
        agreement_id=agreement.id,
        source=agreement.source,
        source_key="1",
        file_id=file.id,
        family_id=made.id,
        born=date(2026, 11, 1),
        received_on=date(2026, 11, 20),
    )
    db.session.add(birth)
    db.session.flush()
    return made, birth


# ---- drafts


def test_a_draft_keeps_every_term_and_stands_in_the_history():
    wanted = terms(items=("born", "postcode"), ends_on=date(2027, 12, 31), other_terms="One.\nTwo.")
    made = actions.draft(wanted, ACTOR)
    db.session.expire_all()
    assert terms_of(made) == wanted
    assert (made.state, made.made_by, made.signed_text) == ("draft", ACTOR, None)
    [(event, changes)] = history(made)
    assert event == "agreement.drafted"
    assert ("items", "", "born, postcode") in changes
    assert ("starts on", "", "5 January 2026") in changes


def test_a_draft_is_changed_and_the_history_keeps_what_was_before():
    made = drafted()
    changed = actions.change_draft(made.id, terms(retention_days=90), seen_of(made), ACTOR)
    assert terms_of(changed) == terms(retention_days=90)
    assert history(made)[-1] == ("agreement.changed", (("retention days", "180", "90"),))


def test_whoever_was_slower_changes_nothing():
    made = drafted()
    seen = seen_of(made)
    actions.change_draft(made.id, terms(retention_days=90), seen, ACTOR)
    with pytest.raises(actions.Changed):
        actions.change_draft(made.id, terms(retention_days=30), seen, ACTOR)
    assert terms_of(made).retention_days == 90


def test_what_is_no_draft_is_not_changed():
    made = in_force()
    for number in (made.id, 0):
        with pytest.raises(actions.NotADraft):
            actions.change_draft(number, terms(), seen_of(made), ACTOR)
    with pytest.raises(actions.NotADraft):
        sign(made)


def test_a_draft_put_aside_was_never_in_force():
    made = drafted(ends_on=TODAY + DAY)
    actions.end(made.id, "Not wanted", TODAY, ACTOR)
    assert (made.state, made.ends_on) == ("ended", None)
    assert history(made)[-1] == ("agreement.put_aside", (("reason", "", "Not wanted"),))
    assert sources(TODAY) == []
    with pytest.raises(actions.NotADraft):
        sign(made)


# ---- in force


def test_a_signed_draft_is_in_force_from_its_first_day():
    made = drafted(starts_on=TODAY + DAY)
    assert agreement_in_force("calder-nhs", TODAY) is None
    sign(made)
    assert agreement_in_force("calder-nhs", TODAY) is None
    assert agreement_in_force("calder-nhs", TODAY + DAY) is made
    assert agreement_in_force("another", TODAY + DAY) is None
    assert [each["name"] for each in made.signatories] == ["Sam 0", "Sam 2"]
    assert made.signatories[0]["signed_on"] == "2026-01-04"
    event, changes = history(made)[-1]
    assert event == "agreement.put_in_force"
    assert ("first day", "", "23 November 2026") in changes


def test_an_agreement_with_a_last_day_is_in_force_to_that_day():
    in_force(ends_on=TODAY)
    assert agreement_in_force("calder-nhs", TODAY) is not None
    assert agreement_in_force("calder-nhs", TODAY + DAY) is None


def test_the_text_is_kept_as_it_was_signed():
    made = in_force()
    db.session.expire_all()
    assert text_of(made) == clauses(terms_of(made))
    made.signed_text = [{"heading": "As signed", "says": ["Old words."], "items": []}]
    assert [clause.heading for clause in text_of(made)] == ["As signed"]


def test_without_a_signature_it_needs_nothing_is_in_force():
    made = drafted()
    with pytest.raises(actions.NotSigned, match="The Caldicott Guardian of Calder NHS Trust has not signed"):
        sign(made, who=signatures()[1:])
    with pytest.raises(actions.NotSigned, match="of Calder Valley Council has not signed"):
        sign(made, who=signatures()[:1])
    assert made.state == "draft"


def test_what_was_signed_is_what_is_put_in_force():
    made = drafted()
    seen = seen_of(made)
    actions.change_draft(made.id, terms(retention_days=900), seen, ACTOR)
    with pytest.raises(actions.Changed):
        sign(made, seen=seen)


def test_an_agreement_whose_last_day_is_over_is_not_put_in_force():
    with pytest.raises(actions.Over):
        in_force(ends_on=TODAY - DAY)


def test_a_draft_that_leaves_a_family_no_day_after_the_letter_is_not_put_in_force():
    with pytest.raises(actions.NoNotice):
        in_force(notice=Notice.BY_LETTER, notice_days=0)
    assert in_force(notice=Notice.BY_LETTER, notice_days=1).state == "in_force"
    assert in_force(source="other", notice=Notice.BY_SOURCE, notice_days=0).state == "in_force"


# ---- one of each source


def test_a_new_agreement_ends_the_one_before_in_the_same_stroke():
    former = in_force()
    new = drafted(starts_on=TODAY)
    assert replaced_by(new) is former
    sign(new)
    assert (former.state, former.ends_on) == ("ended", TODAY)
    assert agreement_in_force("calder-nhs", TODAY) is new
    assert history(former)[-1][1] == (
        ("last day", "", "22 November 2026"),
        ("reason", "", "replaced by the agreement from 22 November 2026"),
    )


def test_what_came_under_the_one_before_is_held_under_the_new_one_and_stays_seen():
    centre = make_world().centres["sunshine"]
    former = in_force()
    known, birth = family(former, centre)
    other, _ = family(in_force(source="other-nhs"), centre)
    new = sign(drafted(starts_on=TODAY))
    db.session.expire_all()
    assert (known.agreement_id, birth.agreement_id) == (new.id, new.id)
    assert other.agreement_id not in {former.id, new.id}
    assert reachable(centre, [known.id], TODAY) == {known.id}


def test_a_new_agreement_waits_for_its_first_day_where_another_would_end():
    former = in_force()
    new = drafted(starts_on=TODAY + DAY)
    with pytest.raises(actions.NotYet):
        sign(new)
    assert former.state == "in_force"
    sign(new, TODAY + DAY)
    assert former.state == "ended"


def test_what_replaces_nothing_as_it_was_seen_replaces_nothing():
    new = drafted(starts_on=TODAY)
    seen = seen_of(new)
    former = in_force()
    with pytest.raises(actions.Changed):
        sign(new, seen=seen)
    assert former.state == "in_force"


def test_sources_have_an_agreement_each():
    in_force()
    in_force(source="other-nhs")
    assert {each.agreement.source for each in sources(TODAY)} == {"calder-nhs", "other-nhs"}


def test_the_database_itself_keeps_two_of_one_source_apart():
    in_force()
    second = drafted()
    second.state = "in_force"
    with pytest.raises(IntegrityError):
        db.session.flush()


# ---- ended


def test_an_agreement_that_ends_stops_imports_and_centres_at_once():
    centre = make_world().centres["sunshine"]
    made = in_force()
    known, _ = family(made, centre)
    assert reachable(centre, [known.id], TODAY) == {known.id}
    actions.end(made.id, "The sender stops", TODAY, ACTOR)
    assert agreement_in_force("calder-nhs", TODAY) is None
    assert reachable(centre, [known.id], TODAY) == frozenset()
    assert made.ends_on == TODAY
    assert history(made)[-1][0] == "agreement.ended"
    with pytest.raises(actions.NotInForce):
        actions.end(made.id, "Again", TODAY, ACTOR)


def test_an_agreement_ended_before_it_began_ends_on_its_first_day_and_one_run_out_keeps_its_last():
    early = in_force(starts_on=TODAY + 9 * DAY)
    assert actions.end(early.id, "x", TODAY, ACTOR).ends_on == TODAY + 9 * DAY
    late = in_force(ends_on=TODAY - DAY, today=TODAY - 2 * DAY)
    assert actions.end(late.id, "x", TODAY, ACTOR).ends_on == TODAY - DAY


# ---- reviewed


def test_a_review_moves_the_next_one_on():
    made = in_force(review_on=TODAY + DAY)
    assert sources(TODAY)[0].review is not None
    actions.note_review(made.id, TODAY + 365 * DAY, TODAY, ACTOR)
    assert sources(TODAY)[0].review is None
    assert history(made)[-1] == ("agreement.reviewed", (("review", "23 November 2026", "22 November 2027"),))


def test_a_review_is_of_what_is_in_force_and_its_next_is_to_come():
    made = in_force()
    with pytest.raises(actions.NoReview):
        actions.note_review(made.id, TODAY, TODAY, ACTOR)
    with pytest.raises(actions.NotInForce):
        actions.note_review(drafted().id, TODAY + DAY, TODAY, ACTOR)


# ---- asked


def test_agreements_are_listed_those_in_force_first():
    ended = actions.end(in_force().id, "x", TODAY, ACTOR)
    draft = drafted()
    current = in_force()
    assert list(agreements()) == [current, draft, ended]


def test_a_source_stands_as_its_files_came_across_its_agreements():
    former = in_force(starts_on=date(2026, 8, 1))
    make = family(former, make_world().centres["sunshine"])
    assert make
    sign(drafted(starts_on=date(2026, 10, 15)))
    [source] = sources(date(2026, 12, 2))
    assert source.in_force
    assert [each.period.first.month for each in source.standing.promises] == [8, 9, 10, 11]
    assert [each.on for each in source.standing.promises] == [None, None, None, date(2026, 11, 20)]


def test_a_source_whose_agreement_has_run_out_or_is_to_begin_has_no_standing():
    over = in_force(ends_on=TODAY)
    [source] = sources(TODAY + DAY)
    assert (source.agreement, source.in_force, source.standing) == (over, False, None)
    assert source.review.sentence.startswith("The agreement with Calder NHS Trust ended on 22 November")
    in_force(source="other-nhs", starts_on=TODAY + 99 * DAY)
    assert [each.in_force for each in sources(TODAY)] == [True, False]


def test_the_record_names_an_agreement_by_who_sends():
    made = drafted()
    [named] = agreement_names([str(made.id)]).values()
    assert (named.text, named.values) == ("agreement with Calder NHS Trust", {"agreement_id": made.id})
    assert agreement_by_id(0) is None


def test_terms_differ_where_one_changes():
    assert terms_of(drafted()) != replace(terms(), purpose="Another")


def test_of_two_first_agreements_of_a_source_at_once_one_is_told_that_something_changed(monkeypatch):
    other = drafted()
    in_force()
    monkeypatch.setattr(actions, "_locked_former", lambda _found: None)  # it was not there yet when this one looked
    with pytest.raises(actions.Changed), db.session.begin_nested():
        sign(other)
