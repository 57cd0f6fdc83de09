"""Services are told what answers allow and nothing else, by a real receiver on the loopback and by protected files."""

import csv
import io
import socket
from dataclasses import replace
from datetime import timedelta

import pytest
import pyzipper
from sqlalchemy import select, text

from registration.common.clock import now
from registration.families.actions import add_family, change_answer, correct_contact, mark_lost, record_answer
from registration.families.models import FamilyLink, SharingAnswer
from registration.families.rules import SHARING_WORDING, Answer, Contact, FamilyDetails
from registration.families.tell_once import actions, jobs, webhooks
from registration.families.tell_once.archive import folder_of, put
from registration.families.tell_once.models import Telling, TellingAnswer
from registration.families.tell_once.queries import answers, asked_about, counts, named, standing_for
from registration.families.tell_once.rules import (
    ITEMS,
    TELLING_WORDING,
    WAITS,
    Kind,
    Outcome,
    ServiceSaid,
    Way,
    told_secret,
)
from tests.booking.world import BORN, NOW, make_world
from tests.families.receiver import CUT, DRIP, HANG, receiving

#: A baby of another day: nothing is held back for it that is not linked by hand.
EARLIER = BORN - timedelta(days=9)
DETAILS = FamilyDetails(
    "Zoë O’Brien", (BORN,), "zoe@example.org", "+447700900982", None, "pl", "en", interpreter=False, access_needs=""
)
LIBRARY = ServiceSaid("Halifax Library", Kind.LIBRARY, None, Way.FILE, None, ["name", "born"], active=True)


@pytest.fixture
def world(database, at):
    at(NOW)
    return make_world()


@pytest.fixture
def receiver():
    with receiving() as found:
        yield found
        assert found.faults == []


@pytest.fixture
def visiting(world, receiver, database):
    """Health visiting, told by webhook."""
    said = ServiceSaid(
        "Health visiting",
        Kind.HEALTH_VISITING,
        None,
        Way.WEBHOOK,
        receiver.url,
        ["name", "mobile", "born"],
        active=True,
    )
    number = actions.keep_service(None, said, "staff:1")
    receiver.secret = told_secret(actions.key_of(service(database, number)))
    return number


@pytest.fixture
def library(world):
    return actions.keep_service(None, LIBRARY, "staff:1")


def service(database, number):
    from registration.families.tell_once.models import ToldService

    return database.get(ToldService, number)


def family(centre, *, share=True, **changes):
    return add_family(replace(DETAILS, **changes), said(centre, share=share))


def said(centre, *, share):
    return Answer(share, SHARING_WORDING, "online", "family", centre)


def say(family_id, *services, share=True):
    given = actions.AnswerOnTelling(share, services, TELLING_WORDING, "online", "family")
    actions.answer(family_id, given, now())


def rows(database):
    database.expire_all()
    return [(row.event, row.state) for row in database.scalars(select(Telling).order_by(Telling.id))]


def deliver(database, at=None, minutes=0):
    """Let the worker do every webhook that is due."""
    if at:
        at((now() + timedelta(minutes=minutes)).isoformat())
    for number in database.scalars(text("SELECT id FROM telling WHERE state = 'waiting' ORDER BY id")).all():
        jobs.deliver(number)
    database.expire_all()


# ---- told, and forgotten


def test_a_family_that_says_yes_is_told_once_with_the_items_of_the_service_and_no_more(
    database, world, visiting, receiver
):
    mine = family(world.centres["sunshine"])
    say(mine, visiting)
    deliver(database)
    deliver(database)
    jobs.look_after(0)
    assert rows(database) == [("told", "delivered")]
    [told] = receiver.got
    assert told["type"] == "family.told"
    assert set(told["data"]) == {"family", "name", "mobile", "born"}
    assert told["data"]["name"] == "Zoë O’Brien"
    assert told["data"]["born"] == [BORN.isoformat()]
    assert str(mine) not in told["data"]["family"]
    queued = database.execute(text("SELECT task_name FROM procrastinate_jobs WHERE task_name LIKE 'tell%'")).all()
    assert queued == [("tell_once.deliver",)]


