"""Pictures made here: photos with EXIF as phones write them, broken ones, and bombs whose headers lie.

A picture shows four quarters, as seen upright: red, green above blue, yellow. `quarters` reads them back.
"""

import io
import random
import struct
import zlib
from collections.abc import Callable
from fractions import Fraction

import pillow_heif
from PIL import Image

pillow_heif.register_heif_opener()

QUARTERS = ((220, 30, 30), (30, 180, 40), (30, 40, 220), (230, 220, 40))
UNDO = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}
"""How an upright picture is turned so that the orientation of that number turns it back."""
_EXIF_IFD, _GPS_IFD = 0x8769, 0x8825


def drawing(size: tuple[int, int] = (320, 240), *, seed: int = 0, noise: int = 0) -> Image.Image:
    """Four quarters; `seed` makes it another picture, `noise` (0 to 255) makes it heavy."""
    width, height = size
    image = Image.new("RGB", size, QUARTERS[3])
    for index, colour in enumerate(QUARTERS[:3]):
        left, top = (index % 2) * (width // 2), (index // 2) * (height // 2)
        image.paste(colour, (left, top, left + width // 2, top + height // 2))
    if noise:
        grain = Image.frombytes("RGB", size, random.Random(seed).randbytes(3 * width * height))
        image = Image.blend(image, grain, noise / 255)
    dice = random.Random(seed)
    image.paste((dice.randrange(256), dice.randrange(256), dice.randrange(256)), (0, 0, 2, 2))
    return image


def quarters(image: Image.Image) -> list[int]:
    """Which of QUARTERS is seen at top left, top right, bottom left, bottom right; upright is [0, 1, 2, 3]."""
    width, height = image.size
    seen = []
    for x, y in ((1, 1), (3, 1), (1, 3), (3, 3)):
        pixel = image.convert("RGB").getpixel((x * width // 4, y * height // 4))
        assert isinstance(pixel, tuple)
        distances = [sum((a - b) ** 2 for a, b in zip(pixel, colour, strict=True)) for colour in QUARTERS]
        seen.append(distances.index(min(distances)))
    return seen


def exif(
    *,
    position: tuple[float, float] | None = None,
    taken_at: str = "",
    offset: str = "",
    orientation: int = 1,
    make: str = "Zhixing",
    model: str = "Test camera",
    datum: str = "",
) -> Image.Exif:
    """`taken_at` as EXIF has it (`2026:11:22 10:00:00`), `offset` such as `+08:00`."""
    made = Image.Exif()
    made[0x010F], made[0x0110], made[0x0112] = make, model, orientation
    if taken_at:
        made.get_ifd(_EXIF_IFD)[0x9003] = taken_at
    if offset:
        made.get_ifd(_EXIF_IFD)[0x9011] = offset
    if position:
        latitude, longitude = position
        gps = made.get_ifd(_GPS_IFD)
        gps.update({1: "N" if latitude >= 0 else "S", 2: _degrees(latitude)})
        gps.update({3: "E" if longitude >= 0 else "W", 4: _degrees(longitude)})
        gps.update({18: datum} if datum else {})
    return made


def _degrees(angle: float) -> tuple[Fraction, Fraction, Fraction]:
    seconds = Fraction(round(abs(angle) * 3_600_000), 1000)
    return Fraction(int(seconds // 3600)), Fraction(int(seconds % 3600 // 60)), seconds % 60


def _saved(image: Image.Image, format_: str, metadata: Image.Exif | None = None, **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, format_, **({"exif": metadata.tobytes()} if metadata else {}), **options)
    return buffer.getvalue()


def jpeg(
    size: tuple[int, int] = (320, 240),
    *,
    seed: int = 0,
    noise: int = 0,
    quality: int = 85,
    metadata: Image.Exif | None = None,
) -> bytes:
    """A photo as taken: its pixels lie as `metadata` says they do, so upright it shows the four quarters."""
    image = drawing(size, seed=seed, noise=noise)
    turned = UNDO.get(metadata[0x0112]) if metadata else None
    return _saved(image.transpose(turned) if turned is not None else image, "JPEG", metadata, quality=quality)


def heavy_jpeg(kilobytes: int, *, seed: int = 0, metadata: Image.Exif | None = None) -> bytes:
    """A photo of about this size."""
    side = max(64, int((kilobytes * 1590) ** 0.5) // 8 * 8)
    return jpeg((side, side), seed=seed, noise=110, quality=90, metadata=metadata)


def png(size: tuple[int, int] = (320, 240), *, seed: int = 0) -> bytes:
    return _saved(drawing(size, seed=seed), "PNG")


def gif(size: tuple[int, int] = (320, 240), *, seed: int = 0) -> bytes:
    return _saved(drawing(size, seed=seed), "GIF")


def webp(size: tuple[int, int] = (320, 240), *, seed: int = 0, lossless: bool = False) -> bytes:
    return _saved(drawing(size, seed=seed), "WEBP", lossless=lossless)


def heic(size: tuple[int, int] = (320, 240), *, seed: int = 0, metadata: Image.Exif | None = None) -> bytes:
    image = drawing(size, seed=seed)
    turned = UNDO.get(metadata[0x0112]) if metadata else None
    return _saved(image.transpose(turned) if turned is not None else image, "HEIF", metadata, quality=60)


# Broken ones.


def text_file(seed: int = 0) -> bytes:
    """What somebody saved as `.jpg`."""
    return f"This is a note of an officer, number {seed}, not a photograph.\n".encode() * 4


def cut_short(picture: bytes, keep: float = 0.5) -> bytes:
    return picture[: int(len(picture) * keep)]


def with_exif_block(picture: bytes, block: bytes) -> bytes:
    """A JPEG with this as the content of its EXIF segment, whatever it is."""
    segment = b"Exif\0\0" + block
    return picture[:2] + b"\xff\xe1" + struct.pack(">H", len(segment) + 2) + segment + picture[2:]


def _ifd(entries: list[tuple[int, int, int, int]], following: int) -> bytes:
    rows = b"".join(struct.pack(">HHII", *entry) for entry in entries)
    return struct.pack(">H", len(entries)) + rows + struct.pack(">I", following)


def broken_exif_blocks() -> dict[str, bytes]:
    """TIFF blocks that make naive readers loop, run past the end, divide by zero or run out of memory."""
    head = b"MM\0*\0\0\0\x08"
    gps = _ifd([(1, 2, 2, 0x4E000000), (2, 5, 3, 80), (3, 2, 2, 0x45000000), (4, 5, 3, 104)], 0)
    no_degrees = head + _ifd([(_GPS_IFD, 4, 1, 26)], 0) + gps
    return {
        "next directory is itself": head + _ifd([(0x0112, 3, 1, 0x00060000)], 8),
        "gps directory is the first one": head + _ifd([(_GPS_IFD, 4, 1, 8), (_EXIF_IFD, 4, 1, 8)], 8),
        "empty gps directory": head + _ifd([(_GPS_IFD, 4, 1, 26)], 0) + _ifd([], 0),
        "offset past the end": head + _ifd([(_EXIF_IFD, 4, 1, 0xFFFFFFF0)], 0xFFFFFFFF),
        "a count of four thousand million": head + _ifd([(0x9003, 2, 0xFFFFFFFF, 8)], 0),
        "degrees over zero": no_degrees + struct.pack(">6I", 1, 0, 0, 0, 5, 0) * 2,
        "degrees past the pole": no_degrees + struct.pack(">6I", 999, 1, 0, 1, 0, 1) * 2,
        "orientation ninety-nine": head + _ifd([(0x0112, 3, 1, 99 << 16)], 0),
        "no byte order": b"??\0*\0\0\0\x08" + b"\xff" * 40,
        "cut in the header": b"MM\0",
        "nothing": b"",
    }


# Bombs: small files that declare an enormous picture.


def png_bomb(width: int = 60_000, height: int = 60_000) -> bytes:
    def chunk(name: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(b"\0" * 100_000)) + chunk(b"IEND", b"")


def jpeg_bomb(width: int = 60_000, height: int = 60_000) -> bytes:
    """A real JPEG whose frame header was rewritten, behind a comment that holds a false one."""
    picture = jpeg((64, 64))
    at = picture.index(b"\xff\xc0")
    lying = picture[: at + 5] + struct.pack(">HH", height, width) + picture[at + 9 :]
    comment = b"\xff\xc0\0\x11\x08\0\x40\0\x40"
    return lying[:2] + b"\xff\xfe" + struct.pack(">H", len(comment) + 2) + comment + lying[2:]


def gif_bomb(width: int = 60_000, height: int = 60_000) -> bytes:
    return b"GIF89a" + struct.pack("<HHBBB", width, height, 0, 0, 0) + _gif_frame(width, height) + b";"


def gif_frame_bomb(width: int = 60_000, height: int = 60_000) -> bytes:
    """The screen is modest; a frame behind an extension is not."""
    extension = b"!\xf9\x04\0\0\0\0\0"
    return b"GIF89a" + struct.pack("<HHBBB", 64, 64, 0, 0, 0) + extension + _gif_frame(width, height) + b";"


def _gif_frame(width: int, height: int) -> bytes:
    return b"," + struct.pack("<HHHHB", 0, 0, width, height, 0) + b"\x08\x02\x4c\x01\0"


def _webp(*chunks: tuple[bytes, bytes]) -> bytes:
    body = b"".join(name + struct.pack("<I", len(content)) + content for name, content in chunks)
    return b"RIFF" + struct.pack("<I", len(body) + 4) + b"WEBP" + body


def webp_bombs() -> dict[str, bytes]:
    """The largest that each form of the header can say."""
    side = 16_383
    plain = webp((64, 64))
    start = plain.index(b"\x9d\x01\x2a")
    lossy = plain[: start + 3] + struct.pack("<HH", side, side) + plain[start + 7 :]
    lossless = _webp((b"VP8L", b"\x2f" + struct.pack("<I", side | side << 14) + bytes(16)))
    canvas = b"\x02\0\0\0" + (2**24 - 1).to_bytes(3, "little") + (2**7 - 1).to_bytes(3, "little")
    extended = _webp((b"VP8X", canvas), (b"ANIM", bytes(6)))
    return {"lossy": lossy, "lossless": lossless, "canvas": extended}


def heic_bomb(width: int = 60_000, height: int = 60_000) -> bytes:
    picture = heic((64, 64))
    at = picture.index(b"ispe") + 8
    return picture[:at] + struct.pack(">II", width, height) + picture[at + 8 :]


def bombs() -> dict[str, bytes]:
    """Every allowed format, every place where it declares its pixels."""
    made: dict[str, Callable[[], bytes]] = {
        "png": png_bomb,
        "jpeg": jpeg_bomb,
        "gif": gif_bomb,
        "gif frame": gif_frame_bomb,
        "heic": heic_bomb,
    }
    return {name: make() for name, make in made.items()} | {f"webp {k}": v for k, v in webp_bombs().items()}
