"""Pictures of what was promised and delivered as SVG made here: squares of periods, and the report's figures as a bar.

None needs colour: a square is full, half full, crossed out or dashed, a part of the bar full, striped or empty.
"""

from collections.abc import Sequence

from markupsafe import Markup

from registration.births.agreements.rules.delivery import Promise, State

INK, PAPER = "#0b0c0c", "#ffffff"
SQUARE, GAP = 16, 4
BAR_WIDE, BAR_HIGH = 260, 26
#: Shares of the 147 councils that answered the Freedom of Information request of February 2014: (words, share).
NATIONAL = (("every month", 0.525), ("not routinely every month", 0.465))

_FRAME = '<rect x="{x}" y="1" width="{size}" height="{size}" fill="{fill}" stroke="{ink}" stroke-width="2"{more}/>'
_HALF = '<path d="M{x} {low}h{size}v-{size}z" fill="{ink}"/>'
_CROSS = '<path d="M{x} 1l{size} {size}m0 -{size}l-{size} {size}" stroke="{ink}" stroke-width="2"/>'


def squares(promises: Sequence[Promise]) -> Markup:
    """Draw one square for each period, the oldest first: full in time, half full late, crossed missing, dashed awaited."""
    marks = Markup("").join(_square(place, each.state) for place, each in enumerate(promises))
    wide = len(promises) * (SQUARE + GAP) + 2
    return Markup(
        '<svg viewBox="0 0 {} {}" width="{}" height="{}" aria-hidden="true" focusable="false">{}</svg>'
    ).format(wide, SQUARE + 2, wide, SQUARE + 2, marks)


def mark(state: State) -> Markup:
    """Draw one square alone, as the key to the others."""
    return Markup(
        '<svg viewBox="0 0 {} {}" width="{}" height="{}" aria-hidden="true" focusable="false">{}</svg>'
    ).format(SQUARE + 2, SQUARE + 2, SQUARE + 2, SQUARE + 2, _square(0, state))


def _square(place: int, state: State) -> Markup:
    values = {"x": place * (SQUARE + GAP) + 1, "size": SQUARE, "low": SQUARE + 1, "ink": INK}
    fill = INK if state is State.IN_TIME else PAPER
    more = Markup(' stroke-dasharray="3 3"') if state is State.AWAITED else ""
    drawn = Markup(_FRAME).format(**values, fill=fill, more=more)  # noqa: S704 -- of our own words only  # nosec B704
    inside = {State.LATE: _HALF, State.MISSING: _CROSS}.get(state)
    return drawn + Markup(inside).format(**values) if inside else drawn  # noqa: S704 -- the same  # nosec B704


def national_bar() -> Markup:
    """Draw the report's figures as one bar: full for every month, striped for not routinely, empty for what is not said."""
    monthly, seldom = (share * (BAR_WIDE - 4) for _, share in NATIONAL)
    words = ", ".join(f"{share:.1%} {words}" for words, share in NATIONAL)
    return Markup(
        '<svg viewBox="0 0 {wide} {high}" width="{wide}" height="{high}" role="img" aria-label="{words}">'
        '<defs><pattern id="seldom" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
        '<path d="M0 0v6" stroke="{ink}" stroke-width="2"/></pattern></defs>'
        '<rect x="1" y="1" width="{inner}" height="{tall}" fill="{paper}" stroke="{ink}" stroke-width="2"/>'
        '<rect x="2" y="2" width="{monthly:.1f}" height="{low}" fill="{ink}"/>'
        '<rect x="{second:.1f}" y="2" width="{seldom:.1f}" height="{low}" fill="url(#seldom)"/></svg>'
    ).format(
        wide=BAR_WIDE,
        high=BAR_HIGH,
        words=f"Councils in England, February 2014: {words}",
        inner=BAR_WIDE - 2,
        tall=BAR_HIGH - 2,
        low=BAR_HIGH - 4,
        monthly=monthly,
        seldom=seldom,
        second=2 + monthly,
        ink=INK,
        paper=PAPER,
    )
