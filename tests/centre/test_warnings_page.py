"""The page of warnings: by level, the worst first, each with whose it is and why."""

from datetime import UTC, datetime

import pytest

from server.cases.models import Case
from server.cases.services import record_event
from server.common.clock import SHANGHAI
from server.people.models import Device
from server.supervision.models import Finding
from server.supervision.services import explain_finding, watch_levels
from tests.actors import phone_of
from tests.centre.reading import Element, Page, seen_by
from tests.supervision.conftest import Bureau, Clock, bureau, case, clock

SEVERE = "严重逾期"
__all__ = ["bureau", "case", "clock"]


@pytest.fixture
def late(case: Case, bureau: Bureau, clock: Clock) -> Case:
    started = datetime(2026, 11, 2, 10, tzinfo=SHANGHAI).astimezone(UTC)
    record_event(case=case, key="materials_received_by_handler", occurred_at=started)
    phone = phone_of(bureau.cast.holder, "执法终端 7")
    Device.objects.filter(pk=phone.id).update(enrolled_at=clock(), last_contact_at=clock())
    clock.on(12, 3)
    watch_levels()
    return case


def rows(page: Page) -> list[Element]:
    return [row for body in page.all("tbody") for row in body.all("tr")]


def test_what_is_late_stands_by_level_with_its_person_and_the_device_that_was_not_heard_of(
    late: Case, bureau: Bureau
) -> None:
    finding = Finding.objects.get(node__key="investigation_complete")
    explain_finding(finding_id=finding.pk, cause="caseload", explanation="本月新收三十件。", by=bureau.cast.holder)
    page = seen_by(bureau.cast.director, "/centre/warnings")
    assert page.all("h2")[0].text.startswith(SEVERE)
    shown = seen_by(bureau.cast.director, "/centre/warnings?level=OVERDUE")
    (row,) = rows(shown)
    assert row.all("a")[0].text == late.case_no
    for said in (
        "财产调查完毕",
        "2026-12-02",
        bureau.cast.holder.name,
        "在办案件过多",
        "本月新收三十件。",
        "执法终端 7",
    ):
        assert said in row.text


def test_one_who_may_read_none_sees_none(late: Case, bureau: Bureau) -> None:
    page = seen_by(bureau.cast.stranger, "/centre/warnings")
    assert not rows(page)
    assert "没有已逾期或临近期限的节点。" in page.one("main").text


def test_each_level_is_one_link_with_its_count(late: Case, bureau: Bureau) -> None:
    page = seen_by(bureau.cast.duty, "/centre/warnings?level=unknown")
    counts = {link.text: int(link.one(".n").text) for link in page.one("nav.strip").all("a")}
    assert len(counts) == 5
    assert sum(counts.values()) == len(rows(page))
