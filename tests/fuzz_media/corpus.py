"""Small whole files of every kind, made here."""

import struct
from io import BytesIO

from tests import films, pictures

SIZE = (96, 64)


def corpus() -> dict[str, bytes]:
    """By name. Small, because an input costs what decoding it costs, and mutations should hit what is read."""
    stated = pictures.exif(
        position=(24.479834, 118.089425), taken_at="2026:11:22 10:00:00", offset="+08:00", orientation=6
    )
    told = {"creation_time": "2026-11-22T02:00:00Z", "location": "+24.4798+118.0894/"}
    return {
        "jpeg": pictures.jpeg(SIZE, metadata=stated),
        "progressive": _progressive(),
        "png": pictures.png(SIZE),
        "gif": pictures.gif(SIZE),
        "animated": _animated(),
        "webp": pictures.webp(SIZE),
        "heic": pictures.heic(SIZE, metadata=stated),
        "mp4": films.film(size=SIZE, frames=2, **told),
        "h264": films.film(codec="libx264", size=SIZE, frames=3),
        "hevc": films.film("mov", codec="libx265", size=SIZE, frames=2),
        "vp9": films.film(codec="libvpx-vp9", size=SIZE, frames=2),
        "turned": films.turned(films.film(size=SIZE, frames=1)),
        "mov": films.film("mov", size=SIZE, frames=2, **told),
        "3gp": films.film("3gp", size=SIZE, frames=1),
        "m4a": films.sound("ipod", "aac"),
        "aac": films.sound("adts", "aac"),
        "wav": films.wav(0.05),
        "mp3": b"ID3\x04\0\0\0\0\0\x0a" + bytes(10) + (b"\xff\xfb\x90\x64" + bytes(413)) * 4,
        "ogg": b"OggS\0\x02" + bytes(20) + b"\x01\x1e\x01vorbis" + bytes(23),
        "text": pictures.text_file(),
        "nested": nested(200),
        **{f"{name} bomb": content for name, content in pictures.bombs().items()},
        **{
            f"exif {name}": pictures.with_exif_block(pictures.jpeg(SIZE), block)
            for name, block in pictures.broken_exif_blocks().items()
        },
    }


def nested(depth: int, names: tuple[bytes, ...] = (b"moov", b"trak", b"mdia", b"minf", b"udta")) -> bytes:
    """Boxes in boxes, as no camera writes them."""
    content = b""
    for level in reversed(range(depth)):
        content = struct.pack(">I4s", 8 + len(content), names[level % len(names)]) + content
    return b"\0\0\0\x18ftypisom\0\0\x02\0isommp42" + content


def _progressive() -> bytes:
    buffer = BytesIO()
    pictures.drawing(SIZE, seed=1).save(buffer, "JPEG", progressive=True)
    return buffer.getvalue()


def _animated() -> bytes:
    buffer = BytesIO()
    frames = [pictures.drawing(SIZE, seed=seed) for seed in range(3)]
    frames[0].save(buffer, "GIF", save_all=True, append_images=frames[1:])
    return buffer.getvalue()
