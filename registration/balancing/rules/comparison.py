"""Policies side by side: what each does to the same families, over several invented authorities."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from statistics import fmean

from registration.balancing.rules.intervals import Interval, mean_interval
from registration.balancing.rules.simulation import Assumptions, Figures, Policy, invent, simulate

#: What the others are measured against: first come first served, and nobody is turned away before every cluster was offered.
CONTROL = Policy("First come first served, then any cluster", last_resort=True)
#: The other ways worth trying; figures in docs/reference/steering.md.
_SOONER = replace(CONTROL, title="A neighbour’s time first if sooner", earliest_first=True)
_WEEK = replace(_SOONER, title="A neighbour’s time first if a week sooner", sooner_days=7)
NARROW = Policy("First come first served, two neighbours")


def policies(protected: Policy) -> tuple[Policy, ...]:
    """Give the policies that are compared, the control second; `protected` says which places are kept, and for whom."""
    week = replace(
        protected, title="A week sooner, protected places", last_resort=True, earliest_first=True, sooner_days=7
    )
    return (
        NARROW,
        CONTROL,
        _SOONER,
        _WEEK,
        replace(protected, title="Control with protected places", last_resort=True, internal_share=0.0),
        replace(week, internal_share=0.0),
        replace(week, title="The same with places for the desk"),
    )


#: As measured best on the whole: see docs/reference/steering.md.
PROTECTED = Policy("", protected_share=0.2, near_days=10, opens_days=4, from_utilisation=1.0, internal_share=0.15)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one policy did at one utilisation, over all seeds.

    `missed` is the share of families without a time by day 42; `difference` how much more that is than with the control,
    family by family the same (both 95 %, Student's t over the seeds). The rest are means of `simulation.Figures`.
    """

    policy: Policy
    utilisation: float
    missed: Interval
    difference: Interval
    wait: float
    own: float
    km: float
    far: float


def compare(
    assumptions: Assumptions,
    chosen: Sequence[Policy],
    utilisations: Sequence[float],
    seeds: Sequence[int],
    done: Callable[[], None] = lambda: None,
) -> list[Outcome]:
    """Try each policy at each utilisation in one authority for each seed; `done` is called after each authority.

    Ordered by utilisation as given, then policy as given. ValueError for fewer than two seeds, or the control left out.
    """
    if len(set(seeds)) < 2:  # noqa: PLR2004
        raise ValueError("at least two seeds are needed for an interval")
    if CONTROL not in chosen:
        raise ValueError("the control must be among the policies")
    figures: dict[tuple[float, Policy], list[Figures]] = {(load, each): [] for load in utilisations for each in chosen}
    for seed in seeds:
        authority = invent(assumptions, seed)
        for (load, policy), found in figures.items():
            found.append(simulate(authority, policy, load))
        done()
    return [_outcome(policy, load, found, figures[load, CONTROL]) for (load, policy), found in figures.items()]


def _outcome(policy: Policy, load: float, found: Sequence[Figures], control: Sequence[Figures]) -> Outcome:
    return Outcome(
        policy=policy,
        utilisation=load,
        missed=mean_interval([each.missed for each in found], least=0.0),
        difference=mean_interval([one.missed - other.missed for one, other in zip(found, control, strict=True)]),
        wait=fmean(each.wait for each in found),
        own=fmean(each.own for each in found),
        km=fmean(each.km for each in found),
        far=fmean(each.far for each in found),
    )
