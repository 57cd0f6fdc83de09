"""A row of the day list in words, as short as a table on one page asks for, and no more of it than its reader needs."""

from dataclasses import dataclass, replace
from datetime import date

from registration.booking.rules.attendance import Attending, Bring, Parents, WhoMustCome, what_to_bring, who_must_come
from registration.booking.rules.outcomes import REASONS, TITLES, Outcome, Standing

_WHO = {
    WhoMustCome.BOTH_PARENTS: "Both parents",
    WhoMustCome.MOTHER: "Mother",
    WhoMustCome.MOTHER_WITH_PAPERS: "Mother, with papers",
    WhoMustCome.OTHER_PARENT_WITH_PAPERS: "Father or second parent, with papers",
}
_COMING = {
    Attending.MOTHER: "Either parent (mother comes)",
    Attending.OTHER_PARENT: "Either parent (father or second parent comes)",
    Attending.BOTH: "Either parent (both come)",
}
#: What everybody is asked for (identity, address, red book, a card) stands once under the table.
_PARTICULAR = {
    Bring.PAPERS: "declaration of parentage, agreement or court order",
    Bring.MARRIAGE_CERTIFICATE: "marriage or civil partnership certificate",
}
NAMELESS = "A family"


def who_in_short(parents: Parents) -> str:
    """Say who has to be there."""
    who = who_must_come(parents)
    return _COMING[parents.attending] if who is WhoMustCome.EITHER_PARENT else _WHO[who]


def papers_in_short(parents: Parents) -> str:
    """Name the papers this family in particular was asked to bring; empty where there are none."""
    return "; ".join(_PARTICULAR[thing] for thing in what_to_bring(parents) if thing in _PARTICULAR)


def state_in_words(standing: Standing, today: date, *, displaced: bool) -> str:
    """Say how an appointment stands."""
    if standing.outcome is Outcome.UNABLE:
        why = standing.note if standing.reason == "other" else REASONS.get(standing.reason, "")
        return f"Unable: {why}" if why else "Unable"
    if standing.outcome is not None:
        return TITLES[standing.outcome]
    if displaced:
        return "The registrar is away or the centre has closed"
    return "Expected" if standing.day >= today else "Nothing marked"


@dataclass(frozen=True, slots=True)
class Line:
    """What the list says of one appointment. A text is empty where there is nothing to say, or the reader may not know.

    `marked` numbers the last marking, 0 where there is none; `marks` are those that may follow it now, None to take it back.
    `asked` says that who reads may write down what the family answers.
    """

    key: str
    reference: str
    time: str
    name: str
    babies: int
    declaration: bool
    with_whom: str
    room: str
    who: str
    papers: str
    language: str
    needs: str
    mobile: str
    email: str
    joins: bool
    state: str
    outcome: str
    by: str
    marked: int
    version: int
    marks: tuple[Outcome | None, ...] = ()
    asked: bool = False

    @property
    def whose(self) -> str:
        """Say whose appointment it is: every button and link of the line ends so for whoever hears the page."""
        return f"{self.name}, {self.time}"


def for_centre_worker(line: Line, *, known: bool) -> Line:
    """Leave what a centre may know: that somebody comes, when and to whom; of a family it may know of, also who and what they need.

    Who must come would tell whether the parents are married, and how to reach them is the register office's alone.
    """
    seen = replace(line, reference="", who="", papers="", mobile="", email="", by="", state=_came(line.outcome))
    if known:
        return seen
    nobody = replace(seen, name=NAMELESS, babies=1, declaration=False, joins=False)
    return replace(nobody, language="", needs="", state="", outcome="")


def _came(outcome: str) -> str:
    """Say of an outcome only whether the family came."""
    if not outcome:
        return "Expected"
    return "Did not come" if outcome == Outcome.DID_NOT_ATTEND else "Came"
