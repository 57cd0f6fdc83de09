"""What roles there are, how long a sign-in lasts, and what the first page offers to whom."""

import hmac
import re
from base64 import b32encode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from typing import Any

#: Every role by the name kept in the database, and as a person reads it.
ROLE_TITLES = {
    "registrar": "Registrar",
    "rota_manager": "Rota manager",
    "booking_desk": "Booking desk",
    "centre_worker": "Centre worker",
    "data_officer": "Data officer",
    "evaluator": "Evaluator",
    "administrator": "Administrator",
    "auditor": "Auditor",
}

# Who may open which kind of page: lists for @roles(*...). An administrator may do what the rota manager and the booking
# desk may. Lists named READERS are for pages that only show (GET); the auditor stands in these and in no other.
_SERVICE = ("rota_manager", "booking_desk", "administrator")
#: The day list of a centre, and marking what came of an appointment. A centre worker reads own centres only (scope.py).
DAY_READERS = ("registrar", "centre_worker", *_SERVICE, "auditor")
DAY_MARKERS = ("registrar", *_SERVICE)
#: Writing down what a family says there: may the centre have its details, and does it join.
DAY_ANSWERS = (*DAY_MARKERS, "centre_worker")
#: Families' bookings: finding, booking, moving and cancelling them, and the work lists about them.
DESK = _SERVICE
DESK_READERS = (*DESK, "auditor")
#: The rota as it stands, changing it, and times outside of it (an extra session).
ROTA_READERS = ("registrar", *_SERVICE, "auditor")
ROTA_MANAGERS = ("rota_manager", "administrator")
#: Planning for an absent registrar, and settling with the families it hits.
COVER = ROTA_MANAGERS
COVER_READERS = DESK_READERS
#: What is due to be deleted, and the proof of what was.
RETENTION_READERS = ("data_officer", "administrator", "auditor")
#: Data sharing agreements, and how often births come against what was promised: no family stands on these pages.
AGREEMENTS = ("data_officer", "administrator")
AGREEMENT_READERS = (*AGREEMENTS, "auditor")
DELIVERY_READERS = (*AGREEMENT_READERS, "rota_manager", "evaluator")
#: A centre’s work with the families it may know: contacts, joining, invitations. A centre worker’s own centres only (scope.py).
OUTREACH = ("centre_worker", "administrator")
OUTREACH_READERS = (*OUTREACH, "rota_manager", "auditor")
#: How far centres reach, in numbers.
REACH_READERS = (*OUTREACH_READERS, "data_officer", "evaluator")
#: The council’s letters of notice to families of live birth data.
NOTICES = ("data_officer", "administrator")
NOTICE_READERS = (*NOTICES, "auditor")
#: The timetable of a centre's services; a centre worker keeps those of own centres (scope.py).
SERVICES = ("centre_worker", "administrator")
SERVICE_READERS = (*SERVICES, "auditor")
#: Which services are told of new families, and what was told them: no page of these names a family.
TELLERS = ("data_officer", "administrator")
TELLING_READERS = (*TELLERS, "auditor")
#: Records that may be one family’s, which a person has to decide.
LINKS = ("data_officer", "administrator")
LINK_READERS = (*LINKS, "auditor")
#: Who did what and who looked, and the accounts of staff.
HISTORY = ("administrator", "auditor")
ACCOUNTS = ("administrator",)
ACCOUNT_READERS = (*ACCOUNTS, "auditor")
#: Files of live births: bringing them, and seeing what came and what was deleted. The auditor sees numbers only.
BIRTH_FILES = ("data_officer", "administrator")
BIRTH_FILE_READERS = (*BIRTH_FILES, "auditor")

#: The pilot: its protocol, its figures and its releases. No page of these names a family.
PILOT = ("evaluator", "administrator")
PILOT_READERS = (*PILOT, "data_officer", "auditor")
#: Deciding on rows that somebody else asked for.
PILOT_APPROVERS = ("data_officer", "administrator")

#: Roles that see every centre; whoever holds none of them sees only the centres they belong to.
EVERY_CENTRE = frozenset({"registrar", *_SERVICE, "auditor"})

#: What providers of single sign-on call a sign-in with two factors (REFEDS; PAPE, which many took over).
STRONG_CLASSES = (
    "https://refeds.org/profile/mfa",
    "http://schemas.openid.net/pape/policies/2007/06/multi-factor",
)

#: A sign-in ends after this long without a page asked for, and after this long in any case (OWASP ASVS 3.3).
IDLE_LIMIT = timedelta(minutes=30)
WHOLE_LIMIT = timedelta(hours=12)

#: NIST SP 800-63B asks for length and no rules on kinds of letters; the longest keeps hashing cheap for us.
PASSWORD_MIN = 12
PASSWORD_MAX = 128  # Flask-Security takes no more

#: Words of the service and its field, which attackers would try here first. Those of the council and the person come on top.
CONTEXT_WORDS = (
    "right",
    "start",
    "rightstart",
    "register",
    "registrar",
    "registration",
    "birth",
    "births",
    "baby",
    "babies",
    "booking",
    "appointment",
    "council",
    "centre",
    "family",
    "hub",
    "rota",
    "desk",
    "staff",
    "admin",
    "administrator",
    "password",
    "welcome",
)

