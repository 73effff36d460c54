"""Who may open a file, what he gets byte for byte, and what is entered about it."""

import json
from collections.abc import AsyncIterator, Callable
from contextlib import nullcontext
from io import BytesIO
from typing import Any
from typing import cast as typed

import pytest
from django.http import StreamingHttpResponse
from django.test import AsyncRequestFactory, Client

from server.cases.models import Case
from server.evidence import services
from server.evidence.models import StoredFile
from server.evidence.serving import file_response
from server.evidence.store import BLOCK, Blocks
from server.ledger.models import Entry
from server.people.models import Officer, Role
from tests import films, pictures
from tests.actors import Cast, Phone, browser_of, officer_of, phone_of
from tests.cases.conftest import file_one
from tests.evidence.uploading import Response, Uploader, promise, sha256_of

PHOTO = pictures.jpeg(seed=31, metadata=pictures.exif(orientation=6))
SHA256 = sha256_of(PHOTO)
HREF = f"/api/v1/evidence/{SHA256}"


def body(response: Response) -> bytes:
    return response.getvalue() if isinstance(response, StreamingHttpResponse) else bytes(response.content)


def views_entered(court: Any) -> list[dict[str, Any]]:
    rows = Entry.objects.filter(stream=f"inspection:{court.pk}", kind="evidence_read").order_by("position")
    return [json.loads(row.view) for row in rows]


@pytest.fixture
def delivered(phone: Phone, held_case: Case) -> Case:
    promise(phone, PHOTO, held_case)
    Uploader(phone).deliver(PHOTO)
    return held_case


@pytest.fixture
def holder(cast: Cast, delivered: Case) -> Client:
    return browser_of(cast.holder)


def test_the_original_comes_back_bit_for_bit_and_harmless(holder: Client) -> None:
    response = holder.get(HREF)
    assert (response.status_code, body(response)) == (200, PHOTO)
    assert response["Content-Type"] == "image/jpeg"
    assert response["Content-Disposition"] == f'inline; filename="{SHA256[:16]}.jpg"'
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Security-Policy"].startswith("sandbox")
    assert response["Cache-Control"] == "private, no-store"
    assert (response["ETag"], response["Accept-Ranges"]) == (f'"{SHA256}"', "bytes")
    assert response["Content-Length"] == str(len(PHOTO))


@pytest.mark.parametrize(
    "content", [b"<html><script>alert(1)</script></html>", b"<svg onload='alert(1)'/>", b"%PDF-1.7 something", b"plain"]
)
def test_what_is_no_picture_of_the_list_is_only_ever_a_download(
    phone: Phone, holder: Client, held_case: Case, content: bytes
) -> None:
    promise(phone, content, held_case, media_type="text/html")
    Uploader(phone).deliver(content)
    response = holder.get(f"/api/v1/evidence/{sha256_of(content)}")
    assert response["Content-Type"] == "application/octet-stream"
    assert response["Content-Disposition"].startswith("attachment")
    assert body(response) == content


@pytest.mark.parametrize(("make", "media_type"), [(films.film, "video/mp4"), (films.wav, "audio/wav")])
def test_films_and_sound_come_under_their_own_type_by_ranges(
    phone: Phone, holder: Client, held_case: Case, make: Callable[[], bytes], media_type: str
) -> None:
    content = make()
    promise(phone, content, held_case, media_type=media_type)
    Uploader(phone).deliver(content)
    response = holder.get(f"/api/v1/evidence/{sha256_of(content)}", headers={"Range": "bytes=4-99"})
    assert (response.status_code, response["Content-Type"]) == (206, media_type)
    assert response["Content-Disposition"].startswith("inline")
    assert response["Content-Security-Policy"].startswith("sandbox")
    assert body(response) == content[4:100]


@pytest.mark.parametrize(
    ("asked", "start", "end"),
    [
        ("bytes=0-0", 0, 1),
        ("bytes=10-19", 10, 20),
        ("bytes=100-", 100, None),
        ("bytes=-7", -7, None),
        ("bytes=5-999999", 5, None),
    ],
)
def test_a_range_is_exactly_those_bytes(holder: Client, asked: str, start: int, end: int | None) -> None:
    response = holder.get(HREF, headers={"Range": asked})
    expected = PHOTO[start:end]
    first = start % len(PHOTO)
    assert (response.status_code, body(response)) == (206, expected)
    assert response["Content-Range"] == f"bytes {first}-{first + len(expected) - 1}/{len(PHOTO)}"
    assert response["Content-Length"] == str(len(expected))


