"""What passed its date: whose, why, what is said and concluded, and how certain that is."""

from datetime import UTC, datetime
from typing import Any

import pytest

from server.cases.models import Case
from server.cases.services import record_event
from server.common.clock import SHANGHAI, to_wire
from server.ledger.models import Entry
from server.notices.models import Notice
from server.people.last_words import MOST_NAMED
from server.people.models import Device, Officer
from server.people.services import revoke_device
from server.supervision.models import Finding
from server.supervision.services import watch_levels
from tests.actors import Phone, browser_of, phone_of
from tests.supervision.conftest import Bureau, Clock

NODE = "investigation_complete"  # due on 2 December
EXPLAINED = {"cause": "person_not_found", "explanation": "被执行人下落不明，已三次上门。"}


def happens(case: Case, key: str, month: int, day: int) -> None:
    record_event(case=case, key=key, occurred_at=datetime(2026, month, day, 10, tzinfo=SHANGHAI).astimezone(UTC))


@pytest.fixture
def late(case: Case, clock: Clock) -> Case:
    happens(case, "materials_received_by_handler", 11, 2)
    clock.on(12, 3)
    watch_levels()
    return case


def finding() -> Finding:
    return Finding.objects.get(node__key=NODE)


def post(officer: Officer, path: str, **body: Any) -> tuple[int, Any]:
    answer = browser_of(officer).post(f"/api/v1{path}", body, content_type="application/json")
    return answer.status_code, answer.json()


def say(officer: Officer, word: str, **body: Any) -> tuple[int, str]:
    status, answer = post(officer, f"/findings/{finding().pk}/{word}", **body)
    return status, answer.get("code") or answer["state"]


def silent_phone(bureau: Bureau, clock: Clock) -> Phone:
    """Of the holder, heard of on 30 November for the last time."""
    today = clock.moment
    clock.on(11, 20)
    phone = phone_of(bureau.cast.holder, "执法终端 7")
    clock.on(11, 30, 18)
    Device.objects.filter(pk=phone.id).update(last_contact_at=clock())
    clock.moment = today
    return phone


def test_a_limit_that_passed_has_a_person_and_is_explained_and_concluded(late: Case, bureau: Bureau) -> None:
    found = finding()
    assert (found.person, found.state, found.level) == (bureau.cast.holder, "open", "OVERDUE")
    assert say(bureau.cast.director, "conclude", conclusion="breach") == (409, "finding_unexplained")
    assert say(bureau.cast.holder, "explain", **EXPLAINED) == (200, "explained")
    assert say(bureau.cast.holder, "explain", **EXPLAINED) == (200, "explained")
    assert say(bureau.leader, "conclude", conclusion="excused", note="情况属实") == (200, "concluded")
    assert say(bureau.cast.holder, "explain", **EXPLAINED) == (409, "finding_closed")
    assert say(bureau.cast.director, "conclude", conclusion="breach") == (409, "finding_closed")
    kinds = Entry.objects.filter(kind__startswith="finding_").order_by("position").values_list("kind", flat=True)
    assert list(kinds) == ["finding_explained", "finding_explained", "finding_concluded"]
    assert not Entry.objects.filter(view__contains="下落不明").exists()


def test_who_explains_and_who_concludes(late: Case, bureau: Bureau) -> None:
    people = bureau.cast
    for reader in (people.director, people.duty, people.inspector):
        assert say(reader, "explain", **EXPLAINED) == (403, "not_yours_to_answer")
    for stranger in (people.stranger, people.bystander, people.sysadmin):
        assert say(stranger, "explain", **EXPLAINED) == (404, "finding_not_found")
        assert say(stranger, "conclude", conclusion="excused") == (404, "finding_not_found")
    assert say(people.colleague, "explain", **EXPLAINED) == (200, "explained")
    for reader in (people.holder, people.colleague, people.duty, people.inspector):
        assert say(reader, "conclude", conclusion="excused") == (403, "may_not_conclude")
    assert say(bureau.president, "conclude", conclusion="breach") == (200, "concluded")


