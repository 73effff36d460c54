"""One case: its nodes, its acts with what they lack, its photos; and no picture is asked for that is not there."""

import base64
import hashlib
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django.fixtures import Settings

from server.cases.models import Case, Node
from server.cases.services import assign_subject, grant_subject, record_event
from server.centre import case_page
from server.common import clock
from server.evidence.services import make_pending_previews
from server.field.models import FieldAction
from server.teamwork.services import decide_handover, give_task, propose_handover, write_plan
from tests import films, pictures
from tests.actors import Cast, browser_of
from tests.cases.conftest import file_one
from tests.centre.reading import Page, seen_by
from tests.devices import TestDevice
from tests.sync.pushing import COMPLETE, phone_of

pytestmark = pytest.mark.django_db
MORNING = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _ten_in_the_morning() -> Iterator[None]:
    clock.set_clock(lambda: MORNING)
    yield
    clock.set_clock(None)


@pytest.fixture(autouse=True)
def _storage_of_its_own(settings: Settings, tmp_path: Path) -> None:
    settings.EVIDENCE_DIR = tmp_path / "evidence"


@pytest.fixture
def case(cast: Cast) -> Case:
    case = file_one(cast)
    assign_subject(case=case, group=cast.group, reason="ROTA")
    return case


@pytest.fixture
def phone(cast: Cast) -> TestDevice:
    device = phone_of(cast.holder)
    device._now = lambda: MORNING
    return device


def page_of(case: Case, cast: Cast, **options: Any) -> Page:
    return seen_by(cast.duty, f"/centre/cases/{case.pk}", **options)


def acted(phone: TestDevice, case: Case, kind: str = "SEAL", **members: Any) -> FieldAction:
    phone.record(kind, case_id=case.pk, **members)
    phone.push(**({"thumbnails": members["thumbnails"]} if "thumbnails" in members else {}))
    return FieldAction.objects.order_by("-pk")[0]


def shots(page: Page) -> list[str]:
    return [shot.one(".ph").text for shot in page.all("figure[data-sha256]")]


def pictures_asked_for(page: Page, cast: Cast) -> list[int]:
    """What each picture's address answers to this page's reader."""
    browser = browser_of(cast.duty)
    return [browser.get(image["src"]).status_code for image in page.all("img")]


# --- the case


def test_a_case_shows_who_against_whom_for_how_much_and_who_has_it(case: Case, cast: Cast) -> None:
    page = page_of(case, cast)
    facts = {row.one("dt").text: row.one("dd").text for row in page.one("dl.facts").all("div")}
    assert facts == {
        "申请执行人 → 被执行人": "申请人甲 → 被执行人乙",
        "承办": "执行一组",
        "标的 / 到位": "¥120,000.00 / ¥0.00",
        "立案": "2026-11-02",
    }
    assert page.one("main").one(".row1").one(".dim").text == "买卖合同纠纷 · 普通 · 办理中"
    assert "SECRET" not in page.html, "numbers of parties are not for this page"


def test_every_node_stands_with_its_dates_and_its_state(case: Case, cast: Cast) -> None:
    record_event(
        case=case, key="track_set", occurred_at=datetime(2026, 11, 3, 2, tzinfo=UTC), source_type="desk", source_id="1"
    )
    rows = [[cell.text for cell in row.all("td")] for row in page_of(case, cast).one("table.steps").all("tr")]
    nodes = {row[0]: row[1:4] for row in rows if row}
    assert nodes["繁简分流"] == ["11-02", "11-03", "已完成"]
    assert nodes["确定承办人"] == ["11-02", "11-09", "逾期完成 13 天"]
    assert nodes["一般执结期限"] == ["11-02", "05-03 暂定", "剩 162 天"], "2 May 2027 is a Sunday"
    assert nodes["立案审查"] == ["", "—", "未开始"]
    assert len(page_of(case, cast).one("ol.rail").all("li")) == 8


