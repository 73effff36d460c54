"""Types by first bytes, pixels by headers, EXIF by whatever is whole; all of it on bytes nobody can trust."""

import hashlib
import random
import tempfile
from collections.abc import Callable
from functools import cache
from io import BytesIO

import psutil
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from server.evidence import sm3
from server.evidence.dimensions import MAX_PIXELS, declared_pixels
from server.evidence.drawing import Drawing, draw
from server.evidence.media_types import PICTURES, detect
from tests import pictures

pytestmark = pytest.mark.database_free
MAKERS: dict[str, Callable[[], bytes]] = {
    "image/jpeg": pictures.jpeg,
    "image/png": pictures.png,
    "image/gif": pictures.gif,
    "image/webp": pictures.webp,
    "image/heic": pictures.heic,
}


def drawn(content: bytes, **options: int) -> Drawing:
    with tempfile.TemporaryFile() as file:
        file.write(content)
        file.seek(0)
        return draw(file, **options)


def shown(drawing: Drawing) -> Image.Image:
    assert not drawing.reason
    return Image.open(BytesIO(drawing.thumbnail), formats=["JPEG"])


@pytest.mark.parametrize("media_type", PICTURES)
def test_every_allowed_format_is_known_by_its_first_bytes_and_drawn(media_type: str) -> None:
    content = MAKERS[media_type]()
    assert detect(content[:4096]) == media_type
    assert declared_pixels(media_type, content) == 320 * 240
    assert pictures.quarters(shown(drawn(content))) == [0, 1, 2, 3]


@pytest.mark.parametrize(
    ("head", "media_type"),
    [
        (b"", "application/octet-stream"),
        (pictures.text_file(), "application/octet-stream"),
        (b"%PDF-1.7", "application/pdf"),
        (b"RIFF\0\0\0\0WAVEfmt ", "audio/wav"),
        (b"RIFF\0\0\0\0AVI LIST", "application/octet-stream"),
        (b"\0\0\0\x18ftypisom\0\0\x02\0isommp42", "video/mp4"),
        (b"\0\0\0\x14ftypqt  \0\0\0\0qt  ", "video/quicktime"),
        (b"\0\0\0\x18ftypM4A \0\0\0\0M4A mp42", "audio/mp4"),
        (b"\0\0\0\x1cftypavif\0\0\0\0avifmif1miaf", "image/avif"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "application/octet-stream"),
        (b"<html><script>alert(1)</script>", "application/octet-stream"),
        (b"II*\0", "application/octet-stream"),
    ],
)
def test_other_types_are_told_apart(head: bytes, media_type: str) -> None:
    assert detect(head) == media_type


@pytest.mark.parametrize("name", pictures.bombs())
def test_a_bomb_is_refused_by_its_header(name: str) -> None:
    content = pictures.bombs()[name]
    assert declared_pixels(detect(content), content) > MAX_PIXELS
    assert drawn(content) == Drawing(reason="too_many_pixels")


@pytest.mark.parametrize("media_type", PICTURES)
def test_a_picture_cut_short_is_unreadable_and_nothing_worse(media_type: str) -> None:
    content = MAKERS[media_type]()
    for keep in (0.1, 0.5, 0.8):
        assert drawn(pictures.cut_short(content, keep)).reason in ("unreadable", "not_an_image", "")


def test_half_a_jpeg_is_unreadable() -> None:
    assert drawn(pictures.cut_short(pictures.jpeg())).reason == "unreadable"


@pytest.mark.parametrize("content", [b"", pictures.text_file(), b"<svg/>"])
def test_what_is_no_picture_is_said_to_be_none(content: bytes) -> None:
    assert drawn(content).reason == "not_an_image"


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("make", [pictures.jpeg, pictures.heic])
def test_thumbnails_are_upright(make: Callable[..., bytes], orientation: int) -> None:
    drawing = drawn(make((640, 400), metadata=pictures.exif(orientation=orientation)))
    assert pictures.quarters(shown(drawing)) == [0, 1, 2, 3]
    assert shown(drawing).size == (512, 320)
    assert drawing.exif["orientation"] == orientation


def test_a_thumbnail_says_nothing_of_place_or_camera() -> None:
    metadata = pictures.exif(position=(24.5, 118.1), taken_at="2026:11:22 10:00:00", orientation=6)
    thumbnail = drawn(pictures.jpeg(metadata=metadata)).thumbnail
    assert b"Exif" not in thumbnail
    assert b"Zhixing" not in thumbnail


def test_what_a_photo_states_of_itself_is_read() -> None:
    metadata = pictures.exif(
        position=(24.479834, -118.089425), taken_at="2026:11:22 10:00:00", offset="+08:00", orientation=3
    )
    assert drawn(pictures.jpeg(metadata=metadata)).exif == {
        "taken_at": "2026-11-22T10:00:00+08:00",
        "position": {"lat": pytest.approx(24.479834, abs=1e-6), "lon": pytest.approx(-118.089425, abs=1e-6)},
        "orientation": 3,
        "make": "Zhixing",
        "model": "Test camera",
    }


