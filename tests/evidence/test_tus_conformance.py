"""What tus 1.0.0 demands and other tests leave open; the table of all of it is in docs/reference/uploads.md."""

import ast
import base64
import re
from pathlib import Path

import pytest
from django.test import Client

from server.evidence import services
from tests import pictures
from tests.actors import Phone
from tests.evidence.uploading import UPLOADS, Uploader, promise, sha256_of

PHOTO = pictures.jpeg(seed=41)
SHA256 = sha256_of(PHOTO)
ROOT = Path(__file__).parents[2]


def test_the_head_of_an_upload_names_its_metadata(phone: Phone, uploader: Uploader) -> None:
    promise(phone, PHOTO)
    uploader.create(SHA256, len(PHOTO))
    assert uploader.head(SHA256)["Upload-Metadata"] == f"sha256 {base64.b64encode(SHA256.encode()).decode()}"


def test_the_head_of_a_finished_upload_still_has_offset_and_length(phone: Phone, uploader: Uploader) -> None:
    promise(phone, PHOTO)
    uploader.deliver(PHOTO)
    head = uploader.head(SHA256)
    assert (head["Upload-Offset"], head["Upload-Length"]) == (str(len(PHOTO)), str(len(PHOTO)))
    assert head["Cache-Control"] == "no-store"


def test_an_upload_that_is_not_there_has_no_offset(uploader: Uploader) -> None:
    head = uploader.head(SHA256)
    assert head.status_code == 403
    assert "Upload-Offset" not in head


@pytest.mark.parametrize("method", ["PATCH", "DELETE"])
def test_a_request_of_another_version_changes_nothing(phone: Phone, uploader: Uploader, method: str) -> None:
    promise(phone, PHOTO)
    uploader.patch(SHA256, 0, PHOTO[:100])
    answer = uploader.request(method, SHA256, PHOTO[100:200], Upload_Offset="100", Tus_Resumable="0.2.2")
    assert (answer.status_code, answer["Tus-Version"], answer["Tus-Resumable"]) == (412, "1.0.0", "1.0.0")
    assert uploader.offset(SHA256) == 100


@pytest.mark.parametrize("version", ["0.2.2", "nonsense"])
def test_options_do_not_care_for_the_version_of_who_asks(client: Client, version: str) -> None:
    answer = client.options(UPLOADS, headers={"Tus-Resumable": version})
    assert (answer.status_code, answer["Tus-Version"]) == (204, "1.0.0")


def test_the_method_in_the_header_is_the_only_one_that_counts(phone: Phone, uploader: Uploader) -> None:
    promise(phone, PHOTO)
    uploader.patch(SHA256, 0, PHOTO[:100])
    answer = uploader.request("PATCH", SHA256, PHOTO[100:200], Upload_Offset="100", X_HTTP_Method_Override="DELETE")
    assert (answer.status_code, uploader.offset(SHA256)) == (204, 0)


def test_bytes_at_another_offset_change_nothing(phone: Phone, uploader: Uploader) -> None:
    promise(phone, PHOTO)
    uploader.patch(SHA256, 0, PHOTO[:100])
    assert uploader.patch(SHA256, 0, b"#" * 100).status_code == 409
    uploader.deliver(PHOTO)
    assert b"".join(services.open_range(SHA256)) == PHOTO


def test_the_new_offset_is_the_old_one_and_what_was_received(phone: Phone, uploader: Uploader) -> None:
    promise(phone, PHOTO)
    reached = 0
    for size in (1, 250, 3):
        answer = uploader.patch(SHA256, reached, PHOTO[reached : reached + size])
        reached += size
        assert (answer.status_code, answer["Upload-Offset"]) == (204, str(reached))


def test_a_length_that_is_no_number_is_refused(phone: Phone, uploader: Uploader) -> None:
    promise(phone, PHOTO)
    metadata = f"sha256 {base64.b64encode(SHA256.encode()).decode()}"
    for length in ("-1", "1.0", "many"):
        assert uploader.request("POST", "", Upload_Length=length, Upload_Metadata=metadata).status_code == 400


def test_every_test_named_in_the_table_is_there() -> None:
    page = (ROOT / "docs/reference/uploads.md").read_text("utf-8")
    named = set(re.findall(r"`(test_\w+)`", page))
    files = [*(ROOT / "tests/evidence").glob("test_*.py")]
    written = {
        node.name
        for file in files
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.FunctionDef)
    }
    assert len(named) > 15
    assert named <= written