WORDS = {
    "zh": ("发出执行通知书", "可向上一级法院申请执行", "期限为 10 日。", "进行中"),
    "en": ("Send the execution notice", "Applicant may go to the higher court", "The limit is 10 days.", "In progress"),
}


@pytest.mark.parametrize("language", WORDS)
def test_a_running_node_says_why_it_is_due_and_a_window_from_when_on(case: Case, cast: Cast, language: str) -> None:
    for key, month, day in (("application_received", 5, 20), ("materials_received_by_handler", 11, 10)):
        record_event(case=case, key=key, occurred_at=datetime(2026, month, day, 2, tzinfo=UTC))
    notice, gate, limit, running = WORDS[language]
    rows = page_of(case, cast, language=language).one("table.steps").all("tr")
    cells = [[cell.text for cell in row.all("td")] for row in rows]
    places = {row[0]: number for number, row in enumerate(cells) if row}
    assert cells[places[notice]][2] == "06-01", "ten days from the application: 30 May is a Saturday"
    why = rows[places[notice] + 1]
    assert why["class"] == "why"
    steps = [span.text for span in why.all("span")]
    assert limit in steps
    assert any("2026-06-01" in step for step in steps)
    assert cells[places[gate]][1:] == ["05-20", "≥ 11-21", running, ""], "six months and a day: nobody is late"


def test_a_running_node_wears_its_level_and_marks_its_stage(case: Case, cast: Cast) -> None:
    page = page_of(case, cast, language="en")
    late = next(row for row in page.all("tr[aria-current=true]") if "Triage" in row.text)
    assert [cell.text for cell in late.all("td")][1:] == ["11-02", "11-03", "19 d over", "18 d 10:00:00"]
    assert late.one(".nd")["data-hue"] == "crimson"
    assert page.one("main").one(".chip").text == "19 d over"
    assert page.one("li[aria-current=step]").text == "Filing and assignment1 / 3"


def test_stages_not_begun_are_one_line_each_with_what_will_come(case: Case, cast: Cast) -> None:
    page = page_of(case, cast)
    stages = {line.one(".m").text: line.text for line in page.one("table.steps").all("tr.chain")}
    assert list(stages)[:3] == ["全案", "立案分案", "启动告知"]
    assert stages["案款发放"].endswith("案款认领 · 案款发放")
    assert stages["立案分案"] == "立案分案 1 / 3"
    assert len(page.one("table.steps").all(".nd")) == 5


def test_a_case_in_time_wears_no_warning(case: Case, cast: Cast) -> None:
    Node.objects.filter(case=case, key="triage").update(state=Node.State.DONE, finished_on=date(2026, 11, 3))
    page = page_of(case, cast)
    assert page.one("main").all(".chip") == []
    assert page.one("a.it")["data-hue"] == "green"


# --- acts


def test_an_incomplete_act_names_what_is_missing(case: Case, cast: Cast, phone: TestDevice) -> None:
    action = acted(phone, case, fields={"narrative": "九时到场"}, photos=[b"promised"])
    page = page_of(case, cast)
    row = page.one("tr[data-action]")
    assert row.one(".what").text == "查封林岚 · test phone"
    assert [cell.text for cell in row.all("td.t")] == ["11-22 10:00时间相符", "11-22 10:00", "—0 / 1"]
    assert row.one(".res").text == f"待证完成 缺 {len(action.missing) + 1} 件"
    lacking = [line.text for line in page.one("ul.lack").all("li")]
    assert {"缺少财产清单", "未记明保管人", "缺少查封裁定书"} <= set(lacking)
    holes = [shot.one("figcaption").text for shot in page.all("figure.shot") if "data-sha256" not in shot.attributes]
    assert {"物品", "签名场景", "封条近景 / 张贴公告"} <= set(holes)
    assert not set(holes) & set(lacking)
    english = [line.text for line in page_of(case, cast, language="en").one("ul.lack").all("li")]
    assert "The inventory is missing" in english