def test_a_time_without_offset_stays_without() -> None:
    metadata = pictures.exif(taken_at="2026:11:22 10:00:00", offset="somewhere")
    assert drawn(pictures.jpeg(metadata=metadata)).exif["taken_at"] == "2026-11-22T10:00:00"


@pytest.mark.parametrize("taken_at", ["0000:00:00 00:00:00", "2026-11-22", "    :  :     :  :  ", "yesterday"])
def test_a_time_that_is_none_is_left_out(taken_at: str) -> None:
    assert "taken_at" not in drawn(pictures.jpeg(metadata=pictures.exif(taken_at=taken_at))).exif


def test_a_camera_without_a_fix_states_no_position() -> None:
    assert "position" not in drawn(pictures.jpeg(metadata=pictures.exif(position=(0.0, 0.0)))).exif


@pytest.mark.parametrize("name", pictures.broken_exif_blocks())
def test_broken_exif_costs_neither_the_picture_nor_the_process(name: str) -> None:
    drawing = drawn(pictures.with_exif_block(pictures.jpeg(), pictures.broken_exif_blocks()[name]))
    assert pictures.quarters(shown(drawing)) in ([0, 1, 2, 3], [2, 0, 3, 1])
    assert "position" not in drawing.exif


def test_a_transparent_picture_lies_on_white() -> None:
    buffer = BytesIO()
    Image.new("RGBA", (64, 64), (0, 0, 0, 0)).save(buffer, "PNG")
    assert shown(drawn(buffer.getvalue())).getpixel((30, 30)) == (255, 255, 255)


def test_a_picture_at_the_limit_is_drawn_within_the_process_s_memory() -> None:
    for content in (pictures.png((7000, 7000)), pictures.webp((7000, 7000))):
        assert pictures.quarters(shown(drawn(content))) == [0, 1, 2, 3]


def test_a_process_that_dies_is_the_picture_s_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("server.evidence.drawing._PROGRAM", "import os, signal; os.kill(os.getpid(), signal.SIGSEGV)")
    assert drawn(pictures.jpeg()).reason == "too_costly"
    monkeypatch.setattr("server.evidence.drawing._PROGRAM", "print('not what was agreed')")
    assert drawn(pictures.jpeg()).reason == "unreadable"


def test_a_process_that_hangs_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("server.evidence.drawing._PROGRAM", "while True: pass")
    monkeypatch.setattr("server.evidence.drawing.SECONDS", 0.5)
    assert drawn(pictures.jpeg()).reason == "too_costly"


@pytest.mark.parametrize(
    "program",
    [
        "import sys\nwhile True: sys.stdout.write('x' * 65536)",
        "import sys\nwhile True: sys.stderr.write('x' * 65536)",
    ],
)
def test_a_process_that_babbles_is_ended_before_it_fills_our_memory(
    monkeypatch: pytest.MonkeyPatch, program: str
) -> None:
    monkeypatch.setattr("server.evidence.drawing._PROGRAM", program)
    before = psutil.Process().memory_info().rss
    assert drawn(pictures.jpeg()).reason == "too_costly"
    assert psutil.Process().memory_info().rss - before < 64 * 1024 * 1024


def test_a_process_that_closes_its_pipes_and_stays_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    program = "import os, time\nos.close(1)\nos.close(2)\ntime.sleep(600)"
    monkeypatch.setattr("server.evidence.drawing._PROGRAM", program)
    monkeypatch.setattr("server.evidence.drawing.SECONDS", 2)
    assert drawn(pictures.jpeg()).reason == "too_costly"


def test_the_process_sees_nothing_of_our_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    program = "import os, sys; sys.exit(bool({'SECRET_KEY', 'DATABASE_URL', 'S3_SECRET_KEY'} & set(os.environ)))"
    monkeypatch.setenv("S3_SECRET_KEY", "a secret")
    monkeypatch.setattr("server.evidence.drawing._PROGRAM", program + "\n")
    assert drawn(pictures.jpeg()).reason == "unreadable"  # ended well, with nothing said


@settings(deadline=None)
@given(st.sampled_from(sorted(PICTURES)), st.binary(max_size=300))
def test_headers_of_any_bytes_are_read_without_complaint(media_type: str, content: bytes) -> None:
    detect(content)
    assert declared_pixels(media_type, content) >= 0


@cache
def _made(media_type: str) -> bytes:
    return MAKERS[media_type]()


@settings(deadline=None)
@given(st.sampled_from(sorted(PICTURES)), st.integers(), st.integers(1, 40))
def test_headers_of_damaged_pictures_are_read_without_complaint(media_type: str, seed: int, hits: int) -> None:
    content, dice = bytearray(_made(media_type)), random.Random(seed)
    for _ in range(hits):
        content[dice.randrange(len(content))] = dice.randrange(256)
    assert declared_pixels(media_type, bytes(content)) >= 0


def test_sm3_is_the_standard_s_own_example_on_either_library(monkeypatch: pytest.MonkeyPatch) -> None:
    expected = "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
    assert sm3.sm3_hex([b"a", b"bc"]) == expected
    monkeypatch.setattr(hashlib, "algorithms_available", set())
    assert sm3.sm3_hex([b"a", b"bc"]) == expected
