"""Small previews that travel beside a push. Without Pillow, or for what it cannot read, there is none."""

import io
from pathlib import Path

MAX_BYTES = 16 * 1024
# A header may promise more pixels than memory holds; such a file gets no preview and is kept like any other.
MAX_PIXELS = 120_000_000
_SIDES = (480, 320, 200)
_QUALITIES = (70, 50, 35)


def make_thumbnail(source: bytes | Path) -> bytes | None:
    """An upright JPEG of at most 16 KiB without metadata, or None."""
    try:
        from PIL import Image, ImageOps
    except ImportError:
        return None
    _open_heif()
    try:
        with Image.open(io.BytesIO(source) if isinstance(source, bytes) else source) as picture:
            if picture.width * picture.height > MAX_PIXELS:
                return None
            picture.draft("RGB", (_SIDES[0] * 2, _SIDES[0] * 2))
            upright = ImageOps.exif_transpose(picture).convert("RGB")
    except Exception:  # whatever is wrong with a picture, it is evidence all the same
        return None
    for side, quality in zip(_SIDES, _QUALITIES, strict=True):
        upright.thumbnail((side, side))
        written = io.BytesIO()
        upright.save(written, "JPEG", quality=quality)
        if written.tell() <= MAX_BYTES:
            return written.getvalue()
    return None


def _open_heif() -> None:
    try:
        import pillow_heif
    except ImportError:
        return
    pillow_heif.register_heif_opener()
