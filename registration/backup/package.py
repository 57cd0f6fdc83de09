"""The one file of a backup: a tar archive with a manifest, the council's own file and the dump of the database."""

import hashlib
import hmac
import io
import json
import tarfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import IO, Any, Self

from registration.backup.refusal import CannotRestore

FORMAT = "right-start-backup/1"
MANIFEST, COUNCIL, DUMP = "manifest.json", "authority.toml", "database.dump"
#: The longest manifest we read, in bytes; one with a line for each table is some thousand.
_LONGEST = 1_000_000
_PIECE = 1 << 20
NOT_OURS = "This is not a backup of this service, or it is cut short."
CHANGED = "The backup is damaged: its {} is not what was written."


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup says of itself. No row of a family is in it, and no key.

    `made_at` is the moment its data are of, `clock` what the service's clock said then. `revision` is the migration of its
    tables, `rows` how many each of them has, `database_bytes` how much room they took. `server` and `program` are the major
    versions of the server and of the program that dumped it, which is the oldest that reads it. `origin` tells whether another
    database has the same history. `ledger` is the end of the pilot's ledger. `files` are the others of the archive with their
    bytes and SHA-256. `key` tells, to who has SECRET_KEY, whether it was made under the same; `signature` is made with that key
    of everything else.
    """

    id: str
    made_at: str
    clock: str
    council: str
    demonstration: bool
    revision: str
    server: int
    program: int
    database_bytes: int
    rows: Mapping[str, int]
    origin: str
    ledger: Mapping[str, Any]
    files: Mapping[str, Mapping[str, Any]]
    key: str = ""
    signature: str = ""
    format: str = FORMAT

    @property
    def moment(self) -> datetime:
        """The moment the data are of."""
        return datetime.fromisoformat(self.made_at)

    @property
    def since(self) -> datetime:
        """The earlier of that moment and of what the service's clock said: what is stamped later may be missing."""
        return min(self.moment, datetime.fromisoformat(self.clock))

    def signed(self, secret_key: str) -> Self:
        """Give it with its key's mark and its signature."""
        marked = replace(self, key=_keyed(secret_key, f"backup key:{self.id}"), signature="")
        return replace(marked, signature=_keyed(secret_key, marked.as_text()))

    def same_key(self, secret_key: str) -> bool:
        """Say whether it was made under this SECRET_KEY."""
        return hmac.compare_digest(self.key, _keyed(secret_key, f"backup key:{self.id}"))

    def intact(self, secret_key: str) -> bool:
        """Say whether nobody without the key has changed it; only to be asked where the key is the same."""
        return hmac.compare_digest(self.signature, _keyed(secret_key, replace(self, signature="").as_text()))

    def as_text(self) -> str:
        """Write it as JSON, always the same for the same."""
        return json.dumps(asdict(self), indent=2, sort_keys=True, ensure_ascii=False)


def _keyed(secret_key: str, said: str) -> str:
    return hmac.new(secret_key.encode(), said.encode(), hashlib.sha256).hexdigest()


def described(file: IO[bytes]) -> dict[str, Any]:
    """Give the bytes and the SHA-256 of a file from its beginning, and go back there."""
    file.seek(0)
    digest = hashlib.sha256()
    while piece := file.read(_PIECE):
        digest.update(piece)
    size = file.tell()
    file.seek(0)
    return {"bytes": size, "sha256": digest.hexdigest()}


def pack(manifest: Manifest, council: bytes, dump: IO[bytes], to: IO[bytes]) -> None:
    """Write the archive, the manifest first, so that it can be read before anything else is."""
    said = manifest.as_text().encode()
    with tarfile.open(fileobj=to, mode="w|", format=tarfile.PAX_FORMAT) as archive:
        for name, file, size in (
            (MANIFEST, io.BytesIO(said), len(said)),
            (COUNCIL, io.BytesIO(council), len(council)),
            (DUMP, dump, int(manifest.files[DUMP]["bytes"])),
        ):
            entry = tarfile.TarInfo(name)
            entry.size, entry.mode, entry.mtime = size, 0o600, int(time.time())
            archive.addfile(entry, file)


