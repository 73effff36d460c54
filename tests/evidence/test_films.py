"""Films and sound: known by their first bytes, a poster made of them by the limited process, played by ranges."""

import tempfile
from collections.abc import Callable
from io import BytesIO

import pytest
from PIL import Image

from server.evidence import services
from server.evidence.drawing import Drawing, draw
from server.evidence.media_types import detect
from server.evidence.models import StoredFile
from tests import films, pictures
from tests.evidence.uploading import Uploader, promise, sha256_of

pytestmark = pytest.mark.database_free
FILMS: dict[str, Callable[[], bytes]] = {
    "video/mp4": films.film,
    "video/quicktime": lambda: films.film("mov"),
    "video/3gpp": lambda: films.film("3gp"),
}
SOUNDS: dict[str, Callable[[], bytes]] = {
    "audio/mp4": lambda: films.sound("ipod", "aac"),
    "audio/aac": lambda: films.sound("adts", "aac"),
    "audio/wav": films.wav,
}


def drawn(content: bytes, **options: int) -> Drawing:
    with tempfile.TemporaryFile() as file:
        file.write(content)
        file.seek(0)
        return draw(file, **options)


def shown(drawing: Drawing) -> Image.Image:
    assert not drawing.reason
    return Image.open(BytesIO(drawing.thumbnail), formats=["JPEG"])


@pytest.mark.parametrize("media_type", FILMS)
def test_a_film_is_known_by_its_first_bytes_and_has_a_poster(media_type: str) -> None:
    content = FILMS[media_type]()
    assert detect(content[:4096]) == media_type
    drawing = drawn(content)
    assert (drawing.width, drawing.height) == films.POSTER
    assert pictures.quarters(shown(drawing)) == [0, 1, 2, 3]
    assert drawing.exif["duration_seconds"] == pytest.approx(0.12, abs=0.05)


@pytest.mark.parametrize("codec", ["libx264", "libx265", "libvpx-vp9"])
def test_films_of_today_s_telephones_have_a_poster(codec: str) -> None:
    assert pictures.quarters(shown(drawn(films.film(codec=codec)))) == [0, 1, 2, 3]


@pytest.mark.parametrize("media_type", SOUNDS)
def test_sound_says_how_long_it_is_and_has_no_picture(media_type: str) -> None:
    content = SOUNDS[media_type]()
    assert detect(content[:4096]) == media_type
    drawing = drawn(content)
    assert (drawing.reason, drawing.thumbnail) == ("no_preview_for_type", b"")
    assert drawing.exif["duration_seconds"] > 0


@pytest.mark.parametrize(
    ("head", "media_type"),
    [
        (b"\xff\xfb\x90\x64", "audio/mpeg"),
        (b"ID3\x03\0\0\0\0\0\0", "audio/mpeg"),
        (b"OggS\0\x02", "audio/ogg"),
        (b"\xff\xf1\x50\x80", "audio/aac"),
        (b"\xff\xfe<\0h\0t\0", "application/octet-stream"),
        (b"\xff\xff\xff\xff", "application/octet-stream"),
        (b"\xff\xfb", "application/octet-stream"),
    ],
)
def test_sound_without_a_container_is_known_by_its_frame(head: bytes, media_type: str) -> None:
    assert detect(head) == media_type


def test_a_film_states_when_and_where_it_was_made() -> None:
    content = films.film("mov", creation_time="2026-11-22T02:00:00Z", location="+24.4798+118.0894/")
    exif = drawn(content).exif
    assert exif["taken_at"] == "2026-11-22T02:00:00+00:00"
    assert exif["position"] == {"lat": 24.4798, "lon": 118.0894}


@pytest.mark.parametrize("location", ["+99.0+118.0/", "+00.0000+000.0000/", "here", ""])
def test_a_place_that_is_none_is_left_out(location: str) -> None:
    assert "position" not in drawn(films.film("mov", location=location)).exif


def test_the_poster_of_a_telephone_held_upright_is_upright() -> None:
    poster = shown(drawn(films.turned(films.film())))
    assert poster.size == (films.POSTER[1], films.POSTER[0])
    assert pictures.quarters(poster) == [2, 0, 3, 1]


def test_a_film_of_too_many_pixels_is_not_decoded() -> None:
    assert drawn(films.film(), max_pixels=160 * 119) == Drawing(reason="too_many_pixels")


@pytest.mark.parametrize("keep", [0.1, 0.5, 0.9])
def test_a_film_cut_short_is_unreadable(keep: float) -> None:
    assert drawn(pictures.cut_short(films.film(), keep)).reason == "unreadable"


def test_a_film_larger_than_any_picture_is_examined_where_its_index_points(
    uploader: Uploader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.evidence.services.previews.MAX_PICTURE_BYTES", 1000)
    content = films.film()
    promise(uploader.phone, content)
    uploader.deliver(content)
    assert services.make_preview(sha256_of(content)).preview == StoredFile.Preview.READY
