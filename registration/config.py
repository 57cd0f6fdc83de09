"""Everything that may differ between one installation and another, read once from the environment."""

import os
import re
import secrets
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

PREFIXES = ("TWILIO_", "NOTIFY_", "OIDC_", "SMTP_", "MAIL_", "RATE_", "BIRTHS_", "METRICS_")
#: Names with one of our prefixes that mean something to us.
KNOWN = {
    "SMTP_URL",
    "MAIL_FROM",
    "TWILIO_ACCOUNT_SID",
    "TWILIO_AUTH_TOKEN",
    "TWILIO_FROM",
    "TWILIO_API_BASE",
    "NOTIFY_API_KEY",
    "NOTIFY_API_BASE",
    "NOTIFY_EMAIL_TEMPLATE",
    "NOTIFY_SMS_TEMPLATE",
    "RATE_LIMITS",
    "OIDC_ISSUER",
    "OIDC_CLIENT_ID",
    "OIDC_CLIENT_SECRET",
    "OIDC_LABEL",
    "BIRTHS_FOLDER",
    "METRICS_TOKEN",
}
#: A machine’s names for itself.
HERE = frozenset({"localhost", "127.0.0.1", "::1"})
#: Asked of new passwords of staff where no other list is named; it is told five of forty letters of a digest.
HAVE_I_BEEN_PWNED = "https://api.pwnedpasswords.com"
LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")


class SettingRefused(SystemExit):
    """A setting that cannot be used stops the start with a sentence."""

    def __init__(self, sentence: str) -> None:
        super().__init__(f"Settings: {sentence}")