def test_nobody_concludes_of_a_limit_that_is_his_own(late: Case, bureau: Bureau) -> None:
    Finding.objects.update(person=bureau.cast.director, state="explained", explanation="…")
    assert say(bureau.cast.director, "conclude", conclusion="no_breach") == (403, "may_not_conclude")


def test_a_breach_is_provisional_while_a_device_may_still_hold_the_act_and_names_it(
    case: Case, bureau: Bureau, clock: Clock
) -> None:
    happens(case, "materials_received_by_handler", 11, 2)
    phone = silent_phone(bureau, clock)
    clock.on(12, 3)
    watch_levels()
    title = Notice.objects.get(officer=bureau.cast.holder, view__key=NODE, view__level="OVERDUE").title
    assert "执法终端 7" in title
    assert "2026-11-30 18:00" in title
    shown = browser_of(bureau.cast.director).get("/api/v1/findings").json()["items"]
    (ours,) = [each for each in shown if each["node_key"] == NODE]
    assert ours["is_provisional"]
    heard = to_wire(Device.objects.get(pk=phone.id).last_contact_at or clock())
    assert [(each["device"], each["name"], each["officer"]) for each in ours["silent_devices"]] == [
        (str(phone.id), "执法终端 7", bureau.cast.holder.name)
    ]
    assert ours["silent_devices"][0]["last_contact_at"][:19] == heard[:19]
    say(bureau.cast.holder, "explain", **EXPLAINED)
    assert say(bureau.cast.director, "conclude", conclusion="breach") == (409, "breach_provisional")
    Device.objects.update(last_contact_at=clock())
    assert say(bureau.cast.director, "conclude", conclusion="breach") == (200, "concluded")


@pytest.mark.parametrize("how", ["heard", "revoked", "enrolled later", "of another"])
def test_a_device_that_cannot_hold_it_leaves_no_doubt(case: Case, bureau: Bureau, clock: Clock, how: str) -> None:
    happens(case, "materials_received_by_handler", 11, 2)
    device = Device.objects.get(pk=silent_phone(bureau, clock).id)
    clock.on(12, 3)
    if how == "heard":
        Device.objects.update(last_contact_at=clock())
    elif how == "revoked":
        revoke_device(device=device, reason="lost")
    elif how == "enrolled later":
        Device.objects.update(enrolled_at=clock())
    else:
        Device.objects.update(officer=bureau.cast.bystander)
    watch_levels()
    page = browser_of(bureau.cast.director).get("/api/v1/findings").json()
    assert not [each for each in page["items"] if each["is_provisional"] and each["node_key"] == NODE]


def still_with_it(clock: Clock, unsent: list[dict[str, Any]], **more: Any) -> None:
    """What the device told, heard of after the limit."""
    status = {"unsent": unsent, "reported_at": to_wire(clock()), **more}
    Device.objects.update(last_contact_at=clock(), last_status=status)


def doubts(bureau: Bureau) -> list[tuple[int, str]]:
    page = browser_of(bureau.cast.director).get("/api/v1/findings").json()
    (ours,) = [each for each in page["items"] if each["node_key"] == NODE]
    assert ours["is_provisional"] is bool(ours["silent_devices"])
    return [(each["unsent_acts"], words) for each, words in zip(ours["silent_devices"], ours["silence"], strict=True)]


def test_a_device_heard_of_after_the_limit_that_still_has_acts_of_the_case_leaves_the_breach_provisional(
    case: Case, bureau: Bureau, clock: Clock
) -> None:
    happens(case, "materials_received_by_handler", 11, 2)
    silent_phone(bureau, clock)
    clock.on(12, 3)
    act = {"seq": 4, "kind": "LOCATE", "case_id": str(case.pk), "hashes": []}
    still_with_it(clock, [act, {**act, "seq": 5}])
    watch_levels()
    ((count, words),) = doubts(bureau)
    assert (count, "2026-12-03 09:00" in words, "执法终端 7" in words) == (2, True, True)
    assert "2 条未上传" in Notice.objects.get(officer=bureau.cast.holder, view__key=NODE, view__level="OVERDUE").title
    say(bureau.cast.holder, "explain", **EXPLAINED)
    status, answer = post(bureau.cast.director, f"/findings/{finding().pk}/conclude", conclusion="breach")
    assert (status, answer["code"], answer["silent_devices"][0]["unsent_acts"]) == (409, "breach_provisional", 2)
    still_with_it(clock, [])
    assert say(bureau.cast.director, "conclude", conclusion="breach") == (200, "concluded")


