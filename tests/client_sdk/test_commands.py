"""`zhixing-field`: every command in text and as JSON, its exit codes, and where the passphrase comes from."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from client_sdk import FieldClient, day_commands
from client_sdk.cli import app
from client_sdk.commands import COMMANDS
from tests.client_sdk.conftest import PASSPHRASE, Device
from tests.client_sdk.court import problem
from tests.client_sdk.line import Line
from tests.client_sdk.test_papers import OTHER, publish

pytestmark = pytest.mark.database_free
CASE = "0199a000-0000-7000-8000-000000000001"
NAMES = [command.__name__.replace("_", "-") for command in (*COMMANDS, *day_commands.COMMANDS)]
Run = Callable[..., tuple[int, str]]


@pytest.fixture
def run(device: Device, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs a command on the device's store, its network being the device's line."""
    node = {"id": CASE, "key": "seal", "zh": "查封财产", "en": "Seal", "state": "RUNNING", "due_on": "2026-11-30"}
    unit = {
        "case_no": "(2026)闽9821执1号",
        "cause": "借款",
        "status": "OPEN",
        "nodes": [node],
        "parties": [{"name": "张三"}],
    }
    device.court.units[("case", CASE)] = ("t1", unit)
    device.field.close()
    monkeypatch.setattr("client_sdk.client.HttpTransport", lambda server: device.line)
    monkeypatch.setenv("ZHIXING_STORE", str(device.path))
    monkeypatch.setenv("ZHIXING_PASSPHRASE", PASSPHRASE)
    monkeypatch.setattr("client_sdk.client.this_machine", lambda: device.machine)

    def invoke(*arguments: str) -> tuple[int, str]:
        result = CliRunner().invoke(app, list(arguments))
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        return result.exit_code, result.output

    return invoke


def as_json(run: Run, *arguments: str) -> Any:
    code, text = run(*arguments, "--json")
    assert code == 0, text
    return json.loads(text)


def test_a_day_in_the_field_as_json(device: Device, run: Run, tmp_path: Path) -> None:
    assert as_json(run, "pull")["units_received"] == 1
    assert [case["id"] for case in as_json(run, "cases")["cases"]] == [CASE]
    assert as_json(run, "today")["nodes"][0]["node"]["due_on"] == "2026-11-30"
    (tmp_path / "a.jpg").write_bytes(b"photo")
    fields = tmp_path / "fields.json"
    fields.write_text('{"place": "城关镇"}', "utf-8")
    recorded = as_json(
        run, "record", "SEAL", "--case", CASE, "--fields", f"@{fields}", "--photo", f"{tmp_path / 'a.jpg'}:SEAL_CLOSEUP"
    )
    assert recorded["action"]["status"] == "unsent"
    assert as_json(run, "status")["unsent_operations"] == 1
    report = as_json(run, "sync")
    assert (report["is_everything_sent"], report["files_sent"]) == (True, 1)
    [promise] = [promise for _, promise in device.court.promises()]
    assert promise["shot_code"] == "SEAL_CLOSEUP"
    assert as_json(run, "unenrol") == {"unenrolled": str(device.path)}
    assert not device.path.exists()


