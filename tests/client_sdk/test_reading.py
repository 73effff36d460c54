"""Reading ends, recording never: the lease, the court's word that a device is revoked, and what is left on the disk."""

import json
from datetime import timedelta
from typing import Any

import pytest

from client_sdk import FieldClient, NotSent, ReadingEnded, Rejected, StoreDamaged, vault
from client_sdk.clock import to_wire
from client_sdk.reading import LEASE_OVER
from client_sdk.steps import Reply, Request
from tests.client_sdk.conftest import Device
from tests.client_sdk.court import PORTAL, problem

pytestmark = pytest.mark.database_free
CASE = "0199a000-0000-7000-8000-000000000001"
NODE = "0199a000-0000-7000-8000-000000000002"
UNIT: dict[str, Any] = {"case_no": "1", "assignment_no": 4, "parties": [{"name": "林小满"}], "nodes": [{"id": NODE}]}


def pulled(device: Device, *, days: int = 14) -> FieldClient:
    """It holds a case, under a lease of so many days."""
    device.court.units[("case", CASE)] = ("t1", UNIT)
    device.court.lease_until = to_wire(device.clock.moment + timedelta(days=days))
    device.field.sync()
    assert device.field.cases()[0].parties[0].name == "林小满"
    return device.field


def body(device: Device) -> dict[str, Any]:
    return device.field.holdings.outbox.body(device.field.holdings.outbox.head().seq)


def restart(device: Device, boot: str) -> None:
    """Switched off and on: time since boot begins anew."""
    device.clock.boot = boot
    device.clock._since = device.clock.moment + timedelta(milliseconds=1_000_000)
    device.reopen()


def everything_on_disk(device: Device) -> bytes:
    return b"".join(path.read_bytes() for path in device.path.parent.rglob("*") if path.is_file())


def test_a_lease_ends_reading_and_never_recording(way: str, device: Device) -> None:
    field = pulled(device)
    field.record_action(case_id=CASE, kind="SEAL", photos=[field.capture(b"one")])
    device.line.go_offline()
    device.clock.advance(days=15)
    for read in (field.cases, field.today, field.reviews, field.actions, field.photos, lambda: field.case(CASE)):
        with pytest.raises(ReadingEnded) as ended:
            read()
        assert ended.value.reason == "lease_over"
    act = field.record_action(case_id=CASE, kind="SEAL", node_id=NODE, photos=[field.capture(b"two")])
    assert act.status == "unsent"
    [subject] = body(device)["subjects"]
    assert (subject["assignment_no"], subject["node_id"], body(device)["seen"]) == (4, NODE, {f"case:{CASE}": "t1"})
    assert (field.status().unsent_operations, field.status().reading_ended) == (2, "lease_over")


def test_reading_that_ends_while_a_page_is_on_its_way_leaves_no_hole(device: Device) -> None:
    field = pulled(device)
    device.court.units[("case", CASE[:-1] + "3")] = ("t1", {**UNIT, "case_no": "3"})
    # Fetching everything anew because the digests differ has been done in this hour.
    field.holdings.replica.reset_after_digest(device.clock.now())
    field.sync()
    device.court.units[("case", CASE)] = ("t2", UNIT)
    left = ["one pull"]

    def end_reading(request: Request) -> None:
        if left and "pull" in request.path:
            left.clear()
            field.holdings.reading.end(LEASE_OVER)

    device.line.before = end_reading
    field.sync()
    assert not left
    assert {case.case_no for case in field.cases()} == {"1", "3"}


def test_the_next_sync_sends_everything_and_reads_again(way: str, device: Device) -> None:
    field = pulled(device)
    device.clock.advance(days=15)
    with pytest.raises(ReadingEnded):
        field.cases()
    field.record_action(case_id=CASE, kind="SEAL")
    device.court.lease_until = to_wire(device.clock.moment + timedelta(days=14))
    device.court.lies = {"received_at": to_wire(device.clock.moment)}
    assert field.sync().is_everything_sent
    assert field.cases()[0].parties[0].name == "林小满"


def test_the_key_is_gone_from_the_disk_and_the_outbox_is_not(way: str, device: Device) -> None:
    field = pulled(device)
    field.record_action(case_id=CASE, kind="SEAL", fields={"place": "城关镇"})
    places = field.holdings.store.places
    sealed_key = places.read_key.read_bytes()
    device.clock.advance(days=15)
    with pytest.raises(ReadingEnded):
        field.cases()
    assert not places.read_key.exists()
    assert sealed_key not in everything_on_disk(device)
    field = device.reopen()
    with pytest.raises(ReadingEnded):
        field.cases()
    assert body(device)["fields"] == {"place": "城关镇"}


def test_the_court_opens_the_outbox_of_a_phone_that_reads_no_more(way: str, device: Device) -> None:
    field = pulled(device)
    field.record_action(case_id=CASE, kind="SEAL", fields={"place": "城关镇"})
    device.clock.advance(days=15)
    with pytest.raises(ReadingEnded):
        field.cases()
    header = vault.read_header(field.holdings.store.places.header)
    key = vault.data_key_from_escrow(header, device.court.escrow.private_bytes_raw())
    assert vault.open_with_data_key(field.holdings.store.places.header, key).database_key()


@pytest.mark.parametrize("days", [365, -365])
def test_a_wall_clock_a_year_off_changes_nothing(device: Device, days: int) -> None:
    device.clock.drift = timedelta(days=days)
    field = pulled(device)
    device.clock.advance(days=13)
    assert field.cases()
    device.clock.advance(days=2)
    with pytest.raises(ReadingEnded):
        field.cases()


