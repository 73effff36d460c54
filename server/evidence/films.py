"""One frame of a film, and what films and sound state of themselves. A claim, never proof.

Runs only in the limited process. The demuxer is chosen by the first bytes, decoders are a closed list,
nothing else is opened.
"""

import math
import re
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from typing import Any, BinaryIO

import av
from av.video.stream import VideoStream
from PIL import Image

from server.evidence.media_types import DEMUXERS, is_film

_OPTIONS = {
    "codec_whitelist": "h264,hevc,vp9,mpeg4,h263,mjpeg,aac,mp3,mp3float,amrnb,amrwb,pcm_s16le,pcm_u8,vorbis,opus,flac",
    "protocol_whitelist": "none",
    "probesize": str(4 * 1024 * 1024),
    "analyzeduration": "2000000",
}
_FRAMES = 100
_TEXT = 100
_PLACE = re.compile(r"([+-]\d{1,2}(?:\.\d{1,9})?)([+-]\d{1,3}(?:\.\d{1,9})?)(?:[+-].{0,40})?/?", re.ASCII)
_TIMES = ("com.apple.quicktime.creationdate", "creation_time")
_PLACES = ("com.apple.quicktime.location.ISO6709", "location")
_MAKES = ("com.apple.quicktime.make", "make")
_MODELS = ("com.apple.quicktime.model", "model")


def read_film(file: BinaryIO, media_type: str, side: int, max_pixels: int) -> tuple[dict[str, Any], Image.Image | None]:
    """{"width", "height", "exif"} as far as it is stated, and the upright frame; {"reason"} where there is none.

    Reads where the container's index points, never the whole. Raises whatever a decoder calls broken.
    """
    with av.open(file, "r", format=DEMUXERS[media_type], options=_OPTIONS) as container:
        found: dict[str, Any] = {"exif": _stated(container.metadata, container.duration)}
        stream = container.streams.video[0] if is_film(media_type) and container.streams.video else None
        if stream is None or stream.codec_context is None:
            return found | {"reason": "no_preview_for_type"}, None
        found |= {"width": stream.width, "height": stream.height}
        if stream.width * stream.height > max_pixels:
            return {"reason": "too_many_pixels"}, None
        return found, _frame(container, stream, side)


def _frame(container: Any, stream: VideoStream, side: int) -> Image.Image:
    """The first that can be decoded; scaled by the decoder's own library, so that no large picture is made of it."""
    stream.thread_count = 1
    for packet, _ in zip(container.demux(stream), range(_FRAMES), strict=False):
        for frame in packet.decode():
            return _upright(frame, side)
    raise ValueError("no frame")


def _upright(frame: Any, side: int) -> Image.Image:
    scale = min(1.0, side / max(frame.width, frame.height))
    size = max(1, round(frame.width * scale)), max(1, round(frame.height * scale))
    image: Image.Image = frame.to_image(width=size[0], height=size[1])
    return image.rotate(frame.rotation, expand=True) if frame.rotation % 360 else image


def _stated(metadata: Mapping[str, str], duration: int | None) -> dict[str, Any]:
    """As of a photograph: `taken_at`, `position`, `make`, `model`; beside them `duration_seconds`."""
    stated = {
        "taken_at": _moment(_first(metadata, _TIMES)),
        "position": _position(_first(metadata, _PLACES)),
        "make": _first(metadata, _MAKES),
        "model": _first(metadata, _MODELS),
        "duration_seconds": round(duration / av.time_base, 3) if duration and duration > 0 else None,
    }
    return {name: value for name, value in stated.items() if value}


def _first(metadata: Mapping[str, str], names: tuple[str, ...]) -> str:
    text = next((metadata[name] for name in names if name in metadata), "")
    return "".join(char for char in text if char.isprintable())[:_TEXT].strip()


def _moment(text: str) -> str:
    """With an offset only where the file states one. MP4 counts in UTC, which its reader says."""
    with suppress(ValueError):
        return datetime.fromisoformat(text).isoformat(timespec="seconds")
    return ""


def _position(text: str) -> dict[str, float] | None:
    """ISO 6709, as telephones write it: `+24.4798+118.0894/`."""
    match = _PLACE.fullmatch(text)
    if match is None:
        return None
    latitude, longitude = float(match[1]), float(match[2])
    is_place = abs(latitude) <= 90 and abs(longitude) <= 180 and (latitude or longitude)
    return {"lat": latitude, "lon": longitude} if is_place and math.isfinite(latitude + longitude) else None
