"""What kind of file this says it is: a claim that travels with the promise, never a reason to refuse."""

import mimetypes

HEAD_BYTES = 256
"""So much of its beginning decides."""
UNKNOWN = "application/octet-stream"
_SIGNATURES = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"%PDF-", "application/pdf"),
    (b"ID3", "audio/mpeg"),
    (b"OggS", "audio/ogg"),
)
_CHUNKS = {b"WEBP": "image/webp", b"WAVE": "audio/wav"}
_FIRST = {b"avif": "image/avif", b"avis": "image/avif"}
"""These name themselves among others' brands."""
_BRANDS = {
    **dict.fromkeys((b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"), "image/heic"),
    b"qt  ": "video/quicktime",
    **dict.fromkeys((b"M4A ", b"M4B "), "audio/mp4"),
    **dict.fromkeys((b"isom", b"iso2", b"iso4", b"iso5", b"iso6", b"mp41", b"mp42"), "video/mp4"),
    **dict.fromkeys((b"avc1", b"M4V ", b"MSNV", b"dash"), "video/mp4"),
}


def media_type_of(start: bytes, name: str = "") -> str:
    """By the first bytes; by the name only where they say nothing and it is no picture's."""
    known = _by_bytes(start[:HEAD_BYTES])
    if known != UNKNOWN:
        return known
    guessed = mimetypes.guess_type(name)[0] or UNKNOWN
    return UNKNOWN if guessed.startswith("image/") else guessed


def _by_bytes(start: bytes) -> str:
    for signature, media_type in _SIGNATURES:
        if start.startswith(signature):
            return media_type
    if start[:4] == b"RIFF":
        return _CHUNKS.get(start[8:12], UNKNOWN)
    return _by_brands(start) if start[4:8] == b"ftyp" else _by_sound_frame(start)


def _by_brands(start: bytes) -> str:
    """ISO base media: HEIC, MOV, M4A, 3GP and MP4 are one container, told apart by the brands they are made for."""
    end = min(int.from_bytes(start[:4], "big"), len(start))
    brands = [start[8:12], *(start[at : at + 4] for at in range(16, end - 3, 4))]
    first = next((_FIRST[brand] for brand in brands if brand in _FIRST), None)
    own = ("video/3gpp" if brand.startswith(b"3gp") else _BRANDS.get(brand) for brand in brands)
    return first or next(filter(None, own), UNKNOWN)


def _by_sound_frame(start: bytes) -> str:
    """AAC and MP3 without a container begin with a frame: a mark, and fields with none of the reserved numbers."""
    if len(start) < 4 or start[0] != 0xFF:
        return UNKNOWN
    mark, layer, bits, rate = start[1] >> 4, start[1] >> 1 & 3, start[2] >> 4, start[2] >> 2
    if mark == 0xF and layer == 0 and rate & 0xF < 13:
        return "audio/aac"
    is_mp3 = start[1] & 0xE0 == 0xE0 and layer == 1 and start[1] >> 3 & 3 != 1
    return "audio/mpeg" if is_mp3 and bits not in (0, 15) and rate & 3 != 3 else UNKNOWN
