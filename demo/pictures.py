"""Photographs as a phone would make them: drawn here, 0.3 to 4 MB, with EXIF position and time."""

import io
import os
import random
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path

from PIL import Image, ImageDraw, ImageFilter

Size = tuple[int, int]
PHONE_SIZES: Sequence[Size] = ((1280, 960), (1600, 1200), (2048, 1536), (2592, 1944))
ON_ITS_SIDE = 6
"""The orientation of a picture taken upright: its pixels lie, a viewer turns them clockwise."""
GPS_IFD, EXIF_IFD = 0x8825, 0x8769
MAKE, MODEL, ORIENTATION, DATE_TIME, TAKEN_AT, TAKEN_OFFSET = 0x010F, 0x0110, 0x0112, 0x0132, 0x9003, 0x9011


def draw_photo(
    chance: random.Random, taken_at: datetime, lat: float, lon: float, sizes: Sequence[Size] = PHONE_SIZES
) -> bytes:
    """One JPEG of a wall with a paper strip on it; grain makes it as large as a real one."""
    width, height = chance.choice(sizes)
    orientation = chance.choice((1, 1, 1, ON_ITS_SIDE))
    picture = _scene(chance, (width, height) if orientation == 1 else (height, width))
    picture = _with_grain(picture, chance)
    if orientation == ON_ITS_SIDE:
        picture = picture.transpose(Image.Transpose.ROTATE_90)
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=chance.randint(78, 92), exif=_exif(orientation, taken_at, lat, lon))
    return file.getvalue()


def _scene(chance: random.Random, size: tuple[int, int]) -> Image.Image:
    width, height = size
    wall = tuple(chance.randint(110, 190) for _ in range(3))
    picture = Image.new("RGB", size, wall)
    draw = ImageDraw.Draw(picture)
    for _ in range(12):
        x, y = chance.randrange(width), chance.randrange(height)
        shade = tuple(max(0, part - chance.randint(10, 60)) for part in wall)
        draw.rectangle((x, y, x + chance.randint(40, width // 3), y + chance.randint(40, height // 3)), fill=shade)
    left, top = width // 4, height // 3
    draw.rectangle((left, top, width - left, height - top), fill=(238, 232, 214), outline=(120, 30, 30), width=8)
    for line in range(5):
        y = top + 40 + line * (height // 18)
        draw.line((left + 60, y, width - left - chance.randint(60, 240), y), fill=(60, 60, 60), width=6)
    draw.ellipse(
        (width // 2, height // 2, width // 2 + height // 8, height // 2 + height // 8), outline=(180, 30, 30), width=10
    )
    return picture.filter(ImageFilter.GaussianBlur(1))


def _with_grain(picture: Image.Image, chance: random.Random) -> Image.Image:
    noise = Image.frombytes("L", picture.size, chance.randbytes(picture.width * picture.height)).convert("RGB")
    return Image.blend(picture, noise, chance.uniform(0.02, 0.09))


def _exif(orientation: int, taken_at: datetime, lat: float, lon: float) -> Image.Exif:
    exif = Image.Exif()
    stamp = taken_at.strftime("%Y:%m:%d %H:%M:%S")
    exif[MAKE], exif[MODEL], exif[DATE_TIME] = "Zhixing Demo", "Drawn Camera 1", stamp
    exif[ORIENTATION] = orientation
    exif.get_ifd(EXIF_IFD).update({TAKEN_AT: stamp, TAKEN_OFFSET: taken_at.strftime("%z")[:3] + ":00"})
    exif.get_ifd(GPS_IFD).update({1: "N", 2: _degrees(lat), 3: "E", 4: _degrees(lon)})
    return exif


def _degrees(value: float) -> tuple[float, float, float]:
    whole = int(value)
    minutes = (value - whole) * 60
    return float(whole), float(int(minutes)), round((minutes - int(minutes)) * 60, 4)


def real_photos() -> Iterator[Path]:
    """The pictures of PHOTOS=DIR, if set: any file with a picture's ending."""
    folder = os.environ.get("PHOTOS")
    if folder:
        endings = {".jpg", ".jpeg", ".heic", ".heif", ".png"}
        yield from sorted(path for path in Path(folder).iterdir() if path.suffix.lower() in endings)
