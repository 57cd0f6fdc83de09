"""Whether a family's details may reach a children's centre: the one decision that every list, export, message and link obeys.

The lawful bases are those of docs/law.md: the family's own act in our form (an answer, a wish to join), or public task with
a data sharing agreement in force, notice, and the right to object (UK GDPR Art 6(1)(e), Art 21). A "no" by any route, and
the loss of a baby, override every source.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum


class Source(StrEnum):
    """How the service came to know a family."""

    BOOKING = "booking"
    LIVE_BIRTHS = "live_births"
    MOVED_IN = "moved_in"
    MEMBER = "member"


class Ruling(StrEnum):
    """Whether a centre may have a family's details, and why: the first that applies."""

    LOST = "lost"
    SAID_NO = "said_no"
    DOUBTFUL = "doubtful"
    SAID_YES = "said_yes"
    SAID_YES_EARLIER = "said_yes_earlier"
    JOINED = "joined"
    UNDER_AGREEMENT = "under_agreement"
    NO_AGREEMENT = "no_agreement"
    NOT_NOTICED = "not_noticed"
    OTHER_CENTRE = "other_centre"
    NOT_ASKED = "not_asked"

    @property
    def allowed(self) -> bool:
        """Say whether the centre may have them."""
        return self in _ALLOWING


_ALLOWING = frozenset({Ruling.SAID_YES, Ruling.SAID_YES_EARLIER, Ruling.JOINED, Ruling.UNDER_AGREEMENT})
#: The wordings of the sharing question that did not name the language among what the centre gets.
WITHOUT_LANGUAGE = frozenset({"2026-11-22"})

#: What reaches the centre on each basis, by the names of what is kept. To a yes the sharing question promises no address.
DETAILS: Mapping[Ruling, frozenset[str]] = {
    Ruling.SAID_YES: frozenset({"name", "email", "mobile", "born", "language"}),
    Ruling.SAID_YES_EARLIER: frozenset({"name", "email", "mobile", "born"}),
    Ruling.JOINED: frozenset({"name", "email", "mobile", "born", "language", "address", "preference", "visit_needs"}),
    Ruling.UNDER_AGREEMENT: frozenset({"name", "born", "address"}),
}


@dataclass(frozen=True, slots=True)
class Said:
    """One answer to "may the centre have your details": what, when, and of which centre; None named no centre."""

    share: bool
    at: datetime
    centre_id: int | None = None


@dataclass(frozen=True, slots=True)
class Terms:
    """What a data sharing agreement in force allows: `notice_days` after the notice, or at once where its source gives notice."""

    notice_by_source: bool
    notice_days: int


@dataclass(frozen=True, slots=True)
class Known:
    """All that is known of one family under every record that is linked to it.

    `doubtful`: a record that may be the same family's, which nobody has decided on yet, carries a no or a loss.
    `joined` are the centres it asked to join or is a member of. `homes` are what live birth data told: the centre in whose
    reach area the family lives, when it was given notice, and the terms in force, None where no agreement is.

    `said` are its answers in the order in which they were written down, which no clock that was put forward or back changes.
    """

    lost: bool = False
    doubtful: bool = False
    said: Sequence[Said] = ()
    joined: Collection[int] = ()
    homes: Sequence["Home"] = field(default=())
    earlier: Collection[int] = ()  # centres to which its last yes was given in words that did not name its language


@dataclass(frozen=True, slots=True)
class Home:
    """What live birth data told of a family: its own reach area's centre, the day of the notice, the agreement's terms."""

    centre_id: int
    noticed_on: date | None
    terms: Terms | None


def may_reach(centre_id: int, known: Known, today: date) -> Ruling:
    """Decide whether a family's details may reach a centre on a day."""
    answer = answer_to(centre_id, known.said)
    if known.lost:
        return Ruling.LOST
    if answer is False:
        return Ruling.SAID_NO
    if known.doubtful:
        return Ruling.DOUBTFUL
    if centre_id in known.joined:
        return Ruling.JOINED
    return Ruling.SAID_YES if answer else _by_agreement(centre_id, known, today)


def ruling_on(centre_id: int, known: Known, today: date) -> Ruling:
    """Decide as `may_reach` does, and of a yes say whether its words named the language."""
    ruling = may_reach(centre_id, known, today)
    return Ruling.SAID_YES_EARLIER if ruling is Ruling.SAID_YES and centre_id in known.earlier else ruling


def opens_on(centre_id: int, known: Known) -> date | None:
    """Give the first day on which notices that were given let a centre have a family's details; None where none was given.

    For families of which `may_reach` says that the notice is not over yet.
    """
    notices = [(home.noticed_on, home.terms) for home in known.homes if home.centre_id == centre_id]
    days = [on + timedelta(days=terms.notice_days) for on, terms in notices if on is not None and terms is not None]
    return min(days, default=None)


def has_objected(said: Sequence[Said]) -> bool:
    """Say whether the answer of a family that was written down last is a no, which is to every centre."""
    return bool(said) and not said[-1].share


def answer_to(centre_id: int, said: Sequence[Said]) -> bool | None:
    """Give a family's answer to the question that names a centre: None where it was never asked of it and never said no.

    A yes is to the centre that the question named, and a no to every centre, so a later yes to one opens no other, whatever else
    is known.
    """
    answer: bool | None = None
    for each in said:
        if not each.share:
            answer = False
        elif each.centre_id == centre_id:
            answer = True
    return answer


def _by_agreement(centre_id: int, known: Known, today: date) -> Ruling:
    here = [home for home in known.homes if home.centre_id == centre_id]
    if not here:
        return Ruling.OTHER_CENTRE if known.homes or known.said else Ruling.NOT_ASKED
    under = [(home.noticed_on, home.terms) for home in here if home.terms is not None]
    if not under:
        return Ruling.NO_AGREEMENT
    return Ruling.UNDER_AGREEMENT if any(_noticed(*each, today) for each in under) else Ruling.NOT_NOTICED


def _noticed(noticed_on: date | None, terms: Terms, today: date) -> bool:
    if terms.notice_by_source:
        return True
    return noticed_on is not None and noticed_on + timedelta(days=terms.notice_days) <= today
