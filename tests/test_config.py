"""The settings: each read once, each mistake told in one sentence before anything starts."""

import re
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy.engine import make_url

from registration.config import KNOWN, Config, SettingRefused

ROOT = Path(__file__).parent.parent
KEY = "a key for tests only, 32 letters"
SID = "AC" + "0" * 32


@pytest.fixture
def read(tmp_path):
    """Read settings as if these stood in the environment, with a folder of the test's own."""

    def read(**environment):
        return Config.from_environment({"INSTANCE": str(tmp_path)} | environment)

    return read


@pytest.fixture
def refusal(read):
    """Give the one sentence with which settings are refused."""

    def refusal(**environment):
        with pytest.raises(SettingRefused) as refused:
            read(**environment)
        said = str(refused.value)
        assert said.startswith("Settings: ")
        assert "\n" not in said
        assert said.endswith((".", "hex 32"))
        return said.removeprefix("Settings: ")

    return refusal


def test_without_any_setting_it_is_a_demonstration_on_this_machine_only(read, tmp_path):
    config = read()

    assert (config.DEMO, config.HOST, config.PORT) == (True, "127.0.0.1", 8000)
    assert config.INSTANCE.samefile(tmp_path)
    assert not config.SQLALCHEMY_DATABASE_URI
    assert (config.RATE_LIMITS, config.CLOCK, config.LOG_LEVEL) == (True, None, "WARNING")
    assert not config.SESSION_COOKIE_SECURE
    assert config.SESSION_COOKIE_HTTPONLY


def test_an_empty_setting_is_one_that_is_not_there(read):
    names = ["DEMO", "PORT", "HOST", "DATABASE_URL", "CLOCK", "RATE_LIMITS", "LOG_LEVEL", "SMTP_URL", "PUBLIC_URL"]

    assert read(SECRET_KEY=KEY, **dict.fromkeys(names, "")) == read(SECRET_KEY=KEY)


def test_every_setting_reaches_the_service(read):
    given = {
        "DEMO": "0",
        "SECRET_KEY": KEY,
        "PORT": "8123",
        "HOST": "0.0.0.0",  # noqa: S104
        "PUBLIC_URL": "https://births.example.gov.uk",
        "LOG_LEVEL": "warning",
        "TRUSTED_PROXIES": "2",
        "TWO_FACTOR": "1",
        "SMTP_URL": "smtps://user:secret@mail.example:465",
        "MAIL_FROM": "births@example.gov.uk",
        "TWILIO_ACCOUNT_SID": SID,
        "TWILIO_AUTH_TOKEN": "token",
        "TWILIO_FROM": "+441422555010",
        "TWILIO_API_BASE": "http://127.0.0.1:9",
        "NOTIFY_API_KEY": "key",
        "NOTIFY_API_BASE": "https://notify.example",
        "NOTIFY_EMAIL_TEMPLATE": "a",
        "NOTIFY_SMS_TEMPLATE": "b",
        "OIDC_ISSUER": "https://id.example",
        "OIDC_CLIENT_ID": "c",
        "OIDC_CLIENT_SECRET": "d",
        "OIDC_LABEL": "Sign in with the council",
    }
    config = read(**given)

    read_back = {name: getattr(config, name) for name in given}
    assert read_back == given | {
        "DEMO": False,
        "PORT": 8123,
        "LOG_LEVEL": "WARNING",
        "TWO_FACTOR": True,
        "TRUSTED_PROXIES": 2,
    }
    assert config.SESSION_COOKIE_SECURE
    assert {name for name in KNOWN if not hasattr(config, name)} == set()


@pytest.mark.parametrize("value", ["-1", "6", "yes", "1.0", "١"])
def test_proxies_are_a_small_number(read, refusal, value):
    assert refusal(TRUSTED_PROXIES=value) == (
        f"TRUSTED_PROXIES must be the number of web servers in front, 0 to 5, not {value!r}."
    )


