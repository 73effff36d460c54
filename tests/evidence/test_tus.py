"""tus 1.0.0 at /api/v1/uploads/: core, creation, termination, as its text has them."""

import base64
from datetime import timedelta

import pytest
from django.test import Client

from server.common import clock
from server.evidence import services
from server.people.services import revoke_device
from tests import pictures
from tests.actors import Cast, Phone
from tests.evidence.uploading import UPLOADS, Response, Uploader, promise, sha256_of

PHOTO = pictures.jpeg(seed=1)
SHA256 = sha256_of(PHOTO)


def code(response: Response) -> str:
    return str(response.json()["code"])


def test_a_promise_is_the_creation_so_a_small_photo_is_one_patch(phone: Phone, uploader: Uploader) -> None:
    promise(phone, PHOTO)
    head = uploader.head(SHA256)
    assert (head.status_code, head["Upload-Offset"], head["Upload-Length"]) == (200, "0", str(len(PHOTO)))
    assert head["Cache-Control"] == "no-store"
    done = uploader.patch(SHA256, 0, PHOTO)
    assert (done.status_code, done["Upload-Offset"], done.content) == (204, str(len(PHOTO)), b"")
    assert uploader.offset(SHA256) == len(PHOTO)


def test_options_name_version_and_extensions_without_asking_who(client: Client) -> None:
    for path in (UPLOADS, UPLOADS + SHA256):
        response = client.options(path)
        assert response.status_code == 204
        assert (response["Tus-Version"], response["Tus-Extension"]) == ("1.0.0", "creation,termination")


def test_creation_answers_with_the_promised_resource(phone: Phone, uploader: Uploader) -> None:
    promise(phone, PHOTO)
    uploader.patch(SHA256, 0, PHOTO[:100])
    response = uploader.create(SHA256, len(PHOTO))
    assert (response.status_code, response["Location"]) == (201, UPLOADS + SHA256)
    assert uploader.offset(SHA256) == 100


def test_creation_without_a_promise_is_refused(uploader: Uploader) -> None:
    response = uploader.create(SHA256, 10)
    assert (response.status_code, code(response)) == (403, "not_promised")


@pytest.mark.parametrize("method", ["HEAD", "PATCH", "DELETE"])
def test_what_was_not_promised_by_this_device_does_not_exist_for_it(
    other_phone: Phone, uploader: Uploader, method: str
) -> None:
    promise(other_phone, PHOTO)
    assert uploader.request(method, SHA256, Upload_Offset="0").status_code == 403


@pytest.mark.parametrize("version", ["", "0.2.2", "2.0.0"])
@pytest.mark.parametrize("method", ["HEAD", "PATCH", "DELETE"])
def test_another_version_is_refused_and_told_ours(uploader: Uploader, method: str, version: str) -> None:
    response = uploader.request(method, SHA256, Tus_Resumable=version)
    assert (response.status_code, response["Tus-Version"]) == (412, "1.0.0")


def test_a_wrong_offset_is_a_conflict_and_says_the_right_one(phone: Phone, uploader: Uploader) -> None:
    promise(phone, PHOTO)
    uploader.patch(SHA256, 0, PHOTO[:100])
    for offset in (0, 99, 101, len(PHOTO)):
        response = uploader.patch(SHA256, offset, PHOTO[100:200])
        assert (response.status_code, code(response), response["Upload-Offset"]) == (409, "offset_conflict", "100")


def test_a_body_of_another_type_is_refused(phone: Phone, uploader: Uploader) -> None:
    promise(phone, PHOTO)
    response = uploader.patch(SHA256, 0, PHOTO, Content_Type="application/octet-stream")
    assert (response.status_code, code(response)) == (415, "content_type_unsupported")


def test_a_chunk_has_at_most_one_mebibyte(phone: Phone, uploader: Uploader) -> None:
    content = bytes(3 * 1024 * 1024)
    promise(phone, content)
    sha256 = sha256_of(content)
    assert uploader.patch(sha256, 0, content[: 1024 * 1024]).status_code == 204
    response = uploader.patch(sha256, 1024 * 1024, content[: 1024 * 1024 + 1])
    assert (response.status_code, code(response)) == (413, "chunk_too_large")
    assert uploader.offset(sha256) == 1024 * 1024


def test_more_bytes_than_promised_are_refused(phone: Phone, uploader: Uploader) -> None:
    promise(phone, PHOTO)
    response = uploader.patch(SHA256, 0, PHOTO + b"x")
    assert (response.status_code, code(response)) == (413, "upload_too_long")


