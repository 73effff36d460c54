"""Backups, verified or not, and restores, by the production's own commands; and what is safe in truth."""

import contextlib
import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from django.test import override_settings

from server.config.operations.backup import make_backup
from server.config.operations.restoring import restore
from server.config.operations.safe_copy import call_safe
from server.config.operations.verifying import verify_backup
from server.ledger.queries import current_server_epoch
from server.sync.models import DeviceLog
from tests.simulation.findings import require

FOR_EVER_DAYS = 100_000


@dataclass(frozen=True)
class Copy:
    folder: Path
    logs: dict[UUID, int]
    """How far each device's log reaches in it."""

    def files(self) -> set[str]:
        return {path.name for path in (self.folder / "evidence" / "originals").rglob("*") if path.is_file()}


class Backups:
    def __init__(self, folder: Path, *, is_on: bool, retention_days: int) -> None:
        """`is_on`: only what the last verified backup holds is safe, and devices let go of it after so many days."""
        self._folder, self._is_on = folder, is_on
        self._retention_days = retention_days if is_on else FOR_EVER_DAYS
        self._count = 0
        self.copies: list[Copy] = []
        self.has_broken_its_word = False
        """The server went back to before what it had called safe: of that, devices may have let go."""
        self._safe_logs: dict[UUID, int] = {}
        self._safe_files: set[str] = set()
        self._safe_in: dict[str, tuple[dict[UUID, int], set[str]]] = {}
        """What was safe when an earlier life of the server ended, by its epoch."""

    def take(self, *, is_verified: bool) -> None:
        self._count += 1
        folder = self._folder / f"backup-{self._count}"
        with _in_silence():
            make_backup(folder)
        copy = Copy(folder, dict(DeviceLog.objects.values_list("device_id", "acked_seq")))
        self.copies.append(copy)
        if is_verified and self._is_on:
            self._verify(copy)

    def _verify(self, copy: Copy) -> None:
        with _in_silence():
            verification = verify_backup(copy.folder)
        assert verification.manifest is not None
        missing = ", ".join(problem.code for problem in verification.problems)
        require(verification.is_sound, "I16", f"what is called verified is not there: {missing}")
        call_safe(copy.folder, verification.manifest)
        self._safe_logs = dict(copy.logs)
        self._safe_files = {file.sha256 for file in verification.manifest.evidence()}

    def is_safe(self, device: UUID, seq: int, heard: str) -> bool:
        """Would the operation survive the loss of the server, in the life of it that the device last heard of?"""
        logs, _ = self._safe_in.get(heard, (self._safe_logs, self._safe_files))
        return not self._is_on or seq <= logs.get(device, 0)

    def is_file_safe(self, sha256: str, heard: str) -> bool:
        _, files = self._safe_in.get(heard, (self._safe_logs, self._safe_files))
        return not self._is_on or sha256 in files

    def restore(self, copy: Copy) -> bool:
        """The server is what it was at that backup, and begins another life; whether it had called more than that safe.

        What it holds then, the copy holds; backups that came later are of another life.
        """
        self._safe_in[current_server_epoch()] = (self._safe_logs, self._safe_files)
        with _in_silence():
            restore(copy.folder, is_forced=True)
        is_before_safe = any(seq > copy.logs.get(device, 0) for device, seq in self._safe_logs.items())
        is_before_safe |= not self._safe_files <= copy.files()
        self.has_broken_its_word |= is_before_safe
        self._safe_logs, self._safe_files = dict(copy.logs), copy.files()
        del self.copies[self.copies.index(copy) + 1 :]
        return is_before_safe

    @contextmanager
    def installed(self) -> Iterator[None]:
        policy = "backup" if self._is_on else "commit"
        with override_settings(SAFE_POLICY=policy, DEVICE_RETENTION_DAYS=self._retention_days):
            yield


@contextmanager
def _in_silence() -> Iterator[None]:
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        yield
