"""A device's hand at tus, and its promises without a push."""

import base64
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from typing import Any
from uuid import UUID

from django.db import transaction
from django.test import Client

from server.cases.models import Case
from server.common.ids import new_id
from server.evidence import services
from server.evidence.models import Promise
from tests.actors import Phone

Response = Any
"""Django's test response; its stubs know no `json`."""
UPLOADS = "/api/v1/uploads/"
_seq = count(1)


def sha256_of(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def draft(phone: Phone, content: bytes, *cases: Case, **stated: Any) -> services.PromiseDraft:
    """What an operation of this phone names; every call is another operation unless `operation_hash` is given."""
    given: dict[str, Any] = {
        "device_id": phone.id,
        "incarnation": 1,
        "seq": next(_seq),
        "operation_hash": sha256_of(new_id().bytes),
        "sha256": sha256_of(content),
        "size": len(content),
        "subjects": tuple(("case", case.pk) for case in cases),
        "media_type": "image/jpeg",
    }
    return services.PromiseDraft(**{**given, **stated})


def promise(phone: Phone, content: bytes, *cases: Case, **stated: Any) -> Promise:
    """As a push does it: in a transaction of its own."""
    made = draft(phone, content, *cases, **stated)
    with transaction.atomic():
        services.promise_files([made])
    return Promise.objects.get(operation_hash=made.operation_hash, sha256=made.sha256)


@dataclass
class Uploader:
    """Speaks tus through Django's test client, with this phone's bearer."""

    phone: Phone
    client: Client = field(default_factory=Client)
    bearer: str = ""

    def __post_init__(self) -> None:
        self.bearer = self.bearer or services.issue_bearer(self.phone.device)

    def request(self, method: str, path: str, content: bytes = b"", /, **headers: str) -> Response:
        """Header names with underscores; an empty one is left out."""
        given = {"Authorization": f"Bearer {self.bearer}", "Tus-Resumable": "1.0.0"}
        given |= {name.replace("_", "-"): text for name, text in headers.items()}
        kind = given.pop("Content-Type", "application/offset+octet-stream")
        sent = {name: text for name, text in given.items() if text}
        # Django's client leaves out the type of an empty body unless it is said so.
        response = self.client.generic(method, UPLOADS + path, content, headers=sent, CONTENT_TYPE=kind)
        assert response.status_code == 500 or response["Tus-Resumable"] == "1.0.0"
        return response

    def head(self, sha256: str) -> Response:
        return self.request("HEAD", sha256)

    def offset(self, sha256: str) -> int:
        return int(self.head(sha256)["Upload-Offset"])

    def patch(self, sha256: str, offset: int, content: bytes, **headers: str) -> Response:
        return self.request("PATCH", sha256, content, Upload_Offset=str(offset), **headers)

    def create(self, sha256: str, length: int, **headers: str) -> Response:
        metadata = f"filename eC5qcGc=,sha256 {base64.b64encode(sha256.encode()).decode()}"
        return self.request("POST", "", Upload_Length=str(length), Upload_Metadata=metadata, **headers)

    def deliver(self, content: bytes, *, chunk: int = 1024 * 1024) -> None:
        """From wherever the upload stands to its end."""
        sha256 = sha256_of(content)
        for at, part in _chunks(content, self.offset(sha256), chunk):
            response = self.patch(sha256, at, part)
            assert response.status_code == 204, response.content

    def receipts(self, sha256: str) -> list[str]:
        response = self.request("GET", f"{sha256}/receipt")
        assert response.status_code == 200, response.content
        texts: list[str] = response.json()["receipts"]
        return texts


def _chunks(content: bytes, start: int, size: int) -> Iterator[tuple[int, bytes]]:
    for at in range(start, len(content), size):
        yield at, content[at : at + size]


def states_of(device: UUID) -> list[str]:
    return list(Promise.objects.filter(device_id=device).order_by("seq").values_list("state", flat=True))
