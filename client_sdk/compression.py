"""Push bodies compressed: zstd where its wheel is there, else gzip. Pure."""

import gzip
from types import ModuleType

_WORTH_BYTES = 1024
# The server refuses more than 100 times; a body this repetitive is small anyway.
_MAX_RATIO = 50


def _zstd() -> ModuleType | None:
    try:
        import zstandard
    except ImportError:
        return None
    return zstandard


def compress(body: bytes) -> tuple[bytes, str]:
    """The body to send and its Content-Encoding."""
    if len(body) < _WORTH_BYTES:
        return body, "identity"
    zstd = _zstd()
    if zstd is not None:
        packed, coding = zstd.ZstdCompressor(level=3).compress(body), "zstd"
    else:
        packed, coding = gzip.compress(body, 6, mtime=0), "gzip"
    if len(packed) * _MAX_RATIO < len(body) or len(packed) >= len(body):
        return body, "identity"
    return packed, coding