@dataclass(frozen=True, slots=True)
class Config:
    """Settings, named as Flask and its extensions expect them."""

    SECRET_KEY: str
    SQLALCHEMY_DATABASE_URI: str = ""  # empty: the embedded server of INSTANCE
    INSTANCE: Path = Path("instance")
    DEMO: bool = False
    DEMO_SAID: bool = True  # False: a demonstration because nobody said otherwise
    HOST: str = "127.0.0.1"
    PORT: int = 8000
    PUBLIC_URL: str = ""
    CLOCK: datetime | None = None
    LOG_LEVEL: str = "INFO"
    LOG_FORMAT: str = "TEXT"
    METRICS_TOKEN: str = ""  # who shows it may read /metrics; without one there is no such page
    RATE_LIMITS: bool = True
    TRUSTED_PROXIES: int = 0  # web servers in front, each of which says in X-Forwarded-* who asked it
    TWO_FACTOR: bool = False  # asked for in the demonstration too; DEMO=0 always asks for it
    BREACHED_PASSWORDS: str = ""  # a list of stolen passwords to ask, as Have I Been Pwned answers; empty: none
    SMTP_URL: str = ""
    MAIL_FROM: str = ""
    TWILIO_ACCOUNT_SID: str = ""
    TWILIO_AUTH_TOKEN: str = ""
    TWILIO_FROM: str = ""
    TWILIO_API_BASE: str = ""
    NOTIFY_API_KEY: str = ""
    NOTIFY_API_BASE: str = ""
    NOTIFY_EMAIL_TEMPLATE: str = ""
    NOTIFY_SMS_TEMPLATE: str = ""
    OIDC_ISSUER: str = ""
    OIDC_CLIENT_ID: str = ""
    OIDC_CLIENT_SECRET: str = ""
    OIDC_LABEL: str = ""
    BIRTHS_FOLDER: Path | None = None  # where sources push files of live births, a folder for each
    BACKUPS_FOLDER: Path | None = None  # where backups are put, whose age is told
    TESTING: bool = False
    WTF_CSRF_ENABLED: bool = True
    WTF_CSRF_TIME_LIMIT: int | None = None  # a form lives as long as the session it belongs to
    MAX_CONTENT_LENGTH: int = 256 * 1024  # no page takes a file; reading millions of short fields would take minutes
    PERMANENT_SESSION_LIFETIME: timedelta = timedelta(hours=24)
    SESSION_COOKIE_HTTPONLY: bool = True
    SESSION_COOKIE_SAMESITE: str = "Lax"
    SESSION_COOKIE_SECURE: bool = False
    SESSION_REFRESH_EACH_REQUEST: bool = False
    SQLALCHEMY_ENGINE_OPTIONS: Mapping[str, object] = field(
        default_factory=lambda: {
            "pool_size": 8,
            "max_overflow": 4,
            "pool_timeout": 2,
            "pool_pre_ping": False,  # common/patience.py looks instead whether the server has ended a connection
            "hide_parameters": True,  # what a family typed stays out of the log
            "connect_args": {
                "connect_timeout": 5,
                "prepare_threshold": 3,
                # A line that swallows what is sent is noticed: milliseconds, and seconds without traffic.
                "tcp_user_timeout": 10_000,
                "keepalives_idle": 30,
                "keepalives_interval": 5,
                "keepalives_count": 3,
            },
        }
    )

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> Self:
        """Read the settings and fail at start, not at first use; SettingRefused says which one and why."""
        env = os.environ if environment is None else environment
        _refuse_unknown(env)
        instance = Path(env.get("INSTANCE") or "instance").resolve()
        demo = _switch(env, "DEMO", default=True)
        public_url = _address(env, "PUBLIC_URL", ("http", "https"))
        url = _database_url(env, demo=demo)
        return cls(
            SQLALCHEMY_DATABASE_URI=url,
            SECRET_KEY=_secret_key(env, instance, demo=demo),
            INSTANCE=instance,
            DEMO=demo,
            DEMO_SAID=bool(env.get("DEMO")),
            HOST=env.get("HOST") or "127.0.0.1",
            PORT=_port(env),
            PUBLIC_URL=public_url,
            CLOCK=_clock(env, demo=demo),
            LOG_LEVEL=_one_of(env, "LOG_LEVEL", LEVELS, "WARNING" if demo else "INFO"),
            LOG_FORMAT=_one_of(env, "LOG_FORMAT", ("JSON", "TEXT"), "TEXT" if demo else "JSON"),
            METRICS_TOKEN=_token(env, "METRICS_TOKEN"),
            RATE_LIMITS=_rate_limits(env, demo=demo),
            TRUSTED_PROXIES=_proxies(env),
            TWO_FACTOR=_switch(env, "TWO_FACTOR", default=False),
            BREACHED_PASSWORDS=_breached(env, demo=demo),
            SMTP_URL=_address(env, "SMTP_URL", ("smtp", "smtps")),
            TWILIO_API_BASE=_address(env, "TWILIO_API_BASE", ("http", "https")),
            NOTIFY_API_BASE=_address(env, "NOTIFY_API_BASE", ("http", "https")),
            OIDC_ISSUER=_oidc_issuer(env, demo=demo),
            BIRTHS_FOLDER=_folder(env, "BIRTHS_FOLDER"),
            BACKUPS_FOLDER=_folder(env, "BACKUPS_FOLDER"),
            SESSION_COOKIE_SECURE=urlsplit(public_url).scheme == "https",
            **cls._plain(env),
        )

    @staticmethod
    def _plain(env: Mapping[str, str]) -> dict[str, Any]:
        return {name: env.get(name, "") for name in sorted(PLAIN)} | _twilio_whole(env)


#: Settings that are any text.
PLAIN = {
    "MAIL_FROM",
    "NOTIFY_API_KEY",
    "NOTIFY_EMAIL_TEMPLATE",
    "NOTIFY_SMS_TEMPLATE",
    "OIDC_CLIENT_ID",
    "OIDC_CLIENT_SECRET",
    "OIDC_LABEL",
}


def _refuse_unknown(env: Mapping[str, str]) -> None:
    for name in sorted(env):
        if name.startswith(PREFIXES) and name not in KNOWN:
            raise SettingRefused(f"{name} is not a setting of this service. Known are {', '.join(sorted(KNOWN))}.")