def test_the_same_for_people_in_both_languages(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "全部送达" in run("sync")[1]
    assert "(2026)闽9821执1号" in run("cases")[1]
    assert "查封财产" in run("today")[1]
    assert "未送达" in run("status")[1]
    monkeypatch.setenv("ZHIXING_LANG", "en")
    assert "Everything is sent." in run("sync")[1]
    assert "Seal" in run("today")[1]
    assert "Recorded LOCATE" in run("record", "LOCATE", "--case-no", "(2026)闽9821执2号")[1]


def test_what_is_copied_from_a_table_stands_on_one_line_of_a_narrow_screen(
    device: Device, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    [sha256] = publish(device.court, b"ruling")
    monkeypatch.setattr("client_sdk.console.screen.width", 80)
    run("pull")
    assert CASE in run("cases")[1]
    assert sha256[:12] in run("papers")[1]


def test_offline_ends_with_75_and_keeps_everything(device: Device, run: Run) -> None:
    run("record", "LOCATE", "--case-no", "1")
    device.line.go_offline()
    code, text = run("sync", "--json")
    assert (code, json.loads(text)["error"]["code"]) == (75, "unreachable")
    assert as_json(run, "status")["unsent_operations"] == 1


def test_a_refusal_ends_with_1_and_its_code(device: Device, run: Run) -> None:
    device.court.says = [problem(403, "device_revoked")]
    code, text = run("sync")
    assert code == 1
    assert "[device_revoked]" in text


@pytest.mark.parametrize("fields", ["[]", "{", "@/nowhere"])
def test_fields_that_are_no_object_are_named(run: Run, fields: str) -> None:
    code, text = run("record", "LOCATE", "--case-no", "1", "--fields", fields)
    assert code == 1
    assert "/fields" in text


def test_unenrol_refuses_until_forced(device: Device, run: Run) -> None:
    run("record", "LOCATE", "--case-no", "1")
    device.court.safe = lambda court: (0, 0)
    assert run("unenrol")[0] == 1
    assert device.path.exists()
    assert run("unenrol", "--force")[0] == 0
    assert not device.path.exists()


def test_a_passphrase_file_goes_before_the_environment(run: Run, tmp_path: Path) -> None:
    (tmp_path / "pass").write_text("wrong\n", "utf-8")
    assert "[wrong_passphrase]" in run("status", "--passphrase-file", str(tmp_path / "pass"))[1]
    (tmp_path / "pass").write_text(PASSPHRASE + "\n", "utf-8")
    assert run("status", "--passphrase-file", str(tmp_path / "pass"))[0] == 0


def test_enrol_makes_a_store(device: Device, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("client_sdk.client.HttpTransport", lambda server: Line(device.court))
    path = tmp_path / "second.db"
    said = as_json(run, "enrol", "http://court.test", "--code", device.court.code, "--store", str(path))
    assert (said["officer"], said["store"]) == ("王执行", str(path))
    FieldClient.open(path, passphrase=PASSPHRASE, transport=device.line).close()


@pytest.mark.parametrize("name", [*NAMES, "verify"])
def test_every_command_speaks_json_and_says_what_it_does(run: Run, name: str) -> None:
    code, text = run(name, "--help")
    assert code == 0
    assert "--json" in text


@pytest.mark.parametrize("name", NAMES)
def test_every_command_on_a_store_that_is_not_there_ends_with_1_and_names_it(
    run: Run, name: str, tmp_path: Path
) -> None:
    given = {
        "enrol": ["http://c.test", "--code", "x"],
        "record": ["LOCATE", "--case-no", "1"],
        "renew": ["--code", "x"],
        "complete-node": ["seal", "--case", CASE],
        "note": ["x", "--case", CASE],
        "clue": ["x", "--case", CASE, "--source", "OWN"],
        "handover": [CASE, "--case", CASE],
        "task-done": [CASE, "--case", CASE],
        "reply": [CASE, "x", "--case", CASE],
        "answer-order": [CASE, "ACCEPT"],
        "paper": [CASE, "out.pdf"],
    }.get(name, [])
    code, text = run(name, *given, "--store", str(tmp_path / "none.db"), "--json")
    assert code == 1
    wanted = "enrolment_code_unreadable" if name == "enrol" else "store_missing"
    assert json.loads(text)["error"]["code"] == wanted
    assert not list(tmp_path.glob("none*"))


def test_what_is_not_typed_right_ends_with_2(run: Run) -> None:
    assert run("dance")[0] == run("papers", "--nonsense")[0] == run("papers", "--save", "ab")[0] == 2


def test_the_same_debtors_cases_are_listed_with_the_seals_in_force(device: Device, run: Run) -> None:
    seals = [
        {"kind": "SEAL", "on": "2026-01-02", "expires_on": day, "refs": ["闽A1"]}
        for day in ("2020-01-01", "2029-01-01")
    ]
    other = {"case_no": "(2026)闽9802执7号", "court": "周溪县人民法院", "status": "OPEN", "seals": seals}
    resisted = {"resistance": [{"kind": "VIOLENCE", "on": "2026-03-04"}]}
    device.court.units[("case", CASE)][1]["related"] = {"cases": [{**other, **resisted}], "more": 3}
    assert run("pull")[0] == 0
    (case,) = as_json(run, "related")["cases"]
    assert [(each["case_no"], len(each["seals"])) for each in case["related"]] == [("(2026)闽9802执7号", 2)]
    text = run("related", "--case", CASE)[1]
    assert ("2029-01-01" in text, "2020-01-01" in text, "VIOLENCE" in text) == (True, False, True)


def test_papers_are_listed_and_saved_without_a_network(device: Device, run: Run, tmp_path: Path) -> None:
    ruling, warrant = os.urandom(3000), os.urandom(2000)
    [first] = publish(device.court, ruling)
    [second] = publish(device.court, warrant, case=OTHER)
    assert as_json(run, "pull")["papers_received"] == 2
    device.line.go_offline()
    listed = as_json(run, "papers")["papers"]
    assert [(paper["sha256"], paper["case_id"], paper["is_here"]) for paper in listed] == [
        (first, CASE, True),
        (second, OTHER, True),
    ]
    assert [paper["sha256"] for paper in as_json(run, "papers", "--case", OTHER)["papers"]] == [second]
    target = tmp_path / "ruling.pdf"
    said = as_json(run, "papers", "--save", first[:12].upper(), "--to", str(target))
    assert (said["saved"], said["paper"]["sha256"], target.read_bytes()) == (str(target), first, ruling)
    assert first[:12] in run("papers")[1]
    assert "《裁定书》" in run("papers", "--case", OTHER, "--save", second, "--to", str(target))[1]
    assert target.read_bytes() == warrant


def test_a_paper_that_cannot_be_saved_is_said_by_its_code(device: Device, run: Run, tmp_path: Path) -> None:
    [sha256] = publish(device.court, b"ruling")
    device.line.before = lambda request: device.line.lose_next_request(99 if "Range" in request.headers else 0)
    assert sha256[:12] in run("pull")[1]

    def code_of(*arguments: str) -> tuple[int, str]:
        code, text = run("papers", *arguments, "--json")
        return code, str(json.loads(text)["error"]["code"])

    target = ("--to", str(tmp_path / "a.pdf"))
    assert code_of("--save", sha256, *target) == (1, "paper_not_here")
    assert code_of("--save", "f" * 64, *target) == (1, "not_found")
    assert code_of("--save", "", *target) == (1, "not_found")
    assert code_of("--case", OTHER) == (1, "not_found")
    device.line.before = lambda request: device.line.lose_next_request(0)
    run("pull")
    assert code_of("--save", sha256, "--to", str(tmp_path / "no" / "a.pdf")) == (1, "cannot_write")
    assert not (tmp_path / "a.pdf").exists()


def test_two_papers_whose_hashes_begin_alike_are_asked_for_again(device: Device, run: Run, tmp_path: Path) -> None:
    publish(device.court, *(bytes([each]) for each in range(1, 18)))  # seventeen papers, sixteen first digits
    run("pull")
    hashes = [paper["sha256"] for paper in as_json(run, "papers")["papers"]]
    digit = next(each for each in "0123456789abcdef" if sum(sha256.startswith(each) for sha256 in hashes) > 1)
    code, text = run("papers", "--save", digit, "--to", str(tmp_path / "a"), "--json")
    assert (code, json.loads(text)["error"]["code"]) == (1, "papers_ambiguous")


def test_a_sync_says_how_many_acts_wait_for_a_person(device: Device, run: Run) -> None:
    run("record", "LOCATE", "--case-no", "1")
    device.court.answer_code = "case_closed"
    assert "1 条待人工处理" in run("sync")[1]


def test_a_passphrase_file_that_cannot_be_read_is_named(run: Run, tmp_path: Path) -> None:
    (tmp_path / "not utf-8").write_bytes(b"\xff")
    for file in (tmp_path / "none", tmp_path, tmp_path / "not utf-8"):
        code, text = run("status", "--passphrase-file", str(file))
        assert code == 1
        assert "[passphrase_unreadable]" in text


def test_the_file_of_a_case_and_the_alarms_in_text_and_as_json(device: Device, run: Run) -> None:
    device.court.units[("case", CASE)][1]["handovers"] = [
        {"id": CASE, "state": "PROPOSED", "due_on": "2026-12-01", "from": {"officer": {"id": CASE, "name": "赵查控"}}}
    ]
    run("pull")
    completed = as_json(run, "complete-node", "seal", "--case", CASE, "--at", "2026-11-29T16:00+08:00", "--note", "完")
    assert completed["action"]["said"] == {"node": "seal", "note": "完"}
    assert as_json(run, "note", "来电", "--case", CASE)["action"]["kind"] == "add_note"
    clue = as_json(run, "clue", "仓库", "--case", CASE, "--source", "OWN", "--place", "城东")
    assert clue["action"]["kind"] == "submit_clue"
    assert as_json(run, "handover", CASE, "--case", CASE)["action"]["kind"] == "accept_handover"
    sent_back = as_json(run, "handover", CASE, "--case", CASE, "--reject", "缺少清单")
    assert sent_back["action"]["said"]["reason"] == "缺少清单"
    assert as_json(run, "task-done", CASE, "--case", CASE, "--note", "完")["action"]["kind"] == "complete_task"
    assert as_json(run, "reply", CASE, "明日上门", "--case", CASE)["action"]["said"]["text"] == "明日上门"
    run("record", "COMPEL", "--case", CASE)
    (first, *_) = as_json(run, "alarms")["alarms"]
    assert (first["code"], first["is_certain"]) == ("compel_6_hours", True)
    assert "拘传" in run("alarms")[1]
    day = as_json(run, "today")
    assert (day["alarms"][0]["code"], day["handovers"][0]["from_name"]) == ("compel_6_hours", "赵查控")
    assert isinstance(day["age"], float)
    code, text = run("today")
    assert code == 0
    assert "赵查控" in text
    assert run("complete-node", "seal", "--case", CASE, "--at", "yesterday")[0] == 1


def test_safety_in_text_and_as_json(device: Device, run: Run) -> None:
    assert as_json(run, "check-in", "--every", "30", "--place", "城东路")["action"]["said"]["place"] == "城东路"
    assert "在现场" in run("safety")[1]
    assert as_json(run, "check-out", "--note", "已返回")["action"]["kind"] == "check_out"
    assert "不在现场" in run("safety")[1]
    assert "法院已收到求助" in run("sos", "被围堵")[1]
    call = as_json(run, "safety")["calls"][0]
    assert call["is_received"] is True
    taken_back = as_json(run, "sos", "误触", "--cancel", call["id"], "--offline")
    assert taken_back["action"]["said"] == {"sos": call["id"], "reason": "误触"}
    assert as_json(run, "answer-order", CASE, "FINISH", "--note", "已扣押")["action"]["said"]["word"] == "FINISH"
    assert run("answer-order", CASE, "JUMP")[0] == 1
