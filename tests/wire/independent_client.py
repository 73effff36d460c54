"""A device client written from docs/reference/protocol.md alone: it enrols, pushes, uploads, pulls and believes no one.

Stdlib, `cryptography` and its own `independent_reader`. It lives in memory, has one request outstanding (R28), and
changes its mind about the court only by a verified statement (R31).
"""

import http.client
import json
import os
import time
import urllib.parse
from collections.abc import Mapping
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests.wire.independent_reader import (
    Court,
    Log,
    Members,
    b64,
    digest_of,
    new_id,
    now,
    open_certificate,
    read_code,
    read_receipt,
    read_statement,
    require,
    sha256,
    text_hash,
    unb64,
)

UPLOADS = "/api/v1/uploads/"
CHUNK = 262_144
Answer = tuple[int, Mapping[str, str], bytes]


class Refused(Exception):
    """The server answered, and did not do it."""

    def __init__(self, status: int, problem: Members) -> None:
        super().__init__(f"{status} {problem.get('code')}: {problem.get('detail')}")
        self.status, self.code, self.problem = status, problem.get("code", ""), problem


class Line:
    """Real HTTP, one connection a request."""

    def __init__(self, url: str, timeout: float = 30) -> None:
        address = urllib.parse.urlsplit(url)
        self._address, self._timeout = (address.hostname or "", address.port), timeout

    def send(self, method: str, path: str, headers: Mapping[str, str], body: bytes = b"") -> Answer:
        """Raises OSError or http.client.HTTPException where no whole answer came."""
        connection = http.client.HTTPConnection(*self._address, timeout=self._timeout)
        try:
            connection.request(method, path, body, dict(headers))
            answer = connection.getresponse()
            return answer.status, {name.lower(): text for name, text in answer.getheaders()}, answer.read()
        finally:
            connection.close()


