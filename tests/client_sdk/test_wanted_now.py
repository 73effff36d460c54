"""What the court wants now goes before everything else, also in the middle of the queue and of a file."""

import hashlib
import os
from collections.abc import Callable

import pytest

from client_sdk import NotSent, Progress
from client_sdk.steps import Request
from client_sdk.uploads import CONTACT_SECONDS
from tests.client_sdk.conftest import Device
from tests.client_sdk.test_uploads import CASE, owe

pytestmark = pytest.mark.database_free
WANTED_PRIORITY = 100


def want(device: Device, content: bytes) -> None:
    """From the court's next answer on, as long as it lacks it."""
    device.court.wanted_now.add(sha256_of(content))


def sha256_of(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def arrived(device: Device) -> list[bytes]:
    return list(device.court.verified.values())


def in_mid_queue(device: Device, patches: int, then: Callable[[], object]) -> None:
    """`then` happens as so many pieces have left."""
    left = [patches]

    def count(request: Request) -> None:
        left[0] -= request.method == "PATCH"
        if left[0] == 0:
            left[0] = -1
            then()

    device.line.before = count


def test_a_file_wanted_before_the_sync_goes_first(device: Device) -> None:
    first, second, third = owe(device, 1000, 2000, 3000)
    device.line.before = lambda request: want(device, third) if request.path.endswith("/pull") else None
    device.field.sync()
    assert arrived(device) == [third, first, second]


def test_one_wanted_in_mid_file_overtakes_it_at_the_next_contact_and_nothing_is_sent_twice(device: Device) -> None:
    first, second, third = owe(device, 2_000_000, 1000, 300_000)
    device.line.seconds = CONTACT_SECONDS / 2
    in_mid_queue(device, 1, lambda: want(device, third))
    sent: list[Progress] = []
    report = device.field.sync(on_progress=sent.append)
    assert arrived(device) == [third, first, second]
    assert report.bytes_sent == 2_301_000
    uploads = [(each.done, each.total) for each in sent if each.phase == "upload"]
    assert [done for done, _ in uploads] == sorted(done for done, _ in uploads)
    assert {total for _, total in uploads} == {2_301_000}
    assert uploads[-1][0] == 2_301_000


def test_without_a_wish_a_long_queue_keeps_its_order(device: Device) -> None:
    contents = owe(device, 900_000, 1000, 700_000)
    device.line.seconds = CONTACT_SECONDS
    device.field.sync()
    assert arrived(device) == contents


def test_what_is_recorded_during_a_long_upload_goes_up_beside_it(device: Device) -> None:
    owe(device, 2_000_000)
    device.line.seconds = CONTACT_SECONDS
    in_mid_queue(device, 1, lambda: device.field.record_action(case_id=CASE, kind="LOCATE"))
    report = device.field.sync()
    assert report.operations_sent == 2
    assert report.is_everything_sent
    patched = [method for method, _ in device.court.requests].index("PATCH")
    assert "push" in [name for _, name in device.court.requests[patched:]]


def test_a_court_that_is_restored_during_the_queue_gets_all_of_it(device: Device) -> None:
    contents = owe(device, 400_000, 500_000, 600_000)
    device.line.seconds = CONTACT_SECONDS
    in_mid_queue(device, 4, lambda: device.court.restore(0))
    device.field.sync()
    assert sorted(arrived(device)) == sorted(contents)


def test_a_wish_that_was_taken_back_leaves_the_common_order(device: Device) -> None:
    first, second = owe(device, 1000, 2000)

    def wish_then_cut(request: Request) -> None:
        if request.path.endswith("/pull"):
            want(device, second)
        device.line.lose_next_request(99 if request.method == "PATCH" else 0)

    device.line.before = wish_then_cut
    with pytest.raises(NotSent):
        device.field.sync()
    assert [file.priority for file in device.field.holdings.lanes_with_unsent().going] == [WANTED_PRIORITY, 0]
    device.court.wanted_now.clear()
    device.line.before = lambda request: device.line.lose_next_request(0)
    device.field.sync()
    assert arrived(device) == [first, second]


def test_the_status_names_the_queue_in_order_with_its_bytes_and_its_pace(device: Device) -> None:
    first, second = owe(device, 100_000, 200_000)
    device.line.seconds = 2.0
    device.field.sync()
    assert device.court.pushes[-1]["status"]["uploads"] == {
        "queue": {"files": 2, "bytes": 300_000, "named": [sha256_of(each)[:16] for each in (first, second)]},
        "held_back": {},
        "bytes_per_second": None,
    }
    owe(device, 50_000)
    device.field.sync()
    said = device.court.pushes[-1]["status"]["uploads"]
    assert said["queue"]["files"] == 1
    assert said["bytes_per_second"] == 300_000 / 4


def test_of_a_long_queue_the_first_are_named_and_all_are_counted(device: Device) -> None:
    photos = [device.field.capture(os.urandom(100)) for _ in range(201)]
    device.field.record_action(case_id=CASE, kind="SEAL", photos=photos)
    device.field.sync()
    queue = device.court.pushes[-1]["status"]["uploads"]["queue"]
    assert (queue["files"], queue["bytes"], len(queue["named"])) == (201, 20_100, 200)
