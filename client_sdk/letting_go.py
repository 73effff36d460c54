"""Letting go of what the court holds safely: only on its signed word, only after its retention time, oldest first.

Time is the court's, from statements and receipts; this device's clock is never asked. Hashes, signatures and the
officer's own summary of an act stay.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from client_sdk import wire
from client_sdk.clock import from_wire, to_wire
from client_sdk.database import Database
from client_sdk.deliveries import Deliveries
from client_sdk.identity import Identity

MARK_EVERY = timedelta(hours=6)
RETENTION = "retention_days"
PROOF = "let_go_under"


@dataclass(frozen=True)
class Hole:
    """The log goes on at `first_seq`; what is missing before it was let go of under `proof`, a statement."""

    first_seq: int
    prev_hash: str
    proof: str


class LettingGo:
    def __init__(self, database: Database, identity: Identity, deliveries: Deliveries) -> None:
        self._database = database
        self._incarnation = identity.incarnation
        self._deliveries = deliveries

    def note(self, statement: wire.Statement) -> None:
        """Remember since when so much is safe. Inside the transaction that keeps the statement."""
        run = self._database.run
        # A mark of another life of the server proves nothing in this one.
        run("DELETE FROM safe_mark WHERE server_epoch <> ?", statement.server_epoch)
        latest = self._database.rows("SELECT seq, received_at FROM safe_mark ORDER BY seq DESC LIMIT 1")
        if statement.safe_seq == 0 or (latest and statement.safe_seq <= latest[0][0]):
            return
        if latest and statement.received_at - from_wire(latest[0][1]) < MARK_EVERY:
            return
        values = (statement.safe_seq, statement.server_epoch, to_wire(statement.received_at))
        run("INSERT OR REPLACE INTO safe_mark (seq, server_epoch, received_at) VALUES (?, ?, ?)", *values)

    def note_retention(self, days: int | None) -> None:
        """What the court's last page said; a court that says nothing lets nothing go."""
        if days != self._database.meta(RETENTION):
            self._database.set_meta(RETENTION, days)

    def let_go(self, statement: wire.Statement, unlink: Callable[[str], None]) -> int:
        """Drop what may go; how many operations. `unlink` removes a photo's sealed file, there or not."""
        days = self._database.meta(RETENTION)
        if days is not None:
            before = statement.received_at - timedelta(days=days)
            with self._database.transaction():
                self._mark_photos(statement, before)
                count = self._empty_operations(statement, before)
        else:
            count = 0
        self._unlink(unlink)
        return count

    def _mark_photos(self, statement: wire.Statement, before: datetime) -> None:
        for identity in self._deliveries.covered_captures(statement, before):
            self._database.run("UPDATE capture SET is_let_go = 1 WHERE id = ?", identity)

    def _unlink(self, unlink: Callable[[str], None]) -> None:
        """After the commit that says so; what a crash left is unlinked the next time."""
        for (identity,) in self._database.rows("SELECT id FROM capture WHERE is_let_go = 1"):
            unlink(identity)
            with self._database.transaction():
                self._database.run("UPDATE capture SET is_let_go = 2 WHERE id = ?", identity)

    def _empty_operations(self, statement: wire.Statement, before: datetime) -> int:
        """From the oldest on, up to the first whose photos are still here."""
        limit = min(self._safe_before(before), statement.safe_seq)
        held = (
            "SELECT min(o.seq) FROM operation o JOIN capture c ON c.incarnation = o.incarnation AND c.seq = o.seq"
            " WHERE o.incarnation = ? AND c.is_let_go = 0"
        )
        first_held = self._database.rows(held, self._incarnation)[0][0]
        limit = limit if first_held is None else min(limit, first_held - 1)
        sql = "UPDATE operation SET is_let_go = 1, sealed = x'' WHERE incarnation = ? AND seq <= ? AND is_let_go = 0"
        count = self._database.run(sql, self._incarnation, limit)
        if count:
            self._database.set_meta(PROOF, statement.text)
        return count

    def _safe_before(self, moment: datetime) -> int:
        rows = self._database.rows("SELECT seq, received_at FROM safe_mark ORDER BY seq")
        return max((seq for seq, received_at in rows if from_wire(received_at) <= moment), default=0)

    def hole_after(self, seq: int) -> Hole | None:
        """What a server that states `seq` would ask for and this device no longer has."""
        sql = "SELECT seq, hash FROM operation WHERE incarnation = ? AND is_let_go = 1 ORDER BY seq DESC LIMIT 1"
        found = self._database.rows(sql, self._incarnation)
        proof = self._database.meta(PROOF)
        if not found or found[0][0] <= seq or proof is None:
            return None
        return Hole(found[0][0] + 1, found[0][1], proof)
