"""Waits the court asked for: kept to by the next sync, by an app started anew, and never for long."""

from datetime import timedelta

import pytest

from client_sdk import NotSent
from client_sdk.steps import ReadWait, Reply, Send, Wait
from tests.client_sdk.conftest import Device
from tests.client_sdk.court import PORTAL, problem
from tests.client_sdk.test_push import record


def test_a_wait_is_kept_to_by_the_next_sync_and_by_an_app_started_anew(device: Device) -> None:
    record(device)
    device.court.says = [problem(429, "budget_spent", {"retry-after": "90"})]
    with pytest.raises(NotSent):
        device.field.sync()
    device.court.requests.clear()
    with pytest.raises(NotSent) as fault:
        device.field.sync()
    assert fault.value.code == "server_busy"
    with pytest.raises(NotSent) as fault:
        device.reopen().sync()
    assert fault.value.retry_after_seconds == pytest.approx(90, abs=0.01)
    with pytest.raises(NotSent):
        device.field.pull()
    assert device.court.requests == []
    device.clock.advance(seconds=80)
    assert device.field.sync().is_everything_sent
    assert device.waits == [pytest.approx(10, abs=0.01)]
    device.field.sync()
    assert device.waits == [pytest.approx(10, abs=0.01)]


def test_a_wait_of_which_the_app_died_is_kept_to_as_well(device: Device) -> None:
    record(device)
    device.court.says = [problem(503, "unavailable", {"retry-after": "7"})]
    flow = device.field.sync_flow()
    step = flow.send(None)
    while not isinstance(step, Wait):
        answer = device.line.send(step.request) if isinstance(step, Send) else device.field.holdings.perform(step)
        step = flow.send(answer)
    flow.close()
    assert device.reopen().sync().is_everything_sent
    assert device.waits == [pytest.approx(7, abs=0.01)]


@pytest.mark.parametrize(
    ("boot", "drift", "left"),
    [
        ("boot-1", timedelta(days=-365), 90),  # the time since boot counts, whatever the wall says
        ("boot-1", timedelta(days=365), 90),
        ("boot-2", timedelta(), 90),
        ("boot-2", timedelta(seconds=80), 10),
        ("boot-2", timedelta(days=-365), 0),  # turned back: nobody knows, and nobody is kept away
        ("boot-2", timedelta(days=365), 0),
    ],
)
def test_no_clock_makes_a_wait_longer(device: Device, boot: str, drift: timedelta, left: float) -> None:
    device.court.says = [problem(429, "budget_spent", {"retry-after": "90"})]
    with pytest.raises(NotSent):
        device.field.sync()
    device.clock.boot, device.clock.drift = boot, drift
    assert device.field.holdings.perform(ReadWait()) == pytest.approx(left, abs=0.01)


def test_a_wait_without_end_is_kept_to_for_minutes_and_a_portals_not_at_all(device: Device) -> None:
    device.court.says = [problem(429, "budget_spent", {"retry-after": "864000"})]
    with pytest.raises(NotSent):
        device.field.sync()
    assert device.field.holdings.perform(ReadWait()) == pytest.approx(300, abs=0.01)
    device.clock.advance(seconds=300)
    device.court.says = [Reply(503, {"retry-after": "900", "content-type": "text/html"}, PORTAL)]
    with pytest.raises(NotSent):
        device.field.sync()
    assert device.field.sync().is_everything_sent