@contextmanager
def opened(file: IO[bytes]) -> Iterator["Package"]:
    """Open a backup to read it. Raises CannotRestore for what is none, for one of a newer form, and for one that is cut short."""
    try:
        with tarfile.open(fileobj=file, mode="r:") as archive:
            entries = {name: _entry(archive, name) for name in (MANIFEST, COUNCIL, DUMP)}
            if file.seek(0, io.SEEK_END) != _end(entries[DUMP]):
                raise CannotRestore(NOT_OURS)
            yield Package(archive, entries, _manifest(archive, entries[MANIFEST]))
    except (tarfile.TarError, EOFError) as fault:
        raise CannotRestore(NOT_OURS) from fault


def _entry(archive: tarfile.TarFile, name: str) -> tarfile.TarInfo:
    found = archive.next()
    if found is None or found.name != name or not found.isreg():
        raise CannotRestore(NOT_OURS)
    return found


def _end(last: tarfile.TarInfo) -> int:
    """Give the bytes of an archive whose last file this is: two empty blocks more, in whole records."""
    blocks = -(-(last.offset_data + last.size) // tarfile.BLOCKSIZE) + 2
    return -(-blocks * tarfile.BLOCKSIZE // tarfile.RECORDSIZE) * tarfile.RECORDSIZE


def _manifest(archive: tarfile.TarFile, entry: tarfile.TarInfo) -> Manifest:
    try:
        said = json.loads(_bytes(archive, entry))
        if said["format"] != FORMAT:
            raise CannotRestore(f"This backup has the form {said['format']}; this release reads {FORMAT}.")
        found = Manifest(**said)
        _plausible(found)
    except (ValueError, KeyError, TypeError) as fault:
        raise CannotRestore(NOT_OURS) from fault
    return found


def _plausible(manifest: Manifest) -> None:
    """Read what the restore relies on; KeyError, TypeError and ValueError where it is not there."""
    for name in (COUNCIL, DUMP):
        int(manifest.files[name]["bytes"])
        bytes.fromhex(manifest.files[name]["sha256"])
    if manifest.since.tzinfo is None or not all(isinstance(number, int) for number in manifest.rows.values()):
        raise ValueError(MANIFEST)


def _bytes(archive: tarfile.TarFile, entry: tarfile.TarInfo) -> bytes:
    file = archive.extractfile(entry)
    if file is None or entry.size > _LONGEST:
        raise CannotRestore(NOT_OURS)
    return file.read()


@dataclass(frozen=True, slots=True)
class Package:
    """A backup that was opened."""

    archive: tarfile.TarFile
    entries: Mapping[str, tarfile.TarInfo]
    manifest: Manifest

    def check(self) -> None:
        """Read every byte and hold it to the manifest; CannotRestore names what is damaged."""
        for name in (COUNCIL, DUMP):
            digest, size = hashlib.sha256(), 0
            for piece in self.pieces(name):
                digest.update(piece)
                size += len(piece)
            if {"bytes": size, "sha256": digest.hexdigest()} != dict(self.manifest.files[name]):
                raise CannotRestore(CHANGED.format(name))

    def pieces(self, name: str) -> Iterator[bytes]:
        """Give one of its files piece by piece. Raises CannotRestore where it is cut short."""
        file = self.archive.extractfile(self.entries[name])
        try:
            while file is not None and (piece := file.read(_PIECE)):
                yield piece
        except (tarfile.TarError, EOFError) as fault:
            raise CannotRestore(NOT_OURS) from fault

    def council(self) -> bytes:
        """Give the council's own file as it was."""
        return b"".join(self.pieces(COUNCIL))
