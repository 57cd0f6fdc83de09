"""What was met on all journeys, whichever process made them: kept in one folder for those who look back."""

from __future__ import annotations

import re
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

#: What differs between two sendings of one page though nothing is different for a reader of its HTML.
OWN = re.compile(r'nonce="[^"]*"|value="[\w.\-]{40,}"|\d+')


@dataclass(frozen=True)
class Met:
    """The pages that were sent and the templates of those that were looked at closely."""

    folder: Path

    def send(self, template: str, text: str) -> None:
        """Keep a page that was sent, one of each sort."""
        sort = sha256(OWN.sub("", text).encode()).hexdigest()[:16]
        file = self._kept("sent", template) / f"{sort}.html"
        if not file.exists():
            file.write_text(text, encoding="utf-8")

    def look(self, template: str) -> None:
        """Note that a page was looked at closely."""
        self._kept("looked", template)

    def _kept(self, what: str, template: str) -> Path:
        folder = self.folder / what / template.replace("/", "+")
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def sent(self) -> dict[str, list[Path]]:
        """Give the pages that were sent, by template."""
        return {_template(each): sorted(each.iterdir()) for each in sorted(self.folder.glob("sent/*"))}

    def looked(self) -> set[str]:
        """Give the templates of the pages that were looked at closely."""
        return {_template(each) for each in self.folder.glob("looked/*")}


def _template(folder: Path) -> str:
    return folder.name.replace("+", "/")
