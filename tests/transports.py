"""How a test device reaches the server: through Django's test client, or over real HTTP."""

import json
import urllib.error
import urllib.request
from collections.abc import Mapping
from typing import Any, Protocol

Reply = tuple[int, dict[str, Any]]
UPLOAD_TYPE = "application/offset+octet-stream"


class Transport(Protocol):
    def post(self, path: str, content: bytes, headers: Mapping[str, str]) -> Reply: ...

    def patch(self, path: str, content: bytes, headers: Mapping[str, str]) -> int: ...


class DjangoTransport:
    """Through Django's test client, in this process."""

    def __init__(self, client: Any) -> None:
        self.client = client

    def post(self, path: str, content: bytes, headers: Mapping[str, str]) -> Reply:
        reply = self.client.post(path, content, content_type="application/json", headers=dict(headers))
        return reply.status_code, json.loads(reply.content or b"{}")

    def patch(self, path: str, content: bytes, headers: Mapping[str, str]) -> int:
        reply = self.client.patch(path, content, content_type=UPLOAD_TYPE, headers=dict(headers))
        return int(reply.status_code)


class HttpTransport:
    """Over real HTTP."""

    def __init__(self, base_url: str, timeout_seconds: float = 30) -> None:
        self.base_url = base_url.rstrip("/")
        self.timeout_seconds = timeout_seconds

    def post(self, path: str, content: bytes, headers: Mapping[str, str]) -> Reply:
        request = urllib.request.Request(
            self.base_url + path, content, {"Content-Type": "application/json", **headers}, method="POST"
        )
        try:
            with urllib.request.urlopen(request, timeout=self.timeout_seconds) as reply:
                return reply.status, json.loads(reply.read() or b"{}")
        except urllib.error.HTTPError as refusal:
            with refusal:
                return refusal.code, json.loads(refusal.read() or b"{}")

    def patch(self, path: str, content: bytes, headers: Mapping[str, str]) -> int:
        request = urllib.request.Request(
            self.base_url + path, content, {"Content-Type": UPLOAD_TYPE, **headers}, method="PATCH"
        )
        try:
            with urllib.request.urlopen(request, timeout=self.timeout_seconds) as reply:
                return int(reply.status)
        except urllib.error.HTTPError as refusal:
            with refusal:
                return refusal.code