def test_an_empty_patch_moves_nothing(phone: Phone, uploader: Uploader) -> None:
    promise(phone, PHOTO)
    assert uploader.patch(SHA256, 0, b"")["Upload-Offset"] == "0"


@pytest.mark.parametrize("offset", ["", "-1", "1.5", "abc", "٣", "9" * 40])
def test_an_offset_that_is_no_number_is_refused(phone: Phone, uploader: Uploader, offset: str) -> None:
    promise(phone, PHOTO)
    headers = {"Upload_Offset": offset} if offset.isascii() else {"Upload_Offset": "x"}
    response = uploader.request("PATCH", SHA256, PHOTO, **headers)
    assert (response.status_code, code(response)) == (400, "upload_header_invalid")


@pytest.mark.parametrize(
    "metadata",
    ["", "filename eA==", "sha256", "sha256 %%%", "sha256 eA==", f"sha256 {base64.b64encode(b'Z' * 64).decode()}"],
)
def test_creation_names_the_hash_in_its_metadata(uploader: Uploader, metadata: str) -> None:
    response = uploader.request("POST", "", Upload_Length="5", Upload_Metadata=metadata)
    assert (response.status_code, code(response)) == (400, "upload_metadata_invalid")


def test_a_deferred_length_is_not_spoken(phone: Phone, uploader: Uploader) -> None:
    metadata = f"sha256 {base64.b64encode(SHA256.encode()).decode()}"
    response = uploader.request("POST", "", Upload_Defer_Length="1", Upload_Metadata=metadata)
    assert (response.status_code, code(response)) == (400, "upload_header_invalid")


def test_termination_resets_the_offset_and_keeps_the_promise(phone: Phone, uploader: Uploader) -> None:
    promise(phone, PHOTO)
    uploader.patch(SHA256, 0, PHOTO[:100])
    assert uploader.request("DELETE", SHA256).status_code == 204
    assert uploader.offset(SHA256) == 0
    uploader.deliver(PHOTO)
    assert len(uploader.receipts(SHA256)) == 1


def test_termination_never_touches_verified_bytes(phone: Phone, uploader: Uploader) -> None:
    promise(phone, PHOTO)
    uploader.deliver(PHOTO)
    assert uploader.request("DELETE", SHA256).status_code == 204
    assert uploader.offset(SHA256) == len(PHOTO)
    assert b"".join(services.open_range(SHA256)) == PHOTO


def test_a_method_may_travel_in_a_header(phone: Phone, uploader: Uploader) -> None:
    promise(phone, PHOTO)
    response = uploader.request("POST", SHA256, PHOTO, X_HTTP_Method_Override="PATCH", Upload_Offset="0")
    assert response.status_code == 204
    assert uploader.offset(SHA256) == len(PHOTO)


@pytest.mark.parametrize(("method", "path"), [("GET", ""), ("PUT", SHA256), ("POST", SHA256), ("GET", SHA256)])
def test_other_methods_are_not_allowed(uploader: Uploader, method: str, path: str) -> None:
    response = uploader.request(method, path)
    assert response.status_code == 405
    assert "OPTIONS" in response["Allow"]


def test_an_expired_bearer_says_so(phone: Phone, uploader: Uploader) -> None:
    promise(phone, PHOTO)
    later = clock.now() + timedelta(hours=2)
    clock.set_clock(lambda: later)
    try:
        response = uploader.patch(SHA256, 0, PHOTO)
    finally:
        clock.set_clock(None)
    assert (response.status_code, code(response)) == (401, "bearer_expired")


@pytest.mark.parametrize("bearer", ["nonsense", "eyJ4IjoxfQ:forged", "é"])
def test_a_bearer_not_ours_is_refused(uploader: Uploader, bearer: str) -> None:
    uploader.bearer = bearer
    response = uploader.patch(SHA256, 0, PHOTO)
    assert (response.status_code, code(response)) == (401, "bearer_invalid")


def test_no_bearer_is_refused(uploader: Uploader) -> None:
    assert uploader.request("HEAD", SHA256, Authorization="").status_code == 401


def test_a_revoked_device_is_told_so(cast: Cast, phone: Phone, uploader: Uploader) -> None:
    promise(phone, PHOTO)
    revoke_device(device=phone.device, by=cast.director, reason="lost")
    response = uploader.patch(SHA256, 0, PHOTO)
    assert (response.status_code, code(response)) == (403, "device_revoked")


def test_errors_are_problem_documents(uploader: Uploader) -> None:
    response = uploader.create(SHA256, 10)
    assert response["Content-Type"] == "application/problem+json"
    assert {"type", "title", "status", "code", "detail", "request_id"} <= response.json().keys()
