"""What one sync has done so far, for its report."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime

from client_sdk.views import HeldBack, SyncReport


@dataclass
class Tally:
    """What this sync has done so far."""

    operations_sent: int = 0
    statuses: Counter[str] = field(default_factory=Counter)
    units_received: int = 0
    units_removed: int = 0
    files_sent: int = 0
    bytes_sent: int = 0
    files_refused: dict[str, str] = field(default_factory=dict)
    papers_received: int = 0
    papers_missing: dict[str, str] = field(default_factory=dict)
    as_of: datetime | None = None
    sync_again_after_seconds: float | None = None

    def report(self, *, is_everything_sent: bool, held_back: tuple[HeldBack, ...]) -> SyncReport:
        return SyncReport(
            operations_sent=self.operations_sent,
            statuses=dict(self.statuses),
            units_received=self.units_received,
            units_removed=self.units_removed,
            files_sent=self.files_sent,
            bytes_sent=self.bytes_sent,
            files_refused=dict(self.files_refused),
            is_everything_sent=is_everything_sent,
            as_of=self.as_of,
            papers_received=self.papers_received,
            papers_missing=dict(self.papers_missing),
            sync_again_after_seconds=self.sync_again_after_seconds,
            held_back=held_back,
        )
