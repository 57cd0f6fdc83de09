"""How pages and the history name records, links and runs."""

from collections.abc import Mapping

from registration.births.same_families.rules.links import Method
from registration.families.models import FamilyLink
from registration.families.rules import Source

SOURCES: Mapping[Source, str] = {
    Source.LIVE_BIRTHS: "Live birth data",
    Source.BOOKING: "Booking",
    Source.MEMBER: "Member of a centre",
    Source.MOVED_IN: "Own answer or centre’s note",
}
STATES = {"linked": "Same family", "to_review": "Not decided yet", "apart": "Different families"}
RUN_STATES = {"waiting": "Waiting", "running": "Under way", "done": "Done", "failed": "Given up"}
METHODS = {"splink": "By likeness", "exact": "Exactly alike only"}


def percent(probability: float) -> str:
    """Say how probable it is in whole per cent, never rounded up to certainty: 94%, under 1%."""
    whole = int(100 * probability)
    return f"{whole}%" if whole else "under 1%"


def likely(link: FamilyLink) -> str:
    """Say how probable a pair is; of one that was held back because somebody said no, that nothing has weighed it."""
    return "Not weighed yet" if link.run_id is None and link.method != Method.PERSON else percent(link.probability)


def kinds(link: FamilyLink, sources: Mapping[int, Source]) -> str:
    """Say what two records are: Live birth data and Booking."""
    one, other = sorted((sources[link.a_id], sources[link.b_id]), key=list(SOURCES).index)
    return f"{SOURCES[one]} and {SOURCES[other].lower()}"