@pytest.mark.parametrize("answered", [None, False])
def test_without_a_yes_nothing_goes(database, world, visiting, library, receiver, answered):
    mine = family(world.centres["sunshine"])
    if answered is not None:
        say(mine, visiting, library, share=answered)
    jobs.look_after(0)
    jobs.files(0)
    assert rows(database) == []
    assert receiver.got == []


def test_a_no_afterwards_asks_the_service_to_forget_under_the_same_reference(database, world, visiting, receiver):
    mine = family(world.centres["sunshine"])
    say(mine, visiting)
    deliver(database)
    say(mine, visiting, share=False)
    assert rows(database) == [("told", "delivered"), ("forget", "waiting")]
    deliver(database)
    told, forget = receiver.got
    assert forget["type"] == "family.forget"
    assert forget["data"] == {"family": told["data"]["family"]}
    say(mine, visiting)
    deliver(database)
    assert rows(database)[2:] == [("told", "delivered")]


def test_a_no_before_anything_went_leaves_nothing_to_forget(database, world, visiting, receiver):
    mine = family(world.centres["sunshine"])
    say(mine, visiting)
    say(mine, visiting, share=False)
    deliver(database)
    assert rows(database) == [("told", "withdrawn")]
    assert receiver.got == []


def _no_to_the_centre(family_id, centre):
    change_answer(family_id, said(centre, share=False))


def _loss(family_id, centre):
    mark_lost(family_id)


def _no_under_a_linked_record(family_id, centre):
    other = family(centre, share=False, births=(EARLIER,))
    link(family_id, other, "linked")


def _perhaps_one_that_said_no(family_id, centre):
    other = family(centre, share=False, births=(EARLIER,))
    link(family_id, other, "to_review")


def _no_about_the_service_under_a_linked_record(family_id, centre):
    from registration.common.db import db

    other = family(centre)
    link(family_id, other, "linked")
    for number in db.session.scalars(text("SELECT id FROM told_service")):
        say(other, number, share=False)


def link(one, other, state):
    from registration.common.db import db

    a, b = sorted((one, other))
    db.session.add(FamilyLink(a_id=a, b_id=b, state=state, probability=0.9, method="person", made_by="staff:1"))
    db.session.flush()


CHANGES = [
    _no_to_the_centre,
    _loss,
    _no_under_a_linked_record,
    _perhaps_one_that_said_no,
    _no_about_the_service_under_a_linked_record,
]


@pytest.mark.parametrize("change", CHANGES, ids=lambda it: it.__name__)
def test_whatever_takes_the_yes_back_has_it_forgotten_within_a_minute(database, world, visiting, receiver, change):
    mine = family(world.centres["sunshine"])
    say(mine, visiting)
    deliver(database)
    change(mine, world.centres["sunshine"])
    jobs.look_after(0)
    assert rows(database) == [("told", "delivered"), ("forget", "waiting")]
    jobs.look_after(0)
    deliver(database)
    assert [told["type"] for told in receiver.got] == ["family.told", "family.forget"]


@pytest.mark.parametrize("change", CHANGES, ids=lambda it: it.__name__)
def test_whatever_takes_the_yes_back_is_asked_once_more_before_it_goes(database, world, visiting, receiver, change):
    """Also where nobody has looked yet what changed."""
    mine = family(world.centres["sunshine"])
    say(mine, visiting)
    change(mine, world.centres["sunshine"])
    deliver(database)
    assert receiver.got == []
    assert rows(database)[0] == ("told", "withdrawn")


def test_a_service_that_joined_the_list_later_is_not_covered_by_an_earlier_yes(database, world, visiting):
    mine = family(world.centres["sunshine"])
    say(mine, visiting)
    later = actions.keep_service(None, LIBRARY, "staff:1")
    jobs.look_after(0)
    assert rows(database) == [("told", "waiting")]
    assert answers(mine) == {visiting: True}
    found = standing_for(mine)
    assert [(each.id, each.name, each.share) for each in found.services] == [
        (later, "Halifax Library", None),
        (visiting, "Health visiting", True),
    ]
    assert (found.share, found.names(True), found.unanswered()) == (None, ["Health visiting"], found.services[:1])
    say(mine, visiting, later, share=False)
    found = standing_for(mine)
    assert (found.share, found.unanswered()) == (False, ())


