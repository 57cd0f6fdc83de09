"""The built-in template: what an agreement ready to adopt proposes, by where the births come from.

The report of 2014 promised councils such an agreement; its law (Data Protection Act 1998) and its ways of sending (GSX, fax)
are gone. What stands here instead is in docs/law.md. A council's own advisers must have read it before anybody signs.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from registration.births.agreements.rules.delivery import Frequency
from registration.births.agreements.rules.items import USUAL
from registration.births.agreements.rules.terms import Notice, Origin, Terms

PURPOSE = (
    "So that every family with a new baby is welcomed by its own children’s centre or family hub in the baby’s first weeks, "
    "and hears what is there for it. So that the council sees, by numbers only, which families are not reached. "
    "The details are used for nothing else."
)
_COUNCIL_TASK = (
    "Both sides act in their public task, UK GDPR article 6(1)(e). The council’s is in the Childcare Act 2006: section 3 has it "
    "identify parents who would not otherwise use early childhood services and encourage them to, section 5A has it provide "
    "children’s centres. No special category of data is shared. The sharing does not rest on consent: families are told of it "
    "and may object at any time (article 21)."
)
_CARE = (
    "Children Act 2004 section 10 (co-operation to improve children’s well-being) and section 11 (arrangements to safeguard and "
    "promote welfare)."
)
_REGISTER = (
    "Registration Service Act 1953 section 19AA: a civil registration official may disclose information for the functions of "
    "the council, in line with the code of practice on civil registration data sharing (12 February 2020). Sharing in bulk "
    "begins only when the Registrar General has agreed to it in writing. "
)
METHOD = (
    "As a CSV file, through the sender’s secure file transfer (SFTP) or the council’s upload page, encrypted on the way (TLS 1.2 "
    "or later, or SSH). Where email is the only way, the file is encrypted with AES-256 and its password given by telephone. "
    "Never by fax, post or on a memory stick."
)
ACCESS = (
    "The council’s data officer brings the file in. The manager and outreach workers of a centre see the families of their own "
    "area only. Everybody signs in with a name of their own, and what they do is recorded."
)
#: What the template said besides of what centres see. The text now says it by the items agreed, so a renewal leaves it out.
FORMERLY = ": name, address and the baby’s date of birth"
RETENTION_DAYS = 180
NOTICE_DAYS = 14
_YEAR = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class _Proposal:
    """What differs by where births come from."""

    provider: str
    source: str
    gateway: str
    notice: Notice


_PROPOSALS = {
    Origin.NHS: _Proposal(
        "",
        "",
        f"{_CARE} The provider has satisfied itself that its duty of confidence allows it: families are told beforehand and "
        "can say no, so nobody is surprised (Caldicott principle 8).",
        Notice.BY_SOURCE,
    ),
    Origin.REGISTRATION: _Proposal(
        "{council}, registration service", "registration", f"{_REGISTER}{_CARE}", Notice.BY_LETTER
    ),
    Origin.OTHER: _Proposal("", "", _CARE, Notice.BY_LETTER),
}


def proposed(origin: Origin, council: str, contact: str, today: date) -> Terms:
    """Propose the terms of an agreement: the council's name and contact filled in, the rest as most would have it."""
    proposal = _PROPOSALS[origin]
    return Terms(
        source=proposal.source,
        origin=origin,
        provider=proposal.provider.format(council=council),
        recipient=council,
        provider_contact="",
        recipient_contact=contact,
        purpose=PURPOSE,
        items=USUAL,
        lawful_basis=_COUNCIL_TASK,
        gateway=proposal.gateway,
        frequency=Frequency.MONTHLY,
        method=METHOD,
        access_roles=ACCESS,
        retention_days=RETENTION_DAYS,
        notice=proposal.notice,
        notice_days=NOTICE_DAYS,
        starts_on=today,
        review_on=today + _YEAR,
    )
