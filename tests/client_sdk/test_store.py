"""The store at rest: encrypted, locked, migrated with unsent acts in it, wiped only when nothing would be lost."""

import hashlib
import json
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from client_sdk import (
    AlreadyEnrolled,
    FieldClient,
    KeystoreUnavailable,
    NotEnrolled,
    NotSent,
    Rejected,
    StoreDamaged,
    StoreLocked,
    UnsafeToWipe,
    WrongPassphrase,
    schema,
    vault,
)
from client_sdk.sealed_files import SealedFile, seal_file
from client_sdk.store import Surroundings
from tests.client_sdk.conftest import PASSPHRASE, Device, FakeClock
from tests.client_sdk.court import Court, problem
from tests.client_sdk.line import Line

pytestmark = pytest.mark.database_free
CASE = "0199a000-0000-7000-8000-000000000001"
SECRETS = ["城关镇", "林小满", "SEAL", "SECRET-PHOTO", "王执行", "某区人民法院"]


class FakeKeystore:
    """A system keystore in memory."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, name: str, /) -> str | None:
        return self.kept.get((service, name))

    def set_password(self, service: str, name: str, secret: str, /) -> None:
        self.kept[service, name] = secret

    def delete_password(self, service: str, name: str, /) -> None:
        del self.kept[service, name]


def everything_on_disk(device: Device) -> bytes:
    return b"".join(path.read_bytes() for path in device.path.parent.rglob("*") if path.is_file())


def fill(device: Device) -> None:
    sha256 = hashlib.sha256(b"WARRANT").hexdigest()
    device.court.papers[sha256] = b"WARRANT"
    paper = {"id": "p1", "sha256": sha256, "size": 7, "media_type": "text/plain", "kind": "WARRANT", "title": "搜查令"}
    case = {"case_no": "1", "parties": [{"name": "林小满"}], "papers": [paper]}
    device.court.units[("case", CASE)] = ("t1", case)
    device.field.sync()
    photo = device.field.capture(b"SECRET-PHOTO" * 100, shot_code="SEAL_CLOSEUP")
    device.field.record_action(case_id=CASE, kind="SEAL", fields={"place": "城关镇"}, photos=[photo])


def test_nothing_recorded_or_pulled_can_be_read_from_the_disk(way: str, device: Device) -> None:
    fill(device)
    found = everything_on_disk(device)
    private = device.field.holdings.identity.key.private
    assert not [text for text in SECRETS if text.encode() in found]
    assert private not in found
    assert device.field.holdings.store.vault.way == way


def test_the_store_opens_again_with_everything_in_it(way: str, device: Device) -> None:
    fill(device)
    field = device.reopen()
    assert [action.kind for action in field.actions()] == ["SEAL"]
    assert field.case(CASE).parties[0].name == "林小满"
    assert field.sync().is_everything_sent


def test_a_store_keeps_its_way_when_sqlcipher_is_installed_later(
    make_device: Callable[..., Device], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("client_sdk.store.preferred_way", lambda: "columns")
    device = make_device()
    monkeypatch.undo()
    monkeypatch.setattr(vault, "SCRYPT_COST", 16)
    assert device.reopen().holdings.store.vault.way == "columns"


def test_a_store_of_sqlcipher_says_what_it_needs_where_the_wheel_is_missing(
    device: Device, monkeypatch: pytest.MonkeyPatch
) -> None:
    device.field.close()
    monkeypatch.setattr("client_sdk.database.sqlcipher", lambda: None)
    with pytest.raises(StoreDamaged) as fault:
        FieldClient.open(device.path, passphrase=PASSPHRASE)
    assert fault.value.code == "sqlcipher_missing"


def test_a_wrong_passphrase_opens_nothing(way: str, device: Device) -> None:
    device.field.close()
    with pytest.raises(WrongPassphrase):
        FieldClient.open(device.path, passphrase="another")
    device.reopen()


def test_after_a_change_only_the_new_passphrase_opens(way: str, device: Device) -> None:
    device.field.change_passphrase("新口令")
    device.field.close()
    with pytest.raises(WrongPassphrase):
        FieldClient.open(device.path, passphrase=PASSPHRASE)
    FieldClient.open(device.path, passphrase="新口令", transport=device.line).close()


def test_a_forgotten_passphrase_has_the_courts_escrow_slot(way: str, device: Device) -> None:
    fill(device)
    device.field.close()
    places = device.field.holdings.store.places
    key = vault.data_key_from_escrow(vault.read_header(places.header), device.court.escrow.private_bytes_raw())
    opened = vault.open_with_data_key(places.header, key)
    opened.set_passphrase("given by two persons")
    field = FieldClient.open(device.path, passphrase="given by two persons", transport=device.line)
    assert [action.kind for action in field.actions()] == ["SEAL"]
    field.close()


def test_another_courts_escrow_key_opens_nothing(device: Device) -> None:
    header = vault.read_header(device.field.holdings.store.places.header)
    with pytest.raises(WrongPassphrase):
        vault.data_key_from_escrow(header, Court().escrow.private_bytes_raw())


def test_without_passphrase_the_system_keystore_keeps_the_key(
    make_device: Callable[..., Device], tmp_path: Path
) -> None:
    court, keystore = Court(), FakeKeystore()
    machine = Surroundings(clock=FakeClock(), keystore=keystore)
    path = tmp_path / "kept.db"
    FieldClient.enrol(
        "http://court.test", code=court.code, store=path, transport=Line(court), surroundings=machine
    ).close()
    field = FieldClient.open(path, transport=Line(court), surroundings=machine)
    field.wipe(force=True)
    assert keystore.kept == {}


def test_without_passphrase_and_keystore_there_is_a_clear_error_and_no_store(tmp_path: Path) -> None:
    court, machine = Court(), Surroundings(clock=FakeClock(), keystore=None)
    path = tmp_path / "none.db"
    with pytest.raises(KeystoreUnavailable):
        FieldClient.enrol("http://c.test", code=court.code, store=path, transport=Line(court), surroundings=machine)
    assert not path.exists()
    assert court.requests == []


def test_bytes_moved_to_another_row_do_not_open(
    make_device: Callable[..., Device], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("client_sdk.store.preferred_way", lambda: "columns")
    device = make_device()
    for place in ("甲", "乙"):
        device.field.record_action(case_id=CASE, kind="SEAL", fields={"place": place})
    device.field.close()
    with sqlite3.connect(device.path) as connection:
        connection.execute("UPDATE operation SET sealed = (SELECT sealed FROM operation WHERE seq = 1) WHERE seq = 2")
    connection.close()
    with pytest.raises(StoreDamaged):
        device.reopen().holdings.outbox.body(2)
    # What cannot be read cannot be sent; a court that opens no new log for it leaves that to a person.
    with pytest.raises(Rejected) as refusal:
        device.field.sync()
    assert refusal.value.code == "chain_invalid"
    assert len(device.court.log.bodies) == 1


def test_a_second_process_finds_it_locked_and_says_so(device: Device) -> None:
    script = (
        "import sys; from client_sdk import FieldClient, StoreLocked\n"
        "try: FieldClient.open(sys.argv[1], passphrase='x')\n"
        "except StoreLocked as fault: print(fault); sys.exit(3)\n"
    )
    done = subprocess.run([sys.executable, "-c", script, str(device.path)], capture_output=True, text=True, check=False)
    assert done.returncode == 3, done.stderr
    assert str(device.path) in done.stdout


def test_the_lock_goes_with_the_process_however_it_ends(device: Device) -> None:
    device.field.close()
    script = (
        "import sys, os; from client_sdk import FieldClient, vault\n"
        "field = FieldClient.open(sys.argv[1], passphrase=sys.argv[2]); os.kill(os.getpid(), 9)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(device.path), PASSPHRASE], capture_output=True, check=False
    )
    assert done.returncode == -9
    device.reopen()


def test_the_same_process_cannot_open_it_twice_either(device: Device) -> None:
    with pytest.raises(StoreLocked):
        FieldClient.open(device.path, passphrase=PASSPHRASE)


def test_a_store_of_version_1_migrates_with_unsent_acts_in_it(way: str, device: Device) -> None:
    """The fixture is made by code: what this SDK wrote, put back to the tables of version 1."""
    fill(device)
    store = device.field.holdings.store
    _seal_as_before(device.field)
    store.database.close()
    _put_back(store, _BACK_TO_1)
    device.field._store._lock.release()
    device.field = FieldClient.open(
        device.path, passphrase=PASSPHRASE, transport=device.line, surroundings=device.machine
    )
    assert device.field.holdings.store.database.rows("PRAGMA user_version") == [(schema.VERSION,)]
    assert device.field.status().unsent_operations == 1
    device.line.go_offline()
    assert [case.parties[0].name for case in device.field.cases()] == ["林小满"]
    assert device.field.open_paper(_paper_of(device)) == b"WARRANT"
    device.line.come_back()
    assert device.field.sync().is_everything_sent
    assert b"WARRANT" not in everything_on_disk(device)


def _paper_of(device: Device) -> str:
    return next(iter(device.court.papers))


def _seal_as_before(field: FieldClient) -> None:
    """What was pulled, under the store's own key, as an SDK wrote it that knew no other."""
    holdings = field.holdings
    database, reading = holdings.store.database, holdings.reading
    with database.transaction():
        for type_, id_, sealed in database.rows("SELECT type, id, sealed FROM unit WHERE type = 'case'"):
            place = f"unit|{type_}|{id_}"
            before = database.seal(reading.key.unseal(sealed, place), place)
            database.run("UPDATE unit SET sealed = ? WHERE type = ? AND id = ?", before, type_, id_)
    for path in holdings.store.places.papers.iterdir():
        with SealedFile(path, reading.key.file_key) as sealed_file:
            content, facts = list(sealed_file.pieces()), sealed_file.facts
        seal_file(path, content, facts, holdings.store.vault.file_key)
    holdings.store.places.read_key.unlink()