def test_who_never_answered_is_asked_of_all_and_of_nothing_new(world, visiting):
    found = standing_for(family(world.centres["sunshine"]))
    assert (found.share, found.unanswered()) == (None, ())


def test_a_yes_that_a_no_to_the_centre_took_back_is_no_answer_any_more(world, visiting):
    mine = family(world.centres["sunshine"])
    say(mine, visiting)
    assert answers(mine) == {visiting: True}
    record_answer(mine, said(world.centres["sunshine"], share=False))
    record_answer(mine, said(world.centres["sunshine"], share=True))
    assert answers(mine) == {}
    say(mine, visiting)
    assert standing_for(mine).share is True


def test_a_service_is_named_with_what_it_gets_in_the_order_it_is_told(world, visiting, library):
    assert [(each.name, each.items) for each in named([visiting, library])] == [
        (each.name, tuple(item for item in ITEMS if item in each.items)) for each in asked_about()
    ]


def test_of_a_service_that_ended_no_yes_is_kept_but_a_no_is(database, world, library):
    mine = family(world.centres["sunshine"])
    say(mine, library)
    jobs.files(0)
    actions.keep_service(library, replace(LIBRARY, active=False), "staff:1")
    say(mine, library)
    assert database.query(TellingAnswer).count() == 1
    assert standing_for(mine) is None
    say(mine, library, share=False)
    assert rows(database) == [("told", "delivered"), ("forget", "waiting")]
    jobs.files(0)
    assert rows(database)[1] == ("forget", "delivered")


def test_while_a_service_is_not_told_what_waits_goes_on_waiting(database, world, visiting, receiver):
    mine = family(world.centres["sunshine"])
    say(mine, visiting)
    was = service(database, visiting)
    stopped = ServiceSaid(was.name, Kind(was.kind), None, Way.WEBHOOK, was.url, was.items, active=False)
    actions.keep_service(visiting, stopped, "staff:1")
    deliver(database)
    assert rows(database) == [("told", "waiting")]
    assert receiver.got == []


# ---- a centre is told by the one decision


def test_a_centre_is_told_of_families_that_may_reach_it_and_of_no_other(database, world, receiver):
    here, there = world.centres["sunshine"], world.centres["elland"]
    named = ServiceSaid(
        "Sunshine’s own system", Kind.CENTRE, here, Way.WEBHOOK, receiver.url, ["name", "language"], active=True
    )
    number = actions.keep_service(None, named, "staff:1")
    receiver.secret = told_secret(actions.key_of(service(database, number)))
    mine, _theirs, _silent = (
        family(here, name="Mine"),
        family(there, name="Theirs"),
        family(here, share=False, name="No", births=(EARLIER,)),
    )
    jobs.look_after(0)
    deliver(database)
    assert [told["data"]["name"] for told in receiver.got] == ["Mine"]
    record_answer(mine, said(here, share=False))
    jobs.look_after(0)
    deliver(database)
    assert receiver.got[-1]["type"] == "family.forget"
    assert standing_for(mine) is None  # the question names no centre: that has a question of its own


# ---- receivers that behave badly


@pytest.mark.parametrize("answer", [500, 404, 302, CUT])
def test_what_did_not_arrive_is_tried_again_under_the_same_number_until_it_does(
    database, world, visiting, receiver, at, answer
):
    receiver.answers = [answer]
    receiver.headers = {"location": "http://169.254.169.254/"}
    say(family(world.centres["sunshine"]), visiting)
    deliver(database)
    row = database.scalars(select(Telling)).one()
    assert (row.state, row.tries, row.claimed_at) == ("waiting", 1, None)
    assert row.problem
    assert row.due_at == now() + WAITS[0]
    jobs.deliver(row.id)
    assert len(receiver.ids) == 1  # its time has not come
    deliver(database, at, minutes=1)
    assert rows(database) == [("told", "delivered")]
    assert receiver.ids == [str(row.public_id)] * 2
    scheduled = database.scalars(
        text("SELECT scheduled_at FROM procrastinate_jobs WHERE task_name = 'tell_once.deliver' ORDER BY id")
    ).all()
    assert scheduled[0] is None
    assert scheduled[1] is not None


