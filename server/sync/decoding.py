"""Undo a push's Content-Encoding under the protocol's limits, counted while streaming. Pure."""

import zlib
from collections.abc import Iterator

import zstandard
from django.utils.translation import gettext as _

from server.common.errors import DomainError

MAX_DECOMPRESSED_BYTES = 8 * 1024 * 1024
MAX_RATIO = 100
MAX_WINDOW_BYTES = 8 * 1024 * 1024
_STEP = 64 * 1024
SIGNED_BODY = {"requestBody": {"required": True, "content": {"application/json": {"schema": {"type": "object"}}}}}
"""How a device's request stands in the OpenAPI description: its bytes are read as signed, never as members."""


def decoded(content: bytes, encoding: str) -> bytes:
    """The bytes the device signed. Raises DomainError push_too_large, encoding_unsupported or envelope_invalid."""
    name = encoding.strip().lower() or "identity"
    if name == "identity":
        return _joined(iter([content]), MAX_DECOMPRESSED_BYTES)
    if name not in _STREAMS:
        raise DomainError(
            "encoding_unsupported", 415, _("Send the push as identity, gzip or zstd."), {"encodings": ENCODINGS}
        )
    try:
        return _joined(_STREAMS[name](content), min(MAX_DECOMPRESSED_BYTES, MAX_RATIO * len(content)))
    except (zlib.error, zstandard.ZstdError):
        raise DomainError(
            "envelope_invalid",
            422,
            _("The push could not be unpacked; pack it again."),
            {"where": "", "reason": name},
        ) from None


def too_large() -> DomainError:
    message = _("Send fewer operations at once.")
    return DomainError("push_too_large", 413, message, {"max_bytes": MAX_DECOMPRESSED_BYTES})


def _joined(pieces: Iterator[bytes], limit: int) -> bytes:
    whole = bytearray()
    for piece in pieces:
        whole += piece
        if len(whole) > limit:
            raise too_large()
    return bytes(whole)


# A cut or padded stream needs no check of its own: what was signed is the text, and a part of it is no JSON.
def _gunzipped(content: bytes) -> Iterator[bytes]:
    stream = zlib.decompressobj(wbits=31)
    while content and not stream.eof:
        yield stream.decompress(content, _STEP)
        content = stream.unconsumed_tail
    yield stream.flush(_STEP)


def _unzstd(content: bytes) -> Iterator[bytes]:
    unpacker = zstandard.ZstdDecompressor(max_window_size=MAX_WINDOW_BYTES)
    with unpacker.stream_reader(content, read_size=_STEP) as stream:
        while piece := stream.read(_STEP):
            yield piece


_STREAMS = {"gzip": _gunzipped, "zstd": _unzstd}
ENCODINGS = ("identity", *_STREAMS)
