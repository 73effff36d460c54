"""Backups and restores by the production's own commands; and the policy `backup`, until the server has it."""

import contextlib
import io
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest import mock

from server.common import signing
from server.config.operations.backup import make_backup
from server.config.operations.restoring import restore
from server.ledger.models import Head
from server.people.models import Device
from server.sync import statements
from server.sync.chain import genesis
from server.sync.models import DeviceLog


class Backups:
    def __init__(self, folder: Path, *, is_on: bool) -> None:
        """`is_on`: only what the last backup holds is called safe."""
        self._folder, self._is_on = folder, is_on
        self._count = 0
        self._last: Path | None = None
        self.logs: dict[str, tuple[int, str]] = {}
        """What the last backup holds of each device's log: number and hash."""
        self._positions: dict[str, int] = {}

    def take(self) -> None:
        """From now on all that is here is safe."""
        self._count += 1
        self._last = self._folder / f"backup-{self._count}"
        with _in_silence():
            make_backup(self._last)
        self.call_safe()

    def call_safe(self) -> None:
        self.logs = {str(log.device_id): (log.acked_seq, log.acked_hash) for log in DeviceLog.objects.all()}
        self._positions = dict(Head.objects.values_list("stream", "position"))

    def restore(self) -> None:
        """The server is what it was at the last backup, and begins another life."""
        assert self._last is not None
        with _in_silence():
            restore(self._last, is_forced=True)

    @contextmanager
    def installed(self) -> Iterator[None]:

        def signed(type_: str, members: Mapping[str, Any], key: bytes) -> str:
            return signing.sign_text(type_, self._lagging(members) if self._is_on else members, key)

        with mock.patch.object(statements, "sign_text", signed):
            yield

    def _lagging(self, members: Mapping[str, Any]) -> Mapping[str, Any]:
        # Not kept: a certificate whose enrolment is rolled back is never spoken of again.
        seq, hash_ = self.logs.get(members["device"]) or (0, _genesis(members["device"]))
        position = self._positions.get(f"court:{members['court']}", 0)
        return {**members, "safe_seq": seq, "safe_hash": hash_, "safe_position": position}


def _genesis(device: str) -> str:
    return genesis(Device.objects.get(pk=device).certificate).hex()


@contextmanager
def _in_silence() -> Iterator[None]:
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        yield
