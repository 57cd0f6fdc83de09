"""Which mutants are tried, and with which tests: [tool.right-start.mutants] of pyproject.toml."""

from __future__ import annotations

import random
import tomllib
from dataclasses import dataclass
from functools import cache
from itertools import zip_longest
from typing import TYPE_CHECKING

from tests.mutants.making import ROOT, mutants_of

if TYPE_CHECKING:
    from tests.mutants.making import Mutant


@dataclass(frozen=True)
class Part:
    """Modules, the tests that should notice their mutants, and how many are drawn: 0 is all."""

    name: str
    modules: tuple[str, ...]
    tests: tuple[str, ...]
    sample: int = 0


@cache
def table() -> dict:
    """Read the table of parts."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["right-start"]["mutants"]


def parts() -> list[Part]:
    """List the parts, in the order of the table."""
    return [
        Part(name, tuple(told["modules"]), tuple(told["tests"]), told.get("sample", 0))
        for name, told in table()["part"].items()
    ]


def part_named(name: str) -> Part:
    """Give a part by its name."""
    return next(part for part in parts() if part.name == name)


def chosen(part: Part) -> list[Mutant]:
    """Give a part's mutants in the order in which they are tried: all, or as many as are drawn.

    The order is drawn by the seed, module by module in turn, so that those that were tried at any moment are a fair draw.
    """
    files = sorted({path for pattern in part.modules for path in ROOT.glob(pattern)})
    drawn = [_shuffled(str(path.relative_to(ROOT)), mutants_of(path)) for path in files]
    if part.sample:
        return _shuffled(part.name, [mutant for of in drawn for mutant in of])[: part.sample]
    return [mutant for turn in zip_longest(*drawn) for mutant in turn if mutant is not None]


def _shuffled(name: str, mutants: list[Mutant]) -> list[Mutant]:
    """Give them in an order that is the same every time the modules are the same."""
    return random.Random(f"{table()['seed']} {name}").sample(mutants, len(mutants))
