"""Figures as Prometheus reads them: text format 0.0.4, one family of lines for each name."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

#: What stands before every name.
PREFIX = "rightstart_"
CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
#: Families without a time by the days left to their last lawful day: the band's name, and its least number of days.
BANDS = (("over", None), ("0-3", 0), ("4-7", 4), ("8-14", 8), ("15-", 15))

Labels = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Sample:
    """One number, with what tells it from others of its name; `part` is what a histogram's lines end in."""

    value: float
    labels: Labels = field(default_factory=dict)
    part: str = ""


@dataclass(frozen=True, slots=True)
class Figure:
    """One name, what it means, and its numbers now."""

    name: str
    meaning: str
    samples: tuple[Sample, ...]
    kind: Literal["gauge", "counter", "histogram"] = "gauge"


def written(figures: Iterable[Figure]) -> str:
    """Write figures, each with what it means; one without numbers is not there."""
    return "".join(f"{line}\n" for figure in figures if figure.samples for line in _lines(figure))


def _lines(figure: Figure) -> Iterator[str]:
    name = PREFIX + figure.name
    yield f"# HELP {name} {figure.meaning}"
    yield f"# TYPE {name} {figure.kind}"
    for sample in figure.samples:
        labels = ",".join(f'{key}="{_escaped(value)}"' for key, value in sample.labels.items())
        yield (
            f"{name}{sample.part}{{{labels}}} {_number(sample.value)}"
            if labels
            else (f"{name}{sample.part} {_number(sample.value)}")
        )


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("\n", "\\n").replace('"', '\\"')


def _number(value: float) -> str:
    return str(int(value)) if value == int(value) else repr(float(value))


def band(last_lawful_day: date, today: date) -> str:
    """Name the band of a family's last lawful day (Births and Deaths Registration Act 1953 s.2) as seen on a day."""
    left = (last_lawful_day - today).days
    return next(name for name, least in reversed(BANDS) if least is None or left >= least)
