"""What kind of file this says it is: a claim that travels with the promise, never a reason to refuse."""

import mimetypes

_SIGNATURES = (
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (0, b"\x89PNG\r\n\x1a\n", "image/png"),
    (0, b"GIF8", "image/gif"),
    (0, b"%PDF-", "application/pdf"),
    (8, b"WEBP", "image/webp"),
    (4, b"ftypheic", "image/heic"),
    (4, b"ftypheix", "image/heic"),
    (4, b"ftypmif1", "image/heif"),
    (4, b"ftypqt", "video/quicktime"),
    (4, b"ftyp", "video/mp4"),
)
UNKNOWN = "application/octet-stream"


def media_type_of(start: bytes, name: str = "") -> str:
    """By the first bytes; by the name only where they say nothing and it is no picture's."""
    for offset, signature, media_type in _SIGNATURES:
        if start[offset:].startswith(signature):
            return media_type
    guessed = mimetypes.guess_type(name)[0] or UNKNOWN
    return UNKNOWN if guessed.startswith("image/") else guessed
