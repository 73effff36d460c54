"""A device for tests: it speaks the wire with the standard library and `cryptography`, importing nothing of ours.

It keeps its log in memory, signs every head, and has the faults that phones and networks have, by name.
"""

import base64
import gzip
import hashlib
import json
import os
import time
import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from tests.transports import DjangoTransport, HttpTransport, Reply, Transport

__all__ = ["DjangoTransport", "HttpTransport", "Offline", "Operation", "Refused", "Reply", "TestDevice", "Transport"]


class Offline(Exception):
    """The request never left, or its reply never came: a device cannot tell which."""


@dataclass
class Operation:
    seq: int
    body: bytes
    hash: bytes
    signature: bytes

    @property
    def hash_hex(self) -> str:
        return self.hash.hex()

    def framed(self) -> dict[str, Any]:
        return {"seq": self.seq, "body": b64(self.body), "hash": self.hash.hex(), "signature": b64(self.signature)}


@dataclass
class Enrolment:
    """What the server's answer gave: enough to build a second device double on the same certificate (a clone)."""

    certificate: str
    court_id: uuid.UUID
    officer_id: str
    root_key: bytes


@dataclass
class Faults:
    is_offline: bool = False
    replies_to_lose: int = 0
    requests_to_double: int = 0
    clock_offset: timedelta = field(default_factory=timedelta)