def _switch(env: Mapping[str, str], name: str, *, default: bool) -> bool:
    value = env.get(name, "")
    if value not in {"", "0", "1"}:
        raise SettingRefused(f"{name} must be 0 or 1, not {value!r}.")
    return default if value == "" else value == "1"


def _one_of(env: Mapping[str, str], name: str, allowed: tuple[str, ...], default: str) -> str:
    value = env.get(name) or default
    if value.upper() not in allowed:
        raise SettingRefused(f"{name} must be one of {', '.join(allowed)}, not {value!r}.")
    return value.upper()


def _port(env: Mapping[str, str]) -> int:
    value = env.get("PORT") or "8000"
    if not re.fullmatch(r"\d{1,5}", value, re.ASCII) or not 0 < int(value) < 65536:  # noqa: PLR2004 -- the range of ports
        raise SettingRefused(f"PORT must be a number from 1 to 65535, not {value!r}.")
    return int(value)


def _proxies(env: Mapping[str, str]) -> int:
    value = env.get("TRUSTED_PROXIES") or "0"
    if not re.fullmatch(r"[0-5]", value, re.ASCII):
        raise SettingRefused(f"TRUSTED_PROXIES must be the number of web servers in front, 0 to 5, not {value!r}.")
    return int(value)


def _address(env: Mapping[str, str], name: str, schemes: tuple[str, ...]) -> str:
    value = env.get(name, "")
    if not value:
        return ""
    try:
        parts = urlsplit(value)
        usable = parts.scheme in schemes and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable:
        wanted = " or ".join(f"{scheme}://host" for scheme in schemes)
        raise SettingRefused(f"{name} must be an address like {wanted}, and is not.")
    return value


def _breached(env: Mapping[str, str], *, demo: bool) -> str:
    if env.get("BREACHED_PASSWORDS", "").lower() == "off":
        return ""
    return _address(env, "BREACHED_PASSWORDS", ("http", "https")) or ("" if demo else HAVE_I_BEEN_PWNED)


def _database_url(env: Mapping[str, str], *, demo: bool) -> str:
    value = env.get("DATABASE_URL", "")
    if not value:
        return ""
    match = re.fullmatch(r"(postgres|postgresql|postgresql\+psycopg)://(.+)", value)
    if match is None:
        raise SettingRefused(
            "DATABASE_URL must begin with postgresql://; this service keeps its data in PostgreSQL only."
        )
    url = f"postgresql+psycopg://{match[2]}"
    try:
        made = make_url(url)
    except (ArgumentError, ValueError):  # whose words may hold the password
        raise SettingRefused("DATABASE_URL must be like postgresql://user:password@host:5432/database.") from None
    return url if demo or not _elsewhere(made, env) else _encrypted(made)


def _elsewhere(url: URL, env: Mapping[str, str]) -> bool:
    """Say whether a database is on another machine; without a host, or with a folder for one, it is reached by a socket."""
    named = (url.host, url.query.get("host"), url.query.get("hostaddr"), env.get("PGHOST"))
    hosts = [part for name in named if name for part in ([name] if isinstance(name, str) else name)]
    return not all(host.startswith("/") or host in HERE for each in hosts for host in each.split(","))


def _encrypted(url: URL) -> str:
    """Give the address of a database elsewhere so that nothing goes there in the clear; libpq would, where it must."""
    mode = url.query.get("sslmode", "require")
    if mode not in {"require", "verify-ca", "verify-full"}:
        raise SettingRefused(
            "DATABASE_URL must not end in that sslmode when DEMO=0 and the database is on another machine: "
            "sslmode=verify-full is best, sslmode=require the least."
        )
    return url.update_query_dict({"sslmode": str(mode)}).render_as_string(hide_password=False)


