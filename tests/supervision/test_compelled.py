"""A person compelled to appear (拘传): hours run from arrival on any claim, ring once each, end with the release."""

from datetime import UTC, datetime
from typing import Any

import pytest

from server.cases.models import Case
from server.cases.services import assign_subject
from server.field.models import HourClock
from server.field.replaying import Replay
from server.ledger.models import Entry
from server.notices.models import Notice
from server.supervision.services import ring_hour_clocks
from server.sync import operations
from tests.actors import browser_of
from tests.centre.reading import seen_by
from tests.devices import TestDevice
from tests.supervision.conftest import Bureau, Clock
from tests.sync.pushing import phone_of, statuses
from tests.sync.reviewing import other_group

pytestmark = pytest.mark.django_db
ARRIVED: dict[str, Any] = {"result": "DONE", "person_name": "赵甲", "arrived_at": "2026-11-07T10:00:00+08:00"}
"""A Saturday."""


@pytest.fixture
def phone(case: Case, bureau: Bureau, clock: Clock) -> TestDevice:
    clock.on(11, 7, 10, 5)
    phone = phone_of(bureau.cast.holder)
    phone.clock_runs_behind(minutes=(datetime.now(UTC) - clock()).total_seconds() / 60)
    return phone


def compel(phone: TestDevice, case: Case, **fields: Any) -> Any:
    phone.record("COMPEL", case_id=case.pk, fields={**ARRIVED, **fields})
    return phone.push()


def rung() -> list[str]:
    ring_hour_clocks()
    return [HourClock.objects.get().rung, *sorted({notice.view["code"] for notice in Notice.objects.all()})]


def compelled(bureau: Bureau, case: Case) -> list[dict[str, Any]]:
    answer = browser_of(bureau.cast.duty).get("/api/v1/compelled", {"case_id": str(case.pk)})
    found: list[dict[str, Any]] = answer.json()
    return found


def test_it_rings_after_six_hours_seven_and_a_half_and_twenty_two_each_once(
    case: Case, phone: TestDevice, bureau: Bureau, clock: Clock
) -> None:
    compel(phone, case)
    for day, hour, minute, codes in (
        (7, 15, 59, [""]),
        (7, 16, 0, ["compel_6_hours"]),
        (7, 17, 30, ["compel_7_hours_30", "compel_6_hours"]),
        (8, 8, 0, ["compel_22_hours", "compel_6_hours", "compel_7_hours_30"]),
    ):
        clock.on(11, day, hour, minute)
        assert rung() == [codes[0], *sorted(filter(None, codes))]
        assert ring_hour_clocks() == 0
    told = {notice.officer for notice in Notice.objects.filter(key__endswith="compel_6_hours")}
    assert told == {bureau.cast.holder, bureau.leader, bureau.cast.director, bureau.president}
    assert all(notice.is_urgent and not notice.waits_for_digest for notice in Notice.objects.all())
    assert Notice.objects.filter(title="拘传已满六小时：（2026）闽0924执123号，最迟 11-07 18:00 离开").count() == 4
    entries = Entry.objects.filter(kind="compelled_warned", subject_id=case.pk)
    assert entries.count() == 3
    assert not [entry for entry in entries if "赵甲" in entry.view]


def test_the_release_ends_it(case: Case, phone: TestDevice, bureau: Bureau, clock: Clock) -> None:
    phone.record("COMPEL", case_id=case.pk, fields=ARRIVED, action_id="0" * 8 + "-0000-7000-8000-000000000001")
    phone.push()
    (shown,) = compelled(bureau, case)
    assert (shown["person"], shown["is_over"]) == ("赵甲", False)
    assert (shown["began_at"], shown["ends_at"]) == ("2026-11-07T02:00:00Z", "2026-11-07T10:00:00Z")
    clock.on(11, 7, 15)
    released = {**ARRIVED, "released_at": "2026-11-07T14:30:00+08:00"}
    phone.record("COMPEL", case_id=case.pk, fields=released, action_id="0" * 8 + "-0000-7000-8000-000000000001")
    phone.push()
    assert not compelled(bureau, case)
    clock.on(11, 8, 12)
    assert ring_hour_clocks() == 0


def release(bureau: Bureau, at: str, reason: str = "电话核实已离开", *, by: str = "holder") -> tuple[int, Any]:
    path = f"/api/v1/compelled/{HourClock.objects.get().pk}/release"
    body = {"released_at": at, "reason": reason}
    reply = browser_of(getattr(bureau.cast, by)).post(path, body, "application/json")
    return reply.status_code, reply.json()


def test_a_desk_ends_it_with_a_reason_and_the_entry_says_by_whom(
    case: Case, phone: TestDevice, bureau: Bureau, clock: Clock
) -> None:
    compel(phone, case)
    clock.on(11, 7, 15)
    status, said = release(bureau, "2026-11-07T14:30:00+08:00")
    assert (status, said["released_at"]) == (200, "2026-11-07T06:30:00Z")
    assert not compelled(bureau, case)
    clock.on(11, 8, 12)
    assert ring_hour_clocks() == 0
    entry = Entry.objects.get(kind="compelled_released")
    assert str(bureau.cast.holder.pk) in entry.view
    assert "电话核实已离开" in entry.facts
    assert "电话核实已离开" not in entry.view
    assert not list(Replay().walk())


