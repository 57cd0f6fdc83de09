"""Reading the lock files: every package, Python and npm, with its version and digests."""

import base64
import json
import re
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parent.parent
#: The lock files of Python, and what their packages are for in CycloneDX's words: what is only for checking is excluded.
PYTHON = {
    "requirements.txt": "required",
    "requirements-evaluation.txt": "required",
    "requirements-installer.txt": "excluded",
    "requirements-dev.txt": "excluded",
}
NPM = "package-lock.json"
_PINNED = re.compile(r"^(?P<name>[A-Za-z0-9][\w.-]*)(?:\[[^\]]*\])?==(?P<version>[^\s;\\]+)", re.MULTILINE)
_DIGEST = re.compile(r"--hash=sha256:([0-9a-f]{64})")
#: As npm writes digests, and as CycloneDX calls them.
_CALLED = {"sha1": "SHA-1", "sha256": "SHA-256", "sha384": "SHA-384", "sha512": "SHA-512"}


@dataclass(slots=True)
class Package:
    """One pinned package. `scope` is required or excluded; `digests` are (algorithm, hexadecimal) of its files."""

    kind: str
    name: str
    version: str
    scope: str
    digests: set[tuple[str, str]] = field(default_factory=set)

    @property
    def purl(self) -> str:
        """Give the package's address in every tool of this kind (package URL)."""
        name = self.name.lower().replace("_", "-") if self.kind == "pypi" else self.name.replace("@", "%40")
        return f"pkg:{self.kind}/{name}@{self.version}"


def packages(root: Path = ROOT) -> list[Package]:
    """List every package once, in the order of their addresses; what is required anywhere is required."""
    found: dict[str, Package] = {}
    for package in [*_of_python(root), *_of_npm(root)]:
        known = found.setdefault(package.purl, package)
        known.digests |= package.digests
        known.scope = min(known.scope, package.scope, key=["required", "excluded"].index)
    return [found[purl] for purl in sorted(found)]


def _of_python(root: Path) -> list[Package]:
    made = []
    for lock, scope in PYTHON.items():
        text = (root / lock).read_text(encoding="utf-8")
        pins = list(_PINNED.finditer(text))
        for pin, end in zip(pins, [*(each.start() for each in pins[1:]), len(text)], strict=True):
            digests = {("SHA-256", each) for each in _DIGEST.findall(text[pin.end() : end])}
            made.append(Package("pypi", pin["name"], pin["version"], scope, digests))
    return made


def _of_npm(root: Path) -> list[Package]:
    listed = json.loads((root / NPM).read_text(encoding="utf-8"))["packages"]
    return [
        Package(
            "npm",
            path.rpartition("node_modules/")[2],
            each["version"],
            "excluded" if each.get("dev") else "required",
            {_digest(part) for part in each.get("integrity", "").split()},
        )
        for path, each in listed.items()
        if path
    ]


def _digest(integrity: str) -> tuple[str, str]:
    """Give a digest of npm's, sha512-<base64>, as CycloneDX has it."""
    algorithm, _, value = integrity.partition("-")
    return _CALLED[algorithm], base64.b64decode(value).hex()