_BACK_TO_1 = (
    "ALTER TABLE delivery DROP COLUMN fault",
    "ALTER TABLE operation DROP COLUMN is_let_go",
    "ALTER TABLE capture DROP COLUMN is_let_go",
    "DROP TABLE safe_mark",
    "DROP TABLE reading",
    "DROP TABLE recording",
)


def _put_back(store: Any, statements: Iterable[str]) -> None:
    from client_sdk import database

    driver = database.sqlcipher() if store.vault.way == "sqlcipher" else sqlite3
    assert driver is not None
    connection = driver.connect(str(store.places.database))
    if store.vault.way == "sqlcipher":
        connection.execute(f"PRAGMA key = \"x'{store.vault.database_key().hex()}'\"")
    for sql in statements:
        connection.execute(sql)
    connection.execute("PRAGMA user_version = 1")
    connection.commit()
    connection.close()


def test_a_store_of_a_newer_app_is_left_alone(device: Device) -> None:
    with device.field.holdings.store.database.transaction():
        device.field.holdings.store.database.run("PRAGMA user_version = 99")
    device.field.close()
    with pytest.raises(StoreDamaged) as fault:
        FieldClient.open(device.path, passphrase=PASSPHRASE)
    assert fault.value.code == "store_too_new"


def test_what_is_no_store_is_said_to_be_none(tmp_path: Path) -> None:
    with pytest.raises(NotEnrolled) as fault:
        FieldClient.open(tmp_path / "none.db", passphrase="x")
    assert fault.value.code == "store_missing"
    assert list(tmp_path.iterdir()) == []


