"""What the worker makes of a file: ours in place of the device's, a reason where there is none, never in a request."""

from io import BytesIO, StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from PIL import Image

from server.evidence import drawing, services
from server.evidence.models import ProvisionalThumbnail, StoredFile
from server.evidence.store import Area, Blocks, StoreUnavailable, current_store
from tests import films, pictures
from tests.actors import Phone
from tests.evidence.uploading import Uploader, promise, sha256_of

REAL_PHOTOS = Path(__file__).resolve().parents[3] / "shared" / "data" / "photos"


def delivered(uploader: Uploader, content: bytes) -> StoredFile:
    promise(uploader.phone, content)
    uploader.deliver(content)
    return StoredFile.objects.get(pk=sha256_of(content))


def worker() -> None:
    """`manage.py db_worker`, until there is nothing to do."""
    call_command("db_worker", batch=True, interval=0, startup_delay=False, verbosity=0)


def shown(file: StoredFile) -> Image.Image:
    return Image.open(BytesIO(b"".join(current_store().read(Area.DERIVED, file.thumbnail_sha256))))


def test_verification_leaves_the_preview_to_the_worker(transactional_db: None, uploader: Uploader) -> None:
    metadata = pictures.exif(position=(24.5, 118.1), orientation=6)
    file = delivered(uploader, pictures.jpeg(seed=21, metadata=metadata))
    assert (file.preview, file.sm3, file.detected_type) == ("pending", "", "image/jpeg")
    worker()
    file.refresh_from_db()
    assert (file.preview, len(file.sm3)) == ("ready", 64)
    assert file.exif["position"] == {"lat": pytest.approx(24.5), "lon": pytest.approx(118.1)}
    assert pictures.quarters(shown(file)) == [0, 1, 2, 3]


def test_a_file_delivered_by_two_devices_is_examined_once(
    transactional_db: None, uploader: Uploader, other_phone: Phone
) -> None:
    from django_tasks_db.models import DBTaskResult

    content = pictures.jpeg(seed=22)
    delivered(uploader, content)
    delivered(Uploader(other_phone), content)
    assert DBTaskResult.objects.count() == 1


NO_PICTURE: dict[str, tuple[bytes, str]] = {
    "a text file named .jpg": (pictures.text_file(), "not_an_image"),
    "half a photo": (pictures.cut_short(pictures.jpeg()), "unreadable"),
    "half a film": (b"\0\0\0\x18ftypisom\0\0\x02\0isommp42" + bytes(50), "unreadable"),
    "a sound": (films.wav(), "no_preview_for_type"),
    **{f"a {name} bomb": (content, "too_many_pixels") for name, content in pictures.bombs().items()},
}


@pytest.mark.parametrize("name", NO_PICTURE)
def test_anything_promised_is_stored_and_says_why_it_has_no_preview(uploader: Uploader, name: str) -> None:
    content, reason = NO_PICTURE[name]
    file = services.make_preview(delivered(uploader, content).sha256)
    assert (file.preview, file.preview_reason) == ("unavailable", reason)
    assert b"".join(services.open_range(file.sha256)) == content


def test_examining_again_is_harmless(uploader: Uploader) -> None:
    file = delivered(uploader, pictures.heic(seed=23))
    first, second = services.make_preview(file.sha256), services.make_preview(file.sha256)
    assert first.thumbnail_sha256 == second.thumbnail_sha256


def test_storage_that_does_not_answer_leaves_the_preview_pending(
    uploader: Uploader, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = delivered(uploader, pictures.jpeg(seed=24))
    with monkeypatch.context() as patched:
        patched.setattr("server.evidence.services.previews.sm3_hex", _unavailable)
        with pytest.raises(StoreUnavailable):
            services.make_preview(file.sha256)
    file.refresh_from_db()
    assert file.preview == "pending"


def _unavailable(blocks: Blocks) -> str:
    blocks.close()
    raise StoreUnavailable


def test_make_previews_heals_what_a_crash_left_undone(uploader: Uploader) -> None:
    files = [delivered(uploader, pictures.png(seed=seed)) for seed in (25, 26)]
    services.store_thumbnails(uploader.phone.device, _thumbnail(7))
    output = StringIO()
    call_command("make_previews", all_pending=True, stdout=output)
    assert output.getvalue() == "2 files examined, 1 thumbnails drawn\n"
    assert {StoredFile.objects.get(pk=file.sha256).preview for file in files} == {"ready"}
    with pytest.raises(CommandError):
        call_command("make_previews", sha256="0" * 64)


def _thumbnail(seed: int, size: tuple[int, int] = (160, 120)) -> dict[str, bytes]:
    content = pictures.jpeg(size, seed=seed)
    return {sha256_of(content): content}


def test_a_device_s_thumbnail_is_drawn_again_by_us(transactional_db: None, phone: Phone) -> None:
    metadata = pictures.exif(position=(24.5, 118.1), orientation=6)
    content = pictures.jpeg((160, 120), metadata=metadata)
    with transaction.atomic():
        services.store_thumbnails(phone.device, {sha256_of(content): content})
    worker()
    row = ProvisionalThumbnail.objects.get()
    ours = b"".join(current_store().read(Area.DERIVED, row.stored_sha256))
    assert (bytes(row.received), ours != content, b"Exif" in ours) == (b"", True, False)
    assert pictures.quarters(Image.open(BytesIO(ours))) == [0, 1, 2, 3]


@pytest.mark.parametrize(
    "content",
    [b"", pictures.png_bomb(), pictures.png_bomb(1025, 1024), pictures.text_file(), pictures.heavy_jpeg(40)],
    ids=["empty", "bomb", "just too many pixels", "text", "too heavy"],
)
def test_a_thumbnail_that_cannot_be_trusted_is_forgotten(phone: Phone, content: bytes) -> None:
    services.store_thumbnails(phone.device, {sha256_of(content): content})
    services.make_pending_previews()
    assert not ProvisionalThumbnail.objects.exists()


def test_a_thumbnail_under_a_wrong_name_is_forgotten(phone: Phone) -> None:
    services.store_thumbnails(phone.device, {"0" * 64: pictures.jpeg((160, 120))})
    assert not ProvisionalThumbnail.objects.exists()


def test_a_thumbnail_sent_twice_is_one(phone: Phone) -> None:
    services.store_thumbnails(phone.device, _thumbnail(8))
    services.store_thumbnails(phone.device, _thumbnail(8))
    assert ProvisionalThumbnail.objects.count() == 1


def test_the_limits_of_thumbnails_are_the_protocol_s() -> None:
    assert (drawing.THUMBNAIL_SIDE, drawing.PROVISIONAL_PIXELS) == (512, 1024 * 1024)


def real_photos() -> list[Path]:
    return [path for path in sorted(REAL_PHOTOS.glob("*")) if path.suffix in (".jpg", ".heic", ".gif")]


def test_photos_of_real_phones_arrive_bit_for_bit_and_are_drawn(uploader: Uploader) -> None:
    """With the real pictures where they lie beside the project; ours above cover the same."""
    for path in real_photos():
        content = path.read_bytes()
        file = services.make_preview(delivered(uploader, content).sha256)
        assert b"".join(services.open_range(file.sha256)) == content
        expected = ("unavailable", "too_many_pixels") if "bomb" in path.name else ("ready", "")
        assert (file.preview, file.preview_reason) == expected, path.name
