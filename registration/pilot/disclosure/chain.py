"""The chain of the ledger: every entry's digest is over the one before and all that the entry says."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

#: What the first entry names as the digest before it.
BEGINNING = "0" * 64
TABLES, ROW_LEVEL = "tables", "row_level"


@dataclass(frozen=True, slots=True)
class Entry:
    """What an entry says: when, which kind (tables or row_level), who and why, which specification, what was counted, which files.

    `counts` and `files` (names with their SHA-256) hold whole numbers and texts only, which are written the same way everywhere.
    """

    number: int
    at: datetime
    kind: str
    who: str
    why: str
    specification: str
    counts: Mapping[str, int | str]
    files: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Link:
    """An entry as it stands in the chain."""

    entry: Entry
    previous: str
    digest: str


@dataclass(frozen=True, slots=True)
class Head:
    """The end of the chain: how many entries there are, and the digest of the last one; printed with a colon between them."""

    count: int
    digest: str

    def __str__(self) -> str:
        return f"{self.count}:{self.digest}"

    @classmethod
    def read(cls, text: str) -> "Head":
        """Read what was printed; ValueError where it is nothing of the kind."""
        count, _, digest = text.strip().partition(":")
        if not count.isdecimal() or len(digest) != len(BEGINNING):
            raise ValueError("is not a number of entries, a colon and the 64 letters of a digest")
        return cls(int(count), digest)


def digest(entry: Entry, previous: str) -> str:
    """Give the SHA-256 of an entry after another: over the digest of that one and canonical JSON (keys sorted, no spaces)."""
    said: dict[str, Any] = asdict(entry) | {"at": entry.at.astimezone(UTC).isoformat(timespec="microseconds")}
    text = json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(f"{previous}\n{text}".encode()).hexdigest()


def broken(links: Iterable[Link], head: Head | None = None) -> Iterator[tuple[int, str]]:
    """Name each entry, in their order, at which the chain is broken, and how; `head` is an end of it that somebody kept."""
    previous, count, kept = BEGINNING, 0, head is None or (head.count == 0 and head.digest == BEGINNING)
    for count, link in enumerate(links, 1):
        if link.entry.number != count:
            yield link.entry.number, f"stands at place {count}: an entry is missing before it, or is there twice"
        if link.previous != previous:
            yield link.entry.number, "does not follow the entry before it"
        if digest(link.entry, link.previous) != link.digest:
            yield link.entry.number, "has been changed since it was written"
        kept = kept or (head is not None and head == Head(count, link.digest))
        previous = link.digest
    if head is not None and not kept:
        yield head.count, f"is not what was noted then: {head.digest}" if head.count <= count else "is gone"