@pytest.mark.parametrize("name", ["DEMO", "TWO_FACTOR"])
@pytest.mark.parametrize("value", ["yes", "true", "2", "01", " 1"])
def test_a_switch_is_nought_or_one(refusal, name, value):
    assert refusal(**{name: value}) == f"{name} must be 0 or 1, not {value!r}."


@pytest.mark.parametrize("value", ["0", "65536", "-1", "80a", "8e3", "١٢٣", "100000", " 80"])
def test_a_port_is_a_port(refusal, value):
    assert refusal(PORT=value) == f"PORT must be a number from 1 to 65535, not {value!r}."


def test_the_least_and_the_greatest_port_are_ports(read):
    assert (read(PORT="1").PORT, read(PORT="65535").PORT) == (1, 65535)


@pytest.mark.parametrize("value", ["LOUD", "info,debug", "1"])
def test_a_log_level_is_one_there_is(refusal, value):
    said = refusal(LOG_LEVEL=value)

    assert said == f"LOG_LEVEL must be one of DEBUG, INFO, WARNING, ERROR, CRITICAL, not {value!r}."


# ---- addresses


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("PUBLIC_URL", "births.example.gov.uk"),
        ("PUBLIC_URL", "ftp://births.example.gov.uk"),
        ("PUBLIC_URL", "https://"),
        ("PUBLIC_URL", "https://births.example.gov.uk:port"),
        ("PUBLIC_URL", "https://births.example.gov.uk:0"),
        ("PUBLIC_URL", "https://births.example.gov.uk:70000"),
        ("PUBLIC_URL", "https://[births"),
        ("SMTP_URL", "http://mail.example"),
        ("SMTP_URL", "mail.example:25"),
        ("TWILIO_API_BASE", "api.twilio.com"),
        ("NOTIFY_API_BASE", "smtp://x"),
        ("OIDC_ISSUER", "id"),
    ],
)
def test_an_address_is_one(refusal, name, wrong):
    said = refusal(**{name: wrong})

    assert re.fullmatch(rf"{name} must be an address like \S+://host or \S+://host, and is not\.", said)


@pytest.mark.parametrize(
    "wrong",
    ["https://council.gov.uk/births", "https://council.gov.uk/?a", "https://c.gov.uk/#a", "https://u:p@c.gov.uk"],
)
def test_the_public_address_is_a_host_and_no_path_of_one(read, refusal, wrong):
    assert refusal(PUBLIC_URL=wrong) == (
        "PUBLIC_URL must end with the host or its port: the service answers no path below another."
    )
    assert read(PUBLIC_URL="https://births.example.gov.uk:8443/").PUBLIC_URL == "https://births.example.gov.uk:8443/"


def test_a_real_councils_address_is_encrypted(read, refusal):
    assert refusal(PUBLIC_URL="http://births.example.gov.uk", **EARNEST) == (
        "PUBLIC_URL must begin with https:// when DEMO=0: families’ links and details go there."
    )
    assert read(PUBLIC_URL="http://192.168.1.20:8000").PUBLIC_URL == "http://192.168.1.20:8000"


@pytest.mark.parametrize(
    "wrong",
    [
        "births@example.gov.uk\nBcc: all@example.org",
        "births\r\n <a@b.example>",
        "births",
        "@",
        "a@b, c@d",
        "<a@b",
        "a@b\n",
    ],
)
def test_a_sender_is_one_address_and_begins_no_line_of_its_own(refusal, wrong):
    assert refusal(MAIL_FROM=wrong) == (
        "MAIL_FROM must be an e-mail address, like births@example.gov.uk or Births <births@example.gov.uk>."
    )


@pytest.mark.parametrize(
    "sender", ["", "births@example.gov.uk", "The Registrars <no-reply@council.gov.uk>", "<a@b.example>"]
)
def test_a_sender_may_have_a_name(read, sender):
    assert sender == read(MAIL_FROM=sender).MAIL_FROM