def test_a_range_past_the_end_is_refused_with_the_size(holder: Client) -> None:
    response = holder.get(HREF, headers={"Range": f"bytes={len(PHOTO)}-"})
    assert (response.status_code, response["Content-Range"]) == (416, f"bytes */{len(PHOTO)}")
    assert response.json()["code"] == "range_unsatisfiable"


def test_a_range_of_another_version_is_the_whole(holder: Client) -> None:
    response = holder.get(HREF, headers={"Range": "bytes=0-9", "If-Range": '"another"'})
    assert (response.status_code, body(response)) == (200, PHOTO)
    same = holder.get(HREF, headers={"Range": "bytes=0-9", "If-Range": f'"{SHA256}"'})
    assert (same.status_code, body(same)) == (206, PHOTO[:10])


def test_head_tells_without_giving_or_entering(cast: Cast, holder: Client) -> None:
    response = holder.head(HREF)
    assert (response.status_code, response["Content-Length"], body(response)) == (200, str(len(PHOTO)), b"")
    assert views_entered(cast.court) == []


async def test_under_asgi_the_file_streams_and_is_closed() -> None:
    """No sync iterator, which Django would read to its end into memory first."""
    content = PHOTO * 400
    source = BytesIO(content[10:])
    file = StoredFile(sha256=SHA256, size=len(content))
    request = AsyncRequestFactory().get(HREF)
    response = file_response(request, file, Blocks(source, nullcontext), (10, len(content)), {})
    assert isinstance(response, StreamingHttpResponse)
    assert response.is_async
    blocks = [block async for block in typed(AsyncIterator[bytes], response.streaming_content)]
    assert (len(blocks[0]), b"".join(blocks)) == (BLOCK, content[10:])
    assert source.closed


def test_each_view_and_download_is_entered_with_the_inspection(cast: Cast, holder: Client, delivered: Case) -> None:
    body(holder.get(HREF))
    body(holder.get(HREF, {"download": "1", "reason": "附卷"}))
    body(browser_of(cast.duty).get(HREF))
    seen = [(view["officer"], view["purpose"], view["sha256"]) for view in views_entered(cast.court)]
    assert seen == [
        (str(cast.holder.pk), "view", SHA256),
        (str(cast.holder.pk), "download", SHA256),
        (str(cast.duty.pk), "view", SHA256),
    ]
    assert views_entered(cast.court)[0]["subject"] == {"type": "case", "id": str(delivered.pk)}
    assert views_entered(cast.other_court) == []


def test_a_download_is_named_after_its_hash_and_type(holder: Client) -> None:
    response = holder.get(HREF, {"download": "1", "reason": "附卷"})
    assert body(response) == PHOTO
    assert response["Content-Disposition"] == f'attachment; filename="{SHA256[:16]}.jpg"'


READERS = ["holder", "colleague", "duty", "director", "supervisor", "inspector"]
STRANGERS = ["bystander", "stranger", "auditor", "sysadmin"]


def _status(officer: Officer, href: str) -> tuple[int, str]:
    response = browser_of(officer).get(href)
    body(response)
    return response.status_code, "" if response.status_code == 200 else str(response.json()["code"])


@pytest.mark.parametrize("who", READERS)
def test_who_reads_the_case_reads_its_files(cast: Cast, delivered: Case, who: str) -> None:
    services.make_preview(SHA256)
    assert _status(getattr(cast, who), HREF) == (200, "")
    assert _status(getattr(cast, who), f"{HREF}/thumbnail") == (200, "")


@pytest.mark.parametrize("who", STRANGERS)
def test_a_stranger_cannot_tell_a_file_from_none(cast: Cast, delivered: Case, who: str) -> None:
    services.make_preview(SHA256)
    unknown = f"/api/v1/evidence/{'0' * 64}"
    for known, other in ((HREF, unknown), (f"{HREF}/thumbnail", f"{unknown}/thumbnail")):
        answers = [browser_of(getattr(cast, who)).get(href).json() for href in (known, other)]
        for answer in answers:
            answer.pop("request_id")
        assert answers[0] == answers[1]
        assert answers[0]["code"] == "evidence_not_found"
    assert views_entered(cast.court) == []


def test_nobody_reads_without_signing_in(client: Client, delivered: Case) -> None:
    assert client.get(HREF).status_code == 401
    assert client.get(f"{HREF}/thumbnail").status_code == 401


@pytest.mark.parametrize("name", ["nonsense", "..%2f..%2fsecret_key", SHA256.upper(), SHA256[:-1]])
def test_a_name_that_is_no_hash_is_not_found(holder: Client, name: str) -> None:
    assert holder.get(f"/api/v1/evidence/{name}").status_code == 404


