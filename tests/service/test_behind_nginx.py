"""deploy/nginx in front of the real service: TLS, headers, limits that see the client, and a log without families' links."""

import http.client
import json
import re
import shutil
import socket
import ssl
import subprocess
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.service.hosts import Browser, Host, environment, lay_out, started, wait_until
from tests.service.test_runner import ROOT, free_port

NAME = "births.example.gov.uk"
TOKEN = "a-token-of-the-council"
LARGE = b"x" * 400_000
PROBLEM = "application/problem+json"
nginx = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
pytestmark = pytest.mark.skipif(not nginx or not shutil.which("openssl"), reason="there is no nginx or openssl here")


@dataclass
class Council:
    """What runs: the ports of TLS, of plain HTTP and of the house, the host behind, and the folder of logs."""

    tls: int
    plain: int
    inside: int
    host: Host
    logs: Path

    def browser(self, **where):
        return Browser(self.tls, tls=True, host=NAME, **where)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("nginx")


@pytest.fixture(scope="module")
def configured(folder):
    """Put our files into a configuration of the test's own: other ports, other folders, nothing else."""
    ports = {name: free_port() for name in ("tls", "plain", "inside", "service")}
    certificate = [
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:prime256v1",
        "-nodes",
        "-days",
        "2",
        "-subj",
        f"/CN={NAME}",
    ]
    subprocess.run(
        ["openssl", "req", "-x509", *certificate, "-keyout", "privkey.pem", "-out", "fullchain.pem"],
        cwd=folder, check=True, capture_output=True,
    )  # fmt: skip
    elsewhere = {
        f"/etc/letsencrypt/live/{NAME}": str(folder),
        "/etc/nginx/right-start-proxy.conf": str(folder / "right-start-proxy.conf"),
        "/etc/nginx/right-start-own.conf": str(folder / "right-start-own.conf"),
        "/var/log/nginx": str(folder),
        "/opt/right-start": str(ROOT),
        "127.0.0.1:8000": f"127.0.0.1:{ports['service']}",
        "127.0.0.1:9180": f"127.0.0.1:{ports['inside']}",
        "listen 443": f"listen 127.0.0.1:{ports['tls']}",
        "listen 80": f"listen 127.0.0.1:{ports['plain']}",
    }
    for file in ("right-start.conf", "right-start-proxy.conf", "right-start-own.conf"):
        said = (ROOT / "deploy" / "nginx" / file).read_text()
        for here, there in elsewhere.items():
            said = said.replace(here, there)
        (folder / file).write_text(said)
    temporary = "".join(
        f"{kind}_temp_path {folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    (folder / "nginx.conf").write_text(
        f"daemon off; worker_processes 1; pid {folder}/pid; error_log {folder}/start.log crit; user root;"
        f"events {{}} http {{ include /etc/nginx/mime.types; {temporary} include {folder}/right-start.conf; }}"
    )
    return ports


def test_nginx_finds_nothing_wrong_with_the_files(configured, folder):
    tried = subprocess.run([nginx, "-t", "-c", folder / "nginx.conf"], capture_output=True, text=True, check=False)

    assert tried.returncode == 0, tried.stderr
    assert "[warn]" not in tried.stderr.replace('[warn] the "user" directive', "")


@pytest.fixture(scope="module")
def council(configured, folder, new_database):
    """nginx with a certificate, and the service behind it, with three registrars in the days to come."""
    url = new_database("behind_nginx")
    lay_out(url, folder / "made")
    settings = environment(url, folder, PUBLIC_URL=f"https://{NAME}", TRUSTED_PROXIES="1", METRICS_TOKEN=TOKEN)
    host = Host(settings, folder / "service.log", port=configured["service"])
    front = subprocess.Popen([nginx, "-c", folder / "nginx.conf"])
    try:
        started(host)
        made = Council(configured["tls"], configured["plain"], configured["inside"], host, folder)
        wait_until(lambda: made.browser().get("/health/live")[0] == 200)
        yield made
    finally:
        front.terminate()
        front.wait(10)
        host.close()


