"""Who may be told of a family, of what, how it is signed and when it is tried again."""

import json
import re
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from itertools import product
from pathlib import Path

import pytest
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from registration.families.rules import Known, Ruling, Said
from registration.families.tell_once.rules import (
    LONGEST_WAIT,
    TELLING_WORDING,
    WAITS,
    Event,
    Letter,
    Outcome,
    TellingSaid,
    body_of,
    check_url,
    headers_of,
    items_for,
    may_reach_address,
    may_tell,
    outcome_of,
    told_secret,
    wait_after,
)

TEMPLATES = Path(__file__).parent.parent.parent / "templates" / "booking"
#: Each wording families were ever asked with, and the digest of its sentences.
WORDINGS = {"2026-11-22": "62567f9e03520bff", "2026-11-22/2": "b404f1717aa5684c"}
T = [datetime(2026, 11, 22, hour, tzinfo=UTC) for hour in range(5)]
NOW = T[0]


def test_an_answer_is_kept_under_the_version_of_the_words_that_were_shown():
    found = re.findall(r"""_\((["'])(.*?)\1""", (TEMPLATES / "journey" / "_telling.html").read_text(encoding="utf-8"))
    found += re.findall(r"""_\((["'])(.*?)\1""", (TEMPLATES / "journey" / "tell.html").read_text(encoding="utf-8"))
    digest = sha256("\n".join(sentence for _, sentence in found).encode()).hexdigest()[:16]

    assert WORDINGS[TELLING_WORDING] == digest, "the words changed: give them a new version and note its digest here"


# ---- who


@pytest.mark.parametrize(
    ("lost", "doubtful", "said", "told"),
    list(product([True, False], [True, False], [(), (True,), (False,)], [(), (True,), (False,)])),
)
def test_of_a_lost_or_doubtful_family_nobody_is_told_and_of_others_only_after_a_yes(lost, doubtful, said, told):
    known = Known(lost=lost, doubtful=doubtful, said=[Said(share, T[1]) for share in said])
    may = may_tell(known, [TellingSaid(share, T[2]) for share in told])
    assert may is (told == (True,) and not lost and not doubtful)


def test_a_later_no_to_the_centre_takes_an_earlier_yes_back_for_good():
    yes = [TellingSaid(share=True, at=T[1])]
    refused = [Said(share=True, at=T[0]), Said(share=False, at=T[2])]
    assert may_tell(Known(said=refused[:1]), yes)
    assert not may_tell(Known(said=refused), yes)
    assert not may_tell(Known(said=[*refused, Said(share=True, at=T[3])]), yes)
    assert may_tell(Known(said=[*refused, Said(share=True, at=T[3])]), [*yes, TellingSaid(share=True, at=T[4])])


def test_the_latest_answer_about_a_service_counts():
    yes, no = TellingSaid(share=True, at=T[1]), TellingSaid(share=False, at=T[2])
    assert not may_tell(Known(), [yes, no])
    assert may_tell(Known(), [yes, no, TellingSaid(share=True, at=T[0])]), "whatever clock stamped it"


def test_a_centre_gets_no_more_than_the_answer_covers():
    assert items_for(["language", "name", "mobile"], None) == ["name", "mobile", "language"]
    assert items_for(["name", "mobile", "born"], Ruling.UNDER_AGREEMENT) == ["name", "born"]
    assert items_for(["name"], Ruling.SAID_NO) == []


# ---- how


def letter(event=Event.TOLD, **details):
    return Letter("msg-1", event, NOW, "f00d", details)


def test_a_telling_says_what_the_service_gets_and_a_forgetting_nothing_but_of_whom():
    told = json.loads(body_of(letter(name="Zoë", born=[date(2026, 11, 19)], email=None)))
    assert told == {
        "type": "family.told",
        "timestamp": "2026-11-22T00:00:00+00:00",
        "data": {"family": "f00d", "name": "Zoë", "born": ["2026-11-19"], "email": None},
    }
    assert json.loads(body_of(letter(Event.FORGET)))["data"] == {"family": "f00d"}


