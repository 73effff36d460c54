"""When a missing file may be expected: places, intervals, and what nobody may promise."""

from datetime import UTC, datetime, timedelta
from typing import Any

from server.evidence.expected import SILENT_AFTER, Expected, Owed, expected, read_report

AT = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
A, B, C, D = (letter * 64 for letter in "abcd")
OWED = {name[:16]: Owed(100_000) for name in (A, B, C, D)}


def report(**said: Any) -> dict[str, Any]:
    names = [each[:16] for each in (A, B, C)]
    queue = {"files": 40, "bytes": 4_000_000, "named": names}
    return {"uploads": {"queue": queue, "bytes_per_second": 10_000, **said}}


def of(sha256: str, *, owed: Any = OWED, heard: float = 0, at: datetime = AT, **said: Any) -> Expected:
    return expected(sha256, read_report(report(**said), AT), owed, AT + timedelta(seconds=heard), at)


def test_the_interval_spans_half_to_twice_the_measured_time() -> None:
    found = of(C)
    assert (found.place, found.of, found.bytes_before) == (3, 40, 200_000)
    assert (found.earliest_at, found.latest_at) == (AT + timedelta(seconds=15), AT + timedelta(seconds=60))


def test_a_silent_device_promises_nothing() -> None:
    found = of(C, at=AT + SILENT_AFTER + timedelta(seconds=1))
    assert found.place == 3
    assert (found.earliest_at, found.latest_at) == (None, None)


def test_what_should_have_come_by_now_is_not_promised_again() -> None:
    assert of(A, at=AT + timedelta(seconds=21)).latest_at is None
    assert of(A, at=AT + timedelta(seconds=19)).latest_at == AT + timedelta(seconds=20)


def test_a_device_that_measured_nothing_has_a_place_and_no_time() -> None:
    found = of(A, bytes_per_second=None)
    assert (found.place, found.latest_at) == (1, None)


def test_what_arrived_since_is_no_longer_in_the_way() -> None:
    left = {name: file for name, file in OWED.items() if name != A[:16]}
    found = of(C, owed=left)
    assert (found.place, found.of, found.bytes_before) == (2, 39, 100_000)


def test_a_file_beyond_the_list_has_no_place() -> None:
    assert of(D).place is None


def test_a_wanted_file_goes_first_once_its_device_was_told() -> None:
    told = OWED | {C[:16]: Owed(100_000, AT - timedelta(seconds=5))}
    assert (of(C, owed=told).place, of(A, owed=told).place) == (1, 2)
    beyond = OWED | {D[:16]: Owed(100_000, AT - timedelta(seconds=5))}
    assert of(D, owed=beyond).place == 1


def test_before_it_was_told_it_may_come_at_once_or_in_its_turn() -> None:
    found = of(C, owed=OWED | {C[:16]: Owed(100_000, AT + timedelta(seconds=5))})
    assert found.place == 3
    assert (found.earliest_at, found.latest_at) == (AT + timedelta(seconds=5), AT + timedelta(seconds=60))


def test_what_is_held_back_says_why_and_promises_nothing() -> None:
    found = of(D, held_back={"metered": {"files": 1, "bytes": 100_000, "named": [D[:16]]}})
    assert (found.held_back, found.place, found.latest_at) == ("metered", None, None)


def test_a_held_back_file_that_is_wanted_goes() -> None:
    told = OWED | {D[:16]: Owed(100_000, AT - timedelta(seconds=5))}
    found = of(D, owed=told, held_back={"metered": {"files": 1, "bytes": 100_000, "named": [D[:16]]}})
    assert (found.held_back, found.place) == ("", 1)


def test_a_rate_out_of_this_world_overflows_nothing() -> None:
    found = of(A, owed={A[:16]: Owed(2**52)}, bytes_per_second=1)
    assert found.latest_at is not None