#: So many letters and figures of a password are to be of no word that stands around it.
OWN_LETTERS = 6

_GROUP = 4
_GROUPS = 3


@dataclass(frozen=True, slots=True)
class Door:
    """One link on the first page: the endpoint it leads to, what it is called, and what is behind it.

    `more` is said to those alone who may open `more_for`.
    """

    endpoint: str
    title: str
    text: str = ""
    more: str = ""
    more_for: str = ""


def second_factor_given(claims: Mapping[str, Any]) -> bool:
    """Say whether a provider of single sign-on says that it asked for more than a password.

    It says so by the method `mfa` (RFC 8176) or by one of the known classes for it; any other word proves nothing.
    """
    methods = claims.get("amr")
    return (isinstance(methods, list) and "mfa" in methods) or claims.get("acr") in STRONG_CLASSES


def verified_email(claims: Mapping[str, Any]) -> str:
    """Give the address a provider of single sign-on has verified, as accounts keep it; '' where it has not."""
    verified = claims.get("email_verified") in (True, "true")  # some providers write it as text
    address = claims.get("email")
    return address.strip().lower() if verified and isinstance(address, str) else ""


@dataclass(frozen=True, slots=True)
class Lasting:
    """When a sign-in ends, in seconds since 1970, and whether opening a page moves that on."""

    ends: float
    moves: bool


def lasting(*, started: float, seen: float) -> Lasting:
    """Say when a sign-in ends that began and was last used at these times, in seconds since 1970."""
    idle, whole = seen + IDLE_LIMIT.total_seconds(), started + WHOLE_LIMIT.total_seconds()
    return Lasting(min(idle, whole), idle < whole)


def why_over(*, now: float, started: float, seen: float) -> str:
    """Say in a sentence why a sign-in is over, or nothing while it lasts. All three are seconds since 1970."""
    if now - started >= WHOLE_LIMIT.total_seconds():
        return "You were signed out because you signed in more than 12 hours ago. Sign in again to carry on."
    if now - seen >= IDLE_LIMIT.total_seconds():
        return "You were signed out because nothing was done for 30 minutes. Sign in again to carry on."
    return ""


def words_around(*names: str) -> list[str]:
    """Give the words no password may lean on: CONTEXT_WORDS, and those of these names and addresses (OWASP ASVS 6.1.2)."""
    return [*CONTEXT_WORDS, *(word for name in names for word in re.findall(r"[^\W_]{2,}", name.lower()))]


def run_together(password: str) -> str:
    """Give the letters and figures of a password without what stands between them."""
    return re.sub(r"[\W_]+", "", password)


def leans_on(password: str, words: Iterable[str]) -> bool:
    """Say whether little is left of a password without these words: fewer than OWN_LETTERS letters and figures."""
    left = whole = run_together(password).lower()
    for word in sorted(set(words), key=len, reverse=True):
        left = left.replace(word, "")
    return left != whole and len(left) < OWN_LETTERS


#: What browsers and systems call themselves, the more telling word first: most say the name of others too.
_BROWSERS = {
    "Edg": "Edge",
    "OPR": "Opera",
    "SamsungBrowser": "Samsung Internet",
    "Firefox": "Firefox",
    "FxiOS": "Firefox",
}
_BROWSERS |= {"CriOS": "Chrome", "Chrome": "Chrome", "Safari": "Safari"}
_SYSTEMS = {"iPhone": "iPhone", "iPad": "iPad", "Android": "Android", "Windows": "Windows", "CrOS": "ChromeOS"}
_SYSTEMS |= {"Mac OS": "Mac", "Linux": "Linux"}


def browser_named(user_agent: str) -> str:
    """Name a browser for its owner, 'Firefox on Windows'; nothing else of what it says of itself is kept."""
    browser = next((name for word, name in _BROWSERS.items() if word in user_agent), "A browser")
    system = next((f" on {name}" for word, name in _SYSTEMS.items() if word in user_agent), "")
    return browser + system


def demonstration_password(key: str, role: str) -> str:
    """Give the password of a role's demonstration account: the same for the same service key, 60 bits, easy to type."""
    made = hmac.new(key.encode(), f"demonstration password:{role}".encode(), sha256).digest()
    letters = b32encode(made).decode().lower()
    return "-".join(letters[at : at + _GROUP] for at in range(0, _GROUP * _GROUPS, _GROUP))


def demonstration_email(role: str) -> str:
    """Give the address of a role's demonstration account, in a domain nobody can own (RFC 2606)."""
    return f"{role.replace('_', '-')}@example.org"


def name_from_email(email: str) -> str:
    """Give a name to show until a person has said theirs: 'jo.smith@council.gov.uk' becomes 'Jo Smith'."""
    words = email.partition("@")[0].replace("-", " ").replace("_", " ").replace(".", " ").split()
    return " ".join(word.capitalize() for word in words) or email