def test_a_refused_address_is_not_repeated_for_it_may_hold_a_password(refusal):
    assert "hunter2" not in refusal(SMTP_URL="http://user:hunter2@mail.example")
    assert "hunter2" not in refusal(DATABASE_URL="postgresql://user:hunter2@host:port/births")
    assert "hunter2" not in refusal(DATABASE_URL="mysql://user:hunter2@host/births")


@pytest.mark.parametrize("public", ["https://births.example.gov.uk", "HTTPS://births.example.gov.uk"])
def test_behind_a_secure_address_cookies_are_for_secure_connections_only(read, public):
    assert read(PUBLIC_URL=public).SESSION_COOKIE_SECURE
    assert not read(PUBLIC_URL=public.lower().replace("https", "http")).SESSION_COOKIE_SECURE


@pytest.mark.parametrize(
    "address",
    [
        "user:secret@db.example/births",
        "user:p%40ss@db.example:5432/births?sslmode=require",
        "/births?host=/var/run/postgresql",
        "user@[::1]:5432/births",
    ],
)
@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_a_database_may_be_named_in_each_usual_way(read, scheme, address):
    url = read(DATABASE_URL=f"{scheme}://{address}").SQLALCHEMY_DATABASE_URI

    assert url == f"postgresql+psycopg://{address}"


@pytest.mark.parametrize(
    "url", ["mysql://h/d", "sqlite:///x.db", "postgresql+psycopg2://h/d", "h/d", "postgresql:", "://"]
)
def test_another_kind_of_database_is_refused(refusal, url):
    said = refusal(DATABASE_URL=url)

    assert said == "DATABASE_URL must begin with postgresql://; this service keeps its data in PostgreSQL only."


@pytest.mark.parametrize("url", ["postgresql://h:port/d", "postgresql://u@[::1/d"])
def test_a_database_address_that_cannot_be_read_is_refused(refusal, url):
    assert refusal(DATABASE_URL=url) == "DATABASE_URL must be like postgresql://user:password@host:5432/database."


# ---- the key


def test_a_real_installation_brings_its_own_key(refusal, read):
    assert refusal(DEMO="0") == "SECRET_KEY is required when DEMO=0. Make one with: openssl rand -hex 32"
    assert read(DEMO="0", SECRET_KEY=KEY).SECRET_KEY == KEY


def test_a_key_that_can_be_guessed_is_refused(refusal):
    assert refusal(SECRET_KEY="too short") == "SECRET_KEY must have at least 16 characters."


def test_a_key_in_earnest_has_thirty_two_characters(refusal, read):
    assert refusal(DEMO="0", SECRET_KEY="x" * 31) == "SECRET_KEY must have at least 32 characters."
    assert read(DEMO="0", SECRET_KEY="x" * 32).SECRET_KEY == "x" * 32
    assert read(SECRET_KEY="x" * 16).SECRET_KEY == "x" * 16


EARNEST = {"DEMO": "0", "SECRET_KEY": "x" * 32}


@pytest.mark.parametrize(
    ("address", "mode"),
    [
        ("u:p%40ss@db.example/births", "require"),
        ("u@db.example/births?sslmode=require", "require"),
        ("u@db.example/births?sslmode=verify-full&sslrootcert=/ca.pem", "verify-full"),
        ("u@localhost/births", None),
        ("/births?host=127.0.0.1,::1", None),
        ("/births", None),
        ("/births?host=/run/postgresql", None),
        ("/births?host=db.example", "require"),
    ],
)
def test_a_database_elsewhere_is_met_encrypted_or_not_at_all(read, address, mode):
    url = make_url(read(**EARNEST, DATABASE_URL=f"postgresql://{address}").SQLALCHEMY_DATABASE_URI)

    assert url.query.get("sslmode") == mode
    assert url.password in {None, "p@ss"}
    if mode and "sslmode" not in address:
        assert "sslmode" not in read(DATABASE_URL=f"postgresql://{address}").SQLALCHEMY_DATABASE_URI


