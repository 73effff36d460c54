"""A device whose requests are signed and packed beforehand: while the meter runs it only sends bytes."""

import http.client
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from email.message import Message
from time import perf_counter
from typing import Any

from client_sdk.compression import compress
from tests.devices import Reply, TestDevice, b64

PUSH, PULL = "/api/v1/sync/push", "/api/v1/sync/pull"


@dataclass(frozen=True)
class Request:
    method: str
    path: str
    content: bytes
    headers: Mapping[str, str]


@dataclass(frozen=True)
class Answer:
    status: int
    content: bytes
    seconds: float
    headers: Message

    def read(self) -> dict[str, Any]:
        """The answer of a request that went well; any other ends the measurement."""
        if self.status != 200:
            raise RuntimeError(f"{self.status}: {self.content[:500]!r}")
        return dict(json.loads(self.content))


class Connection:
    """One kept-alive connection, as a device has it. Also a transport for `tests.devices`."""

    def __init__(self, port: int) -> None:
        self._http = http.client.HTTPConnection("127.0.0.1", port, timeout=120)

    def send(self, request: Request) -> Answer:
        begun = perf_counter()
        self._http.request(request.method, request.path, request.content, dict(request.headers))
        response = self._http.getresponse()
        content = response.read()
        return Answer(response.status, content, perf_counter() - begun, response.headers)

    def post(self, path: str, content: bytes, headers: Mapping[str, str]) -> Reply:
        answer = self.send(Request("POST", path, content, {"Content-Type": "application/json", **headers}))
        return answer.status, json.loads(answer.content or b"{}")

    def patch(self, path: str, content: bytes, headers: Mapping[str, str]) -> int:
        return self.send(Request("PATCH", path, content, headers)).status

    def close(self) -> None:
        self._http.close()


def signed(phone: TestDevice, path: str, members: Mapping[str, Any]) -> Request:
    """A request as the SDK would send it: signed over its bytes, compressed where that is worth it."""
    body = json.dumps(members, ensure_ascii=False).encode()
    content, coding = compress(body)
    signature = b64(phone.sign_request(str(members["nonce"]), body))
    headers = {"Content-Type": "application/json", "Content-Encoding": coding, "Zhixing-Signature": signature}
    return Request("POST", path, content, headers)


def push_request(phone: TestDevice, first_seq: int, count: int) -> Request:
    return signed(phone, PUSH, phone.envelope(first_seq=first_seq, limit=count))


def pull_request(phone: TestDevice, cursor: str | None) -> Request:
    members = {
        "protocol": 1,
        "certificate": phone.certificate,
        "schema": 1,
        "server_epoch": phone.server_epoch,
        "cursor": cursor,
        "max_bytes": 262_144,
        "nonce": secrets.token_urlsafe(12),
    }
    return signed(phone, PULL, members)


def require_applied(answer: Answer) -> dict[str, Any]:
    """A push that did not do its work would be fast."""
    members = answer.read()
    if other := {result["status"] for result in members["results"]} - {"applied"}:
        raise RuntimeError(f"operations were {other}")
    return members


def pull_all(phone: TestDevice, connection: Connection) -> str:
    """Pull until complete and acknowledge it; the cursor to go on from."""
    cursor: str | None = None
    while True:
        answer = json.loads(connection.send(pull_request(phone, cursor)).read()["answer"])
        cursor = answer["cursor"]
        if answer["complete"]:
            return str(cursor)