def _secret_key(env: Mapping[str, str], instance: Path, *, demo: bool) -> str:
    value = env.get("SECRET_KEY", "")
    if not value and not demo:
        raise SettingRefused("SECRET_KEY is required when DEMO=0. Make one with: openssl rand -hex 32")
    name, value = ("SECRET_KEY", value) if value else _kept_secret(instance / "secret_key")
    least = 16 if demo else 32  # 128 bits even where somebody types hexadecimal digits
    if len(value) < least:
        raise SettingRefused(f"{name} must have at least {least} characters.")
    return value


def _kept_secret(path: Path) -> tuple[str, str]:
    """Give the name of the file that keeps the demonstration's key and the key in it, made at the first start."""
    try:
        if not path.exists():
            _make_secret(path)
        return str(path), path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingRefused(f"INSTANCE: the key in {path} cannot be kept or read ({error}).") from None


def _make_secret(path: Path) -> None:
    """Make a key that only we can read; of two that start at once one makes it, and neither reads half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, fresh = tempfile.mkstemp(dir=path.parent)
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(secrets.token_hex(32))
    with suppress(FileExistsError):
        os.link(fresh, path)
    Path(fresh).unlink()


def _clock(env: Mapping[str, str], *, demo: bool) -> datetime | None:
    value = env.get("CLOCK", "")
    if not value:
        return None
    if not demo:
        raise SettingRefused("CLOCK is only for demonstrations: it needs DEMO=1.")
    try:
        moment = datetime.fromisoformat(value)
        return (moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo("Europe/London"))).astimezone(UTC)
    except (ValueError, OverflowError):
        raise SettingRefused(f"CLOCK must be an ISO time like 2026-11-22T09:00, not {value!r}.") from None


def _rate_limits(env: Mapping[str, str], *, demo: bool) -> bool:
    off = _one_of(env, "RATE_LIMITS", ("ON", "OFF"), "on") == "OFF"
    if off and not demo:
        raise SettingRefused("RATE_LIMITS=off is only for measuring the demonstration: it needs DEMO=1.")
    return not off


def _folder(env: Mapping[str, str], name: str) -> Path | None:
    value = env.get(name, "")
    if value and not Path(value).is_dir():
        raise SettingRefused(f"{name} must be a folder that is there, not {value!r}.")
    return Path(value).resolve() if value else None


def _token(env: Mapping[str, str], name: str) -> str:
    value = env.get(name, "")
    if value and not re.fullmatch(r"[!-~]{16,256}", value):
        raise SettingRefused(f"{name} must have 16 to 256 letters, digits and signs, without spaces.")
    return value


def _oidc_issuer(env: Mapping[str, str], *, demo: bool) -> str:
    issuer = _address(env, "OIDC_ISSUER", ("http", "https"))
    names = ("OIDC_ISSUER", "OIDC_CLIENT_ID", "OIDC_CLIENT_SECRET")
    missing = [name for name in names if not env.get(name)]
    if missing and len(missing) < len(names):
        raise SettingRefused(f"{', '.join(missing)} must be set too: single sign-on needs all of {', '.join(names)}.")
    if issuer and not demo and urlsplit(issuer).scheme != "https":
        raise SettingRefused("OIDC_ISSUER must begin with https:// when DEMO=0.")
    return issuer


def _twilio_whole(env: Mapping[str, str]) -> dict[str, str]:
    names = ("TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "TWILIO_FROM")
    values = {name: env.get(name, "") for name in names}
    missing = [name for name, value in values.items() if not value]
    if missing and len(missing) < len(names):
        raise SettingRefused(f"{', '.join(missing)} must be set too: texts need all of {', '.join(names)}.")
    if values["TWILIO_ACCOUNT_SID"] and not re.fullmatch(r"AC[0-9a-fA-F]{32}", values["TWILIO_ACCOUNT_SID"]):
        raise SettingRefused("TWILIO_ACCOUNT_SID must be AC followed by 32 hexadecimal digits.")
    return values
