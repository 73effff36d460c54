"""The policy `backup`, until the server has it: safe lags behind acknowledged, as far as the last backup goes."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from unittest import mock

from server.common import signing
from server.ledger.models import Head
from server.people.models import Device
from server.sync import statements
from server.sync.chain import genesis
from server.sync.models import DeviceLog


class Backups:
    def __init__(self, *, is_on: bool) -> None:
        self._is_on = is_on
        self._logs: dict[str, tuple[int, str]] = {}
        self._positions: dict[str, int] = {}

    def take(self) -> None:
        """From now on all that is here is safe."""
        for log in DeviceLog.objects.all():
            self._logs[str(log.device_id)] = (log.acked_seq, log.acked_hash)
        self._positions = dict(Head.objects.values_list("stream", "position"))

    @contextmanager
    def installed(self) -> Iterator[None]:

        def signed(type_: str, members: Mapping[str, Any], key: bytes) -> str:
            return signing.sign_text(type_, self._lagging(members) if self._is_on else members, key)

        with mock.patch.object(statements, "sign_text", signed):
            yield

    def _lagging(self, members: Mapping[str, Any]) -> Mapping[str, Any]:
        # Not kept: a certificate whose enrolment is rolled back is never spoken of again.
        seq, hash_ = self._logs.get(members["device"]) or (0, _genesis(members["device"]))
        position = self._positions.get(f"court:{members['court']}", 0)
        return {**members, "safe_seq": seq, "safe_hash": hash_, "safe_position": position}


def _genesis(device: str) -> str:
    return genesis(Device.objects.get(pk=device).certificate).hex()