@pytest.mark.parametrize("mode", ["disable", "allow", "prefer"])
def test_a_database_elsewhere_is_never_met_in_the_clear(refusal, mode):
    said = refusal(**EARNEST, DATABASE_URL=f"postgresql://u@db.example/births?sslmode={mode}")

    assert "sslmode=verify-full is best" in said


def test_where_libpq_looks_for_a_host_of_its_own_it_is_heeded(read):
    url = read(**EARNEST, DATABASE_URL="postgresql:///births", PGHOST="db.example").SQLALCHEMY_DATABASE_URI

    assert url.endswith("?sslmode=require")


def test_stolen_passwords_are_asked_about_in_earnest_unless_a_council_says_otherwise(read, refusal):
    assert read().BREACHED_PASSWORDS == ""
    assert read(**EARNEST).BREACHED_PASSWORDS == "https://api.pwnedpasswords.com"
    assert read(**EARNEST, BREACHED_PASSWORDS="off").BREACHED_PASSWORDS == ""
    assert read(BREACHED_PASSWORDS="https://pwned.example").BREACHED_PASSWORDS == "https://pwned.example"
    assert "BREACHED_PASSWORDS must be an address" in refusal(BREACHED_PASSWORDS="yes")


def test_the_demonstration_makes_a_key_once_and_keeps_it_where_only_its_owner_reads_it(read, tmp_path):
    first, again = read(), read()

    file = tmp_path / "secret_key"
    assert first.SECRET_KEY == again.SECRET_KEY == file.read_text()
    assert len(first.SECRET_KEY) >= 32
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["secret_key"]


def test_a_key_of_its_own_is_not_written_down(read, tmp_path):
    read(SECRET_KEY=KEY)

    assert list(tmp_path.iterdir()) == []


def test_programs_that_start_at_the_same_moment_share_one_key(read, tmp_path):
    with ThreadPoolExecutor(8) as pool:
        keys = {config.SECRET_KEY for config in pool.map(lambda _: read(INSTANCE=str(tmp_path / "new")), range(8))}

    assert len(keys) == 1
    assert len(keys.pop()) >= 32


@pytest.mark.parametrize("kept", [b"", b"short\n", b"\xff\xfe\xfa"])
def test_a_kept_key_that_was_spoilt_is_not_used(refusal, tmp_path, kept):
    (tmp_path / "secret_key").write_bytes(kept)

    assert str(tmp_path / "secret_key") in refusal()


def test_a_folder_that_cannot_be_made_is_a_sentence(refusal, tmp_path):
    (tmp_path / "file").write_text("")

    assert refusal(INSTANCE=str(tmp_path / "file" / "instance")).startswith("INSTANCE: the key in ")


# ---- only for the demonstration


@pytest.mark.parametrize(
    ("given", "moment"),
    [
        ("2026-11-22T09:00", datetime(2026, 11, 22, 9, tzinfo=UTC)),
        ("2026-07-01T09:00", datetime(2026, 7, 1, 8, tzinfo=UTC)),
        ("2026-07-01T09:00:00Z", datetime(2026, 7, 1, 9, tzinfo=UTC)),
        ("2026-07-01T09:00+02:00", datetime(2026, 7, 1, 7, tzinfo=UTC)),
        ("2026-07-01", datetime(2026, 6, 30, 23, tzinfo=UTC)),
    ],
)
def test_a_clock_is_an_english_one_unless_it_says_otherwise(read, given, moment):
    clock = read(CLOCK=given).CLOCK

    assert (clock, clock.tzinfo) == (moment, UTC)


@pytest.mark.parametrize(
    "value", ["now", "22/11/2026", "2026-13-01", "0001-01-01T00:00+14:00", "9999-12-31T23:59-14:00"]
)
def test_a_clock_that_is_no_time_is_refused(refusal, value):
    assert refusal(CLOCK=value) == f"CLOCK must be an ISO time like 2026-11-22T09:00, not {value!r}."