def test_a_known_hash_alone_opens_nothing(cast: Cast, delivered: Case) -> None:
    """A stranger promises a hash he learnt, for a case of his own: the bytes others delivered stay closed to him."""
    theirs = file_one(cast, 900, court=cast.other_court, case_no="（2026）闽0925执900号")
    promise(phone_of(cast.stranger), PHOTO, theirs)
    reader = officer_of(cast.other_court, "250201", "值班", Role.COMMAND_CENTRE)
    assert _status(reader, HREF) == (404, "evidence_not_arrived")
    assert _status(reader, f"{HREF}/thumbnail") == (404, "preview_unavailable")
    assert _status(cast.supervisor, HREF) == (200, "")


def test_a_file_of_several_cases_is_read_through_each(cast: Cast, phone: Phone, delivered: Case) -> None:
    content = pictures.jpeg(seed=33)
    theirs = file_one(cast, 901, court=cast.other_court, case_no="（2026）闽0925执901号")
    promise(phone, content, delivered, theirs)
    Uploader(phone).deliver(content)
    reader = officer_of(cast.other_court, "250202", "值班", Role.COMMAND_CENTRE)
    assert _status(reader, f"/api/v1/evidence/{sha256_of(content)}") == (200, "")
    assert len(views_entered(cast.other_court)) == 1
    assert views_entered(cast.court) == []


def test_a_file_for_no_known_case_is_for_those_who_watch_the_court(cast: Cast, phone: Phone) -> None:
    promise(phone, PHOTO)
    Uploader(phone).deliver(PHOTO)
    assert _status(cast.duty, HREF) == (200, "")
    assert _status(cast.stranger, HREF) == (404, "evidence_not_found")
    assert len(views_entered(cast.court)) == 1


def test_a_promised_file_that_has_not_arrived_says_so(cast: Cast, phone: Phone, held_case: Case) -> None:
    promise(phone, PHOTO, held_case)
    Uploader(phone).patch(SHA256, 0, PHOTO[:100])
    assert _status(cast.holder, HREF) == (404, "evidence_not_arrived")


def test_thumbnails_pass_from_none_to_the_device_s_to_ours(cast: Cast, phone: Phone, held_case: Case) -> None:
    small = pictures.jpeg((160, 120), seed=34)
    promise(phone, PHOTO, held_case, thumbnail_sha256=sha256_of(small))
    browser = browser_of(cast.holder)
    assert browser.get(f"{HREF}/thumbnail").json()["reason"] == "not_arrived"
    services.store_thumbnails(phone.device, {sha256_of(small): small})
    assert browser.get(f"{HREF}/thumbnail").status_code == 404
    services.make_pending_previews()
    provisional = browser.get(f"{HREF}/thumbnail")
    assert (provisional.status_code, provisional["Zhixing-Preview"]) == (200, "provisional")
    Uploader(phone).deliver(PHOTO)
    assert browser.get(f"{HREF}/thumbnail")["Zhixing-Preview"] == "provisional"
    services.make_preview(SHA256)
    final = browser.get(f"{HREF}/thumbnail")
    assert (final["Zhixing-Preview"], final["Content-Type"]) == ("final", "image/jpeg")
    assert final.content != provisional.content
    assert final["Cache-Control"] == "private, no-store"
    assert views_entered(cast.court) == []


def test_another_device_s_thumbnail_is_not_shown_for_mine(
    cast: Cast, phone: Phone, other_phone: Phone, held_case: Case
) -> None:
    small = pictures.jpeg((160, 120), seed=35)
    services.store_thumbnails(other_phone.device, {sha256_of(small): small})
    services.make_pending_previews()
    promise(phone, PHOTO, held_case, thumbnail_sha256=sha256_of(small))
    assert browser_of(cast.holder).get(f"{HREF}/thumbnail").status_code == 404


def test_no_preview_says_why(cast: Cast, phone: Phone, held_case: Case) -> None:
    small = pictures.jpeg((160, 120), seed=36)
    note = pictures.text_file()
    promise(phone, note, held_case, thumbnail_sha256=sha256_of(small))
    services.store_thumbnails(phone.device, {sha256_of(small): small})
    Uploader(phone).deliver(note)
    services.make_pending_previews()
    response = browser_of(cast.holder).get(f"/api/v1/evidence/{sha256_of(note)}/thumbnail")
    assert (response.status_code, response.json()["code"]) == (404, "preview_unavailable")
    assert response.json()["reason"] == "not_an_image"
