"""A court in this process, small and honest: it signs, keeps and answers as docs/reference/protocol.md says.

Not the server: a twin for engine tests, so that the SDK is tested without Django. `line.py` is the network between.
"""

import base64
import hashlib
import json
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from client_sdk.steps import Reply, Request
from tests.client_sdk.court_log import ZEROS, Log, b64, b64url, now, sha256
from tests.client_sdk.requests import check_signature, unpacked


@dataclass
class Court:
    """Set `units`, `safe` (a policy), `statuses`; read `log`, `files`, `requests`."""

    units: dict[tuple[str, str], tuple[str, dict[str, Any]]] = field(default_factory=dict)
    safe: Callable[["Court"], tuple[int, int]] = lambda court: (len(court.log.bodies), court.position)
    max_operations: int = 500
    page_size: int = 100
    answer_code: str = "ok"
    keeps_only: int | None = None
    """Of a push, acknowledge no more than so many."""
    says: list[Reply] = field(default_factory=list)
    """Answers to give instead of our own, first come first served."""
    wants: list[dict[str, Any]] | None = None
    keeps_promises: bool = True
    retention_days: int | None = None
    """None: a court from before it was said."""
    pulls_bring_bearers: bool = True
    """False: a server from before R54."""
    overtakes: int = 0
    """So many pulls are answered as if another had come between."""
    refuses: tuple[int, str] | None = None
    """Status and code for each push that brings an operation."""
    revoked_at: str | None = None
    """The device is revoked: what it pushes goes to `sealed`, its files to `sealed_files`."""
    lease_until: str | None = None
    lies: dict[str, Any] = field(default_factory=dict)
    """Members of its statements that are not so."""
    knows_calls: bool = True
    spoil_page: Callable[[dict[str, Any]], dict[str, Any]] = lambda page: page
    spoil_pull: Callable[[Reply], Reply] = lambda reply: reply
    spoil_piece: Callable[[bytes], bytes] = lambda piece: piece

    def __post_init__(self) -> None:
        self.id = uuid.uuid4()
        self.root, self.signing = Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate()
        self.escrow = X25519PrivateKey.generate()
        self.secret = b"0123456789"
        self.kid = "s1"
        self.new_keys: list[str] = []
        self.position: int = 1
        self.server_epoch, self.ledger_epoch = "life-1", "ledger-1"
        self.logs: dict[uuid.UUID, Log] = {}
        self.files: dict[str, bytearray] = {}
        self.verified: dict[str, bytes] = {}
        self.receipts: list[str] = []
        self.wanted_now: set[str] = set()
        self.papers: dict[str, bytes] = {}
        self.sealed: dict[int, bytes] = {}
        self.sealed_files: dict[str, bytearray] = {}
        self.reviews: list[dict[str, Any]] = []
        self.bearers: set[str] = set()
        self.views: dict[str, dict[tuple[str, str], str]] = {}
        self.acked_view: tuple[str | None, dict[tuple[str, str], str]] = (None, {})
        self.requests: list[tuple[str, str]] = []
        self.pushes: list[dict[str, Any]] = []
        self.proofs_of_loss: list[str] = []
        key = {"court": str(self.id), "kid": "s1", "public_key": b64(self.signing.public_key().public_bytes_raw())}
        self.key_statement = self.sign("key", {**key, "from": now()}, self.root)

    @property
    def code(self) -> str:
        fingerprint = sha256(self.root.public_key().public_bytes_raw())[:16]
        return base64.b32encode(self.secret + fingerprint).decode().rstrip("=")

    @property
    def log(self) -> Log:
        return next(iter(self.logs.values()))

    def sign(self, type_: str, members: Mapping[str, Any], key: Ed25519PrivateKey | None = None) -> str:
        raw = json.dumps({**members, "type": type_}).encode()
        signature = (key or self.signing).sign(f"zhixing-{type_}-1".encode() + b"\0" + raw)
        return f"{b64url(raw)}.{b64url(signature)}"

    def statement(self, log: Log, nonce: str, **changed: Any) -> str:
        acked = len(log.bodies)
        safe_seq, safe_position = self.safe(self)
        members = {
            "court": str(self.id),
            "kid": self.kid,
            "device": str(log.device),
            "incarnation": 1,
            "server_epoch": self.server_epoch,
            "ledger_epoch": self.ledger_epoch,
            "acked_seq": acked,
            "acked_hash": log.head(acked).hex(),
            "safe_seq": safe_seq,
            "safe_hash": log.head(safe_seq).hex(),
            "safe_position": safe_position,
            "position": self.position,
            "entry_hash": ZEROS,
            "received_at": now(),
            "nonce": nonce,
        }
        return self.sign("statement", {**members, **changed, **self.lies})

    def answer(self, request: Request) -> Reply:
        self.requests.append((request.method, request.path.rsplit("/", 1)[-1][:12]))
        if self.says:
            return self.says.pop(0)
        if request.path.startswith("/api/v1/uploads/"):
            return self._upload(request, request.path.rsplit("/", 1)[-1])
        if request.path.startswith("/api/v1/sync/sealed/"):
            return self._sealed_upload(request, request.path.rsplit("/", 1)[-1])
        if request.path.startswith("/api/v1/papers/"):
            return self._paper(request, request.path.rsplit("/", 1)[-1])
        body = unpacked(request)
        members = json.loads(body)
        door = self._doors().get(request.path.rsplit("/", 1)[-1])
        if door is None:
            return problem(404, "not_found")
        return door(members, body, request)

    def _doors(self) -> Mapping[str, Callable[[dict[str, Any], bytes, Request], Reply]]:
        doors = {"enrol": self._enrol, "push": self._push, "pull": self._pull}
        return {**doors, "sos": self._sos} if self.knows_calls else doors

    def _sos(self, members: dict[str, Any], body: bytes, request: Request) -> Reply:
        log = self._log_of(members, body, request)
        call = json.loads(base64.b64decode(members["body"]))
        named = call["id"] if call["kind"] == "sos" else call["fields"]["sos"]
        answer = json.dumps({"sos": {"id": named, "received_at": now()}})
        covered = hashlib.sha256(answer.encode()).hexdigest()
        statement = self.statement(log, members["nonce"], answer_sha256=covered)
        return reply(200, {"statement": statement, "answer": answer})

    def _enrol(self, members: dict[str, Any], body: bytes, request: Request) -> Reply:
        if members["secret"] != base64.b32encode(self.secret).decode():
            return problem(403, "enrolment_code_invalid")
        device, key = uuid.UUID(members["device"]), base64.b64decode(members["device_key"])
        check_signature(key, device, members["nonce"], body, request)
        if device not in self.logs:
            self.logs[device] = Log(device, key, self._certificate(device, key))
        log = self.logs[device]
        return reply(
            200,
            {
                "certificate": log.certificate,
                "root_key": b64(self.root.public_key().public_bytes_raw()),
                "escrow_key": b64(self.escrow.public_key().public_bytes_raw()),
                "statement": self.statement(log, members["nonce"]),
                "court": {"id": str(self.id), "code": "T01", "name": "某区人民法院"},
                "officer": {"id": str(uuid.uuid4()), "staff_no": "007", "name": "王执行"},
            },
        )

    def _certificate(self, device: uuid.UUID, key: bytes) -> str:
        members = {
            "court": str(self.id),
            "officer": str(uuid.uuid4()),
            "device": str(device),
            "incarnation": 1,
            "device_key": b64(key),
            "alg": "ed25519",
            "issued_at": now(),
            "kid": "s1",
            "chain": [self.key_statement],
        }
        return self.sign("certificate", members)

    def _log_of(self, members: dict[str, Any], body: bytes, request: Request) -> Log:
        log = next(log for log in self.logs.values() if log.certificate == members["certificate"])
        check_signature(log.device_key, log.device, members["nonce"], body, request)
        return log

    def _push(self, members: dict[str, Any], body: bytes, request: Request) -> Reply:
        log, nonce = self._log_of(members, body, request), members["nonce"]
        self.pushes.append(members)
        if self.revoked_at:
            return self._revoked(log, members)
        if members["server_epoch"] != self.server_epoch:
            return problem(409, "epoch_changed", statement=self.statement(log, nonce))
        if self.refuses is not None and members["operations"]:
            return problem(*self.refuses, statement=self.statement(log, nonce), seq=members["first_seq"])
        if members["first_seq"] > len(log.bodies) + 1 and "lost" in members:
            self.proofs_of_loss.append(members["lost"])
            log.lose_up_to(members["first_seq"] - 1, bytes.fromhex(members["prev_hash"]))
        if members["first_seq"] > len(log.bodies) + 1:
            return problem(409, "sequence_gap", statement=self.statement(log, nonce))
        if len(members["operations"]) > self.max_operations:
            return problem(413, "push_too_large")
        results = [self._take(log, each) for each in members["operations"][: self.keeps_only]]
        return reply(
            200,
            {
                "statement": self.statement(log, nonce),
                "keys": self.new_keys,
                "results": results,
                "upload_bearer": self._new_bearer(),
                "wanted": self.wanted(),
                "next": {"retry_after_ms": 0, "max_operations": 500, "max_bytes": 1 << 20},
            },
        )

    def _new_bearer(self) -> str:
        bearer = str(uuid.uuid4())
        self.bearers.add(bearer)
        return bearer

    def _take(self, log: Log, operation: dict[str, Any]) -> dict[str, Any]:
        seq, body = operation["seq"], base64.b64decode(operation["body"])
        is_repeated = seq <= len(log.bodies)
        if not is_repeated:
            assert seq == len(log.bodies) + 1
            chained = log.link(seq, body)
            assert chained.hex() == operation["hash"]
            signed = b"zhixing-head-1" + self.id.bytes + log.device.bytes + (1).to_bytes(4) + seq.to_bytes(8) + chained
            key = Ed25519PublicKey.from_public_bytes(log.device_key)
            key.verify(base64.b64decode(operation["signature"]), signed)
            log.bodies.append(body)
            log.hashes.append(chained)
            self.position += 1
        status = "applied" if self.answer_code == "ok" else "parked"
        return {"seq": seq, "status": status, "code": self.answer_code, "missing": [], "repeated": is_repeated}

    def promises(self) -> Iterator[tuple[int, dict[str, Any]]]:
        for log in self.logs.values():
            for seq, body in enumerate(log.bodies, 1):
                for promise in json.loads(body)["evidence"]:
                    yield seq, promise

    def wanted(self) -> list[dict[str, Any]]:
        if self.wants is not None:
            return self.wants
        hashes = dict.fromkeys(promise["sha256"] for _, promise in self.promises())
        return [
            {"sha256": each, "offset": len(self.files.get(each, b"")), "priority": 100 * (each in self.wanted_now)}
            for each in hashes
            if each not in self.verified
        ]

    def _pull(self, members: dict[str, Any], body: bytes, request: Request) -> Reply:
        log, nonce = self._log_of(members, body, request), members["nonce"]
        if self.revoked_at:
            return self._revoked(log, members)
        if members["server_epoch"] != self.server_epoch:
            return problem(409, "epoch_changed", statement=self.statement(log, nonce))
        if self.overtakes:
            self.overtakes -= 1
            return problem(409, "pull_overtaken", statement=self.statement(log, nonce))
        cursor = members["cursor"]
        if cursor is not None and cursor not in self.views:
            return problem(410, "reset", statement=self.statement(log, nonce))
        held = dict(self.views[cursor]) if cursor else {}
        answer = json.dumps(self.spoil_page(self._page(cursor, held)), ensure_ascii=False)
        digest = hashlib.sha256(answer.encode()).hexdigest()
        statement = self.statement(log, nonce, answer_sha256=digest)
        said = {"statement": statement, "keys": self.new_keys, "answer": answer}
        if self.pulls_bring_bearers:
            said["upload_bearer"] = self._new_bearer()
        return self.spoil_pull(reply(200, said))

    def _revoked(self, log: Log, members: dict[str, Any]) -> Reply:
        for each in members.get("operations", ()):
            self.sealed[each["seq"]] = base64.b64decode(each["body"])
        statement = self.statement(log, members["nonce"], revoked_at=self.revoked_at)
        more: dict[str, Any] = {}
        if "operations" in members:
            self.bearers.add("sealed-bearer")
            seq = len(log.bodies)
            while seq + 1 in self.sealed:
                seq += 1
            place = {"uploads": "/api/v1/sync/sealed/", "upload_bearer": "sealed-bearer"}
            more = {"sealed": {"seq": seq, "is_full": False, **place}}
        return problem(403, "device_revoked", statement=statement, **more)

    def _sealed_upload(self, request: Request, name: str) -> Reply:
        stored = self.sealed_files.setdefault(name, bytearray())
        if request.method == "PATCH":
            assert int(request.headers["Upload-Offset"]) == len(stored)
            stored += request.body
            assert len(stored) <= int(request.headers["Upload-Length"])
        return Reply(200, {"tus-resumable": "1.0.0", "upload-offset": str(len(stored))}, b"")

    def _page(self, base: str | None, held: dict[tuple[str, str], str]) -> dict[str, Any]:
        gone = [unit for unit in held if unit not in self.units]
        new = [unit for unit, (tag, _) in self.units.items() if held.get(unit) != tag]
        page = new[: self.page_size]
        for unit in gone:
            del held[unit]
        held.update({unit: self.units[unit][0] for unit in page})
        cursor = str(uuid.uuid4())
        self.views[cursor] = held
        lines = sorted(f"{type_}|{id_}|{tag}\n".encode() for (type_, id_), tag in held.items())
        return {
            "cursor": cursor,
            "base": base,
            "complete": len(page) == len(new),
            "as_of": now(),
            "put": [{"type": u[0], "id": u[1], "tag": self.units[u][0], "data": self.units[u][1]} for u in page],
            "remove": [{"type": type_, "id": id_, "reason": "reassigned"} for type_, id_ in gone],
            "reviews": self.reviews,
            "receipts": self.receipts,
            "wanted": self.wanted(),
            "digest": hashlib.sha256(b"".join(lines)).hexdigest(),
            **({"lease_until": self.lease_until} if self.lease_until else {}),
            "next": {"retry_after_ms": 0},
            **({} if self.retention_days is None else {"retention_days": self.retention_days}),
        }

    def _upload(self, request: Request, name: str) -> Reply:
        if request.headers["Authorization"].removeprefix("Bearer ") not in self.bearers:
            return problem(401, "upload_bearer_invalid")
        promised = [(seq, promise) for seq, promise in self.promises() if promise["sha256"] == name]
        if not promised:
            return problem(403, "upload_not_promised")
        stored = self.files.setdefault(name, bytearray())
        if request.method == "PATCH":
            if int(request.headers["Upload-Offset"]) != len(stored):
                return problem(409, "upload_offset_mismatch")
            stored += self.spoil_piece(request.body)
            if len(stored) >= promised[0][1]["size"]:
                self._finish(name, promised)
        size = str(len(self.files[name]) if name in self.files else 0)
        return Reply(204 if request.method == "PATCH" else 200, {"tus-resumable": "1.0.0", "upload-offset": size}, b"")

    def _paper(self, request: Request, name: str) -> Reply:
        if request.headers["Authorization"].removeprefix("Bearer ") not in self.bearers:
            return problem(401, "bearer_expired")
        if name not in self.papers:
            return problem(404, "paper_not_found")
        first, last = map(int, request.headers["Range"].removeprefix("bytes=").split("-"))
        content = self.papers[name]
        piece = content[first : last + 1]
        stated = f"bytes {first}-{first + len(piece) - 1}/{len(content)}"
        return Reply(206, {"etag": f'"{name}"', "content-range": stated}, self.spoil_piece(piece))

    def _finish(self, name: str, promised: list[tuple[int, dict[str, Any]]]) -> None:
        content = bytes(self.files[name])
        if hashlib.sha256(content).hexdigest() != name:
            self.files[name] = bytearray()
            return
        self.verified[name] = content
        if self.keeps_promises:
            for seq, _ in promised:
                self.give_receipt(seq, name)

    def give_receipt(self, promised_by: int, name: str, /, **changed: Any) -> None:
        self.position += 1
        members = {
            "court": str(self.id),
            "kid": self.kid,
            "device": str(self.log.device),
            "incarnation": 1,
            "seq": promised_by,
            "sha256": name,
            "size": len(self.verified[name]),
            "server_epoch": self.server_epoch,
            "ledger_epoch": self.ledger_epoch,
            "position": self.position,
            "entry_hash": ZEROS,
            "received_at": now(),
        }
        self.receipts.append(self.sign("receipt", {**members, **changed}))

    def rotate(self) -> None:
        """Sign with a new key from now on, and send its key statement along (R33)."""
        self.signing, self.kid = Ed25519PrivateKey.generate(), "s2"
        key = {"court": str(self.id), "kid": "s2", "public_key": b64(self.signing.public_key().public_bytes_raw())}
        self.new_keys = [self.sign("key", {**key, "from": now()}, self.root)]

    def restore(self, to_seq: int) -> None:
        """From a backup that knew so many operations and none of the files."""
        log = self.log
        del log.bodies[to_seq:], log.hashes[to_seq:]
        self.server_epoch, self.ledger_epoch = self.server_epoch + "'", self.ledger_epoch + "'"
        self.receipts, self.files, self.verified, self.views, self.bearers = [], {}, {}, {}, set()


def reply(status: int, members: Mapping[str, Any]) -> Reply:
    return Reply(status, {"content-type": "application/json"}, json.dumps(members).encode())


def problem(status: int, code: str, headers: Mapping[str, str] | None = None, **members: Any) -> Reply:
    body = {"type": f"/api/errors#{code}", "title": code, "status": status, "code": code, "detail": code, **members}
    return Reply(status, dict(headers or {}), json.dumps(body).encode())


PORTAL = b"<html><body>Welcome to the hotel. Please sign in.</body></html>"
