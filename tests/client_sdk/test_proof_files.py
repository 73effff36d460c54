"""What a court signed, in a file: it proves what it says, and nothing of it can be changed unnoticed."""

import base64
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from client_sdk import FieldClient, NotFound, Photo, proof_files
from client_sdk.cli import app
from client_sdk.keys import WireError
from tests.client_sdk.conftest import Device

pytestmark = pytest.mark.database_free
PHOTO = b"the seal on the door"


@pytest.fixture
def photo(device: Device) -> Photo:
    """Of an act the court has, with another case's act before and one after it."""
    field = device.field
    note(field, "earlier")
    taken = field.capture(PHOTO)
    field.record_action(kind="SEAL", case_no="(2026)闽9821执1号", photos=[taken])
    note(field, "a secret of another case")
    field.sync()
    return taken


def note(field: FieldClient, text: str) -> str:
    return field.record_action(kind="LOCATE", case_no="(2026)闽9821执2号", fields={"narrative": text}).id


def exported(device: Device, folder: Path, what: Any = None) -> dict[str, Any]:
    device.field.export_proof(folder / "proof.json", what)
    return dict(json.loads((folder / "proof.json").read_bytes()))


def run(*arguments: str | Path) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["verify", *map(str, arguments)])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.output


def sealing(device: Device) -> str:
    return next(action.id for action in device.field.actions() if action.kind == "SEAL")


def test_an_act_is_proved_with_its_photo_and_without_the_acts_beside_it(
    device: Device, photo: Photo, tmp_path: Path
) -> None:
    document = exported(device, tmp_path, sealing(device))
    proved = proof_files.verify(document, file=(photo.sha256, photo.size))
    assert [(act.seq, act.kind, act.files) for act in proved.acts] == [(2, "SEAL", ((photo.sha256, len(PHOTO)),))]
    assert proved.acts[0].hash == device.field.action(sealing(device)).hash
    assert proved.statement is not None
    assert proved.statement.acked_seq == 3
    assert [receipt.sha256 for receipt in proved.receipts] == [photo.sha256]
    assert proved.file_received_at == proved.receipts[0].received_at
    bodies = [base64.b64decode(each["body"]) for each in document["log"]["operations"] if "body" in each]
    assert len(bodies) == 1
    assert b"secret" not in b"".join(bodies)


def test_a_photo_is_named_by_itself_its_id_or_its_hash(device: Device, photo: Photo, tmp_path: Path) -> None:
    by_itself = exported(device, tmp_path, photo)
    assert by_itself == exported(device, tmp_path, photo.id) == exported(device, tmp_path, photo.sha256[:8].upper())
    assert by_itself.keys() == {"proof", "root_key", "certificate", "keys", "receipts"}
    assert proof_files.verify(by_itself).statement is None


def test_the_last_statement_stands_alone(device: Device, photo: Photo, tmp_path: Path) -> None:
    proved = proof_files.verify(exported(device, tmp_path))
    assert proved.statement is not None
    assert (proved.statement.acked_seq, proved.acts, proved.receipts) == (3, (), ())


def test_what_the_court_has_not_confirmed_is_no_proof(device: Device, photo: Photo, tmp_path: Path) -> None:
    unsent = device.field.capture(b"another")
    asked = {note(device.field, "unsent"): "not_received", unsent.id: "not_received", "%": "not_found"}
    for what, code in asked.items():
        with pytest.raises(NotFound) as refused:
            device.field.export_proof(tmp_path / "proof.json", what)
        assert refused.value.code == code
    assert not (tmp_path / "proof.json").exists()


def _digit(text: str) -> str:
    """Another text of the same shape: one character in its middle is another."""
    middle = len(text) // 2
    return text[:middle] + ("A" if text[middle] != "A" else "B") + text[middle + 1 :]


def _without(name: str) -> Callable[[dict[str, Any]], None]:
    return lambda document: document.pop(name) and None


def _with(name: str, change: Callable[[Any], Any]) -> Callable[[dict[str, Any]], None]:
    return lambda document: document.__setitem__(name, change(document[name]))


def _in_log(change: Callable[[dict[str, Any]], Any]) -> Callable[[dict[str, Any]], None]:
    return lambda document: change(document["log"])