def test_a_receiver_that_asks_for_patience_gets_it(database, world, visiting, receiver):
    receiver.answers, receiver.headers = [429], {"retry-after": "3600"}
    say(family(world.centres["sunshine"]), visiting)
    deliver(database)
    row = database.scalars(select(Telling)).one()
    assert row.due_at == now() + timedelta(hours=1)
    assert row.problem == "It answered 429."


def test_a_receiver_that_is_gone_is_given_up_and_can_be_told_again_by_hand(database, world, visiting, receiver):
    receiver.answers = [410]
    say(family(world.centres["sunshine"]), visiting)
    deliver(database)
    row = database.scalars(select(Telling)).one()
    assert row.state == "dead"
    assert counts()[visiting].dead == 1
    actions.tell_again(row.id, "staff:1", now())
    deliver(database)
    assert rows(database) == [("told", "delivered")]
    assert receiver.ids == [str(row.public_id)] * 2
    assert database.scalar(text("SELECT count(*) FROM audit_event WHERE event = 'telling.again'")) == 1


def test_it_is_given_up_after_the_last_wait(database, world, visiting, receiver, at):
    say(family(world.centres["sunshine"]), visiting)
    number = database.scalar(select(Telling.id))
    for tries in range(1, len(WAITS) + 2):
        assert actions.claim(number, now()) is not None
        actions.record(number, Outcome(arrived=False, problem="It answered 500."), now())
        assert (database.get(Telling, number).state == "dead") is (tries > len(WAITS))
        at((now() + timedelta(days=1)).isoformat())
    assert actions.claim(number, now()) is None


@pytest.mark.parametrize("how", [HANG, DRIP])
def test_a_receiver_that_hangs_is_left_after_a_while(receiver, how):
    receiver.answers, receiver.secret = [how], told_secret(b"k" * 32)
    from registration.families.tell_once.rules import headers_of

    outcome = webhooks.post(
        receiver.url, b"{}", headers_of("m", b"{}", b"k" * 32, _real()), demonstration=True, whole=0.3
    )
    assert not outcome.arrived
    assert outcome.problem


def _real():
    from datetime import UTC, datetime

    return datetime.now(UTC)


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("https://127.0.0.1:1/", "private network"),
        ("https://localhost/", "private network"),
        ("http://library.example/", "https://"),
        ("https://no-such-host.invalid/", "could not be reached"),
    ],
)
def test_a_live_service_sends_nothing_to_itself_or_in_the_clear(url, why):
    assert why in webhooks.post(url, b"{}", {}, demonstration=False).problem


def test_nothing_is_sent_to_a_name_that_leads_into_a_private_network(monkeypatch):
    there = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 443)) for address in ("151.101.0.81", "10.0.0.1")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_args, **_more: there)
    told = webhooks.post("https://library.example/", b"{}", {}, demonstration=False)
    assert told.problem == "The address leads into a private network, where nothing is sent."


def test_a_certificate_nobody_vouches_for_is_refused(receiver):
    port = receiver.url.split(":")[2].split("/")[0]
    told = webhooks.post(f"https://127.0.0.1:{port}/", b"{}", {}, demonstration=True)
    assert not told.arrived
    assert told.problem


def test_a_withdrawal_while_it_is_being_sent_has_it_forgotten_afterwards(database, world, visiting, receiver):
    mine = family(world.centres["sunshine"])
    say(mine, visiting)
    number = database.scalar(select(Telling.id))
    sheet = actions.claim(number, now())
    assert actions.claim(number, now()) is None  # another worker gets nothing
    say(mine, visiting, share=False)
    forget = database.scalars(select(Telling).where(Telling.event == "forget")).one()
    actions.record(forget.id, Outcome(arrived=True), now())
    actions.record(sheet.telling_id, Outcome(arrived=True), now())
    assert rows(database) == [("told", "withdrawn"), ("forget", "waiting")]
    actions.record(999_999, Outcome(arrived=True), now())  # deleted meanwhile


def test_what_a_dead_worker_left_is_taken_up_by_another(database, world, visiting, at):
    say(family(world.centres["sunshine"]), visiting)
    number = database.scalar(select(Telling.id))
    assert actions.claim(number, now()) is not None
    database.execute(text("DELETE FROM procrastinate_jobs"))
    for minutes, jobs_there in ((1, 0), (3, 0), (7, 1)):
        at((now() + timedelta(minutes=minutes)).isoformat())
        actions.resume(now())
        found = text("SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'tell_once.deliver'")
        assert database.scalar(found) == jobs_there
    assert actions.claim(number, now()) is not None


