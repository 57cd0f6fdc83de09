"""New passwords: long ones of any kind, but none that everybody tries first."""

import hashlib
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from registration.staff.actions import PasswordRefused, set_password
from registration.staff.passwords import EASY, JUDGED, STOLEN, is_easy
from registration.staff.rules import CONTEXT_WORDS, PASSWORD_MAX, PASSWORD_MIN, words_around
from tests.staff.people import PASSWORD, new_person, page, sign_in, sign_in_as


@pytest.fixture
def jo(database):
    return new_person("registrar", email="jo.smithers@council.gov.uk")


def refusal(user, password):
    try:
        set_password(user, password)
    except PasswordRefused as refused:
        return refused.sentence
    return ""


def test_the_passwords_people_use_most_are_refused():
    """All of the list that are long enough; and short ones made long enough, as people do."""
    from zxcvbn.frequency_lists import FREQUENCY_LISTS

    most = FREQUENCY_LISTS["passwords"]
    long = [word for word in most if len(word) >= PASSWORD_MIN]
    made = [(word * PASSWORD_MIN)[: max(PASSWORD_MIN, 2 * len(word))] for word in most[:100]]
    made += [f"{word}{'123456789012'[: max(4, PASSWORD_MIN - len(word))]}" for word in most[:100]]

    assert len(long) > 200
    assert [word for word in long + made if not is_easy(word, [])] == []


@pytest.mark.parametrize(
    "password",
    [
        "right start 2026",
        "RightStart2026!",
        "registrar-council",
        "births.and.babies",
        "jo.smithers@council",
        "Smithers Council 1",
        "calderdale2026",
        "Calder-Valley-1",
        "passw0rdpassw0rd",
        "qwertyuiop[]asdf",
    ],
)
def test_words_of_the_service_the_council_and_the_person_make_no_password(jo, password):
    assert len(password) >= PASSWORD_MIN
    assert refusal(jo, password) == f"{EASY}."


def test_the_words_are_those_of_the_list_and_of_the_names():
    assert words_around("Calder Valley Council", "jo.smith@x.gov.uk")[len(CONTEXT_WORDS) :] == [
        *("calder", "valley", "council"),
        *("jo", "smith", "gov", "uk"),
    ]


@pytest.mark.parametrize(
    "password",
    [
        PASSWORD,
        "nineteen purple otters",
        "0472 5518 9036 7741",
        "ωραίο πρωινό στη θάλασσα",
        "€$%&/()=?`´^°§²³",
        "x7" * 6 + "kq9!Lw",
    ],
)
def test_a_password_of_any_composition_is_taken(jo, password):
    assert refusal(jo, password) == ""


def test_a_very_long_password_is_judged_by_its_beginning_and_taken(jo):
    assert refusal(jo, ("nineteen purple otters " * 11)[:PASSWORD_MAX]) == ""
    assert refusal(jo, ("nineteen purple otters " * 11)[: PASSWORD_MAX + 1]).endswith(
        f"at most {PASSWORD_MAX} characters."
    )
    assert is_easy("a" * JUDGED + "nineteen purple otters", [])


def test_a_password_is_taken_letter_by_letter(client, jo):
    """Nothing is cut, folded or trimmed: a capital, a space at the end, the 120th letter all count."""
    whole = " Nineteen purple Otters" + "-x" * 50 + " "
    set_password(jo, whole)

    for wrong in (whole.lower(), whole.strip(), whole[:-2] + "y ", whole[:72]):
        assert sign_in(client, jo.email, wrong).status_code == 200
    assert sign_in(client, jo.email, whole).status_code == 302


def test_the_page_says_why_a_password_is_refused(client, database):
    sign_in_as(client, "registrar")
    sent = {"password": PASSWORD, "new_password": "council-2026", "new_password_confirm": "council-2026"}
    answer = client.post("/staff/password", data=sent)

    assert EASY in page(answer)


@pytest.fixture
def stolen(app, monkeypatch):
    """A list of stolen passwords at an address of this machine: list the digests, and see what is asked."""
    asked, listed = [], []

    class Range(BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            body = "".join(f"{rest}:{count}\r\n" for rest, count in listed).encode()
            self.send_response(200 if listed else 503)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            """Keep the test's own output clean."""

    server = HTTPServer(("127.0.0.1", 0), Range)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    monkeypatch.setitem(app.config, "BREACHED_PASSWORDS", f"http://127.0.0.1:{server.server_port}/")
    yield asked, listed
    server.shutdown()
    server.server_close()
    thread.join()


def test_a_password_stolen_elsewhere_is_refused_and_only_five_letters_are_told(jo, stolen):
    asked, listed = stolen
    digest = hashlib.sha1(b"nineteen purple otters", usedforsecurity=False).hexdigest().upper()
    listed += [("0" * 35, 4), (digest[5:], 12)]

    assert refusal(jo, "nineteen purple otters") == f"{STOLEN}."
    assert asked == [f"/range/{digest[:5]}"]
    assert refusal(jo, "twenty purple otters swim") == ""


def test_what_only_fills_the_answer_up_is_not_stolen(jo, stolen):
    digest = hashlib.sha1(b"nineteen purple otters", usedforsecurity=False).hexdigest().upper()
    stolen[1].append((digest[5:], 0))

    assert refusal(jo, "nineteen purple otters") == ""


def test_a_list_that_does_not_answer_keeps_nobody_from_a_password(app, jo, stolen, monkeypatch):
    assert refusal(jo, "nineteen purple otters") == ""  # it answers 503
    stolen[1].append(("no digest", "no number"))
    assert refusal(jo, "nineteen purple otters") == ""
    monkeypatch.setitem(app.config, "BREACHED_PASSWORDS", "http://127.0.0.1:9")
    assert refusal(jo, "nineteen purple otters") == ""