def test_wipe_refuses_while_anything_is_unsafe_and_names_the_counts(device: Device) -> None:
    fill(device)
    with pytest.raises(UnsafeToWipe) as fault:
        device.field.wipe()
    assert (fault.value.operations, fault.value.files) == (1, 1)
    device.court.safe = lambda court: (0, 0)
    with pytest.raises(UnsafeToWipe):
        device.field.unenrol()
    assert device.field.status().unsafe_operations == 1
    device.court.safe = lambda court: (len(court.log.bodies), court.position)
    device.field.unenrol()
    assert list(device.path.parent.iterdir()) == []


def test_an_unused_photo_keeps_the_store_from_being_wiped(device: Device) -> None:
    device.field.capture(b"not used yet")
    with pytest.raises(UnsafeToWipe):
        device.field.unenrol()


def test_wipe_by_force_leaves_nothing(way: str, device: Device) -> None:
    fill(device)
    device.field.wipe(force=True)
    assert list(device.path.parent.iterdir()) == []


def test_unenrol_offline_erases_nothing(device: Device) -> None:
    device.line.go_offline()
    with pytest.raises(NotSent):
        device.field.unenrol()
    assert device.path.exists()


def test_a_lost_enrolment_answer_is_asked_for_again_with_the_same_key(tmp_path: Path) -> None:
    court = Court()
    line, machine = Line(court), Surroundings(clock=FakeClock(), sleep=lambda seconds: None)
    given: dict[str, Any] = {"code": court.code, "store": tmp_path / "o.db", "passphrase": "p", "surroundings": machine}
    line.lose_next_reply(99)
    with pytest.raises(NotSent):
        FieldClient.enrol("http://c.test", transport=line, **given)
    with pytest.raises(NotEnrolled):
        FieldClient.open(tmp_path / "o.db", passphrase="p")
    line.lose_next_reply(0)
    FieldClient.enrol("http://c.test", transport=line, **given).close()
    assert len(court.logs) == 1
    with pytest.raises(AlreadyEnrolled):
        FieldClient.enrol("http://c.test", transport=line, **given)