def test_what_is_withdrawn_or_was_followed_by_something_later_is_not_told_again(database, world, visiting):
    mine = family(world.centres["sunshine"])
    say(mine, visiting)
    deliver(database)
    say(mine, visiting, share=False)
    told = database.scalars(select(Telling).order_by(Telling.id)).first()
    with pytest.raises(actions.NotToBeTold):
        actions.tell_again(told.id, "staff:1", now())
    with pytest.raises(actions.NoSuchTelling):
        actions.tell_again(999_999, "staff:1", now())
    actions.withdraw(told.id, now())
    actions.withdraw(999_999, now())
    assert rows(database) == [("told", "delivered"), ("forget", "waiting")]


def test_a_family_that_was_deleted_is_still_forgotten(database, world, visiting, receiver):
    mine = family(world.centres["sunshine"])
    say(mine, visiting)
    deliver(database)
    say(mine, visiting, share=False)
    database.execute(text("DELETE FROM family WHERE id = :id"), {"id": mine})
    deliver(database)
    assert [told["type"] for told in receiver.got] == ["family.told", "family.forget"]


def test_a_family_that_was_deleted_before_it_was_told_is_not(database, world, visiting, receiver):
    mine = family(world.centres["sunshine"])
    say(mine, visiting)
    database.execute(text("DELETE FROM family WHERE id = :id"), {"id": mine})
    deliver(database)
    assert rows(database) == [("told", "withdrawn")]
    assert receiver.got == []


# ---- by file


def test_what_waits_for_a_file_is_put_into_one_that_only_the_password_opens(app, database, world, library):
    for name in ("Ann", "=cmd()"):
        say(family(world.centres["sunshine"], name=name), library)
    jobs.files(0)
    jobs.files(0)
    assert rows(database) == [("told", "delivered")] * 2
    folder = folder_of(app.config["INSTANCE"], library)
    [path] = folder.iterdir()
    assert (path.stat().st_mode & 0o777, folder.stat().st_mode & 0o777) == (0o600, 0o700)
    with pyzipper.AESZipFile(path) as archive:
        [inside] = archive.infolist()
        assert (inside.filename, inside.wz_aes_strength) == ("families.csv", 3)  # 3: 256 bits
        with pytest.raises(RuntimeError):
            archive.read(inside)
        archive.setpassword(actions.password_of(service(database, library)).encode())
        lines = list(csv.DictReader(io.StringIO(archive.read(inside).decode("utf-8-sig"))))
    assert [line["name"] for line in lines] == ["Ann", "'=cmd()"]
    assert [line["event"] for line in lines] == ["told", "told"]
    assert {line["born"] for line in lines} == {BORN.isoformat()}
    assert {line["email"] for line in lines} == {""}
    path.unlink()


def test_a_file_that_cannot_be_written_is_tried_again_the_next_hour(app, database, world, library, at):
    say(family(world.centres["sunshine"]), library)
    folder = folder_of(app.config["INSTANCE"], library)
    folder.parent.mkdir(parents=True, exist_ok=True)
    folder.write_text("in the way")
    jobs.files(0)
    row = database.scalars(select(Telling)).one()
    assert (row.state, row.tries) == ("waiting", 1)
    assert row.problem.startswith("The file could not be written")
    folder.unlink()
    at((now() + timedelta(hours=1)).isoformat())
    jobs.files(0)
    assert rows(database) == [("told", "delivered")]


def test_a_file_is_there_whole_or_not_at_all(tmp_path):
    path = put(tmp_path, "a.zip", b"x", "password")
    assert [each.name for each in tmp_path.iterdir()] == ["a.zip"]
    assert b"families" in path.read_bytes()


# ---- services


def test_a_name_is_given_once_and_a_new_secret_is_another(database, world, library):
    with pytest.raises(actions.NameTaken):
        actions.keep_service(None, LIBRARY, "staff:1")
    database.rollback()


def test_a_new_secret_replaces_the_old_one(database, world, library):
    row = service(database, library)
    before = actions.key_of(row), actions.password_of(row)
    actions.renew_secret(library, "staff:1")
    database.expire_all()
    after = actions.key_of(row), actions.password_of(row)
    assert not set(before) & set(after)
    assert len(after[0]) == 32