@pytest.mark.parametrize("days", [365, -365])
def test_a_wall_clock_turned_by_a_year_changes_nothing_within_a_boot(device: Device, days: int) -> None:
    field = pulled(device)
    device.clock.drift = timedelta(days=days)
    device.clock.advance(days=13)
    assert field.cases()
    device.clock.advance(days=2)
    with pytest.raises(ReadingEnded):
        field.cases()


def test_turning_the_clock_back_and_restarting_prolongs_nothing(device: Device) -> None:
    pulled(device)
    for turn in range(1, 4):
        device.clock.advance(days=4)
        device.field.cases()
        device.clock.drift = -timedelta(days=400)
        restart(device, f"boot-{turn + 1}")
    device.clock.advance(days=4)
    with pytest.raises(ReadingEnded):
        device.field.cases()


def test_a_restart_after_the_lease_finds_it_over(device: Device) -> None:
    pulled(device)
    device.clock.advance(days=15)
    restart(device, "boot-2")
    with pytest.raises(ReadingEnded):
        device.field.cases()


def test_what_the_court_says_the_time_is_counts(device: Device) -> None:
    """Pushes go on arriving from a device whose pulls are refused: its lease ends all the same."""
    field = pulled(device)
    device.court.lies = {"received_at": to_wire(device.clock.moment + timedelta(days=20))}
    device.court.says = []
    field.record_action(case_id=CASE, kind="SEAL")
    device.court.lease_until = to_wire(device.clock.moment + timedelta(days=14))
    field.sync()
    with pytest.raises(ReadingEnded):
        field.cases()


def test_a_court_that_gives_no_lease_guards_no_reading(device: Device) -> None:
    device.court.units[("case", CASE)] = ("t1", UNIT)
    device.field.sync()
    device.clock.advance(days=400)
    assert device.field.cases()
    assert device.field.status().readable_until is None


@pytest.mark.parametrize("cut", ["overwritten", "unlinked"])
def test_a_crash_between_the_keys_end_and_its_note_is_found_at_the_next_start(device: Device, cut: str) -> None:
    field = pulled(device)
    field.record_action(case_id=CASE, kind="SEAL")
    key = field.holdings.store.places.read_key
    if cut == "overwritten":
        key.write_bytes(bytes(len(key.read_bytes())))
    else:
        key.unlink()
    field = device.reopen()
    with pytest.raises(ReadingEnded):
        field.cases()
    device.court.lies = {"received_at": to_wire(device.clock.moment)}
    assert field.sync().is_everything_sent
    assert field.cases()


def revoke(device: Device) -> None:
    device.court.revoked_at = to_wire(device.clock.moment)


def test_a_revoked_device_ends_reading_and_keeps_recording(way: str, device: Device) -> None:
    field = pulled(device)
    field.record_action(case_id=CASE, kind="SEAL", photos=[field.capture(b"one")])
    revoke(device)
    with pytest.raises(Rejected) as refused:
        field.sync()
    assert refused.value.code == "device_revoked"
    assert not field.holdings.store.places.read_key.exists()
    for read in (field.cases, field.actions, field.photos, field.today):
        with pytest.raises(ReadingEnded) as ended:
            read()
        assert ended.value.reason == "revoked"
    field.record_action(case_id=CASE, kind="SEAL", photos=[field.capture(b"two")])
    assert field.status().unsent_operations == 2


def test_all_it_still_has_goes_to_the_sealed_quarantine(device: Device) -> None:
    field = pulled(device)
    for number in range(3):
        photo = field.capture(f"photo {number}".encode())
        field.record_action(case_id=CASE, kind="SEAL", fields={"padding": "x" * 200_000}, photos=[photo])
    device.court.revoked_at = to_wire(device.clock.moment)
    for _ in range(2):
        with pytest.raises(Rejected):
            field.sync()
    assert sorted(device.court.sealed) == [1, 2, 3]
    assert [json.loads(each)["kind"] for each in device.court.sealed.values()] == ["SEAL"] * 3
    assert sorted(bytes(each) for each in device.court.sealed_files.values()) == [b"photo 0", b"photo 1", b"photo 2"]
    assert field.status().unsent_operations == 3


@pytest.mark.parametrize(
    "said",
    [
        problem(403, "device_revoked"),
        problem(403, "device_revoked", statement="x.y"),
        Reply(403, {"content-type": "text/html"}, PORTAL),
    ],
)
def test_a_refusal_nobody_has_signed_ends_nothing(device: Device, said: Reply) -> None:
    field = pulled(device)
    device.court.says = [said]
    with pytest.raises((Rejected, NotSent)):
        field.sync()
    assert field.cases()


def test_a_statement_for_another_nonce_ends_nothing(device: Device) -> None:
    field = pulled(device)
    statement = device.court.statement(device.court.log, "another", revoked_at=to_wire(device.clock.moment))
    device.court.says = [problem(403, "device_revoked", statement=statement)]
    with pytest.raises(NotSent):
        field.sync()
    assert field.cases()


def test_a_revoked_device_stays_so_when_opened_again(device: Device) -> None:
    pulled(device)
    revoke(device)
    with pytest.raises(Rejected):
        device.field.sync()
    field = device.reopen()
    with pytest.raises(ReadingEnded):
        field.cases()
    assert field.status().reading_ended == "revoked"


def test_nothing_pulled_is_readable_with_the_stores_own_key(way: str, device: Device) -> None:
    field = pulled(device)
    database = field.holdings.store.database
    rows = database.rows("SELECT id, sealed FROM unit WHERE type = 'case'")
    assert rows
    for id_, sealed in rows:
        with pytest.raises((StoreDamaged, ValueError)):
            database.unseal(sealed, f"unit|case|{id_}")
