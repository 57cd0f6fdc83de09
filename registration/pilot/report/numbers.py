"""How numbers are written for people, and rounded before they are published."""

from dataclasses import dataclass, replace

from registration.pilot.disclosure.rules import MARK as WITHHELD
from registration.pilot.disclosure.rules import Settings
from registration.pilot.figures import Proportion
from registration.pilot.metrics.proportions import wilson

#: Stands where a number cannot be observed yet, or at all.
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
    "relabelled",
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


def relabelled(share: Share, label: str) -> Share:
    """Give a share under another name."""
    return replace(share, label=label)


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
