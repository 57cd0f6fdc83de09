"""Rows for an evaluator: asked for, approved by somebody else, taken, and over when their time is."""

from __future__ import annotations

import csv
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest

from registration.pilot.disclosure import actions, queries
from registration.pilot.extract.files import read
from tests.pilot.made import AS_OF, make

NOW = datetime(2027, 7, 1, 9, 30, tzinfo=UTC)
ASKER, OTHER, OFFICER = "staff:1", "staff:2", frozenset({"data_officer"})


@pytest.fixture(scope="module")
def extract(tmp_path_factory):
    return read(make(tmp_path_factory.mktemp("extract"), births=400), AS_OF)


def asked(**changes):
    said = {"evaluator": "Dr A. Reader", "purpose": "Time to registration", "asked_by": ASKER, "now": NOW}
    return actions.ask(**(said | changes))


def approved():
    return actions.approve(asked().id, OTHER, OFFICER, NOW)


def rows_of(content):
    return list(csv.DictReader(StringIO(content.decode("utf-8-sig"))))


def test_approved_rows_are_taken_and_entered_in_the_ledger(database, extract):
    request = approved()

    content, end = actions.take(request.id, extract, ASKER, NOW + timedelta(days=29))

    assert rows_of(content)
    (link,) = queries.releases()
    assert (link.entry.kind, link.entry.who, link.entry.counts["rows"]) == ("row_level", ASKER, len(rows_of(content)))
    assert link.entry.why == "Time to registration (for Dr A. Reader, approved by staff:2)"
    assert end == queries.head()
    assert request.key is None, "nobody can tell any more which row was whose"


def test_nobody_approves_or_refuses_what_they_asked_for_themselves(database):
    request = asked()

    with pytest.raises(actions.SamePerson):
        actions.approve(request.id, ASKER, OFFICER, NOW)
    with pytest.raises(actions.SamePerson):
        actions.refuse(request.id, ASKER, OFFICER, "", NOW)


def test_the_database_too_refuses_approval_by_who_asked(database):
    from sqlalchemy.exc import IntegrityError

    request = asked()
    request.decided_by = ASKER
    with pytest.raises(IntegrityError, match="second_person"):
        database.flush()


@pytest.mark.parametrize("roles", [[], ["evaluator"], ["registrar", "auditor"]])
def test_only_a_data_officer_or_an_administrator_decides(database, roles):
    with pytest.raises(actions.MayNotDecide):
        actions.approve(asked().id, OTHER, roles, NOW)


def test_what_was_decided_stays_decided(database):
    request = actions.refuse(asked().id, OTHER, OFFICER, " Tables are enough ", NOW)

    assert (request.state, request.reason, request.key) == ("refused", "Tables are enough", None)
    with pytest.raises(actions.NotWaiting):
        actions.approve(request.id, OTHER, OFFICER, NOW)
    with pytest.raises(actions.NotWaiting):
        actions.approve(request.id + 1, OTHER, OFFICER, NOW)


@pytest.mark.parametrize("missing", [{"evaluator": " "}, {"purpose": ""}])
def test_who_and_what_for_must_be_said(database, missing):
    with pytest.raises(actions.NoPurpose):
        asked(**missing)


@pytest.mark.parametrize("days", [0, 91])
def test_rows_are_not_asked_for_without_an_end(database, days):
    with pytest.raises(actions.TooLong):
        asked(days=days)


def test_only_who_asked_takes_them_and_only_while_the_approval_lasts(database, extract):
    request = approved()

    with pytest.raises(actions.NotYours):
        actions.take(request.id, extract, OTHER, NOW)
    with pytest.raises(actions.NotApproved):
        actions.take(request.id, extract, ASKER, NOW + timedelta(days=30))
    with pytest.raises(actions.NotApproved):
        actions.take(asked().id, extract, ASKER, NOW)
    assert queries.releases() == []


def test_an_approval_is_taken_once_and_nothing_leaves_a_second_time(database, extract):
    request = approved()
    actions.take(request.id, extract, ASKER, NOW)

    with pytest.raises(actions.TakenAlready):
        actions.take(request.id, extract, ASKER, NOW)
    assert len(queries.releases()) == 1
    with pytest.raises(actions.NotApproved):
        actions.take(request.id + 1, extract, ASKER, NOW)


def test_when_the_time_is_over_the_key_is_thrown_away(database, extract):
    request, lasting = approved(), approved()
    lasting.expires_at = NOW + timedelta(days=31)

    over = actions.expire_due(NOW + timedelta(days=30))

    assert [each.id for each in over] == [request.id]
    assert (request.state, request.key, lasting.state) == ("expired", None, "approved")
    with pytest.raises(actions.NotApproved):
        actions.take(request.id, extract, ASKER, NOW)
    assert [each.id for each in queries.requests("approved")] == [lasting.id]
    assert len(queries.requests()) == 2


def test_two_releases_have_no_ids_in_common(database, extract):
    one, other = (rows_of(actions.take(approved().id, extract, ASKER, NOW)[0]) for _ in range(2))

    assert not {row["id"] for row in one} & {row["id"] for row in other}
