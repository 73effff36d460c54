"""What the server says and keeps, checked at every request, heard by the device or not."""

import hashlib
import json
from typing import Any

from client_sdk.engine import UPLOADS_PATH
from client_sdk.steps import Reply, Request
from server.evidence.models import Promise
from server.people.models import Device
from server.sync.models import DeviceLog, Operation
from tests.simulation.chance import VirtualClock
from tests.simulation.findings import require
from tests.simulation.gone import holes_are_explained, lost_seqs
from tests.simulation.journal import Recorded
from tests.simulation.oracle import Oracle, is_revoked, visible_cases
from tests.simulation.phone import Phone
from tests.simulation.watch import claims_of, members_of

Claims = dict[str, Any]


class Audit:
    """Of one device's log, as the server keeps it and speaks of it."""

    def __init__(self, phone: Phone, clock: VirtualClock, contents: dict[str, str]) -> None:
        """`contents` is shared by all devices: the content once seen under each tag."""
        self._phone, self._clock, self._contents = phone, clock, contents
        self.durable = 0
        """1..durable were found on the server, verbatim."""
        self.uploads = 0
        self._stated: dict[int, str] = {}
        self._answers: dict[int, Any] = {}
        self._highest = 0
        self._delivered: dict[str, int] = {}
        self._ended_at: int | None = None

    def go_back(self, seq: int) -> None:
        """The server was restored: it knows 1..seq, and a new life has answers of its own."""
        self.durable = self._highest = seq
        self._answers.clear()
        self._ended_at = seq if is_revoked(self._phone.id) else None

    def end(self) -> None:
        """The device is revoked: nothing that comes from now on may reach its log."""
        self._ended_at = self.durable

    def carried(self) -> None:
        """Another hand brings what this device still has."""
        self._delivered.update({sha256: len(content) for sha256, content in self._phone.journal.photos.items()})

    def delivered(self, request: Request, reply: Reply | None) -> None:
        """One request reached the server; `reply` is None when that died over it."""
        if request.method == "PATCH" and request.path.startswith(UPLOADS_PATH):
            self._note_upload(request, reply)
        if self._phone.id is None:
            return
        self.look()
        require(reply is None or reply.status != 500, "I17", f"{self._phone.name}: the server has a fault of its own")
        if reply is not None and reply.headers.get("content-type", "").startswith("application/"):
            self._judge_reply(request, json.loads(reply.body or b"{}"))

    def _note_upload(self, request: Request, reply: Reply | None) -> None:
        sha256 = request.path.rsplit("/", 1)[-1]
        self._delivered[sha256] = self._delivered.get(sha256, 0) + len(request.body)
        self.uploads += reply is not None and reply.status == 204

    def look(self) -> None:
        """I3, I4: what is acknowledged is there, byte for byte, and never less of it. I15: nothing of one revoked."""
        log = DeviceLog.objects.filter(pk=self._phone.id).first() if self._phone.id else None
        acked = log.acked_seq if log else 0
        require(acked >= self.durable, "I3", f"{self._phone.name}: the log fell from {self.durable} to {acked}")
        require(self._ended_at in (None, acked), "I15", f"{self._phone.name} is revoked, and {acked} is acknowledged")
        if acked > self.durable:
            self._take_over(acked)

    def _take_over(self, acked: int) -> None:
        rows = Operation.objects.filter(device_id=self._phone.device_id, seq__gt=self.durable).order_by("seq")
        found = {row.seq: row for row in rows}
        device = Device.objects.select_related("officer").get(pk=self._phone.device_id)
        oracle, lost = Oracle(device, self._clock.now()), lost_seqs(self._phone.device_id)
        for seq in range(self.durable + 1, acked + 1):
            if seq in lost and seq not in found:
                holes_are_explained(self._phone)
                continue
            require(seq in found, "I3", f"{self._phone.name}: {seq} is acknowledged and not stored")
            self._judge_row(oracle, found[seq])
        self.durable = acked

    def _judge_row(self, oracle: Oracle, row: Operation) -> None:
        name, ours = f"{self._phone.name}/{row.seq}", self._recorded(row.seq)
        same = (bytes(row.body), row.hash, bytes(row.signature)) == (ours.raw, ours.hash, ours.signature)
        require(same, "I4", f"{name} is stored otherwise than it was recorded")
        code, expected = json.loads(row.result)["code"], oracle.expected_codes(ours)
        require(code in expected, "I15", f"{name} became {row.status} {code}, explained were {expected}")

    def _recorded(self, seq: int) -> Recorded:
        # A device may have died between its commit and our look at its outbox.
        require(seq <= self._phone.journal.head_seq, "I2", f"{self._phone.name}: {seq} was never recorded")
        return self._phone.journal.operations[seq - 1]

    def _judge_reply(self, request: Request, reply: dict[str, Any]) -> None:
        if isinstance(reply.get("statement"), str):
            self._judge_statement(claims_of(reply["statement"]))
        for result in reply.get("results") or ():
            self._judge_result(result)
        if isinstance(reply.get("answer"), str):
            require(members_of(request).get("nonce"), "I6", "a pull without a nonce was answered")
            self._judge_page(json.loads(reply["answer"]))
        for receipt in reply.get("receipts") or ():
            self._judge_receipt(claims_of(receipt))

    def _judge_statement(self, claims: Claims) -> None:
        """I3, I21: it covers nothing that is not there, never less than before, and never two things."""
        name, acked, safe = self._phone.name, claims["acked_seq"], claims["safe_seq"]
        require(claims["device"] == str(self._phone.id), "I21", f"{name} gets another's statement")
        require(
            safe <= acked <= self.durable,
            "I3",
            f"{name}: stated {safe} safe, {acked} acknowledged, {self.durable} there",
        )
        require(acked >= self._highest, "I3", f"{name}: stated {acked} after {self._highest}")
        self._highest = acked
        for seq, hash_ in ((acked, claims["acked_hash"]), (safe, claims["safe_hash"])):
            require(self._stated.setdefault(seq, hash_) == hash_, "I21", f"{name}: two hashes stated of {seq}")
            ours = self._phone.journal.hash_of(seq) or hash_
            require(hash_ == ours, "I21", f"{name}: another hash stated of {seq} than recorded")

    def _judge_result(self, result: dict[str, Any]) -> None:
        """I5: one operation, one answer, however often it is asked."""
        seq, answer = result["seq"], {name: result[name] for name in result if name != "repeated"}
        same = self._answers.setdefault(seq, answer) == answer
        require(same, "I5", f"{self._phone.name}/{seq}: answered {answer} after {self._answers[seq]}")

    def _judge_page(self, page: dict[str, Any]) -> None:
        """I9, I13: nothing outside what may be seen now, and one content under one tag."""
        require(not is_revoked(self._phone.id), "I9", f"{self._phone.name} reads though it is revoked")
        waits = Device.objects.filter(pk=self._phone.device_id, recovered_at__isnull=False, confirmed_at=None)
        require(not waits.exists(), "I9", f"{self._phone.name} reads before the desk has confirmed it")
        visible = visible_cases(self._phone.officer.pk, self._clock.now())
        for unit in page["put"]:
            name = f"{unit['type']}:{unit['id']}"
            is_shown = unit["type"] != "case" or unit["id"] in visible
            require(is_shown, "I9", f"{self._phone.name} is shown {name}")
            content = hashlib.sha256(json.dumps(unit["data"], sort_keys=True).encode()).hexdigest()
            same = self._contents.setdefault(f"{name}|{unit['tag']}", content) == content
            require(same, "I13", f"{name} changed under the tag {unit['tag']}")
        for receipt in page["receipts"]:
            self._judge_receipt(claims_of(receipt))

    def _judge_receipt(self, claims: Claims) -> None:
        """I16: a receipt is of bytes that this device delivered and the server verified for that very operation."""
        name = f"{self._phone.name}: receipt of {claims['sha256'][:12]} for {claims['seq']}"
        promises = Promise.objects.filter(device_id=self._phone.device_id, seq=claims["seq"], sha256=claims["sha256"])
        is_verified = promises.filter(state=Promise.State.VERIFIED).exists()
        require(is_verified, "I16", f"{name}, which is not verified")
        require(self.has_delivered(claims["sha256"]), "I16", f"{name}, which it never delivered")

    def has_delivered(self, sha256: str) -> bool:
        """Could the bytes this device sent make up the file? Then it may be called its deliverer."""
        return self._delivered.get(sha256, 0) >= len(self._phone.journal.photos.get(sha256, b""))

    def cannot_deliver(self, sha256: str) -> bool:
        """It let go of the file at the court's word, which the court has broken since."""
        return self._phone.court_broke_its_word and sha256 in self._phone.photos_let_go
