"""The bundle: all that is published of one extract, and the exact figures apart, in a folder that is there whole or not at all."""

import hashlib
import json
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import date
from importlib.metadata import version
from pathlib import Path

from registration.common.errors import Refused
from registration.pilot.disclosure.reading import FILE as RELEASE
from registration.pilot.disclosure.reading import read_release
from registration.pilot.disclosure.reading import written as release_written
from registration.pilot.disclosure.rules import Release
from registration.pilot.extract.files import read
from registration.pilot.metrics import files as figure_files
from registration.pilot.report import opendocument, sheets
from registration.pilot.report.arms import POOL_COLUMNS, arms_of, pooled_row
from registration.pilot.report.content import Content, compose
from registration.pilot.report.findings import Findings, Told, find, protected
from registration.pilot.report.machine import report_json
from registration.pilot.report.pages import html, pdf
from registration.pilot.report.protocol import DEFAULT, read_protocol
from registration.pilot.report.tidy import of_chart, tidy, written
from registration.pilot.typed import refuse_unwritable

PRODUCT = "Right Start pilot evaluation"
VERSION = "1.0.0"
MANIFEST = "manifest.json"
#: The packages whose arithmetic or setting the files depend on.
PACKAGES = ("numpy", "scipy", "highspy", "typst", "xlsxwriter", "jinja2")


class NoBundle(Refused):
    """The folder of an earlier release is no bundle of this command: it has no manifest and tables of its own."""


class OutTaken(Refused):
    """The folder to write into holds something that is not an earlier bundle of this command."""


@dataclass(frozen=True)
class Manifest:
    """What a bundle was made of and what it holds: SHA-256 of each file and each file of the extract; nothing of when or where."""

    product: str
    version: str
    as_of: str
    protocol: str
    earlier: Sequence[str]
    inputs: Mapping[str, str]
    packages: Mapping[str, str]
    files: Mapping[str, str]


def build(
    extract_folder: Path,
    as_of: date,
    out: Path,
    protocol: Path | None = None,
    earlier: Sequence[Path] = (),
    told: Told = lambda _sentence: None,
) -> Manifest:
    """Evaluate an extract as of a date and write the bundle; `told` hears how far it is.

    Refused where the extract or protocol is faulty (ExtractRefused, ProtocolRefused: a line each), where `earlier` names what is no
    bundle (NoBundle), where what would be published leaks (Leaks), where `out` is taken (OutTaken) and where it cannot be written
    (CannotWrite): then nothing is written. An earlier bundle at `out` is replaced whole.
    """
    refuse_unwritable(out)
    refuse_taken(out)
    plan = read_protocol(protocol or DEFAULT)
    releases = [_earlier(folder) for folder in earlier]
    told("Reading the extract")
    extract = read(extract_folder, as_of)
    release = protected(extract, plan, releases, told)
    found = find(extract, plan, release, told, given=protocol is not None)
    return publish(found, out, [_digest(each / MANIFEST) for each in earlier], told)


def publish(found: Findings, out: Path, earlier: Sequence[str], told: Told) -> Manifest:
    """Write the bundle of what was found, whole or not at all; `earlier` are the SHA-256 of earlier bundles' manifests."""
    with _whole(out) as folder:
        _write(folder, found, told)
        manifest = _manifest(folder, found, earlier)
        _put(folder, MANIFEST, json.dumps(asdict(manifest), ensure_ascii=False, indent=1).encode() + b"\n")
    told(f"Done: {len(manifest.files) + 1} files")
    return manifest


def _earlier(folder: Path) -> Release:
    if not _is_bundle(folder) or not (folder / RELEASE).is_file():
        raise NoBundle(f"{folder} is no bundle of an evaluation: it has no {MANIFEST} and {RELEASE} of one.")
    return read_release(folder)


def refuse_taken(out: Path) -> None:
    """Raise OutTaken unless the folder is missing, empty, or an earlier bundle."""
    if not out.exists():
        return
    if not out.is_dir() or (any(out.iterdir()) and not _is_bundle(out)):
        raise OutTaken


def _is_bundle(folder: Path) -> bool:
    try:
        found = json.loads((folder / MANIFEST).read_bytes())
    except (OSError, ValueError):
        return False
    return isinstance(found, dict) and found.get("product") == PRODUCT


@contextmanager
def _whole(out: Path) -> Iterator[Path]:
    """Give a folder beside `out` that takes its place when all is written; whatever fails, nothing of it stays."""
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{out.name}-", dir=out.parent, ignore_cleanup_errors=True) as beside:
        made, before = Path(beside) / "made", Path(beside) / "before"
        made.mkdir()
        yield made
        if out.exists():
            out.rename(before)
        made.rename(out)
        shutil.rmtree(before, ignore_errors=True)


def _write(folder: Path, found: Findings, told: Told) -> None:
    content = compose(found)
    told("Writing the tables and pictures")
    for name, raw in _files(found, content):
        _put(folder, name, raw)
    (folder / "restricted").mkdir()
    figure_files.write(found.figures, folder / "restricted" / "metrics.csv")
    told("Setting the report")
    _put(folder, "report.html", html(content, VERSION))
    _put(folder, "report.pdf", pdf(content))


def _files(found: Findings, content: Content) -> Iterator[tuple[str, bytes]]:
    """Give every published file but the report itself, by name."""
    yield "report.json", report_json(content)
    yield "tables.xlsx", sheets.xlsx(content)
    yield "tables.ods", opendocument.ods(content)
    yield RELEASE, release_written(found.release)
    for name, raw in tidy(found.release, content.title).items():
        yield f"csv/{name}", raw
    for name, chart in content.charts.items():
        yield f"charts/{name}.svg", chart.alone().encode()
        yield f"charts/{name}.csv", of_chart(chart)
    row = pooled_row(content.authority or _unnamed(found), arms_of(found.headline), found.rounding)
    yield "pool.csv", written(POOL_COLUMNS, [row])
    yield "protocol/protocol.toml", found.protocol.text.encode()
    yield "protocol/deviations.txt", "".join(f"{sentence}\n" for sentence in content.deviations).encode()


def _unnamed(found: Findings) -> str:
    """Name a council that its protocol does not, by its extract."""
    return f"council {hashlib.sha256(''.join(found.extract.digests.values()).encode()).hexdigest()[:8]}"


def _put(folder: Path, name: str, raw: bytes) -> None:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(raw)


def _manifest(folder: Path, found: Findings, earlier: Sequence[str]) -> Manifest:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return Manifest(
        product=PRODUCT,
        version=VERSION,
        as_of=str(found.extract.as_of),
        protocol=found.protocol.sha256,
        earlier=earlier,
        inputs=dict(sorted(found.extract.digests.items())),
        packages={name: version(name) for name in PACKAGES},
        files={path.relative_to(folder).as_posix(): _digest(path) for path in files},
    )


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
