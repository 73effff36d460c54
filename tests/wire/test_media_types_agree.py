"""A device says of a file what the court will find: the same first bytes are the same type on both sides."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from client_sdk.media_types import UNKNOWN, media_type_of
from server.evidence.media_types import OCTET_STREAM, detect
from tests import films, pictures


def brands(major: bytes, *compatible: bytes) -> bytes:
    return (
        (16 + 4 * len(compatible)).to_bytes(4) + b"ftyp" + major + bytes(4) + b"".join(compatible) + b"\0\0\0\x08free"
    )


VECTORS = {
    "a JPEG": (pictures.jpeg(), "image/jpeg"),
    "a PNG": (pictures.png(), "image/png"),
    "a GIF": (pictures.gif(), "image/gif"),
    "a WebP": (pictures.webp(), "image/webp"),
    "a HEIC": (pictures.heic(), "image/heic"),
    "a HEIC of a burst": (brands(b"msf1", b"hevc"), "image/heic"),
    "a HEIC that begins as a family": (brands(b"mif1", b"heic"), "image/heic"),
    "an AVIF": (brands(b"avif", b"mif1", b"miaf"), "image/avif"),
    "an AVIF that begins as a family": (brands(b"mif1", b"avif"), "image/avif"),
    "an MP4": (films.film(), "video/mp4"),
    "an MP4 in H.264": (films.film(codec="libx264"), "video/mp4"),
    "an MP4 of an unknown brand that goes with isom": (brands(b"XAVC", b"mp42"), "video/mp4"),
    "a MOV": (films.film("mov"), "video/quicktime"),
    "a 3GP": (films.film("3gp"), "video/3gpp"),
    "a 3GP of release 6": (brands(b"3gp6", b"isom"), "video/3gpp"),
    "an M4A": (films.sound("ipod", "aac"), "audio/mp4"),
    "an M4B": (brands(b"M4B ", b"mp42"), "audio/mp4"),
    "an AAC": (films.sound("adts", "aac"), "audio/aac"),
    "an MP3": (b"\xff\xfb\x90\x64" + bytes(413), "audio/mpeg"),
    "an MP3 with a title": (b"ID3\x04\0\0\0\0\0\x0a", "audio/mpeg"),
    "a WAV": (films.wav(0.05), "audio/wav"),
    "an Ogg": (b"OggS\0\x02", "audio/ogg"),
    "a PDF": (b"%PDF-1.7", "application/pdf"),
    "a container of brands nobody knows": (brands(b"abcd", b"efgh"), UNKNOWN),
    "a text": (pictures.text_file(), UNKNOWN),
    "nothing": (b"", UNKNOWN),
}
BRAND = st.sampled_from([b"mif1", b"heic", b"avif", b"qt  ", b"M4A ", b"3gp4", b"isom", b"mp42", b"abcd", b"\0\0\0\0"])
HEADS = (
    st.builds(
        lambda first, others, cut: brands(first, *others)[:cut],
        BRAND,
        st.lists(BRAND, max_size=80),
        st.integers(0, 400),
    )
    | st.builds(
        bytes.__add__,
        st.sampled_from([b"\xff\xf1", b"\xff\xfb", b"\xff\xf3", b"RIFF\0\0\0\0", b"\0\0\0\x08ftyp", b"GIF8"]),
        st.binary(max_size=16),
    )
    | st.binary(max_size=300)
)


@pytest.mark.parametrize("name", VECTORS)
def test_both_sides_call_it_the_same(name: str) -> None:
    content, media_type = VECTORS[name]
    assert (media_type_of(content[:256]), detect(content[:4096])) == (media_type, media_type)


@given(HEADS)
@example(b"\xff\xe0\xff\0")
def test_whatever_the_bytes_are_neither_side_knows_better(head: bytes) -> None:
    assert media_type_of(head) == detect(head)
    assert UNKNOWN == OCTET_STREAM


def test_a_name_helps_where_the_bytes_say_nothing_and_makes_no_picture() -> None:
    assert media_type_of(b"a,b", "list.csv") == "text/csv"
    assert media_type_of(b"a,b", "list.jpg") == UNKNOWN
    assert media_type_of(b"%PDF-1.7", "list.jpg") == "application/pdf"
