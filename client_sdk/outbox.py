"""What this device owes the court: a gapless, chained, signed log. Rows are written once and never edited."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from client_sdk import alarms, wire
from client_sdk.alarms import Recorded
from client_sdk.clock import from_wire
from client_sdk.database import Database
from client_sdk.errors import InvalidRecord, NotFound, StoreDamaged
from client_sdk.identity import Identity
from client_sdk.records import Draft
from client_sdk.reviews import review_of, status_told
from client_sdk.views import Action

# What one operation costs in a push besides its body: member names, hash, signature.
_ENVELOPE_BYTES = 320
_COLUMNS = "incarnation, seq, action_id, hash, size, summary_sealed, result_sealed"


@dataclass(frozen=True)
class LoggedOperation:
    seq: int
    body: bytes
    hash: str
    signature: bytes


@dataclass(frozen=True)
class Head:
    seq: int
    hash: bytes


class Outbox:
    def __init__(self, database: Database, identity: Identity) -> None:
        self._database = database
        self._identity = identity
        self._incarnation = identity.incarnation

    def head(self) -> Head:
        """The last operation of this log; number 0 is the certificate itself."""
        sql = "SELECT seq, hash FROM operation WHERE incarnation = ? ORDER BY seq DESC LIMIT 1"
        found = self._database.rows(sql, self._incarnation)
        return Head(found[0][0], bytes.fromhex(found[0][1])) if found else Head(0, self._identity.genesis())

    def hashes(self, seqs: Iterable[int]) -> dict[int, str]:
        """h_n of those numbers that are in this log."""
        sql = "SELECT hash FROM operation WHERE incarnation = ? AND seq = ?"
        found = {seq: self._database.rows(sql, self._incarnation, seq) for seq in seqs if seq}
        return {0: self._identity.genesis().hex()} | {seq: rows[0][0] for seq, rows in found.items() if rows}

    def add(self, draft: Draft) -> int:
        """Chain, sign and commit; when this returns, the act is safe on this device. Its number."""
        with self._database.transaction():
            head = self.head()
            seq = head.seq + 1
            who = self._identity
            chained = wire.link(head.hash, who.device, self._incarnation, seq, draft.body)
            signed = wire.head_bytes(who.certificate.court, who.device, self._incarnation, seq, chained)
            self._insert(seq, chained.hex(), wire.sign(who.key, signed), draft)
            self._bind(seq, draft)
        return seq

    def _insert(self, seq: int, chained: str, signature: bytes, draft: Draft) -> None:
        seal, place = self._database.seal, self._place(seq)
        self._database.run(
            "INSERT INTO operation (incarnation, seq, action_id, hash, signature, size, sealed, summary_sealed)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            *(self._incarnation, seq, draft.action_id, chained, signature, len(draft.body)),
            *(seal(draft.body, f"{place}|body"), seal(draft.summary, f"{place}|summary")),
        )

    def _bind(self, seq: int, draft: Draft) -> None:
        sql = "UPDATE capture SET incarnation = ?, seq = ? WHERE id = ? AND seq IS NULL"
        for photo in draft.photos:
            if not self._database.run(sql, self._incarnation, seq, photo.id):
                raise InvalidRecord("photo_taken", f"/photos/{photo.id}")

    def _place(self, seq: int, incarnation: int | None = None) -> str:
        return f"operation|{incarnation or self._incarnation}|{seq}"

    def after(self, seq: int, max_operations: int, max_bytes: int) -> list[LoggedOperation]:
        """The oldest operations above `seq` that fit a push of that many bytes; at least one if there is any."""
        sql = (
            "SELECT seq, sealed, hash, signature, size FROM operation"
            " WHERE incarnation = ? AND seq > ? ORDER BY seq LIMIT ?"
        )
        chosen: list[LoggedOperation] = []
        for number, sealed, chained, signature, size in self._database.rows(
            sql, self._incarnation, seq, max_operations
        ):
            max_bytes -= size * 4 // 3 + _ENVELOPE_BYTES
            if chosen and max_bytes < 0:
                break
            body = self._database.unseal_bytes(sealed, f"{self._place(number)}|body")
            chosen.append(LoggedOperation(number, body, chained, signature))
        return chosen

    def between(self, first: int, last: int) -> list[LoggedOperation]:
        """Those of these numbers whose bodies are still here."""
        sql = (
            "SELECT seq, sealed, hash, signature FROM operation"
            " WHERE incarnation = ? AND seq BETWEEN ? AND ? AND is_let_go = 0 ORDER BY seq"
        )
        return [
            LoggedOperation(seq, self._database.unseal_bytes(sealed, f"{self._place(seq)}|body"), chained, signature)
            for seq, sealed, chained, signature in self._database.rows(sql, self._incarnation, first, last)
        ]

    def readable_after(self, seq: int, max_operations: int, max_bytes: int) -> tuple[list[LoggedOperation], bool]:
        """As `after`, up to the first that the disk has spoilt; whether there is such a one."""
        try:
            return self.after(seq, max_operations, max_bytes), False
        except StoreDamaged:
            pass
        chosen: list[LoggedOperation] = []
        for _ in range(max_operations):
            try:
                [one] = self.after(seq + len(chosen), 1, max_bytes)
            except StoreDamaged:
                return chosen, True
            chosen.append(one)
        return chosen, False

    def take_results(self, results: Sequence[Mapping[str, Any]], acked_seq: int) -> None:
        """Keep the server's answers for what is acknowledged. They are told to people; nothing hangs on them."""
        for result in results:
            seq = result.get("seq")
            if isinstance(seq, int) and 0 < seq <= acked_seq:
                sealed = self._database.seal(dict(result), f"{self._place(seq)}|result")
                sql = "UPDATE operation SET result_sealed = ? WHERE incarnation = ? AND seq = ?"
                self._database.run(sql, sealed, self._incarnation, seq)

    def take_decisions(self, reviews: Iterable[Mapping[str, Any]]) -> None:
        """What was decided of our own acts since they were answered: the later word is kept, also without a review.

        Acts of earlier logs of this store, too; his other devices' acts are told here as well, and are none of ours.
        """
        for review in map(review_of, reviews):
            told, operation = status_told(review), review.raw.get("operation")
            if told and review.is_own and isinstance(operation, str):
                self._keep_decision(operation, told)

    def _keep_decision(self, operation: str, told: str) -> None:
        sql = "SELECT incarnation, seq, result_sealed FROM operation WHERE hash = ?"
        for incarnation, seq, sealed in self._database.rows(sql, operation):
            place = f"{self._place(seq, incarnation)}|result"
            result = self._database.unseal(sealed, place) if sealed else {}
            if result.get("status") != told:
                code = {"applied": "ok", "annulled": "annulled"}.get(told, "")
                kept = self._database.seal({**result, "seq": seq, "status": told, "code": code}, place)
                sql = "UPDATE operation SET result_sealed = ? WHERE incarnation = ? AND seq = ?"
                self._database.run(sql, kept, incarnation, seq)

    def count_after(self, seq: int) -> tuple[int, int]:
        """How many operations are above `seq`, and their bytes."""
        sql = "SELECT count(*), coalesce(sum(size), 0) FROM operation WHERE incarnation = ? AND seq > ?"
        count, size = self._database.rows(sql, self._incarnation, seq)[0]
        return count, size

    def actions(self, acked_seq: int, *, after: int = 0, limit: int = -1) -> list[Action]:
        """What was recorded above number `after`, oldest first."""
        sql = f"SELECT {_COLUMNS} FROM operation WHERE incarnation = ? AND seq > ? ORDER BY seq LIMIT ?"
        rows = self._database.rows(sql, self._incarnation, after, limit)
        return [self._action(row, acked_seq) for row in rows]

    def history(self, acked_seq: int) -> list[Action]:
        """Everything this store recorded, of the logs before this one too, oldest first."""
        rows = self._database.rows(f"SELECT {_COLUMNS} FROM operation ORDER BY incarnation, seq")
        return [self._action(row, acked_seq) for row in rows]

    def protective(self) -> list[Recorded]:
        """Every record that alarms are counted from, of earlier logs too, oldest first."""
        rows = self._database.rows(f"SELECT {_COLUMNS} FROM operation ORDER BY incarnation, seq")
        found = ((self._action(row, 0), self._alarm_facts(row)) for row in rows)
        return [Recorded(action, facts) for action, facts in found if facts]

    def _alarm_facts(self, row: tuple[Any, ...]) -> Mapping[str, Any]:
        incarnation, seq = row[:2]
        summary = self._database.unseal(row[5], f"{self._place(seq, incarnation)}|summary")
        if "alarms" in summary or summary["kind"] not in alarms.KINDS:
            return dict(summary.get("alarms") or {})
        try:  # recorded by an SDK that kept nothing for alarms
            return alarms.alarm_facts(self.body(seq, incarnation))
        except NotFound:
            return {}

    def action(self, identity: str | int, acked_seq: int) -> Action:
        """By its number in this log, or the first record of an action id in any. Raises NotFound."""
        if isinstance(identity, int):
            where, values = "incarnation = ? AND seq = ?", (self._incarnation, identity)
            return self._found(where, values, identity, acked_seq)
        return self._found("action_id = ?", (identity,), identity, acked_seq)

    def as_recorded(self, hash_: str) -> Action:
        """By its hash. Raises NotFound."""
        return self._found("hash = ?", (hash_,), hash_, 0)

    def _found(self, where: str, values: tuple[Any, ...], identity: str | int, acked_seq: int) -> Action:
        sql = f"SELECT {_COLUMNS} FROM operation WHERE {where} ORDER BY incarnation, seq LIMIT 1"
        found = self._database.rows(sql, *values)
        if not found:
            raise NotFound(what=f"action {identity}")
        return self._action(found[0], acked_seq)

    def records_of(self, action_id: str, acked_seq: int) -> list[Action]:
        """Every record of an action id, of earlier logs too, oldest first. Raises NotFound."""
        sql = f"SELECT {_COLUMNS} FROM operation WHERE action_id = ? ORDER BY incarnation, seq"
        rows = self._database.rows(sql, action_id)
        if not rows:
            raise NotFound(what=f"action {action_id}")
        return [self._action(row, acked_seq) for row in rows]

    def knows(self, action_id: str) -> bool:
        return bool(self._database.rows("SELECT 1 FROM operation WHERE action_id = ? LIMIT 1", action_id))

    def seqs_of(self, action_id: str) -> list[int]:
        """Every operation of an action id in this log; none where all of it stands in earlier ones. Raises NotFound."""
        rows = self._database.rows("SELECT incarnation, seq FROM operation WHERE action_id = ? ORDER BY seq", action_id)
        if not rows:
            raise NotFound(what=f"action {action_id}")
        return [int(seq) for incarnation, seq in rows if incarnation == self._incarnation]

    def body(self, seq: int, incarnation: int | None = None) -> dict[str, Any]:
        """The exact body once recorded, parsed; of this log, or of an earlier one."""
        sql = "SELECT sealed FROM operation WHERE incarnation = ? AND seq = ? AND is_let_go = 0"
        found = self._database.rows(sql, incarnation or self._incarnation, seq)
        if not found:
            raise NotFound(what=f"operation {seq}")
        return dict(json.loads(self._database.unseal_bytes(found[0][0], f"{self._place(seq, incarnation)}|body")))

    def _action(self, row: tuple[Any, ...], acked_seq: int) -> Action:
        incarnation, seq, action_id, chained, size, sealed, result_sealed = row
        place = self._place(seq, incarnation)
        summary = self._database.unseal(sealed, f"{place}|summary")
        result = self._database.unseal(result_sealed, f"{place}|result") if result_sealed else {}
        # Of an earlier log only that is left which the court had called safe.
        is_answered = incarnation != self._incarnation or seq <= acked_seq
        return Action(
            id=action_id,
            seq=seq,
            hash=chained,
            kind=summary["kind"],
            recorded_at=from_wire(summary["recorded_at"]),
            case_ids=tuple(summary["case_ids"]),
            case_no=summary["case_no"],
            missing=tuple(summary["missing"]),
            warnings=tuple(summary["warnings"]),
            files=tuple(summary["files"]),
            size=size,
            status=str(result.get("status", "sent")) if is_answered else "unsent",
            code=str(result.get("code", "")) if is_answered else "",
            corrects=summary["corrects"],
            said=summary.get("said") or {},
            incarnation=incarnation,
            matter_ids=tuple(summary.get("matter_ids") or ()),
        )