@pytest.mark.parametrize(
    ("at", "reason", "by", "status", "code"),
    [
        ("2026-11-07T14:30:00+08:00", " ", "holder", 422, "note_required"),
        ("2026-11-07T09:59:00+08:00", "so", "holder", 422, "release_impossible"),
        ("2026-11-07T15:01:00+08:00", "so", "holder", 422, "release_impossible"),
        ("2026-11-07T14:30:00+08:00", "so", "duty", 403, "not_in_charge"),
        ("2026-11-07T14:30:00+08:00", "so", "stranger", 404, "compelled_not_found"),
    ],
)
def test_a_desk_ends_none_without_reason_right_or_sense(
    case: Case, phone: TestDevice, bureau: Bureau, clock: Clock, at: str, reason: str, by: str, status: int, code: str
) -> None:
    compel(phone, case)
    clock.on(11, 7, 15)
    refused, problem = release(bureau, at, reason, by=by)
    assert (refused, problem["code"]) == (status, code)
    assert HourClock.objects.get().released_at is None


def test_said_twice_the_first_word_stands(case: Case, phone: TestDevice, bureau: Bureau, clock: Clock) -> None:
    compel(phone, case)
    clock.on(11, 7, 15)
    release(bureau, "2026-11-07T14:30:00+08:00")
    status, problem = release(bureau, "2026-11-07T14:40:00+08:00")
    assert (status, problem["code"], problem["released_at"]) == (
        409,
        "compelled_released",
        "2026-11-07T06:30:00.000Z",
    )


def test_replay_finds_hours_that_no_act_and_no_desk_gave(case: Case, phone: TestDevice, clock: Clock) -> None:
    compel(phone, case)
    compel(phone, case, may_be_detained=True, released_at="2026-11-07T10:04:00+08:00")
    assert not list(Replay().walk())
    HourClock.objects.filter(may_be_detained=True).update(
        may_be_detained=False, began_at=datetime(2026, 11, 7, 3, tzinfo=UTC), released_at=None
    )
    HourClock.objects.exclude(began_at=datetime(2026, 11, 7, 3, tzinfo=UTC)).delete()
    assert sorted(each.member for each in Replay().walk()) == ["began_at", "hours", "may_be_detained", "released_at"]


def test_where_detention_may_follow_it_is_twenty_four_hours(
    case: Case, phone: TestDevice, bureau: Bureau, clock: Clock
) -> None:
    compel(phone, case, may_be_detained=True)
    assert compelled(bureau, case)[0]["ends_at"] == "2026-11-08T02:00:00Z"
    clock.on(11, 8, 10)
    assert compelled(bureau, case)[0]["is_over"]


def test_one_that_failed_starts_nothing(case: Case, phone: TestDevice) -> None:
    compel(phone, case, result="NOT_FOUND")
    assert not HourClock.objects.exists()


def test_after_an_outage_the_last_alarm_is_told_and_none_that_was_missed(
    case: Case, phone: TestDevice, clock: Clock
) -> None:
    compel(phone, case)
    clock.on(11, 7, 17, 45)
    assert rung() == ["compel_7_hours_30", "compel_7_hours_30"]


@pytest.mark.parametrize("state", ["parked", "id_reuse", "handler_fault"])
def test_it_starts_on_any_claim(
    case: Case, phone: TestDevice, bureau: Bureau, state: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def faulty(*_: Any) -> Any:
        raise ZeroDivisionError

    members: dict[str, Any] = {}
    if state == "id_reuse":
        members = {"id": "again"}
        phone.record("LOCATE", case_id=case.pk, **members)
    elif state == "parked":
        assign_subject(case=case, group=other_group(bureau.cast), reason="HANDOVER")
    else:
        sound = operations.HANDLERS["COMPEL"]
        handler = operations.Handler(sound.load, faulty, sound.write, faulty, sound.annul)
        monkeypatch.setitem(operations.HANDLERS, "COMPEL", handler)
    phone.record("COMPEL", case_id=case.pk, fields=ARRIVED, **members)
    told = statuses(phone.push())
    assert told[-1][0] in ("parked", "quarantined")
    assert [each["person"] for each in compelled(bureau, case)] == ["赵甲"]


def test_pages_show_who_is_there_and_until_when(case: Case, phone: TestDevice, bureau: Bureau, clock: Clock) -> None:
    compel(phone, case)
    clock.on(11, 7, 18, 30)
    warnings = seen_by(bureau.cast.duty, "/centre/warnings").one("main").text
    for said in ("拘传未离开", "赵甲", "11-07 18:00", "已超时限"):
        assert said in warnings
    page = seen_by(bureau.cast.duty, f"/centre/cases/{case.pk}")
    assert "赵甲" in page.one("p[data-compelled]").text
    assert "拘传在案" in page.one("nav.strip").text
    assert "赵甲" not in seen_by(bureau.cast.stranger, "/centre/warnings").one("main").text
