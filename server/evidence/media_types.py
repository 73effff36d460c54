"""What a file is, told by its first bytes and by nothing anybody said of it. Pure."""

HEAD_BYTES = 4096
OCTET_STREAM = "application/octet-stream"
PICTURES = {
    "image/jpeg": "JPEG",
    "image/png": "PNG",
    "image/gif": "GIF",
    "image/webp": "WEBP",
    "image/heic": "HEIF",
}
"""Types we make previews of and a browser may show, with Pillow's name for each. A closed list."""

_HEIF_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"}
_OTHER_BRANDS = {b"qt  ": "video/quicktime", b"M4A ": "audio/mp4", b"M4B ": "audio/mp4"}
_PLAIN_BRANDS = {b"isom", b"iso2", b"iso4", b"iso5", b"iso6", b"mp41", b"mp42", b"avc1", b"M4V ", b"3gp4", b"3gp5"}


def detect(head: bytes) -> str:
    """The media type these first bytes prove, `application/octet-stream` where they prove none we know."""
    if head.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if head[:6] in (b"GIF87a", b"GIF89a"):
        return "image/gif"
    if head[:4] == b"RIFF":
        return {b"WEBP": "image/webp", b"WAVE": "audio/wav"}.get(head[8:12], OCTET_STREAM)
    if head[4:8] == b"ftyp":
        return _of_brands(head)
    return _of_other_magic(head)


def _of_brands(head: bytes) -> str:
    """ISO base media: the major brand decides, the compatible ones where it is only a family."""
    size = min(int.from_bytes(head[:4]), len(head), 256)
    brands = [head[8:12], *(head[at : at + 4] for at in range(16, size - 3, 4))]
    for brand in brands:
        if brand in (b"avif", b"avis"):  # shares mif1 with HEIC, and is not on the list
            return OCTET_STREAM
    for brand in brands:
        if brand in _HEIF_BRANDS:
            return "image/heic"
        if brand in _OTHER_BRANDS:
            return _OTHER_BRANDS[brand]
        if brand in _PLAIN_BRANDS:
            return "video/mp4"
    return OCTET_STREAM


def _of_other_magic(head: bytes) -> str:
    if head.startswith(b"%PDF-"):
        return "application/pdf"
    if head.startswith(b"ID3"):
        return "audio/mpeg"
    if head.startswith(b"OggS"):
        return "audio/ogg"
    return OCTET_STREAM


def is_shown_inline(media_type: str) -> bool:
    """Only pictures of the list are ever opened in a browser; everything else is a download."""
    return media_type in PICTURES
