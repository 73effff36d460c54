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

DEMUXERS = {
    "video/mp4": "mov",
    "video/quicktime": "mov",
    "video/3gpp": "mov",
    "audio/mp4": "mov",
    "audio/mpeg": "mp3",
    "audio/aac": "aac",
    "audio/wav": "wav",
    "audio/ogg": "ogg",
}
"""Types a page plays, with FFmpeg's name for what reads them. A closed list."""

_EXTENSIONS = {
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/gif": "gif",
    "image/webp": "webp",
    "image/heic": "heic",
    "video/mp4": "mp4",
    "video/quicktime": "mov",
    "video/3gpp": "3gp",
    "audio/mp4": "m4a",
    "audio/mpeg": "mp3",
    "audio/aac": "aac",
    "audio/wav": "wav",
    "audio/ogg": "ogg",
    "image/avif": "avif",
    "application/pdf": "pdf",
}
AVIF = "image/avif"
"""Known, and on no list: given out as a download."""
_HEIF_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"}
_OTHER_BRANDS = {b"qt  ": "video/quicktime", b"M4A ": "audio/mp4", b"M4B ": "audio/mp4"}
_PLAIN_BRANDS = {b"isom", b"iso2", b"iso4", b"iso5", b"iso6", b"mp41", b"mp42", b"avc1", b"M4V ", b"MSNV", b"dash"}
_TELEPHONE = b"3gp"


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
        if brand in (b"avif", b"avis"):  # shares mif1 with HEIC
            return AVIF
    for brand in brands:
        if brand in _HEIF_BRANDS:
            return "image/heic"
        if brand in _OTHER_BRANDS:
            return _OTHER_BRANDS[brand]
        if brand.startswith(_TELEPHONE):
            return "video/3gpp"
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
    return _of_sound_frame(head)


def _of_sound_frame(head: bytes) -> str:
    """Sound without a container begins with a frame: its sync word, and fields that are none of the reserved ones."""
    if len(head) < 4 or head[0] != 0xFF:
        return OCTET_STREAM
    if head[1] & 0xF6 == 0xF0 and head[2] >> 2 & 0xF < 13:
        return "audio/aac"
    if head[1] & 0xE6 == 0xE2 and head[1] & 0x18 != 0x08 and head[2] >> 4 not in (0, 15) and head[2] & 0x0C != 0x0C:
        return "audio/mpeg"
    return OCTET_STREAM


def extension_of(media_type: str) -> str:
    """For the name of a file that is given out."""
    return _EXTENSIONS.get(media_type, "bin")


def is_film(media_type: str) -> bool:
    return media_type in DEMUXERS and media_type.startswith("video/")


def is_sound(media_type: str) -> bool:
    return media_type in DEMUXERS and media_type.startswith("audio/")


def is_shown_inline(media_type: str) -> bool:
    """Only pictures, films and sound of the lists are ever opened in a browser; everything else is a download."""
    return media_type in PICTURES or media_type in DEMUXERS
