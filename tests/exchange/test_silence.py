"""Silence is never taken for a good sign."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from server.exchange.silence import Standing, standing_of

pytestmark = pytest.mark.database_free
AT = datetime(2026, 12, 1, 10, tzinfo=UTC)


def stands(**said: Any) -> Standing:
    usual: dict[str, Any] = {"is_cut_off": False, "by_files": False, "heard_at": None, "waiting_since": None}
    return standing_of(**{**usual, **said}, at=AT)


def ago(**spent: float) -> datetime:
    return AT - timedelta(**spent)


@pytest.mark.parametrize(
    ("said", "standing"),
    [
        ({"heard_at": ago(minutes=29)}, Standing.HEARD),
        ({"heard_at": ago(minutes=31)}, Standing.UNHEARD),
        ({}, Standing.UNHEARD),
        ({"by_files": True, "heard_at": ago(hours=23)}, Standing.HEARD),
        ({"waiting_since": ago(minutes=30)}, Standing.ON_THE_WAY),
        ({"waiting_since": ago(minutes=31)}, Standing.SILENT),
        ({"waiting_since": ago(minutes=31), "by_files": True}, Standing.ON_THE_WAY),
        ({"waiting_since": ago(hours=25)}, Standing.LOST),
        ({"waiting_since": ago(hours=25), "by_files": True}, Standing.SILENT),
        ({"waiting_since": ago(hours=73), "by_files": True}, Standing.LOST),
        ({"waiting_since": ago(hours=73), "is_cut_off": True}, Standing.CUT_OFF),
    ],
)
def test_how_it_stands(said: dict[str, Any], standing: Standing) -> None:
    assert stands(**said) is standing


def test_a_peer_that_speaks_and_does_not_take_what_waits_is_not_called_well() -> None:
    assert stands(heard_at=AT, waiting_since=ago(hours=1)) is Standing.SILENT