def test_a_code_as_typed_is_read_and_a_mistyped_one_refused_before_anything_is_made(tmp_path: Path) -> None:
    court = Court()
    with pytest.raises(Rejected) as fault:
        FieldClient.enrol("http://c.test", code=court.code[:-1], store=tmp_path / "o.db", passphrase="p")
    assert fault.value.code == "enrolment_code_unreadable"
    assert list(tmp_path.iterdir()) == []
    spelled = "-".join(court.code.lower()[start : start + 6] for start in range(0, 42, 6))
    FieldClient.enrol(
        "http://c.test", code=f" {spelled} ", store=tmp_path / "o.db", passphrase="p", transport=Line(court)
    ).close()


def test_a_refused_enrolment_leaves_no_store_behind(tmp_path: Path) -> None:
    court, asked = Court(), Court()
    asked.root, asked.secret = court.root, b"0000000000"
    with pytest.raises(Rejected) as fault:
        FieldClient.enrol(
            "http://c.test", code=asked.code, store=tmp_path / "o.db", passphrase="p", transport=Line(court)
        )
    assert fault.value.code == "enrolment_code_invalid"
    assert list(tmp_path.iterdir()) == []


def test_a_slip_in_the_second_half_of_a_code_does_not_spend_it(tmp_path: Path) -> None:
    court, other = Court(), Court()
    asked: dict[str, Any] = {"store": tmp_path / "o.db", "passphrase": "p", "transport": Line(court)}
    with pytest.raises(Rejected) as fault:
        FieldClient.enrol("http://c.test", code=other.code, **asked)
    assert fault.value.code == "court_not_proven"
    field = FieldClient.enrol("http://c.test", code=court.code, **asked)
    assert list(court.logs) == [field.holdings.identity.device]
    field.close()


def test_a_device_whose_id_is_taken_asks_with_another_one_next_time(tmp_path: Path) -> None:
    court = Court()
    court.says = [problem(409, "device_id_taken")]
    line = Line(court)
    asked: dict[str, Any] = {"code": court.code, "store": tmp_path / "o.db", "passphrase": "p", "transport": line}
    devices: list[str] = []
    line.before = lambda request: devices.append(json.loads(request.body)["device"])
    with pytest.raises(Rejected):
        FieldClient.enrol("http://c.test", **asked)
    FieldClient.enrol("http://c.test", **asked).close()
    assert len(set(devices)) == 2


def test_a_program_started_by_the_app_does_not_keep_the_lock(device: Device) -> None:
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE, close_fds=False)
    device.reopen()
    child.communicate(b"\n")


def test_the_header_names_no_person_and_no_court(device: Device) -> None:
    header = json.loads(device.field.holdings.store.places.header.read_text())
    assert set(header) == {"v", "store", "way", "slots"}
    assert set(header["slots"]) == {"passphrase", "escrow"}
