"""Which files the court lacks, which it has proved to hold, and so what may safely be forgotten here."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from client_sdk import wire
from client_sdk.contact import load_keys
from client_sdk.database import Database
from client_sdk.identity import Identity
from client_sdk.lanes import PendingFile


@dataclass(frozen=True)
class Unsafe:
    """What would be lost with this device."""

    operations: int
    files: int
    seqs: frozenset[int] = frozenset()
    """Operations that are not safe themselves, or one of whose files is not."""

    def __bool__(self) -> bool:
        return bool(self.operations or self.files)


class Deliveries:
    def __init__(self, database: Database, identity: Identity) -> None:
        self._database = database
        self._identity = identity
        # Verifying costs 0.1 ms each, and a store may hold thousands; a receipt proved once stays proved.
        self._proved: dict[str, wire.FileReceipt] = {}

    def pending(self, statement: wire.Statement) -> list[PendingFile]:
        """Files of acknowledged operations not delivered yet: what the court asked for first, then the oldest."""
        sql = (
            "SELECT c.sha256, max(c.size), coalesce(max(d.priority), 0) AS urgency FROM capture c"
            " LEFT JOIN delivery d ON d.sha256 = c.sha256"
            " WHERE c.incarnation = ? AND c.seq <= ? AND c.is_let_go = 0"
            " AND (d.server_epoch IS NULL OR d.server_epoch <> ?)"
            " GROUP BY c.sha256 ORDER BY urgency DESC, min(c.seq), c.sha256"
        )
        rows = self._database.rows(sql, self._identity.incarnation, statement.acked_seq, statement.server_epoch)
        return [PendingFile(*row) for row in rows]

    def undelivered_bytes(self, statement: wire.Statement | None) -> tuple[int, int]:
        """Files bound to operations and not delivered, acknowledged or not, and their bytes."""
        sql = (
            "SELECT count(*), coalesce(sum(size), 0) FROM (SELECT c.sha256, max(c.size) AS size FROM capture c"
            " LEFT JOIN delivery d ON d.sha256 = c.sha256 WHERE c.seq IS NOT NULL AND c.is_let_go = 0"
            " AND (d.server_epoch IS NULL OR d.server_epoch <> ?) GROUP BY c.sha256)"
        )
        count, size = self._database.rows(sql, statement.server_epoch if statement else "")[0]
        return count, size

    def mark_delivered(self, sha256: str, server_epoch: str) -> None:
        sql = (
            "INSERT INTO delivery (sha256, server_epoch) VALUES (?, ?) ON CONFLICT (sha256)"
            " DO UPDATE SET server_epoch = excluded.server_epoch, is_wanted = 0, fault = NULL"
        )
        self._database.run(sql, sha256, server_epoch)

    def mark_refused(self, sha256: str, fault: str) -> None:
        sql = (
            "INSERT INTO delivery (sha256, fault) VALUES (?, ?) ON CONFLICT (sha256)"
            " DO UPDATE SET fault = excluded.fault"
        )
        self._database.run(sql, sha256, fault[:200])

    def refused(self) -> dict[str, str]:
        return dict(self._database.rows("SELECT sha256, fault FROM delivery WHERE fault IS NOT NULL"))

    def take_wanted(self, wanted: Iterable[Mapping[str, Any]]) -> None:
        """What the court says it lacks: deliver it again, whatever we believed."""
        self._database.run("UPDATE delivery SET is_wanted = 0, priority = 0")
        for file in wanted:
            sha256, priority = file.get("sha256"), file.get("priority")
            if isinstance(sha256, str) and self._is_promised(sha256):
                urgency = priority if isinstance(priority, int) else 0
                sql = (
                    "INSERT INTO delivery (sha256, is_wanted, priority) VALUES (?, 1, ?) ON CONFLICT (sha256)"
                    " DO UPDATE SET server_epoch = NULL, is_wanted = 1, priority = excluded.priority"
                )
                self._database.run(sql, sha256, max(0, min(urgency, 1000)))

    def _is_promised(self, sha256: str) -> bool:
        sql = "SELECT 1 FROM capture WHERE sha256 = ? AND seq IS NOT NULL AND is_let_go = 0 LIMIT 1"
        return bool(self._database.rows(sql, sha256))

    def take_receipts(self, receipts: Iterable[wire.FileReceipt], server_epoch: str) -> None:
        for receipt in receipts:
            values = (receipt.seq, receipt.sha256, receipt.server_epoch, receipt.ledger_epoch, receipt.text)
            sql = "INSERT OR REPLACE INTO receipt VALUES (?, ?, ?, ?, ?, ?)"
            self._database.run(sql, self._identity.incarnation, *values)
            if receipt.server_epoch == server_epoch:
                self.mark_delivered(receipt.sha256, server_epoch)

    def receipts(self, where: str, value: str | int) -> list[str]:
        """Signed texts for this log's files, every life of the court's server that gave one."""
        sql = f"SELECT signed FROM receipt WHERE incarnation = ? AND {where} ORDER BY seq, sha256, server_epoch"
        return [signed for (signed,) in self._database.rows(sql, self._identity.incarnation, value)]

    def unsafe(self, statement: wire.Statement | None, *, only_seq: int | None = None) -> Unsafe:
        """What no verified statement and receipt of the current epochs covers; with `only_seq` of one operation."""
        operations, seqs, files = set[int](), set[int](), set[str]()
        for seq, size, sha256, signed, is_wanted in self._rows(statement, only_seq):
            if statement is None or seq > statement.safe_seq:
                operations.add(seq)
                seqs.add(seq)
            if sha256 is not None and (is_wanted or not self._covers(signed, statement, seq, sha256, size)):
                files.add(sha256)
                seqs.add(seq)
        unbound = self._unbound() if only_seq is None else 0
        return Unsafe(len(operations), len(files) + unbound, frozenset(seqs))

    def _rows(self, statement: wire.Statement | None, only_seq: int | None) -> list[tuple[Any, ...]]:
        sql = (
            "SELECT o.seq, c.size, c.sha256, r.signed, coalesce(d.is_wanted, 0) FROM operation o"
            " LEFT JOIN capture c ON c.incarnation = o.incarnation AND c.seq = o.seq AND c.is_let_go = 0"
            " LEFT JOIN receipt r ON r.incarnation = o.incarnation AND r.seq = o.seq AND r.sha256 = c.sha256"
            " AND r.server_epoch = ? AND r.ledger_epoch = ?"
            " LEFT JOIN delivery d ON d.sha256 = c.sha256"
            " WHERE o.incarnation = ? AND o.is_let_go = 0 AND (? IS NULL OR o.seq = ?)"
        )
        epochs = (statement.server_epoch, statement.ledger_epoch) if statement else ("", "")
        return self._database.rows(sql, *epochs, self._identity.incarnation, only_seq, only_seq)

    def covered_captures(self, statement: wire.Statement, before: datetime) -> list[str]:
        """Photos still here that the court proved, by a receipt from before `before`, to hold safely (R32)."""
        sql = (
            "SELECT c.id, c.seq, c.sha256, c.size, r.signed FROM capture c"
            " JOIN receipt r ON r.incarnation = c.incarnation AND r.seq = c.seq AND r.sha256 = c.sha256"
            " AND r.server_epoch = ? AND r.ledger_epoch = ? LEFT JOIN delivery d ON d.sha256 = c.sha256"
            " WHERE c.incarnation = ? AND c.is_let_go = 0 AND c.seq <= ? AND coalesce(d.is_wanted, 0) = 0"
        )
        epochs = (statement.server_epoch, statement.ledger_epoch)
        rows = self._database.rows(sql, *epochs, self._identity.incarnation, statement.safe_seq)
        return [
            identity
            for identity, seq, sha256, size, signed in rows
            if self._covers(signed, statement, seq, sha256, size) and self._prove(signed).received_at <= before
        ]

    def previewed_and_held(self, statement: wire.Statement) -> list[str]:
        """Photos with a preview here whose original the court proved to hold: it draws a better one itself."""
        sql = (
            "SELECT c.id FROM capture c JOIN receipt r ON r.incarnation = c.incarnation AND r.seq = c.seq"
            " AND r.sha256 = c.sha256 AND r.server_epoch = ? AND r.ledger_epoch = ?"
            " WHERE c.incarnation = ? AND c.thumbnail_sealed IS NOT NULL"
        )
        epochs = (statement.server_epoch, statement.ledger_epoch)
        return [identity for (identity,) in self._database.rows(sql, *epochs, self._identity.incarnation)]

    def _covers(self, signed: str | None, statement: wire.Statement | None, seq: int, sha256: str, size: int) -> bool:
        if signed is None or statement is None:
            return False
        receipt = self._prove(signed)
        return (
            (receipt.seq, receipt.sha256, receipt.size) == (seq, sha256, size)
            and (receipt.server_epoch, receipt.ledger_epoch) == (statement.server_epoch, statement.ledger_epoch)
            and receipt.position <= statement.safe_position
        )

    def _prove(self, signed: str) -> wire.FileReceipt:
        if signed not in self._proved:
            keys = load_keys(self._database, self._identity)
            self._proved[signed] = wire.verify_receipt(signed, self._identity.certificate, keys)
        return self._proved[signed]

    def _unbound(self) -> int:
        return int(self._database.rows("SELECT count(*) FROM capture WHERE seq IS NULL")[0][0])