def test_of_two_that_find_a_family_to_tell_at_the_same_moment_one_tells(database, world, library):
    mine = family(world.centres["sunshine"])
    say(mine, library)
    actions._tell(service(database, library), mine, now())
    assert rows(database) == [("told", "waiting")]


def test_a_family_that_takes_its_yes_back_stands_in_no_file(app, database, world, library):
    mine = family(world.centres["sunshine"])
    say(mine, library)
    _no_to_the_centre(mine, world.centres["sunshine"])
    jobs.files(0)
    assert rows(database) == [("told", "withdrawn")]
    assert not folder_of(app.config["INSTANCE"], library).exists()


def test_where_the_first_address_of_a_name_is_deaf_the_next_is_called(receiver):
    port = int(receiver.url.split(":")[2].split("/")[0])
    with webhooks._first_line(["::1", "127.0.0.1"], port) as line:
        assert line.getpeername() == ("127.0.0.1", port)


# ---- corrected


def correct(family_id, **changes):
    held = {"name": "Zoë O’Brien", "email": DETAILS.email, "mobile": DETAILS.mobile, "second_contact": None}
    correct_contact(family_id, Contact(**(held | {"letter_address": None} | changes)), now())


def test_what_a_family_corrects_is_told_again_under_the_same_reference(database, world, visiting, receiver):
    mine = family(world.centres["sunshine"])
    say(mine, visiting)
    deliver(database)
    correct(mine, mobile="+447700900999")
    deliver(database)

    assert rows(database) == [("told", "delivered"), ("told", "delivered")]
    first, again = receiver.got
    assert again["data"] == first["data"] | {"mobile": "+447700900999"}
    say(mine, visiting, share=False)
    assert rows(database)[2:] == [("forget", "waiting")]


def test_a_service_that_does_not_get_what_changed_is_told_nothing(database, world, visiting, receiver):
    mine = family(world.centres["sunshine"])
    say(mine, visiting)
    deliver(database)
    correct(mine, email="new@example.org")
    correct(mine, email="new@example.org")

    assert rows(database) == [("told", "delivered")]


def test_what_has_not_gone_out_bears_what_was_corrected_meanwhile(database, world, visiting, receiver):
    mine = family(world.centres["sunshine"])
    say(mine, visiting)
    correct(mine, name="Zoe O’Brien")
    deliver(database)

    assert rows(database) == [("told", "delivered")]
    assert receiver.got[0]["data"]["name"] == "Zoe O’Brien"


def test_what_was_tried_in_vain_is_told_anew_and_not_twice(database, world, visiting, receiver):
    mine = family(world.centres["sunshine"])
    say(mine, visiting)
    receiver.answers = [500]
    deliver(database)
    correct(mine, mobile="+447700900999")

    assert rows(database) == [("told", "withdrawn"), ("told", "waiting")]
    deliver(database)
    assert rows(database) == [("told", "withdrawn"), ("told", "delivered")]
    assert receiver.got[-1]["data"]["mobile"] == "+447700900999"


# ---- a clock that was put forward


def test_a_no_takes_back_a_yes_that_was_stamped_by_a_clock_put_forward_and_a_later_yes_counts(
    database, world, visiting, receiver
):
    """A demonstration is loaded by its CLOCK; what families say afterwards is stamped by the machine's."""
    mine = family(world.centres["sunshine"])
    made = {"family_id": mine, "share": True, "route": "online", "recorded_by": "family", "at": now() + timedelta(9)}
    database.add(SharingAnswer(wording_version=SHARING_WORDING, centre_id=world.centres["sunshine"], **made))
    database.add(TellingAnswer(wording_version=TELLING_WORDING, service_id=visiting, **made))
    database.flush()
    actions.settle(now(), [mine])
    assert rows(database) == [("told", "waiting")]

    change_answer(mine, said(world.centres["sunshine"], share=False))
    deliver(database)
    assert receiver.got == []

    change_answer(mine, said(world.centres["sunshine"], share=True))
    say(mine, visiting)
    deliver(database)
    assert [told["type"] for told in receiver.got] == ["family.told"]