def test_a_real_installation_goes_by_the_real_time_and_counts_tries(refusal, read):
    real = {"DEMO": "0", "SECRET_KEY": KEY}

    assert refusal(CLOCK="2026-11-22T09:00", **real) == "CLOCK is only for demonstrations: it needs DEMO=1."
    assert "needs DEMO=1" in refusal(RATE_LIMITS="off", **real)
    assert read(RATE_LIMITS="on", **real).RATE_LIMITS
    assert not read(RATE_LIMITS="off").RATE_LIMITS
    assert refusal(RATE_LIMITS="none") == "RATE_LIMITS must be one of ON, OFF, not 'none'."


# ---- names


@pytest.mark.parametrize("name", ["TWILIO_X", "NOTIFY_KEY", "OIDC_SECRET", "SMTP_HOST", "MAIL_TO", "RATE_LIMIT"])
def test_a_mistyped_name_is_told_and_not_passed_over(refusal, name):
    said = refusal(**{name: "1"})

    assert said.startswith(f"{name} is not a setting of this service. Known are ")
    assert "TWILIO_AUTH_TOKEN" in said


def test_what_is_none_of_our_business_is_passed_over(read):
    read(PATH="/bin", HOME="/root", MAILCHECK="60", TWILIGHT="1")


@pytest.mark.parametrize("missing", ["TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "TWILIO_FROM"])
def test_texts_need_all_three_of_their_settings(refusal, missing):
    given = {"TWILIO_ACCOUNT_SID": SID, "TWILIO_AUTH_TOKEN": "token", "TWILIO_FROM": "+441422555010", missing: ""}

    said = refusal(**given)
    assert said.startswith(f"{missing} must be set too: texts need all of ")


@pytest.mark.parametrize("sid", ["AC1", "SK" + "0" * 32, "AC" + "g" * 32, "AC" + "0" * 33])
def test_an_account_number_of_twilio_is_one(refusal, sid):
    said = refusal(TWILIO_ACCOUNT_SID=sid, TWILIO_AUTH_TOKEN="token", TWILIO_FROM="+441422555010")

    assert said == "TWILIO_ACCOUNT_SID must be AC followed by 32 hexadecimal digits."


def test_the_environment_of_the_process_is_what_is_read(monkeypatch, tmp_path):
    monkeypatch.setenv("INSTANCE", str(tmp_path))
    monkeypatch.setenv("PORT", "8123")

    assert Config.from_environment().PORT == 8123


def test_a_wrong_setting_stops_a_command_with_its_sentence_and_no_traceback(tmp_path):
    ended = subprocess.run(
        [sys.executable, "-m", "flask", "routes"],
        cwd=ROOT,
        env={"FLASK_APP": "app", "INSTANCE": str(tmp_path), "TWILIO_X": "1"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert ended.returncode != 0
    assert ended.stderr.startswith("Settings: TWILIO_X is not a setting of this service.")
    assert "Traceback" not in ended.stderr


# ---- single sign-on

SIGN_ON = {"OIDC_ISSUER": "https://id.example", "OIDC_CLIENT_ID": "c", "OIDC_CLIENT_SECRET": "d"}


@pytest.mark.parametrize("missing", SIGN_ON)
def test_single_sign_on_needs_all_of_its_settings(refusal, missing):
    given = {name: value for name, value in SIGN_ON.items() if name != missing}

    assert refusal(**given) == (
        f"{missing} must be set too: single sign-on needs all of OIDC_ISSUER, OIDC_CLIENT_ID, OIDC_CLIENT_SECRET."
    )


def test_passwords_and_names_go_to_the_provider_over_a_secure_connection_only(read, refusal):
    plain = SIGN_ON | {"OIDC_ISSUER": "http://id.example"}

    assert refusal(**plain, DEMO="0", SECRET_KEY=KEY) == "OIDC_ISSUER must begin with https:// when DEMO=0."
    assert read(**plain).OIDC_ISSUER == "http://id.example"
