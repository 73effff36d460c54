"""Papers on the spot: set on the device from its own store, without a net, marked as drafts while something lacks."""

import asyncio
import builtins
import json
from pathlib import Path
from typing import Any

import pytest

from client_sdk import AsyncFieldClient, NotFound, PapersUnavailable, ReadingEnded
from client_sdk.cli import app
from server.field.kinds import kinds_document
from tests.client_sdk.conftest import PASSPHRASE, Device
from tests.papers.examples import COMMON, LONG_NAME
from tests.papers.reading import pages_of
from tests.pictures import jpeg

pytestmark = pytest.mark.database_free
CASE = "0199a000-0000-7000-8000-000000000001"
UNIT = {
    "case_no": "（2026）闽9821执1号",
    "cause": "借款合同纠纷",
    "parties": [{"role": "applicant", "name": "甲公司"}, {"role": "debtor", "name": LONG_NAME}],
}
COMPLETE = {**COMMON, "result": "DONE", "target": "PERSON", "attendees": [], "nobody_asked_reason": "无人"}


@pytest.fixture
def ready(device: Device) -> Device:
    """With a case and the catalogue, and off the net since."""
    device.court.units[("case", CASE)] = ("t1", UNIT)
    device.court.units[("catalogue", CASE)] = ("t2", {"kinds": kinds_document({})})
    device.field.sync()
    device.line.is_offline = True
    return device


def words(pdf: bytes) -> str:
    return "".join(pages_of(pdf))


def test_a_record_is_set_offline_with_its_photos_and_says_the_case(ready: Device) -> None:
    photo = ready.field.capture(jpeg(), shot_code="PANORAMA")
    action = ready.field.record_action(case_id=CASE, kind="LOCATE", fields=COMPLETE, photos=[photo])
    assert ready.field.paper_kinds(action) == {"INVESTIGATION_RECORD": "调查笔录", "ONSITE_RECORD": "现场执行笔录"}
    pdf = ready.field.render_paper(action, "INVESTIGATION_RECORD")
    found = words(pdf)
    for said in (
        "（2026）闽9821执1号",
        LONG_NAME,
        "甲公司",
        "附：现场照片及资料（共1件）",
        photo.sha256[:16],
        action.hash,
    ):
        assert said in found
    assert "草稿" not in found
    assert "现场设备生成" in found
    assert b"/Subtype/Image" in pdf
    assert ready.field.render_paper(action.id) == pdf  # again, and by the first of its kinds


def test_what_lacks_is_said_on_every_page(ready: Device) -> None:
    action = ready.field.record_action(case_id=CASE, kind="SEARCH", fields={"narrative": "开始搜查"})
    found = pages_of(ready.field.render_paper(action, "SEARCH_RECORD"))
    assert all("【草稿】" in page for page in found)
    assert "缺少搜查令" in found[0]


def test_a_correction_is_a_paper_of_its_own_and_stands_on_the_record(ready: Device) -> None:
    action = ready.field.record_action(case_id=CASE, kind="LOCATE", fields=COMPLETE)
    before = ready.field.render_paper(action)
    ready.field.correct(action, fields={"narrative": "更正：六楼"}, reason="楼层写错")
    assert "CORRECTION_RECORD" in ready.field.paper_kinds(action)
    assert "理由：楼层写错" in words(ready.field.render_paper(action, "CORRECTION_RECORD"))
    after = words(ready.field.render_paper(action))
    assert "更正：六楼" in after
    assert COMPLETE["narrative"].split("\n")[1] in after
    assert after != words(before)


def test_without_catalogue_or_case_it_is_set_from_what_was_typed(device: Device) -> None:
    action = device.field.record_action(case_no="执77号", kind="SEAL", fields={"narrative": "查封了一处房屋"})
    assert list(device.field.paper_kinds(action)) == ["ONSITE_RECORD"]
    found = words(device.field.render_paper(action))
    assert "执77号" in found
    assert "查封了一处房屋" in found


