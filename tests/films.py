"""Films and sound made here, as telephones write them: four quarters, a display matrix, a place, a time."""

import io
import struct
import wave
from typing import Any

import av

from tests import pictures

POSTER = (160, 120)
_QUIET = {
    "libvpx-vp9": {"threads": "1", "deadline": "realtime", "cpu-used": "8"},
    "libx264": {"threads": "1", "x264-params": "log-level=none"},
    "libx265": {"threads": "1", "x265-params": "log-level=none:pools=none:frame-threads=1"},
}
"""One thread each: whoever makes films here may fork."""


def film(
    container: str = "mp4",
    *,
    codec: str = "mpeg4",
    frames: int = 3,
    size: tuple[int, int] = POSTER,
    **stated: str,
) -> bytes:
    """`container` is FFmpeg's name: `mp4`, `mov`, `3gp`; `codec` its encoder: `libx264`, `libx265`, `libvpx-vp9`.

    `stated` are the film's own words: `creation_time`, `location`.
    """
    buffer = io.BytesIO()
    with av.open(buffer, "w", format=container) as made:
        made.metadata.update(stated)
        stream: Any = made.add_stream(codec, rate=25, options=_QUIET.get(codec, {}))
        stream.width, stream.height, stream.pix_fmt = *size, "yuv420p"
        for number in range(frames):
            frame: Any = av.VideoFrame.from_image(pictures.drawing(size, seed=number))  # type: ignore[no-untyped-call]
            made.mux(stream.encode(frame))
        made.mux(stream.encode(None))
    return buffer.getvalue()


def turned(content: bytes) -> bytes:
    """The same film with the matrix of a telephone held upright: to be shown a quarter turn clockwise."""
    at = content.index(b"tkhd") + 4 + 40
    matrix = struct.pack(">9i", 0, 0x10000, 0, -0x10000, 0, 0, 0, 0, 0x40000000)
    return content[:at] + matrix + content[at + 36 :]


def sound(container: str, codec: str) -> bytes:
    """A tenth of a second, such as `ipod` and `aac` (M4A), `adts` and `aac`."""
    buffer = io.BytesIO()
    with av.open(buffer, "w", format=container) as made:
        stream: Any = made.add_stream(codec, rate=8000)
        frame = av.AudioFrame(format="fltp", layout="mono", samples=1024)
        frame.sample_rate = 8000
        for plane in frame.planes:
            plane.update(bytes(plane.buffer_size))
        made.mux(stream.encode(frame))
        made.mux(stream.encode(None))
    return buffer.getvalue()


def wav(seconds: float = 0.5) -> bytes:
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as made:
        made.setnchannels(1)
        made.setsampwidth(2)
        made.setframerate(8000)
        made.writeframes(bytes(2 * int(8000 * seconds)))
    return buffer.getvalue()