SPOILT: list[tuple[str, Callable[[dict[str, Any]], None]]] = [
    ("root_key", _with("root_key", lambda text: text[:-8])),
    ("certificate", _with("root_key", lambda text: base64.b64encode(bytes(range(32))).decode())),
    ("root_key", _without("root_key")),
    ("certificate", _with("certificate", _digit)),
    ("certificate", _without("certificate")),
    ("keys", _with("keys", lambda _: ["a.b"])),
    ("keys", _with("keys", lambda _: "none")),
    ("statement", _with("statement", _digit)),
    ("statement", lambda document: document.update(statement=document["receipts"][0])),
    ("log", _without("statement")),
    ("log", _in_log(lambda log: log.update(first_seq=log["first_seq"] + 1))),
    ("log", _in_log(lambda log: log.update(prev_hash="0" * 64))),
    ("log", _in_log(lambda log: log.update(more=1))),
    ("log", _in_log(lambda log: log["operations"].pop())),
    ("log", _in_log(lambda log: log["operations"][0].update(body=base64.b64encode(b"{}").decode()))),
    ("log", _in_log(lambda log: log["operations"][0].update(signature=base64.b64encode(bytes(64)).decode()))),
    ("log", _in_log(lambda log: log["operations"][1].update(body_sha256="0" * 64))),
    ("log", _in_log(lambda log: log["operations"].__setitem__(0, None))),
    ("receipt 1", _with("receipts", lambda texts: [_digit(texts[0])])),
    ("receipt 2", lambda document: document["receipts"].append(document["statement"])),
    ("receipt 1", _with("receipts", lambda _: [7])),
    ("officer_name", lambda document: document.update(officer_name="somebody else")),
]


@pytest.mark.parametrize(("part", "spoil"), SPOILT)
def test_every_part_that_is_changed_is_named(
    device: Device, photo: Photo, tmp_path: Path, part: str, spoil: Callable[[dict[str, Any]], None]
) -> None:
    document = exported(device, tmp_path, sealing(device))
    spoil(document)
    with pytest.raises(WireError) as refused:
        proof_files.verify(document)
    assert str(refused.value).startswith(f"{part}: ")
    (tmp_path / "spoilt.json").write_text(json.dumps(document), "utf-8")
    code, said = run(tmp_path / "spoilt.json")
    assert (code, f"{part}: " in said) == (1, True)


def test_a_receipt_of_another_devices_log_is_refused(
    make_device: Callable[..., Device], device: Device, photo: Photo, tmp_path: Path
) -> None:
    other = make_device(name="another.db")
    note(other.field, "his own")
    other.field.sync()
    theirs = exported(other, tmp_path)
    document = exported(device, tmp_path, photo)
    for name in ("certificate", "root_key"):
        with pytest.raises(WireError):
            proof_files.verify({**document, name: theirs[name]})
    with pytest.raises(WireError, match=r"^receipt 1: "):
        proof_files.verify({**theirs, "receipts": document["receipts"]})


def test_the_command_says_who_what_and_when_in_both_languages(
    device: Device, photo: Photo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    proved = device.field.export_proof(tmp_path / "proof.json", sealing(device))
    (tmp_path / "photo.jpg").write_bytes(PHOTO)
    arguments = (tmp_path / "proof.json", "--root", proved.root_fingerprint[:32], "--file", tmp_path / "photo.jpg")
    code, said = run(*arguments)
    assert code == 0
    assert "证明成立" in said
    for named in (proved.officer, proved.device, proved.court, proved.kid, photo.sha256, proved.acts[0].hash, "+08:00"):
        assert named in said
    monkeypatch.setenv("ZHIXING_LANG", "en")
    assert "The proof holds." in run(*arguments)[1]
    assert "Beware" not in run(*arguments)[1]
    code, said = run(tmp_path / "proof.json")
    assert (code, "Beware" in said) == (0, True)
    code, said = run(tmp_path / "proof.json", "--json")
    assert (json.loads(said)["ok"], json.loads(said)["is_root_known"]) == (True, False)


def test_another_court_or_another_file_ends_with_one(device: Device, photo: Photo, tmp_path: Path) -> None:
    proved = device.field.export_proof(tmp_path / "proof.json", photo)
    (tmp_path / "photo.jpg").write_bytes(PHOTO + b"!")
    for option, value in (("--root", "0" * 64), ("--root", "ab"), ("--file", str(tmp_path / "photo.jpg"))):
        code, said = run(tmp_path / "proof.json", option, value, "--json")
        assert (code, json.loads(said)["ok"], json.loads(said)["error"]["code"]) == (1, False, "proof_wrong")
    assert proved.root_fingerprint in run(tmp_path / "proof.json", "--root", "0" * 64)[1]


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b'{"proof": 2}', b'{"proof": true}', b"[" * 50_000])
def test_what_is_no_proof_ends_with_two(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "other.json").write_bytes(content)
    assert run(tmp_path / "other.json")[0] == 2
    assert run(tmp_path / "nowhere.json")[0] == 2


def test_a_strangers_words_cannot_move_the_cursor(tmp_path: Path) -> None:
    (tmp_path / "evil.json").write_text(json.dumps({"proof": 1, "\x1b[2J": "x"}), "utf-8")
    code, said = run(tmp_path / "evil.json")
    assert (code, "\x1b" in said) == (1, False)


def test_one_of_the_two_forms_is_asked_for(tmp_path: Path) -> None:
    assert run()[0] == 2
    assert run(tmp_path / "a", "--vectors", tmp_path / "b")[0] == 2