@pytest.mark.parametrize(
    ("said", "count"),
    [
        ({"case_id": "other"}, None),
        ({"case_id": None}, 1),
        ({"case_id": "other", "case_ids": ["other", "ours"]}, 1),
        ({"case_id": "ours", "seq": 0}, None),
        ({"case_id": "nonsense"}, 1),
    ],
)
def test_only_unsent_acts_that_may_be_about_the_case_leave_a_doubt(
    case: Case, bureau: Bureau, clock: Clock, said: dict[str, Any], count: int | None
) -> None:
    """A number typed by hand may be its own; what was acknowledged since is none of them."""
    happens(case, "materials_received_by_handler", 11, 2)
    silent_phone(bureau, clock)
    clock.on(12, 3)
    ids = {"ours": str(case.pk), "other": "018f0000-0000-7000-8000-000000000000"}
    act = {"seq": 4, "kind": "LOCATE", "hashes": [], **said, "case_id": ids.get(said["case_id"], said["case_id"])}
    if "case_ids" in said:
        act["case_ids"] = [ids[each] for each in said["case_ids"]]
    still_with_it(clock, [act])
    watch_levels()
    assert [number for number, _ in doubts(bureau)] == ([] if count is None else [count])


@pytest.mark.parametrize("how", ["cut by us", "as many as it names"])
def test_a_list_that_may_go_on_leaves_a_doubt(case: Case, bureau: Bureau, clock: Clock, how: str) -> None:
    happens(case, "materials_received_by_handler", 11, 2)
    silent_phone(bureau, clock)
    clock.on(12, 3)
    many = [{"seq": 0, "kind": "LOCATE", "case_id": str(case.pk), "hashes": []}] * (MOST_NAMED - (how == "cut by us"))
    still_with_it(clock, many, **({"is_cut": True} if how == "cut by us" else {}))
    watch_levels()
    ((count, words),) = doubts(bureau)
    assert (count, "仍有未上传的记录" in words) == (0, True)


def test_an_act_of_day_two_that_comes_on_day_nine_clears_the_finding_even_a_concluded_one(
    late: Case, bureau: Bureau, clock: Clock
) -> None:
    say(bureau.cast.holder, "explain", **EXPLAINED)
    assert say(bureau.cast.director, "conclude", conclusion="breach") == (200, "concluded")
    clock.on(12, 9)
    happens(late, "investigation_closed", 12, 1)
    watch_levels()
    assert finding().state == Finding.State.CLEARED
    assert Entry.objects.filter(kind="finding_cleared", subject_id=late.pk).exists()


def test_what_was_done_too_late_still_wants_its_explanation(late: Case, clock: Clock) -> None:
    clock.on(12, 4)
    happens(late, "investigation_closed", 12, 4)
    watch_levels()
    assert finding().state == Finding.State.OPEN


def test_a_worse_level_is_written_into_the_same_finding(late: Case, clock: Clock) -> None:
    clock.on(12, 10)
    watch_levels()
    assert finding().level == "SEVERE"


def test_the_list_of_warnings_shows_each_reader_his_cases_and_how_many_there_are(late: Case, bureau: Bureau) -> None:
    page = browser_of(bureau.cast.duty).get("/api/v1/warnings?level=OVERDUE").json()
    (shown,) = page["items"]
    assert (shown["case_no"], shown["node_key"], shown["due_on"]) == (late.case_no, NODE, "2026-12-02")
    assert shown["finding"]["person"] == bureau.cast.holder.name
    assert page["levels"]["OVERDUE"] == 1
    assert page["levels"]["SEVERE"] >= 1
    nothing = browser_of(bureau.cast.stranger).get("/api/v1/warnings").json()
    assert nothing["items"] == []
    assert set(nothing["levels"].values()) == {0}