def test_a_family_books_and_no_log_holds_its_link(council):
    centre, start = council.browser().times()[0]
    status, booked = council.browser().book(centre, start)
    assert status == 201
    token = booked["link"].rpartition("/")[2]
    assert booked["link"] == f"https://{NAME}/booking/{token}"
    status, headers, page = council.browser().get(f"/booking/{token}")
    assert (status, booked["reference"] in page.decode()) == (200, True)

    name = headers["X-Request-ID"]
    wait_until(lambda: name in (council.logs / "right-start.access.log").read_text())
    outside = [json.loads(line) for line in (council.logs / "right-start.access.log").read_text().splitlines()]
    inside = [json.loads(line) for line in (council.logs / "service.log").read_text().splitlines()]
    (before,) = [line for line in outside if line["request_id"] == name]
    (behind,) = [line for line in inside if line.get("request_id") == name]
    assert (before["status"], before["tls"], behind["status"], behind["endpoint"]) == (
        200,
        "TLSv1.3",
        200,
        "manage.show",
    )
    told = "".join(path.read_text() for path in council.logs.glob("*.log"))
    assert token not in told
    assert "127.0.0.1 " not in told


def test_pages_come_with_the_headers_of_a_council(council):
    _, headers, _ = council.browser().get("/privacy")
    assert int(re.match(r"max-age=(\d+)", headers["Strict-Transport-Security"])[1]) >= 365 * 24 * 3600
    assert "'unsafe-inline'" not in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Server"] == "nginx"
    assert headers["Content-Encoding"] is None

    _, headers, _ = council.browser().get("/book/where-born")
    assert all(part in headers["Set-Cookie"] for part in ("Secure", "HttpOnly", "SameSite=Lax"))


def test_styles_are_kept_for_a_year_and_come_compressed(council):
    page = council.browser().get("/")[2].decode()
    style = re.search(r'href="(/static/build/app-[0-9a-f]{12}\.css)"', page)[1]
    status, headers, body = council.browser().get(style, Accept_Encoding="gzip")

    assert (status, headers["Content-Encoding"], headers["Content-Type"]) == (200, "gzip", "text/css")
    assert headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert body == Path(f"{ROOT}/registration{style}.gz").read_bytes()
    assert council.browser().get("/static/../config.py")[0] in (400, 404)


def test_plain_http_leads_to_tls_and_a_foreign_name_to_nothing(council):
    status, headers, _ = Browser(council.plain, host=NAME).get("/book?x=1")
    assert (status, headers["Location"]) == (301, f"https://{NAME}/book?x=1")
    for asked in (Browser(council.plain, host="evil.example"), Browser(council.tls, tls=True, host="evil.example")):
        with pytest.raises(OSError):  # noqa: PT011 -- closed without a word, or refused in the handshake
            asked.get("/")


def test_limits_count_each_family_apart_and_what_it_claims_of_itself_is_not_believed(council):
    def look(address, times=40):
        """Look for a booking from an address until it is refused; give how often."""
        browser = council.browser(as_from=address)
        page = browser.get("/find-booking")[2].decode()
        key = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)[1]
        for tried in range(times):
            claimed = f"203.0.113.{tried}"
            fields = {"csrf_token": key, "reference": f"AAAA-AA{tried:02}", "contact": "x@example.org"}
            answer = browser.post(
                "/find-booking", fields, X_Forwarded_For=claimed, Referer=f"https://{NAME}/find-booking"
            )
            if answer[0] == 429:
                return tried
        return None

    assert look("127.0.0.2") == 30
    assert look("127.0.0.3", times=2) is None


def test_what_is_too_large_is_refused_at_the_door_save_a_file_of_births(council):
    large = b"x" * 400_000
    refused = council.browser().send("POST", "/find-booking", large)
    handed_on = council.browser().send("POST", "/births/files", large)

    assert (refused[0], refused[1]["X-Request-ID"]) == (413, None)
    # A service that sends a stranger away before all has come may close the line first, which nginx tells as 502.
    assert handed_on[0] == 502 or handed_on[1]["X-Request-ID"], "the service itself decides on it"


