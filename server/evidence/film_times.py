"""When a film was taken: by its name, as body cameras give it, else by the header of the film. A camera's claim."""

import re
import struct
from datetime import UTC, datetime, timedelta
from typing import BinaryIO

from server.common.clock import SHANGHAI

_STAMP = re.compile(r"(?<!\d)(20\d\d)(\d\d)(\d\d)[-_T ]?(\d\d)(\d\d)(\d\d)(?!\d)")
_EPOCH, _BEYOND = datetime(1904, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
_MOST_BOXES = 10_000
_LONGEST = timedelta(days=2)
Span = tuple[datetime, datetime]


def span_of(name: str, film: BinaryIO) -> Span | None:
    """From and to; None where neither name nor header tells. Reads headers alone, never the film.

    A name may carry one stamp or two, such as `JLY-9801_20261122_085800_20261122_103100.mp4`, in China's time.
    """
    stamps, header = _stamps(name), _header(film)
    if len(stamps) > 1 and stamps[0] <= stamps[-1] <= stamps[0] + _LONGEST:
        return stamps[0], stamps[-1]
    length = header[1] if header else timedelta()
    if stamps:
        return stamps[0], stamps[0] + length
    return (header[0], header[0] + length) if header and _EPOCH < header[0] < _BEYOND else None


def _stamps(name: str) -> list[datetime]:
    found = []
    for parts in _STAMP.findall(name):
        try:
            found.append(datetime.strptime("".join(parts), "%Y%m%d%H%M%S").replace(tzinfo=SHANGHAI))
        except ValueError:
            continue
    return found


def _header(film: BinaryIO) -> tuple[datetime, timedelta] | None:
    """Creation and length, as the movie header of an MP4 or MOV says."""
    end = film.seek(0, 2)
    moov = _box(film, b"moov", 0, end)
    mvhd = _box(film, b"mvhd", *moov) if moov else None
    if mvhd is None:
        return None
    film.seek(mvhd[0])
    content = film.read(32)
    try:
        if content[0] == 1:
            created, _changed, scale, length = struct.unpack(">QQIQ", content[4:32])
        else:
            created, _changed, scale, length = struct.unpack(">IIII", content[4:20])
        return _EPOCH + timedelta(seconds=created), min(timedelta(seconds=length / scale), _LONGEST)
    except (struct.error, IndexError, ZeroDivisionError, OverflowError):
        return None


def _box(film: BinaryIO, kind: bytes, start: int, end: int) -> tuple[int, int] | None:
    """Where the content of the first such box between these bytes begins and ends."""
    for _number in range(_MOST_BOXES):
        film.seek(start)
        head = film.read(16)
        if start + 8 > end or len(head) < 8:
            return None
        size, header = int.from_bytes(head[:4], "big"), 8
        if size == 1:
            size, header = int.from_bytes(head[8:16], "big"), 16
        size = size or end - start
        if size < header or start + size > end:
            return None
        if head[4:8] == kind:
            return start + header, start + size
        start += size
    return None