def test_a_member_in_an_unexpected_form_is_said_in_words_with_its_place(
    case: Case, cast: Cast, phone: TestDevice
) -> None:
    acted(phone, case, fields={"started_at": 7})
    lacking = [line.text for line in page_of(case, cast).one("ul.lack").all("li")]
    assert "started_at: 格式不符，视为未填写" in lacking
    assert not [line for line in lacking if line.startswith("shape")]


def test_a_complete_act_lacks_nothing(case: Case, cast: Cast, phone: TestDevice) -> None:
    acted(phone, case, "LOCATE", fields=COMPLETE)
    page = page_of(case, cast)
    assert page.one("tr[data-action]").one(".res").text == "已生效"
    assert page.one("aside").all("h2")[0].text == "查人找物"


def test_an_act_recorded_after_the_case_went_elsewhere_waits_for_review(
    case: Case, cast: Cast, phone: TestDevice
) -> None:
    assign_subject(case=case, officer=cast.bystander, reason="HANDOVER")
    clock.set_clock(lambda: MORNING.replace(hour=5))
    phone._now = lambda: MORNING.replace(hour=4)
    acted(phone, case, "LOCATE", fields=COMPLETE)
    page = page_of(case, cast)
    assert page.one("tr[data-action]").one(".res").text == "待审核"
    assert dict(page.counters)["待审行为"] == 1