class TestDevice:
    __test__ = False

    def __init__(
        self, transport: Transport, *, officer_id: str = "", now: Callable[[], datetime] | None = None
    ) -> None:
        self.transport = transport
        self.id = new_id()
        self.private_key = Ed25519PrivateKey.generate()
        self.incarnation = 1
        self.log: list[Operation] = []
        self.acked_seq = 0
        self.server_epoch: str | None = None
        self.last_statement = ""
        self.statement_text = ""
        self.statement: dict[str, Any] = {}
        self.enrolment: Enrolment | None = None
        self.officer_id = officer_id
        self.faults = Faults()
        self.boot_id = str(uuid.uuid4())
        self.results: dict[int, dict[str, Any]] = {}
        self.bearer = ""
        self._now = now or (lambda: datetime.now(UTC))

    # --- faults, by name -------------------------------------------------------------------------------------------

    def go_offline(self) -> None:
        self.faults.is_offline = True

    def come_online(self) -> None:
        self.faults.is_offline = False

    def lose_next_reply(self) -> None:
        """The server does its work; the device hears nothing."""
        self.faults.replies_to_lose += 1

    def duplicate_next_request(self) -> None:
        """A proxy sends the same bytes twice; the device hears the second answer."""
        self.faults.requests_to_double += 1

    def clock_runs_behind(self, *, minutes: float) -> None:
        self.faults.clock_offset = -timedelta(minutes=minutes)

    def clock_runs_ahead(self, *, minutes: float) -> None:
        self.faults.clock_offset = timedelta(minutes=minutes)

    # --- enrolment -------------------------------------------------------------------------------------------------

    def enrol(self, code: str, **members: Any) -> dict[str, Any]:
        """POST /api/v1/devices/enrol with a one-time code as printed; keeps the certificate."""
        letters = "".join(code.replace("-", "").split()).upper()
        request = {
            "protocol": 1,
            "secret": letters[:16],
            "device": str(self.id),
            "device_key": b64(self.public_key),
            "alg": "ed25519",
            "nonce": new_nonce(),
            "name": "test phone",
            "app": "tests",
            "sdk": "tests/devices",
            **members,
        }
        status, answer = self.send("/api/v1/devices/enrol", request)
        if status != 200:
            raise Refused(status, answer)
        root = base64.b64decode(answer["root_key"])
        self.adopt(Enrolment(answer["certificate"], uuid.UUID(answer["court"]["id"]), answer["officer"]["id"], root))
        self._read_statement(answer["statement"])
        return answer

    def adopt(self, enrolment: Enrolment) -> None:
        self.enrolment = enrolment
        self.officer_id = enrolment.officer_id
        self.incarnation = json.loads(unb64url(enrolment.certificate.split(".")[0]))["incarnation"]

    @property
    def certificate(self) -> str:
        assert self.enrolment is not None, "enrol first"
        return self.enrolment.certificate

    @property
    def court_id(self) -> uuid.UUID:
        assert self.enrolment is not None, "enrol first"
        return self.enrolment.court_id

    @property
    def public_key(self) -> bytes:
        return self.private_key.public_key().public_bytes_raw()

    # --- recording -------------------------------------------------------------------------------------------------

    def now(self) -> datetime:
        return self._now() + self.faults.clock_offset

    def record(
        self,
        kind: str = "LOCATE",
        *,
        case_id: Any = None,
        case_ids: Iterable[Any] = (),
        case_no: str | None = None,
        assignment_no: int | None = 1,
        fields: Mapping[str, Any] | None = None,
        photos: Iterable[bytes | Mapping[str, Any]] = (),
        **members: Any,
    ) -> Operation:
        """Chain and sign one act. `members` replace parts of the body; a photo is bytes or a whole evidence member."""
        cases = [*([case_id] if case_id else []), *case_ids]
        subjects: list[dict[str, Any]] = [
            {"type": "case", "id": str(each), "assignment_no": assignment_no, "node_id": None} for each in cases
        ]
        if case_no:
            subjects.append({"type": "case_no", "id": case_no, "assignment_no": None, "node_id": None})
        body = {
            "v": 1,
            "id": str(new_id()),
            "action_id": str(new_id()),
            "kind": kind,
            "subjects": subjects,
            "catalogue": "test",
            "officer_id": self.officer_id,
            "recorded_at": self.now().isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "zone": "+08:00",
            "boot_ms": int(time.monotonic() * 1000),
            "boot_id": self.boot_id,
            "last_statement": self.last_statement or None,
            "position": {"lat": 26.5, "lon": 119.5, "accuracy": 12.5, "crs": "WGS84"},
            "seen": {},
            "fields": dict(fields or {}),
            "evidence": [self.evidence(each) for each in photos],
            "corrects": None,
            "salt": b64(os.urandom(9)),
        }
        return self.record_bytes(json.dumps({**body, **members}, ensure_ascii=False).encode())

    def evidence(self, photo: bytes | Mapping[str, Any]) -> dict[str, Any]:
        if not isinstance(photo, bytes):
            return dict(photo)
        return {
            "id": str(new_id()),
            "sha256": hashlib.sha256(photo).hexdigest(),
            "size": len(photo),
            "media_type": "image/jpeg",
            "origin": "CAMERA",
            "shot_code": "PANORAMA",
            "recorded_at": self.now().isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "thumbnail_sha256": None,
        }

    def record_bytes(self, body: bytes) -> Operation:
        """Chain and sign any bytes, as a damaged or hostile app would."""
        seq = len(self.log) + 1
        operation = Operation(seq, body, self._link(self.head(seq - 1), seq, body), b"")
        operation.signature = self.sign_head(seq, operation.hash)
        self.log.append(operation)
        return operation

    def head(self, seq: int) -> bytes:
        if seq:
            return self.log[seq - 1].hash
        return hashlib.sha256(b"zhixing-genesis-1" + self.certificate.encode()).digest()

    def sign_head(self, seq: int, head: bytes) -> bytes:
        return self.private_key.sign(b"zhixing-head-1" + self.court_id.bytes + self._numbers(seq) + head)

    def _link(self, prev: bytes, seq: int, body: bytes) -> bytes:
        return hashlib.sha256(b"zhixing-op-1" + prev + self._numbers(seq) + hashlib.sha256(body).digest()).digest()

    def _numbers(self, seq: int) -> bytes:
        return self.id.bytes + self.incarnation.to_bytes(4, "big") + seq.to_bytes(8, "big")

    # --- push ------------------------------------------------------------------------------------------------------

    def envelope(self, *, first_seq: int | None = None, limit: int = 500, **members: Any) -> dict[str, Any]:
        first = first_seq or self.acked_seq + 1
        return {
            "protocol": 1,
            "certificate": self.certificate,
            "server_epoch": self.server_epoch,
            "nonce": new_nonce(),
            "first_seq": first,
            "prev_hash": self.head(first - 1).hex(),
            "operations": [each.framed() for each in self.log[first - 1 : first - 1 + limit]],
            "thumbnails": {},
            "status": {"unsent": [], "pending_bytes": 0, "free_bytes": 9_000_000_000, "app": "tests", "sdk": "tests"},
            **members,
        }

    def push(self, *, limit: int = 500, first_seq: int | None = None, **members: Any) -> dict[str, Any]:
        """Send what is not acknowledged; believe the answer only by its signed statement. Raises Offline, Refused."""
        status, answer = self.push_envelope(self.envelope(first_seq=first_seq, limit=limit, **members))
        if status != 200:
            raise Refused(status, answer)
        return answer

    def push_envelope(self, envelope: Mapping[str, Any]) -> Reply:
        status, answer = self.send("/api/v1/sync/push", envelope)
        if "statement" in answer:
            self._read_statement(answer["statement"])
        for result in answer.get("results", []) if status == 200 else []:
            self.results[result["seq"]] = result
        self.bearer = answer.get("upload_bearer", self.bearer)
        return status, answer

    def pull(self, *, cursor: str | None = None, **members: Any) -> Reply:
        request = {
            "protocol": 1,
            "certificate": self.certificate,
            "schema": 1,
            "server_epoch": self.server_epoch,
            "cursor": cursor,
            "max_bytes": 262_144,
            "nonce": new_nonce(),
            **members,
        }
        return self.send("/api/v1/sync/pull", request)

    def upload(self, content: bytes) -> int:
        """Deliver a promised file whole, in one PATCH; the status of the answer."""
        headers = {"Authorization": f"Bearer {self.bearer}", "Tus-Resumable": "1.0.0", "Upload-Offset": "0"}
        if self.faults.is_offline:
            raise Offline
        return self.transport.patch(f"/api/v1/uploads/{hashlib.sha256(content).hexdigest()}", content, headers)

    # --- requests --------------------------------------------------------------------------------------------------

    def send(self, path: str, members: Mapping[str, Any], **options: Any) -> Reply:
        content = json.dumps(members, ensure_ascii=False).encode()
        return self.send_bytes(path, content, nonce=str(members["nonce"]), **options)

    def send_bytes(self, path: str, content: bytes, *, nonce: str, encoding: str = "identity") -> Reply:
        """Sign these exact bytes and send them under the faults now in force."""
        if self.faults.is_offline:
            raise Offline
        headers = {"Zhixing-Signature": b64(self.sign_request(nonce, content)), "Content-Encoding": encoding}
        packed = gzip.compress(content) if encoding == "gzip" else content
        reply = self.transport.post(path, packed, headers)
        if self.faults.requests_to_double:
            self.faults.requests_to_double -= 1
            reply = self.transport.post(path, packed, headers)
        if self.faults.replies_to_lose:
            self.faults.replies_to_lose -= 1
            raise Offline
        return reply

    def sign_request(self, nonce: str, content: bytes) -> bytes:
        message = b"zhixing-request-1" + self.id.bytes + nonce.encode() + hashlib.sha256(content).digest()
        return self.private_key.sign(message)

    def _read_statement(self, text: str) -> None:
        self.statement = self.verified(text, "statement")
        self.server_epoch = self.statement["server_epoch"]
        self.acked_seq = self.statement["acked_seq"]
        self.statement_text = text
        self.last_statement = hashlib.sha256(text.encode()).hexdigest()

    def verified(self, text: str, type_: str) -> dict[str, Any]:
        """The members of a signed text, verified by the certificate's chain up to the root."""
        assert self.enrolment is not None
        signed = opened(text, type_, self._signing_key(json.loads(unb64url(text.split(".")[0]))["kid"]))
        assert signed["device"] == str(self.id), "a statement for another device"
        return signed

    def _signing_key(self, kid: str) -> bytes:
        assert self.enrolment is not None
        certificate = json.loads(unb64url(self.certificate.split(".")[0]))
        keys = [opened(each, "key", self.enrolment.root_key) for each in certificate["chain"]]
        return base64.b64decode(next(key["public_key"] for key in keys if key["kid"] == kid))


class Refused(AssertionError):
    """The server answered otherwise than 200."""

    def __init__(self, status: int, problem: dict[str, Any]) -> None:
        super().__init__(f"{status} {problem.get('code')}: {problem}")
        self.status = status
        self.problem = problem
        self.code = problem.get("code", "")


def opened(text: str, type_: str, public_key: bytes) -> dict[str, Any]:
    signed, signature = (unb64url(part) for part in text.split("."))
    Ed25519PublicKey.from_public_bytes(public_key).verify(signature, f"zhixing-{type_}-1".encode() + b"\0" + signed)
    members: dict[str, Any] = json.loads(signed)
    assert members["type"] == type_
    return members


def b64(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def unb64url(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def new_nonce() -> str:
    return base64.urlsafe_b64encode(os.urandom(12)).decode()


def new_id() -> uuid.UUID:
    """UUIDv7: time first, so that ids made here sort as those of a real device."""
    milliseconds = int(time.time() * 1000)
    number = milliseconds << 80 | 7 << 76 | int.from_bytes(os.urandom(9)) & ((1 << 76) - 1)
    return uuid.UUID(int=number & ~(3 << 62) | 2 << 62)