def test_no_such_paper_no_such_act_and_notes_have_none(ready: Device) -> None:
    action = ready.field.record_action(case_id=CASE, kind="LOCATE", fields=COMPLETE)
    note = ready.field.record_action(case_id=CASE, kind="add_note", fields={"text": "已联系"})
    with pytest.raises(NotFound) as none:
        ready.field.render_paper(action, "SEARCH_RECORD")
    assert none.value.code == "paper_kind_unknown"
    assert "ONSITE_RECORD" in none.value.text("zh")
    assert ready.field.paper_kinds(note) == {}
    with pytest.raises(NotFound):
        ready.field.render_paper(note)
    with pytest.raises(NotFound) as unknown:
        ready.field.render_paper("0199a000-0000-7000-8000-0000000000ff")
    assert unknown.value.code == "not_found"


def test_what_the_device_let_go_of_is_printed_at_the_court(ready: Device) -> None:
    action = ready.field.record_action(case_id=CASE, kind="LOCATE", fields=COMPLETE)
    database = ready.field.holdings.store.database
    with database.transaction():
        database.run("UPDATE operation SET is_let_go = 1, sealed = x''")
    with pytest.raises(NotFound) as gone:
        ready.field.render_paper(action)
    assert gone.value.code == "act_let_go"


def test_of_a_case_given_to_others_it_says_why_there_is_no_paper(ready: Device) -> None:
    action = ready.field.record_action(case_id=CASE, kind="LOCATE", fields=COMPLETE)
    ready.line.is_offline = False
    ready.field.sync()
    assert ready.field.render_paper(action)
    del ready.court.units[("case", CASE)]
    ready.field.sync()
    with pytest.raises(NotFound) as gone:
        ready.field.render_paper(action)
    assert gone.value.code in ("case_let_go", "act_let_go")
    assert "打印" in gone.value.text("zh")


def test_it_shows_nothing_once_reading_has_ended(ready: Device) -> None:
    action = ready.field.record_action(case_id=CASE, kind="LOCATE", fields=COMPLETE)
    ready.field.holdings.reading.end("revoked")
    with pytest.raises(ReadingEnded):
        ready.field.render_paper(action)


def test_without_the_extra_it_says_what_to_install(ready: Device, monkeypatch: pytest.MonkeyPatch) -> None:
    action = ready.field.record_action(case_id=CASE, kind="LOCATE", fields=COMPLETE)
    real = builtins.__import__

    def without_typst(name: str, *rest: Any, **named: Any) -> Any:
        if name == "typst":
            raise ImportError(name)
        return real(name, *rest, **named)

    monkeypatch.setattr(builtins, "__import__", without_typst)
    with pytest.raises(PapersUnavailable) as absent:
        ready.field.render_paper(action)
    assert all("zhixing-client-sdk[papers]" in absent.value.text(language) for language in ("zh", "en"))


def test_the_command_writes_the_file(ready: Device, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from typer.testing import CliRunner

    action = ready.field.record_action(case_id=CASE, kind="LOCATE", fields=COMPLETE)
    ready.field.close()
    monkeypatch.setattr("client_sdk.client.this_machine", lambda: ready.machine)
    for name, value in (("ZHIXING_STORE", str(ready.path)), ("ZHIXING_PASSPHRASE", PASSPHRASE)):
        monkeypatch.setenv(name, value)
    out = tmp_path / "笔录.pdf"
    result = CliRunner().invoke(app, ["paper", action.id, str(out), "--kind", "ONSITE_RECORD", "--json"])
    told = json.loads(result.output)
    assert (result.exit_code, told["title"], told["size"]) == (0, "现场执行笔录", out.stat().st_size)
    assert "现场执行笔录" in words(out.read_bytes())
    refused = CliRunner().invoke(app, ["paper", action.id, str(tmp_path / "nowhere" / "x.pdf")])
    assert refused.exit_code
    assert not isinstance(refused.exception, OSError)


def test_the_asynchronous_client_sets_the_same(ready: Device) -> None:
    action = ready.field.record_action(case_id=CASE, kind="LOCATE", fields=COMPLETE)
    expected = ready.field.render_paper(action)
    ready.field.close()

    async def again() -> bytes:
        async with await AsyncFieldClient.open(ready.path, passphrase=PASSPHRASE, surroundings=ready.machine) as field:
            assert await field.paper_kinds(action)
            return await field.render_paper(action)

    assert asyncio.run(again()) == expected