def test_a_receiver_with_the_library_of_the_standard_accepts_what_we_sign_and_nothing_changed():
    secret, body = b"k" * 32, body_of(letter(name="Zoë"))
    headers = headers_of("msg-1", body, secret, datetime.now(UTC))
    receiver = Webhook(told_secret(secret))
    assert receiver.verify(body, headers)["data"]["name"] == "Zoë"
    for changed in (body + b" ",):
        with pytest.raises(WebhookVerificationError):
            receiver.verify(changed, headers)
    with pytest.raises(WebhookVerificationError):
        receiver.verify(body, headers | {"webhook-id": "msg-2"})
    with pytest.raises(WebhookVerificationError):
        Webhook(told_secret(b"x" * 32)).verify(body, headers)


# ---- what came of it


@pytest.mark.parametrize(
    ("status", "arrived"), [(199, False), (200, True), (204, True), (299, True), (400, False), (500, False)]
)
def test_it_arrived_with_a_status_of_the_two_hundreds_and_with_no_other(status, arrived):
    assert outcome_of(status).arrived is arrived


def test_redirects_are_not_followed_and_that_is_said():
    assert "redirects are not followed" in outcome_of(302).problem
    assert not outcome_of(301).arrived


@pytest.mark.parametrize(
    ("status", "asked", "wait"),
    [
        (429, "90", timedelta(seconds=90)),
        (503, "90", timedelta(seconds=90)),
        (500, "90", None),
        (429, "soon", None),
        (429, "9" * 40, LONGEST_WAIT),
    ],
)
def test_a_receiver_may_ask_to_be_left_alone_for_a_while(status, asked, wait):
    assert outcome_of(status, asked).wait == wait


def test_it_is_tried_after_longer_and_longer_waits_and_then_given_up():
    failed = Outcome(arrived=False)
    waits = [wait_after(tries, failed) for tries in range(1, len(WAITS) + 2)]
    assert waits == [*WAITS, None]
    assert list(WAITS) == sorted(WAITS)
    assert timedelta(days=3) < sum(WAITS, timedelta()) < timedelta(days=5)
    assert wait_after(1, Outcome(arrived=False, wait=timedelta(hours=1))) == timedelta(hours=1)
    assert wait_after(4, Outcome(arrived=False, wait=timedelta(seconds=1))) == WAITS[3]
    assert wait_after(1, outcome_of(410)) is None


# ---- where to


@pytest.mark.parametrize(
    "url",
    [
        "",
        "library",
        "https://",
        "https://a:99999/",
        "https://a:0/",
        "http://library.example/",
        "ftp://library.example/",
        "https://me:secret@library.example/",
        "https://library.example/#top",
        "https://library.example/a b",
        "https://bücherei.example/",
        "https://[::1/",
        "https://[::1]/",
        "https://[::ffff:10.0.0.1]/",
        "https://localhost/",
        "https://x.localhost./",
        "https://127.0.0.1:8443/",
        "https://127.1/",
        "https://0x7f000001/",
        "https://2130706433/",
        "https://10.0.0.1/",
        "https://169.254.169.254/latest",
    ],
)
def test_an_address_that_cannot_be_used_is_refused(url):
    with pytest.raises(ValueError, match="Enter "):
        check_url(url, demonstration=False)


def test_an_address_that_can_be_used_is_kept_as_it_is():
    assert check_url("https://library.example:8443/new?x=1", demonstration=False)
    assert check_url("https://151.101.0.81/", demonstration=False)
    for own in ("http://127.0.0.1:9000/", "http://localhost:9000/", "http://[::1]:9000/", "https://127.0.0.1/"):
        assert check_url(own, demonstration=True)


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("http://library.example/", "begins with https://"),
        ("http://10.0.0.1/", "begins with https://"),
        ("https://10.0.0.1/", "leads into a private network"),
        ("https://169.254.169.254/", "leads into a private network"),
    ],
)
def test_a_demonstration_may_use_its_own_machine_and_no_other_near_it(url, why):
    with pytest.raises(ValueError, match=why):
        check_url(url, demonstration=True)