def refused(council, method, path, body=b"", **headers):
    """What nginx itself refuses, held to what every answer of ours says; give its status, headers and body."""
    status, said, text = council.browser().send(method, path, body, **headers)
    assert said["X-Request-ID"] is None, "it never reached the service"
    assert (said["Server"], said["X-Content-Type-Options"], said["Cache-Control"]) == ("nginx", "nosniff", "no-store")
    assert int(re.match(r"max-age=(\d+)", said["Strict-Transport-Security"])[1]) >= 365 * 24 * 3600
    assert "frame-ancestors 'none'" in said["Content-Security-Policy"]
    return status, said, text.decode()


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "next_step"),
    [
        ("POST", "/find-booking", LARGE, 413, "make what you typed or the file shorter"),
        ("GET", "/metrics", b"", 404, "check it is correct"),
        ("GET", "/static/nothing.css", b"", 404, "check it is correct"),
        ("GET", "/static/build/", b"", 403, "sign in with the account that may see it"),
        ("GET", "/book?" + "x" * 9000, b"", 414, "Go back to the page before"),
    ],
)
def test_what_nginx_refuses_itself_says_what_to_do_next(council, method, path, body, status, next_step):
    found, headers, page = refused(council, method, path, body)

    assert (found, headers["Content-Type"]) == (status, "text/html; charset=utf-8")
    assert next_step in page
    assert "nginx" not in page


def test_programs_that_nginx_refuses_are_told_by_a_problem(council):
    status, headers, said = refused(council, "POST", "/api/v1/bookings", LARGE)

    assert (status, headers["Content-Type"]) == (413, PROBLEM)
    assert json.loads(said) | {"detail": ""} == {
        "type": "about:blank", "title": "Content Too Large", "status": 413, "detail": "",
    }  # fmt: skip


def test_who_asks_too_often_reads_when_to_try_again(council):
    """More requests at once than the burst allows, of what nginx answers without the service, and then one of each kind."""
    line = http.client.HTTPConnection("127.0.0.1", council.tls)
    line.sock = ssl._create_unverified_context().wrap_socket(  # noqa: S323 -- our own certificate
        socket.create_connection(("127.0.0.1", council.tls), 20, source_address=("127.0.0.9", 0)), server_hostname=NAME
    )

    def ask(path):
        line.request("GET", path, headers={"Host": NAME})
        answer = line.getresponse()
        return answer.status, answer.headers, answer.read().decode()

    with closing(line):
        before = next(tried for tried in range(900) if ask("/metrics")[0] == 429)
        answers = [ask("/cookies"), ask("/api/v1/centres")]

    assert before >= 500
    for (status, headers, said), kind in zip(answers, ("text/html; charset=utf-8", PROBLEM), strict=True):
        assert (status, headers["Retry-After"], headers["Content-Type"]) == (429, "10", kind)
        assert headers["Strict-Transport-Security"]
        assert "again" in said if kind != PROBLEM else json.loads(said)["status"] == 429


def test_figures_are_told_inside_the_house_alone(council):
    shown = {"Authorization": f"Bearer {TOKEN}"}
    assert council.browser().get("/metrics", **shown)[0] == 404
    status, _, said = Browser(council.inside).get("/metrics", **shown)
    assert status == 200
    assert b"rightstart_database_answers 1" in said
    assert Browser(council.inside).get("/health/ready")[0] == 200
    assert Browser(council.inside).get("/")[0] == 404


def test_while_the_service_is_away_a_family_reads_a_page_that_says_so(council):
    council.host.stop()
    council.host.door.close()
    status, headers, page = council.browser().get("/")

    assert (status, headers["Retry-After"], headers["Cache-Control"]) == (503, "30", "no-store")
    assert "If you have already booked an appointment, it is safe." in page.decode()
    assert (headers["Server"], headers["X-Content-Type-Options"]) == ("nginx", "nosniff")
    assert headers["Strict-Transport-Security"]
    status, headers, said = council.browser().get("/api/v1/centres")
    assert (status, headers["Retry-After"], headers["Content-Type"]) == (503, "30", PROBLEM)
    assert json.loads(said)["status"] == 503