class Device:
    """One phone: its key, its log, its files, the units it holds, and what the court has proved of them."""

    def __init__(self, line: Line) -> None:
        self.line, self.id, self.key = line, new_id(), Ed25519PrivateKey.generate()
        self.boot_id, self.booted = new_id(), time.monotonic()
        self.epoch: str | None = None
        self.ledger_epoch = self.bearer = self.last_statement = ""
        self.acked = self.safe = self.safe_position = 0
        self.results: dict[int, Members] = {}
        self.files: dict[str, bytes] = {}
        self.receipts: dict[str, list[Members]] = {}
        self.units: dict[tuple[str, str], Members] = {}
        self.cursor: str | None = None
        self.forks: list[Members] = []
        self.log: Log
        self.court: Court

    # --- enrolment (section 6) -----------------------------------------------------------------------------------

    def enrol(self, code: str) -> Members:
        """Asked again unchanged after a lost answer, this gets the same certificate (R26)."""
        secret, fingerprint = read_code(code)
        public = self.key.public_key().public_bytes_raw()
        asked: Members = {
            "protocol": 1,
            "secret": secret,
            "device": self.id,
            "device_key": b64(public),
            "alg": "ed25519",
        }
        asked |= {"nonce": new_id(), "name": "independent", "app": "independent", "sdk": "independent"}
        answer = self._ask("/api/v1/devices/enrol", asked)
        root_key = unb64(answer["root_key"])
        require(sha256(root_key)[:16] == fingerprint, "not the court of this code")
        members, self.court = open_certificate(answer["certificate"], root_key)
        require((members["device"], unb64(members["device_key"])) == (self.id, public), "another's certificate")
        self.log = Log(answer["certificate"], members, self.key)
        statement = self._believe(answer, asked["nonce"])
        require(statement["acked_seq"] == 0, "a new device has pushed nothing")
        return answer

    # --- recording (section 4) -----------------------------------------------------------------------------------

    def record(self, kind: str, case: Members, fields: Members, photos: Mapping[str, bytes]) -> str:
        """An act of a case this device holds; `photos` are contents by shot code. The action's id."""
        evidence = [self._promised(shot, content) for shot, content in photos.items()]
        catalogues = [unit["id"] for (type_, _), unit in self.units.items() if type_ == "catalogue"]
        subject = {"type": "case", "id": case["id"], "assignment_no": case["assignment_no"], "node_id": None}
        body = {"v": 1, "id": new_id(), "action_id": new_id(), "kind": kind, "subjects": [subject]}
        body |= {"catalogue": catalogues[0], "officer_id": self.log.members["officer"]}
        body |= {"recorded_at": now(), "zone": "Asia/Shanghai", "boot_id": self.boot_id}
        body |= {"boot_ms": int((time.monotonic() - self.booted) * 1000), "last_statement": self.last_statement}
        body |= {"position": None, "seen": {f"case:{case['id']}": self.units["case", case["id"]]["tag"]}}
        body |= {"fields": fields, "evidence": evidence, "corrects": None, "salt": b64(os.urandom(16))}
        self.log.append(json.dumps(body, ensure_ascii=False).encode())
        return str(body["action_id"])

    def _promised(self, shot: str, content: bytes) -> Members:
        hash_ = sha256(content).hex()
        self.files[hash_] = content
        named: Members = {"id": new_id(), "sha256": hash_, "size": len(content), "media_type": "image/jpeg"}
        return named | {"origin": "CAMERA", "shot_code": shot, "recorded_at": now(), "thumbnail_sha256": None}

    # --- push (section 9) ----------------------------------------------------------------------------------------

    def push(self, limit: int = 500) -> None:
        """Until everything is acknowledged. Raises Refused, OSError, Distrusted."""
        while True:
            limit = min(limit, self._push_once(limit))
            if self.acked == len(self.log.operations):
                return

    def _push_once(self, limit: int) -> int:
        first = self.acked + 1
        nonce = new_id()
        asked: Members = {
            "protocol": 1,
            "certificate": self.log.certificate,
            "server_epoch": self.epoch,
            "nonce": nonce,
        }
        asked |= {"first_seq": first, "prev_hash": self.log.hash_at(first - 1)}
        asked |= {"operations": self.log.operations[first - 1 : first - 1 + limit]}
        try:
            answer = self._ask("/api/v1/sync/push", asked)
        except Refused as refusal:
            self._step_back(refusal, nonce)
            return limit
        self._believe(answer, nonce)
        self.results |= {result["seq"]: result for result in answer["results"]}
        self.bearer = answer["upload_bearer"]
        if fork := answer.get("fork"):
            self.forks.append(self.court.open("fork", fork))
        return int(answer["next"]["max_operations"])

    def _step_back(self, refusal: Refused, nonce: str) -> None:
        """409 and 410 carry a statement (R39); on the two that say so the device goes to where it stands."""
        if refusal.code not in ("epoch_changed", "sequence_gap"):
            raise refusal
        self._believe(refusal.problem, nonce)

    # --- pull (section 10) ---------------------------------------------------------------------------------------

    def pull(self, max_bytes: int = 262_144) -> None:
        """Until a page is complete and its digest is that of what is held."""
        kept: set[tuple[str, str]] | None = set() if self.cursor is None else None
        while True:
            nonce = new_id()
            try:
                page = self._page(nonce, max_bytes)
            except Refused as refusal:
                if refusal.code == "reset":  # R41: mark, and sweep when complete
                    self._believe(refusal.problem, nonce)
                    self.cursor, kept = None, set()
                elif refusal.code not in ("pull_overtaken", "epoch_changed"):
                    raise
                else:
                    self._believe(refusal.problem, nonce)
                continue
            self._apply(page, kept)
            if page["complete"]:
                return self._complete(page, kept)

    def _page(self, nonce: str, max_bytes: int) -> Members:
        asked = {"protocol": 1, "certificate": self.log.certificate, "schema": 1, "server_epoch": self.epoch}
        answer = self._ask("/api/v1/sync/pull", asked | {"cursor": self.cursor, "max_bytes": max_bytes, "nonce": nonce})
        statement = self._believe(answer, nonce)
        text = answer["answer"].encode()
        require(statement["answer_sha256"] == sha256(text).hex(), "not the answer that was signed")
        page: Members = json.loads(text)
        require(page["base"] in (None, self.cursor), "a page that builds on another")
        for receipt in page["receipts"]:
            self._take_receipt(receipt)
        return page

    def _apply(self, page: Members, kept: set[tuple[str, str]] | None) -> None:
        for gone in page["remove"]:
            self.units.pop((gone["type"], gone["id"]), None)
        for unit in page["put"]:
            self.units[unit["type"], unit["id"]] = unit
            if kept is not None:
                kept.add((unit["type"], unit["id"]))
        self.cursor = page["cursor"]

    def _complete(self, page: Members, kept: set[tuple[str, str]] | None) -> None:
        if kept is not None:
            self.units = {name: unit for name, unit in self.units.items() if name in kept}
        require(page["digest"] == self.digest(), "the digest is of other units")

    def digest(self) -> str:
        return digest_of((type_, id_, unit["tag"]) for (type_, id_), unit in self.units.items())

    # --- uploads (section 11) ------------------------------------------------------------------------------------

    def upload(self) -> None:
        """Every file without a receipt of this life of the court, from where it stands. Raises Refused, OSError."""
        for hash_, content in self.files.items():
            if not self._current_receipts(hash_):
                self._deliver(hash_, content)
                self._fetch_receipts(hash_)

    def _deliver(self, hash_: str, content: bytes) -> None:
        offset = int(self._tus("HEAD", hash_)["upload-offset"])
        while offset < len(content):
            headers = {"Upload-Offset": str(offset), "Content-Type": "application/offset+octet-stream"}
            answer = self._tus("PATCH", hash_, headers, content[offset : offset + CHUNK])
            offset = int(answer["upload-offset"])

    def _tus(
        self, method: str, path: str, headers: Mapping[str, str] | None = None, body: bytes = b""
    ) -> Mapping[str, str]:
        sent = {"Authorization": f"Bearer {self.bearer}", "Tus-Resumable": "1.0.0", **(headers or {})}
        status, heard, content = self.line.send(method, UPLOADS + path, sent, body)
        if status >= 400:
            raise Refused(status, json.loads(content or b"{}"))
        return heard

    def _fetch_receipts(self, hash_: str) -> None:
        headers = {"Authorization": f"Bearer {self.bearer}", "Tus-Resumable": "1.0.0"}
        status, _, content = self.line.send("GET", f"{UPLOADS}{hash_}/receipt", headers)
        if status != 200:
            raise Refused(status, json.loads(content))
        answer = json.loads(content)
        self.court = self.court.with_keys(answer["keys"])
        for receipt in answer["receipts"]:
            self._take_receipt(receipt)

    def _take_receipt(self, text: str) -> None:
        receipt = read_receipt(self.court, self.log, text)
        require(receipt["size"] == len(self.files.get(receipt["sha256"], b"")), "a receipt of other bytes")
        self.receipts.setdefault(receipt["sha256"], []).append(receipt)

    def _current_receipts(self, hash_: str) -> list[Members]:
        epochs = (self.epoch, self.ledger_epoch)
        found = self.receipts.get(hash_, [])
        return [receipt for receipt in found if (receipt["server_epoch"], receipt["ledger_epoch"]) == epochs]

    def is_safe(self, hash_: str) -> bool:
        """R32: this file may be erased here."""
        return any(receipt["position"] <= self.safe_position for receipt in self._current_receipts(hash_))

    def sync(self) -> None:
        """Push before pull before uploads, and once more for what they proved."""
        self.push()
        self.pull_if_confirmed()
        self.upload()
        self.pull_if_confirmed()

    def pull_if_confirmed(self) -> None:
        """R63: a court that knows us by our certificate alone takes all we owe, and shows nothing yet."""
        try:
            self.pull()
        except Refused as refusal:
            if refusal.code != "device_unconfirmed":
                raise

    # --- requests and statements (sections 7 and 8) --------------------------------------------------------------

    def _ask(self, path: str, members: Mapping[str, Any]) -> Members:
        body = json.dumps(members, ensure_ascii=False).encode()
        message = b"zhixing-request-1" + uuid_bytes(self.id) + members["nonce"].encode() + sha256(body)
        headers = {"Content-Type": "application/json", "Zhixing-Signature": b64(self.key.sign(message))}
        status, _, content = self.line.send("POST", path, headers, body)
        try:
            answer: Members = json.loads(content)
        except ValueError as fault:
            raise ConnectionError("not an answer of this server") from fault  # R28: a portal's page changes nothing
        if status != 200:
            raise Refused(status, answer)
        return answer

    def _believe(self, answer: Members, nonce: str) -> Members:
        """R30, R31, R33."""
        self.court = self.court.with_keys(answer.get("keys", ()))
        statement = read_statement(self.court, self.log, answer["statement"], nonce)
        acked = int(statement["acked_seq"])
        require(statement["server_epoch"] != self.epoch or acked >= self.acked, "fell within one life of the court")
        self.epoch, self.ledger_epoch = statement["server_epoch"], statement["ledger_epoch"]
        self.acked, self.safe, self.safe_position = acked, statement["safe_seq"], statement["safe_position"]
        self.last_statement = text_hash(answer["statement"])
        return statement


def uuid_bytes(text: str) -> bytes:
    return bytes.fromhex(text.replace("-", ""))
