"""The body of an answer, unpacked with a limit that holds while unpacking.

Ordinary decoders unpack a whole chunk before anyone can count: 1.6 kB of brotli became
2 GiB in one piece. So we ask for gzip only, and let zlib stop at the limit.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable

from sources.errors import LayoutChanged, TooLarge, Unreachable

LIMIT = 5 * 1024 * 1024
_PIECE = 64 * 1024
_MAGIC = b"\x1f"
_MEMBERS = 1000  # a gzip file may hold many; one of nothing but empty ones never ends


def read_body(
    chunks: Iterable[bytes], encoding: str, limit: int, still_time: Callable[[], None]
) -> bytes:
    """Every byte, decoded. Raises TooLarge beyond *limit*, LayoutChanged for a packing we
    did not ask for, Unreachable when it is cut short, and whatever *still_time* raises."""
    encoding = encoding.strip().lower()
    if encoding not in ("", "identity", "gzip", "x-gzip"):
        raise LayoutChanged("the answer is packed in a way we did not ask for")
    raw = _counted(chunks, limit, still_time)
    return b"".join(raw) if encoding in ("", "identity") else _unpacked(raw, limit)


def _counted(
    chunks: Iterable[bytes], limit: int, still_time: Callable[[], None]
) -> Iterable[bytes]:
    total = 0
    for chunk in chunks:
        still_time()
        total += len(chunk)
        if total > limit:
            raise too_large(limit)
        yield chunk


def too_large(limit: int) -> TooLarge:
    return TooLarge(f"more than {limit // (1024 * 1024)} MB")


def _unpacked(chunks: Iterable[bytes], limit: int) -> bytes:
    gzip, out, members, packed = _gzip(), bytearray(), 1, 0
    for chunk in chunks:
        rest, packed = chunk, packed + len(chunk)
        while rest:
            if gzip.eof and not rest.startswith(_MAGIC):
                break  # padding after the end
            if gzip.eof:
                gzip, members = _gzip(), members + 1
            out += _piece(gzip, rest)
            if len(out) > limit or members > _MEMBERS:
                raise too_large(limit)
            rest = gzip.unconsumed_tail or gzip.unused_data
    out += _piece(gzip, b"")
    if packed and not gzip.eof:
        raise Unreachable("the answer was cut short")
    return bytes(out)


def _piece(gzip: zlib._Decompress, packed: bytes) -> bytes:
    try:
        return gzip.decompress(packed, _PIECE)
    except zlib.error as error:
        raise LayoutChanged("the answer says it is gzip and is not") from error


def _gzip() -> zlib._Decompress:
    return zlib.decompressobj(wbits=16 + zlib.MAX_WBITS)
