"""What this device owes the court: a gapless, chained, signed log. Rows are written once and never edited."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from client_sdk import wire
from client_sdk.clock import from_wire
from client_sdk.database import Database
from client_sdk.errors import InvalidRecord, NotFound, StoreDamaged
from client_sdk.identity import Identity
from client_sdk.records import Draft
from client_sdk.reviews import review_of, status_told
from client_sdk.views import Action

# What one operation costs in a push besides its body: member names, hash, signature.
_ENVELOPE_BYTES = 320
_COLUMNS = "seq, action_id, hash, size, summary_sealed, result_sealed"


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

    def _place(self, seq: int) -> str:
        return f"operation|{self._incarnation}|{seq}"

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
        """What was decided of our own acts since they were answered: the later word is kept, also without a review."""
        for review in map(review_of, reviews):
            told = status_told(review)
            if not (told and review.is_own and review.seq) or not self._is_ours(review.raw):
                continue
            place = f"{self._place(review.seq)}|result"
            sql = "SELECT result_sealed FROM operation WHERE incarnation = ? AND seq = ?"
            found = self._database.rows(sql, self._incarnation, review.seq)
            result = self._database.unseal(found[0][0], place) if found and found[0][0] else {}
            if found and result.get("status") != told:
                code = {"applied": "ok", "annulled": "annulled"}.get(told, "")
                sealed = self._database.seal({**result, "seq": review.seq, "status": told, "code": code}, place)
                sql = "UPDATE operation SET result_sealed = ? WHERE incarnation = ? AND seq = ?"
                self._database.run(sql, sealed, self._incarnation, review.seq)

    def _is_ours(self, review: Mapping[str, Any]) -> bool:
        """His other devices' acts are told here too."""
        return (review.get("device"), review.get("incarnation")) == (str(self._identity.device), self._incarnation)

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

    def action(self, identity: str | int, acked_seq: int) -> Action:
        """By its number, or the first record of an action id. Raises NotFound."""
        column = "seq" if isinstance(identity, int) else "action_id"
        sql = f"SELECT {_COLUMNS} FROM operation WHERE incarnation = ? AND {column} = ? ORDER BY seq LIMIT 1"
        found = self._database.rows(sql, self._incarnation, identity)
        if not found:
            raise NotFound(what=f"action {identity}")
        return self._action(found[0], acked_seq)

    def seqs_of(self, action_id: str) -> list[int]:
        """Every operation of an action id. Raises NotFound."""
        sql = "SELECT seq FROM operation WHERE incarnation = ? AND action_id = ? ORDER BY seq"
        found = [int(row[0]) for row in self._database.rows(sql, self._incarnation, action_id)]
        if not found:
            raise NotFound(what=f"action {action_id}")
        return found

    def body(self, seq: int) -> dict[str, Any]:
        """The exact body once recorded, parsed."""
        sql = "SELECT sealed FROM operation WHERE incarnation = ? AND seq = ? AND is_let_go = 0"
        found = self._database.rows(sql, self._incarnation, seq)
        if not found:
            raise NotFound(what=f"operation {seq}")
        return dict(json.loads(self._database.unseal_bytes(found[0][0], f"{self._place(seq)}|body")))

    def _action(self, row: tuple[Any, ...], acked_seq: int) -> Action:
        seq, action_id, chained, size, sealed, result_sealed = row
        summary = self._database.unseal(sealed, f"{self._place(seq)}|summary")
        result = self._database.unseal(result_sealed, f"{self._place(seq)}|result") if result_sealed else {}
        is_answered = seq <= acked_seq
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
        )
