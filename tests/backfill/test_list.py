"""The list of what is to be carried back: derived from what was recorded, with what the national system asks for."""

import json
from datetime import date
from urllib.parse import quote

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from server.backfill.lists import written
from server.cases.models import Case
from server.cases.services import add_property, assign_subject, close_case, record_event
from server.common.clock import SHANGHAI
from server.field.models import FieldAction
from server.ledger.models import Entry
from tests.actors import Cast, browser_of
from tests.backfill.conftest import API, CHINESE, RULING, by_kind, cells_of, desk, rows_of
from tests.cases.test_pauses import at
from tests.sync.pushing import file_one, phone_of

pytestmark = pytest.mark.django_db


def test_what_was_recorded_stands_there_with_what_is_asked_of_it(recorded: Case, cast: Cast) -> None:
    rows = by_kind(desk(cast))
    assert rows.keys() == {"act", "step", "pause", "pause_end", "property"}
    act = rows["act"]
    assert (act["case_no"], act["what"], act["day"]) == (recorded.case_no, "查人找物", "2026-11-10")
    assert act["result"] == "未找到"
    assert act["persons"] == ["林岚", "陈默"]
    assert act["debtors"] == ["被执行人乙"]
    assert act["reference"] == f"act:{FieldAction.objects.get().pk}"
    assert "debtor_untraceable_recorded" in act["events"]
    assert "debtor_interview" in act["node_keys"]
    step = rows["step"]
    assert (step["day"], step["node"], step["events"]) == ("2026-11-04", "发起网络查控", ["inquiry_sent"])
    pause, end = rows["pause"], rows["pause_end"]
    assert (pause["what"], pause["day"], pause["document"]) == ("暂缓执行", "2026-11-05", RULING)
    assert pause["persons"] == ["林岚", "黄正"]
    assert end["day"] == "2026-11-09"
    assert rows["property"]["result"] == "闽A12345"


def test_a_closing_says_how(recorded: Case, cast: Cast) -> None:
    close_case(case=recorded, closing_mode="COMPLETED", by=cast.director)
    assert by_kind(desk(cast))["closing"]["result"] == "执行完毕"


def test_what_the_national_system_knows_by_itself_is_not_asked_for(case: Case, cast: Cast) -> None:
    assert [row["events"] for row in rows_of(desk(cast))] == [["handler_assigned"]]


def test_an_act_waits_until_it_counts_and_a_note_never_goes_there(case: Case, cast: Cast) -> None:
    phone = phone_of(cast.holder)
    phone.record("LOCATE", case_id=case.pk, fields={})
    phone.record("add_note", case_id=case.pk, fields={"text": "门口有狗"})
    phone.push()
    assert FieldAction.objects.count() == 2
    assert "act" not in by_kind(desk(cast))


def test_filters_are_by_case_officer_kind_and_the_day_it_came_here(recorded: Case, cast: Cast) -> None:
    other = file_one(cast, 8)
    assign_subject(case=other, officer=cast.bystander, reason="ROTA")
    record_event(case=other, key="inquiry_sent", occurred_at=at("2026-11-04"))
    seen = desk(cast)
    assert {row["case_no"] for row in rows_of(seen, officer_id=cast.bystander.pk)} == {other.case_no}
    assert {row["case_no"] for row in rows_of(seen, case_id=recorded.pk)} == {recorded.case_no}
    assert {row["kind"] for row in rows_of(seen, kind="pause")} == {"pause"}
    assert not rows_of(seen, since="2199-01-01")
    assert len(rows_of(seen, court_id=cast.court.pk)) == len(rows_of(seen))
    assert not rows_of(seen, court_id=cast.other_court.pk)


def test_each_sees_the_cases_he_reads_and_no_others(recorded: Case, cast: Cast) -> None:
    assert rows_of(browser_of(cast.holder))
    assert rows_of(browser_of(cast.supervisor))
    for officer in (cast.bystander, cast.stranger, cast.sysadmin):
        assert not rows_of(browser_of(officer))


def test_pages_follow_each_other_without_a_hole_or_a_double(recorded: Case, cast: Cast) -> None:
    for number in (8, 9):
        record_event(case=file_one(cast, number), key="inquiry_sent", occurred_at=at("2026-11-04"))
    whole = [row["reference"] for row in rows_of(desk(cast))]
    paged, cursor = list[str](), ""
    while True:
        page = desk(cast).get(f"{API}?limit=2&cursor={quote(cursor)}").json()
        paged += [row["reference"] for row in page["items"]]
        assert page["total"] == len(whole)
        if (cursor := page["next"]) is None:
            break
    assert paged == whole
    assert len(set(whole)) == len(whole)


def test_a_longer_list_costs_no_more_statements(recorded: Case, cast: Cast) -> None:
    seen = desk(cast)

    def cost() -> int:
        with CaptureQueriesContext(connection) as asked:
            rows_of(seen)
        return len(asked)

    before = cost()
    for number in range(20, 30):
        other = file_one(cast, number)
        record_event(case=other, key="inquiry_sent", occurred_at=at("2026-11-04"))
        add_property(case=other, kind="VEHICLE", name="车", source="NETWORK", confirmed_on=date(2026, 11, 6))
    assert len(rows_of(seen)) > 20
    assert cost() == before


def test_a_spreadsheet_opens_the_file_and_reckons_with_nothing(recorded: Case, cast: Cast) -> None:
    add_property(case=recorded, kind="VEHICLE", name='=HYPERLINK("http://x")', source="NETWORK")
    answer = desk(cast).get(f"{API}.csv", headers=CHINESE)
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert answer.content.startswith(b"\xef\xbb\xbf")
    cells = cells_of(answer.content)
    assert len(cells) == len(rows_of(desk(cast)))
    assert {row["结果"] for row in cells if row["类别"] == "财产"} == {"闽A12345", '\'=HYPERLINK("http://x")'}
    act = next(row for row in cells if row["类别"] == "行为")
    stood = FieldAction.objects.get(pk=act["引用"].rpartition(":")[2])
    arrived = stood.received_at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")
    assert (act["本系统记录时间"], act["证实"]) == (arrived, ""), "it promised no file"
    assert (act["案号"], act["日期"], act["人员"]) == (recorded.case_no, "2026-11-10", "林岚、陈默")


@pytest.mark.parametrize("begins", ["=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠"])
def test_no_cell_begins_as_a_formula(begins: str) -> None:
    assert written([[f"{begins}1"]]).lstrip("\ufeff").strip('"').startswith("'")


@pytest.mark.parametrize("href", [f"{API}.csv?reason=%E5%9B%9E%E5%A1%AB", "/centre/backfill/file"])
def test_a_list_taken_as_a_file_is_entered_with_inspection(recorded: Case, cast: Cast, href: str) -> None:
    assert desk(cast).get(href).status_code == 200
    entry = Entry.objects.get(kind="list_read")
    assert entry.stream == f"inspection:{cast.court.pk}"
    view = json.loads(entry.view)
    assert (view["purpose"], view["list"], view["cases"]) == ("export", "backfill", "1")
    assert json.loads(entry.facts).get("reason") == ("回填" if "csv" in href else None)
