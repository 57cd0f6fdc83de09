"""How numbers are written for people, and rounded before they are published."""

from collections.abc import Sequence
from dataclasses import dataclass

from registration.pilot.disclosure.rules import MARK as WITHHELD
from registration.pilot.disclosure.rules import Settings
from registration.pilot.figures import Proportion
from registration.pilot.metrics.proportions import wilson

#: Stands where a number waits for time to pass, or for a file that is not there; never for people, of whom there are few or none.
NOT_AVAILABLE = "[x]"
_VERY_SMALL = 0.001
__all__ = [
    "NOT_AVAILABLE",
    "WITHHELD",
    "Rounding",
    "Share",
    "chance",
    "counted",
    "interval",
    "percent",
    "points",
    "signed",
    "whole",
]


@dataclass(frozen=True, slots=True)
class Share:
    """A published share of so many families or births, with its interval; None throughout where it is withheld."""

    label: str
    value: float | None
    lo: float | None
    hi: float | None
    n: int | None


class Rounding(Settings):
    """How single numbers are published: as those of tables are, and with the interval of what is published."""

    __slots__ = ()

    def count(self, number: int) -> int | None:
        """Give a count as it may be published, or None where it is withheld."""
        return None if number < self.threshold else self.rounded(number)

    def share(self, label: str, found: Proportion | None) -> Share:
        """Give a share of rounded counts with Wilson's interval of them, withheld where it or its complement is few."""
        if found is None or min(found.num, found.den - found.num) < self.threshold:
            return Share(label, None, None, None, self.count(found.den) if found else None)
        kept = wilson(self.rounded(found.num), self.rounded(found.den))
        return Share(label, kept.value, kept.lo, kept.hi, kept.den)

    def parts(self, numbers: Sequence[int], *, told: int = 0) -> Sequence[int | None]:
        """Give the parts of a whole that is told: few are withheld, and with them so many more that their sum is not few.

        The first `told` parts are told elsewhere and stay.
        """
        hidden = {place for place, number in enumerate(numbers) if number < self.threshold}
        free = sorted((number, place) for place, number in enumerate(numbers) if place >= told and place not in hidden)
        for _, place in free:
            if not hidden or (len(hidden) > 1 and sum(numbers[one] for one in hidden) >= self.threshold):
                break
            hidden.add(place)
        return [None if place in hidden else self.rounded(number) for place, number in enumerate(numbers)]

    def steps(self, numbers: Sequence[int]) -> Sequence[int | None]:
        """Give numbers each counted within the one before: few are withheld, and one that only few of those told before left."""
        shown: list[int | None] = []
        last: int | None = None
        for number in numbers:
            tells = number >= self.threshold and (last is None or last - number >= self.threshold)
            shown.append(self.rounded(number) if tells else None)
            last = number if tells else last
        return shown


def percent(value: float | None, digits: int = 1) -> str:
    """Write a share as a percentage, 25.4%; [c] where it is withheld."""
    return WITHHELD if value is None else f"{value * 100:.{digits}f}%".replace("-", "−")


def points(value: float | None) -> str:
    """Write a difference of shares in percentage points, without its sign: 8.2."""
    return WITHHELD if value is None else f"{abs(value) * 100:.1f}"


def signed(value: float | None) -> str:
    """Write a difference of shares in percentage points with its sign, +8.2 or −1.0."""
    if value is None:
        return WITHHELD
    written = f"{value * 100:+.1f}".replace("-", "−")
    return written.lstrip("+−") if float(written.replace("−", "-")) == 0 else written


def whole(value: float | None) -> str:
    """Write a count with thousands apart, 48,500; [c] where it is withheld."""
    return WITHHELD if value is None else f"{value:,.0f}"


def interval(share: Share) -> str:
    """Write a share’s 95% interval, 25.0% to 25.8%."""
    return WITHHELD if share.lo is None else f"{percent(share.lo)} to {percent(share.hi)}"


def counted(number: int, thing: str) -> str:
    """Write how many of a thing, 1 centre or 6 centres."""
    return f"{number} {thing}{'' if number == 1 else 's'}"


def chance(p: float) -> str:
    """Write a p-value: less than 0.001, or to three digits."""
    return "less than 0.001" if p < _VERY_SMALL else f"{p:.3f}"