@pytest.mark.parametrize(
    ("address", "live", "demonstration"),
    [
        ("151.101.0.81", True, True),
        ("2a04:4e42::81", True, True),
        ("127.0.0.1", False, True),
        ("::1", False, True),
        ("::ffff:127.0.0.1", False, True),
        ("10.1.2.3", False, False),
        ("192.168.0.1", False, False),
        ("172.16.9.9", False, False),
        ("169.254.169.254", False, False),
        ("100.64.0.1", False, False),
        ("0.0.0.1", False, False),
        ("224.0.0.1", False, False),
        ("255.255.255.255", False, False),
        ("fd00::1", False, False),
        ("fe80::1%eth0", False, False),
        ("::ffff:10.0.0.1", False, False),
        ("64:ff9b::7f00:1", False, False),
        ("2002:7f00:1::", False, False),
        ("2001:0:1::", False, False),
        ("ff02::1", False, False),
    ],
)
def test_nothing_is_sent_into_a_private_network(address, live, demonstration):
    assert may_reach_address(address, demonstration=False) is live
    assert may_reach_address(address, demonstration=True) is demonstration


# ---- word for word, as receivers and staff have it


def test_what_goes_over_the_line_is_exactly_this():
    body = body_of(Letter("msg_1", Event.TOLD, T[0], "f-1", {"name": "Zoë O’Brien", "born": [date(2026, 11, 19)]}))
    assert (
        body
        == (
            '{"type":"family.told","timestamp":"2026-11-22T00:00:00+00:00",'
            '"data":{"family":"f-1","name":"Zoë O’Brien","born":["2026-11-19"]}}'
        ).encode()
    )
    headers = headers_of("msg_1", body, b"secret", T[0])
    assert list(headers) == ["content-type", "user-agent", "webhook-id", "webhook-timestamp", "webhook-signature"]
    assert (headers["content-type"], headers["user-agent"]) == ("application/json", "right-start")
    assert (headers["webhook-id"], headers["webhook-timestamp"]) == ("msg_1", str(int(T[0].timestamp())))


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (204, Outcome(arrived=True)),
        (
            302,
            Outcome(arrived=False, problem="It answered 302, and redirects are not followed. Change the address."),
        ),
        (410, Outcome(arrived=False, problem="It answered 410: it wants to be told nothing any more.", gone=True)),
        (500, Outcome(arrived=False, problem="It answered 500.")),
        (503, Outcome(arrived=False, problem="It answered 503.")),
    ],
)
def test_staff_read_what_came_of_a_try(status, outcome):
    assert outcome_of(status) == outcome
    assert outcome_of(status).arrived is outcome.arrived


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("library", "Enter a web address like https://library.example.gov.uk/new-families"),
        ("http://library.example.gov.uk/", "Enter an address that begins with https://"),
        ("https://127.0.0.1/", "Enter an address on the public internet: this one leads into a private network"),
        ("https://us@library.example.gov.uk/", "Enter an address without a password and without #"),
        ("https://:secret@library.example.gov.uk/", "Enter an address without a password and without #"),
        ("https://library.example.gov.uk/#top", "Enter an address without a password and without #"),
    ],
)
def test_an_address_that_cannot_be_used_is_refused_with_its_sentence(url, sentence):
    with pytest.raises(ValueError, match=rf"\A{re.escape(sentence)}\Z"):
        check_url(url, demonstration=False)


def test_an_address_with_a_dot_at_its_end_leads_where_the_same_without_leads():
    with pytest.raises(ValueError, match="private network"):
        check_url("https://10.0.0.1./", demonstration=False)


def test_a_yes_of_the_very_moment_of_a_no_to_the_centre_is_none():
    known = Known(lost=False, doubtful=False, said=[Said(False, T[1])])
    assert not may_tell(known, [TellingSaid(True, T[1])])
    assert may_tell(known, [TellingSaid(True, T[2])])
