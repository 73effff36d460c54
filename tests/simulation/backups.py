"""Backups, verified or not, and restores, by the production's own commands; and what is safe in truth."""

import contextlib
import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID

from django.test import override_settings

from server.config.operations.backup import make_backup
from server.config.operations.restoring import restore
from server.config.operations.safe_copy import call_safe
from server.config.operations.verifying import verify_backup
from server.sync.models import DeviceLog

FOR_EVER_DAYS = 100_000


class Backups:
    def __init__(self, folder: Path, *, is_on: bool, retention_days: int) -> None:
        """`is_on`: only what the last verified backup holds is safe, and devices let go of it after so many days."""
        self._folder, self._is_on = folder, is_on
        self._retention_days = retention_days if is_on else FOR_EVER_DAYS
        self._count = 0
        self._last: Path | None = None
        self.logs: dict[UUID, int] = {}
        """How far each device's log reaches in the last backup."""
        self._safe_logs: dict[UUID, int] = {}
        self._safe_files: set[str] = set()

    def take(self, *, is_verified: bool) -> None:
        self._count += 1
        self._last = self._folder / f"backup-{self._count}"
        with _in_silence():
            make_backup(self._last)
        self.logs = dict(DeviceLog.objects.values_list("device_id", "acked_seq"))
        if is_verified and self._is_on:
            self._verify(self._last)

    def _verify(self, folder: Path) -> None:
        with _in_silence():
            verification = verify_backup(folder)
        assert verification.manifest is not None
        assert verification.is_sound, verification.problems
        call_safe(folder, verification.manifest)
        self._call_true()
        self._safe_files = {file.sha256 for file in verification.manifest.evidence()}

    def _call_true(self) -> None:
        for device, seq in self.logs.items():
            self._safe_logs[device] = max(seq, self._safe_logs.get(device, 0))

    def is_safe(self, device: UUID, seq: int) -> bool:
        """Would the operation survive the loss of the server?"""
        return not self._is_on or seq <= self._safe_logs.get(device, 0)

    def is_file_safe(self, sha256: str) -> bool:
        return not self._is_on or sha256 in self._safe_files

    @property
    def can_restore(self) -> bool:
        return self._last is not None

    def restore(self) -> None:
        """The server is what it was at the last backup, and begins another life; what it then holds, the copy holds."""
        assert self._last is not None
        with _in_silence():
            restore(self._last, is_forced=True)
        self._call_true()
        self._safe_files |= {path.name for path in (self._last / "evidence" / "originals").rglob("*") if path.is_file()}

    @contextmanager
    def installed(self) -> Iterator[None]:
        policy = "backup" if self._is_on else "commit"
        with override_settings(SAFE_POLICY=policy, DEVICE_RETENTION_DAYS=self._retention_days):
            yield


@contextmanager
def _in_silence() -> Iterator[None]:
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        yield