def test_the_newest_acts_are_listed_and_the_one_asked_for_however_old(
    case: Case, cast: Cast, phone: TestDevice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(case_page, "ACTS_AT_ONCE", 2)
    oldest = acted(phone, case, "LOCATE", fields=COMPLETE)
    for hour in (3, 4, 5):
        clock.set_clock(lambda hour=hour: MORNING.replace(hour=hour))  # type: ignore[misc]
        acted(phone, case, "INTERVIEW", fields=COMPLETE)
    page = page_of(case, cast)
    assert len(page.all("tr[data-action]")) == 2
    assert "仅列出最新的行为。" in page.html
    asked = seen_by(cast.duty, f"/centre/actions/{oldest.pk}")
    assert asked.one("aside").all("h2")[0].text == "查人找物"
    assert len(asked.all("tr[data-action]")) == 3


def test_ten_acts_take_as_many_queries_as_one(case: Case, cast: Cast, phone: TestDevice) -> None:
    browser = browser_of(cast.duty)

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert browser.get(f"/centre/cases/{case.pk}").status_code == 200
        return len(captured)

    acted(phone, case, photos=[b"one"])
    queries()  # the first look at a case is entered
    few = queries()
    for number in range(9):
        acted(phone, case, photos=[b"%d %d" % (number, photo) for photo in range(4)])
    assert queries() == few


# --- photos


def test_a_promised_photo_is_a_hole_and_a_partial_one_tells_how_much(case: Case, cast: Cast, phone: TestDevice) -> None:
    photo = pictures.heavy_jpeg(100)
    acted(phone, case, photos=[photo])
    page = page_of(case, cast)
    assert shots(page) == ["未到，已承诺"]
    assert dict(page.counters)["文件未达"] == 1
    sha256 = hashlib.sha256(photo).hexdigest()
    headers = {"Authorization": f"Bearer {phone.bearer}", "Tus-Resumable": "1.0.0", "Upload-Offset": "0"}
    headers["Upload-Length"] = str(len(photo))
    assert phone.transport.patch(f"/api/v1/uploads/{sha256}", photo[: len(photo) // 2], headers) == 204
    page = page_of(case, cast)
    assert page.one("figure[data-sha256]").all(".st")[-1].text in ("49 %", "50 %")
    assert page.all("img") == []


def test_a_proved_photo_is_shown_once_its_preview_is_drawn(case: Case, cast: Cast, phone: TestDevice) -> None:
    photo = pictures.jpeg()
    acted(phone, case, photos=[photo])
    assert phone.upload(photo) == 204
    waiting = page_of(case, cast)
    assert shots(waiting) == ["正在生成预览"]
    assert (len(waiting.all("[data-being-drawn]")), waiting.all("img")) == (1, [])
    make_pending_previews()
    page = page_of(case, cast)
    assert page.all("[data-being-drawn]") == []
    assert pictures_asked_for(page, cast) == [200]
    assert page.one("a.ph")["href"] == f"/api/v1/evidence/{hashlib.sha256(photo).hexdigest()}"
    assert page.one("tr[data-action]").all("td.t")[2].text == "11-22 10:001 / 1"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (pictures.cut_short(pictures.heavy_jpeg(100)), "文件损坏"),
        (pictures.text_file(), "不是图片"),
        (pictures.png_bomb(), "像素过多"),
    ],
)
def test_a_file_that_cannot_be_drawn_says_why_and_is_still_to_be_had(
    case: Case, cast: Cast, phone: TestDevice, content: bytes, reason: str
) -> None:
    acted(phone, case, photos=[content])
    assert phone.upload(content) == 204
    make_pending_previews()
    page = page_of(case, cast)
    assert shots(page) == [f"无预览 · {reason}"]
    assert (page.all("img"), page.all("[data-being-drawn]")) == ([], [])
    original: Any = browser_of(cast.duty).get(page.one("a.ph")["href"])
    assert b"".join(original.streaming_content) == content
    original.close()


def test_a_film_and_a_sound_are_played_on_the_page_and_say_how_long_they_are(
    case: Case, cast: Cast, phone: TestDevice
) -> None:
    film, sound = films.film(), films.wav(65)
    acted(phone, case, photos=[film, sound])
    assert [phone.upload(content) for content in (film, sound)] == [204, 204]
    make_pending_previews()
    page = page_of(case, cast)
    address = f"/api/v1/evidence/{hashlib.sha256(film).hexdigest()}"
    video, audio = page.one("video"), page.one("audio")
    assert (video["src"], video["poster"], video["preload"]) == (address, f"{address}/thumbnail", "none")
    assert audio["src"] == f"/api/v1/evidence/{hashlib.sha256(sound).hexdigest()}"
    assert any("1:05" in each.text for each in page.all("figcaption"))
    assert browser_of(cast.duty).get(video["poster"]).status_code == 200


def test_a_devices_own_thumbnail_is_shown_only_once_it_is_redrawn(case: Case, cast: Cast, phone: TestDevice) -> None:
    photo, small = pictures.jpeg(), pictures.jpeg((64, 48), seed=4)
    name = hashlib.sha256(small).hexdigest()
    phone.record("SEAL", case_id=case.pk, photos=[phone.evidence(photo) | {"thumbnail_sha256": name}])
    phone.push(thumbnails={name: base64.b64encode(small).decode()})
    waiting = page_of(case, cast)
    assert (len(waiting.all("[data-being-drawn]")), waiting.all("img")) == (1, [])
    make_pending_previews()
    page = page_of(case, cast)
    assert pictures_asked_for(page, cast) == [200]
    assert page.all("a.ph") == [], "the original is not here: nothing leads to it"
    phone.upload(photo)
    arrived = page_of(case, cast)
    assert pictures_asked_for(arrived, cast) == [200]
    assert len(arrived.all("[data-being-drawn]")) == 1, "the better picture is still to come"


def test_a_thumbnail_that_never_came_is_not_waited_for(case: Case, cast: Cast, phone: TestDevice) -> None:
    acted(phone, case, photos=[phone.evidence(pictures.jpeg()) | {"thumbnail_sha256": "0" * 64}])
    page = page_of(case, cast)
    assert (page.all("img"), page.all("[data-being-drawn]")) == ([], [])


@pytest.mark.parametrize(
    ("taken_at", "offset", "shown"),
    [
        ("2026:11:22 02:00:09", "+00:00", "11-22 10:00:09"),
        ("2026:11:22 10:00:09", "", "11-22 10:00:09"),
        ("2019:11:22 10:00:00", "+08:00", "2019-11-22 10:00:00"),
        ("", "", "—"),
    ],
)
def test_what_the_file_states_stands_beside_what_the_device_said(
    case: Case, cast: Cast, phone: TestDevice, taken_at: str, offset: str, shown: str
) -> None:
    photo = pictures.jpeg(metadata=pictures.exif(position=(26.5, 119.5), taken_at=taken_at, offset=offset))
    stated = {"lat": 26.50012, "lon": 119.5, "accuracy": 8, "crs": "GCJ-02"}
    acted(phone, case, photos=[phone.evidence(photo) | {"origin": "IMPORTED"}], position=stated)
    phone.upload(photo)
    make_pending_previews()
    page = page_of(case, cast)
    time, position, _hash = [[cell.text for cell in row.all("td")] for row in page.one("table.cmp").all("tr")[1:]]
    assert time == ["11-22 10:00:00", shown, "11-22 10:00:00"]
    assert position == ["26.50012, 119.50000 GCJ-02", "26.50000, 119.50000", "—"]
    assert "导入" in page.one("figure[data-sha256]").one("figcaption").text


@pytest.mark.parametrize("stated", [{}, {"lat": "26", "lon": None}, {"lat": 26}, {"lat": [], "lon": {}, "crs": 7}])
def test_a_position_that_is_none_shows_as_none(
    case: Case, cast: Cast, phone: TestDevice, stated: dict[str, Any]
) -> None:
    acted(phone, case, photos=[b"one"], position=stated)
    phone.upload(b"one")
    _time, position, _hash = page_of(case, cast).one("table.cmp").all("tr")[1:]
    assert position.all("td")[0].text == "—"


def test_a_day_is_judged_in_china(case: Case, cast: Cast) -> None:
    clock.set_clock(lambda: datetime(2026, 11, 22, 16, 30, tzinfo=UTC))
    page = page_of(case, cast)
    assert page.one("a.it").one(".r").text == "逾期 20 天"
    assert date(2026, 11, 23).strftime("%Y-%m-%d") in page.one("html")["data-now"]


def test_a_case_that_was_handed_over_shows_to_whom_with_what_to_look_out_for(case: Case, cast: Cast) -> None:
    assert "林岚 → 周行" not in page_of(case, cast).root.text
    handover = propose_handover(
        case=case, stage="disposal", by=cast.holder, to_officer=cast.bystander, notes=["门锁已换"]
    )
    shown = page_of(case, cast).root.text
    for word in ("承办人 林岚 · 本阶段办理 林岚", "财产处置林岚 → 周行", "待接收", "门锁已换"):
        assert word in shown
    clock.set_clock(lambda: MORNING + timedelta(days=5))
    assert "逾期 2 天" in page_of(case, cast).root.text
    decide_handover(handover_id=handover.pk, officer=cast.bystander, is_accepted=False, reason="缺产权证明")
    assert "林岚 → 周行 · 缺产权证明" in page_of(case, cast).root.text


def test_a_court_it_is_lent_to_reads_the_case_and_nothing_of_that(case: Case, cast: Cast) -> None:
    propose_handover(case=case, stage="disposal", by=cast.holder, to_officer=cast.bystander, notes=["门锁已换"])
    grant_subject(case=case, officer=cast.stranger, reason="ASSISTING")
    page = seen_by(cast.stranger, f"/centre/cases/{case.pk}")
    assert case.case_no in page.root.text
    assert "移交与注意事项" not in page.root.text
    assert "门锁已换" not in page.root.text
    assert cast.bystander.name not in page.root.text


def test_a_plan_and_its_tasks_show_who_does_what_until_when(case: Case, cast: Cast) -> None:
    write_plan(case=case, text="先查银行存款\n再查封住房", by=cast.holder)
    give_task(case=case, text="取钥匙<b>", to=cast.colleague, due_on=date(2026, 11, 24), by=cast.holder)
    shown = page_of(case, cast).root.text
    for word in ("先查银行存款再查封住房", "取钥匙<b>", "陈默", "2026-11-24", "待办"):
        assert word in shown
