"""A case keeps its flow; moving it to a newer version is an act of its own, logged, and its nodes are made anew."""

import io
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
import yaml
from django.core.management import CommandError, call_command

from server.cases.flow_file import FLOWS
from server.cases.models import Case, CaseEvent, FlowVersion, Node
from server.cases.queries import case_states
from server.cases.replaying import case_differences
from server.cases.services import close_case, move_flow, pause_clocks, record_event
from server.cases.units import case_units
from server.common.clock import set_clock
from server.common.errors import DomainError
from server.common.hashing import canonical_json, sha256_hex
from server.ledger.models import Entry
from server.supervision.services.watching import watch_levels
from tests.actors import Cast, browser_of
from tests.cases.conftest import file_one
from tests.cases.test_pauses import at, due_on, node_of, page_of, view_of
from tests.sync.pushing import hold, phone_of, statuses

pytestmark = pytest.mark.django_db
NEWER = "2099.01-1"
BECAUSE = "新流程自今日起施行"


@pytest.fixture(autouse=True)
def today() -> Iterator[None]:
    set_clock(lambda: at("2026-05-20"))
    yield
    set_clock(None)


@pytest.fixture
def filed(cast: Cast) -> Case:
    """Under the newest flow of the release; papers came to the officer on 6 January, property is confirmed."""
    case = hold(file_one(cast, filed_on=date(2026, 1, 5)), cast.group)
    record_event(case=case, key="materials_received_by_handler", occurred_at=at("2026-01-06"))
    record_event(case=case, key="execution_notice_sent", occurred_at=at("2026-01-08"))
    return case


@pytest.fixture
def untouched(cast: Cast) -> Case:
    return hold(file_one(cast, 124, filed_on=date(2026, 1, 5)), cast.group)


@pytest.fixture
def newer(db: None) -> FlowVersion:
    return newer_flow()


def newer_flow() -> FlowVersion:
    """Ten days for a network inquiry instead of three, in another stage; no service of papers; a step of its own."""
    document = yaml.safe_load((FLOWS / "enforcement_implementation@2026.11-2.yaml").read_text(encoding="utf-8"))
    document["version"] = NEWER
    stages = {stage["stage"]: stage["nodes"] for stage in document["stages"]}
    stages["initiation"][:] = [node for node in stages["initiation"] if node["key"] != "notice_service"]
    inquiry = next(node for node in stages["investigation"] if node["key"] == "network_inquiry_launch")
    inquiry["limit"] = {"n": 10, "unit": "d"}
    stages["investigation"].remove(inquiry)
    stages["initiation"].append(inquiry)
    welcome = {**inquiry, "key": "first_call", "start": "materials_received_by_handler", "stop": "called"}
    stages["initiation"].append(welcome)
    digest = sha256_hex(canonical_json(document))
    return FlowVersion.objects.create(key="enforcement_implementation", version=NEWER, sha256=digest, document=document)


def move(case: Case, cast: Cast, version: str = NEWER, **changes: Any) -> Any:
    case.refresh_from_db()
    return move_flow(**{"case": case, "version": version, "reason": BECAUSE, "by": cast.director, **changes})


def differences(case: Case) -> list[Any]:
    return list(case_differences(case_states([case.pk], None)))


def told(cast: Cast, case: Case) -> dict[str, Any]:
    answer: dict[str, Any] = browser_of(cast.holder).get(f"/api/v1/cases/{case.pk}").json()
    return answer


def test_nodes_are_made_anew_from_the_same_facts(cast: Cast, filed: Case, newer: FlowVersion) -> None:
    assert due_on(filed, "network_inquiry_launch") == "2026-01-09"
    move(filed, cast)
    assert due_on(filed, "network_inquiry_launch") == "2026-01-16", "ten days after the same sixth of January"
    assert due_on(filed, "first_call") == "2026-01-16", "a new step starts with what had happened"
    moved = node_of(filed, "network_inquiry_launch")
    assert (moved.stage, moved.computed_with.split()[0]) == ("initiation", f"enforcement_implementation@{NEWER}")
    filed.refresh_from_db()
    assert filed.flow == newer
    assert differences(filed) == []


def test_what_the_new_flow_knows_no_more_is_kept_and_does_not_run(cast: Cast, filed: Case, newer: FlowVersion) -> None:
    assert node_of(filed, "notice_service").state == "RUNNING"
    move(filed, cast)
    left = node_of(filed, "notice_service")
    assert (left.state, left.started_on, left.finished_on) == ("DONE", date(2026, 1, 8), date(2026, 5, 20))
    assert left.due_on == date(2026, 1, 19), "ten days, of which the last rolls over a weekend: as it stood"
    assert left.stop_event is not None
    assert left.stop_event.key == "flow_moved"
    said = next(node for node in told(cast, filed)["nodes"] if node["key"] == "notice_service")
    assert [step["code"] for step in said["explanation"]] == ["not_in_flow"]
    assert said["zh"] == "执行法律文书送达"
    assert "Service of enforcement papers" in page_of(cast, filed, "en")
    record_event(case=filed, key="notice_served", occurred_at=at("2026-01-15"))
    assert node_of(filed, "notice_service").finished_on == date(2026, 5, 20), "what is told later moves it no more"
    assert differences(filed) == []


def test_what_never_started_and_is_gone_is_shown_nowhere(cast: Cast, untouched: Case, newer: FlowVersion) -> None:
    move(untouched, cast)
    assert "notice_service" not in {node["key"] for node in told(cast, untouched)["nodes"]}
    assert "Service of enforcement papers" not in page_of(cast, untouched, "en")


def test_a_case_moves_from_steps_of_its_own_to_steps_of_each_property(cast: Cast) -> None:
    first = FlowVersion.objects.get(version="2026.11-1")
    older = hold(file_one(cast, 125, filed_on=date(2026, 1, 5)), cast.group)
    Case.objects.filter(pk=older.pk).update(flow=first)
    record_event(case=older, key="auction_notice_published", occurred_at=at("2026-03-16"), chain="house-1")
    record_event(case=older, key="auction_failed", occurred_at=at("2026-04-20"), chain="house-1")
    assert due_on(older, "second_auction") == "2026-05-20"
    move(older, cast, "2026.11-2")
    assert node_of(older, "second_auction").state == "NOT_STARTED", "of the case itself there is none any more"
    assert due_on(older, "second_auction", "house-1") == "2026-05-20"
    assert differences(older) == []


def test_it_is_told_to_all_who_follow_the_case(cast: Cast, filed: Case, newer: FlowVersion) -> None:
    filed.refresh_from_db()
    version = filed.version
    move(filed, cast)
    view = view_of("flow_moved")
    assert (view["flow"], view["flow_before"]) == (
        f"enforcement_implementation@{NEWER}",
        "enforcement_implementation@2026.11-2",
    )
    assert view["by"] == str(cast.director.pk)
    assert {node["key"]: node["state"] for node in view["nodes"]}["notice_service"] == "DONE"
    assert BECAUSE not in Entry.objects.filter(kind="flow_moved").latest("pk").view, "words are for the facts"
    filed.refresh_from_db()
    assert filed.version == version + 1, "its unit comes to the devices once"
    keys = {node["key"]: node for node in case_units([filed.pk])[filed.pk]["nodes"]}
    assert keys["network_inquiry_launch"]["due_on"] == "2026-01-16"
    assert keys["first_call"]["state"] == "RUNNING"


def test_levels_are_found_again(cast: Cast, filed: Case, newer: FlowVersion) -> None:
    watch_levels()
    assert node_of(filed, "notice_service").level != "NORMAL"
    move(filed, cast)
    watch_levels()
    assert node_of(filed, "notice_service").level == "NORMAL"
    assert node_of(filed, "first_call").level != "NORMAL", "it is months late, by the new flow"


def test_pauses_go_with_the_case(cast: Cast, filed: Case, newer: FlowVersion) -> None:
    pause_clocks(case=filed, reason="STAYED", started_on=date(2026, 1, 7), document="裁定", approved_by=cast.director)
    move(filed, cast)
    assert node_of(filed, "network_inquiry_launch").is_paused
    assert not node_of(filed, "notice_service").is_paused, "nothing of what is gone stays open"
    assert differences(filed) == []


def test_a_dry_run_says_what_would_change_and_changes_nothing(cast: Cast, filed: Case, newer: FlowVersion) -> None:
    before = list(Node.objects.order_by("pk").values()), CaseEvent.objects.count(), Entry.objects.count()
    would = move(filed, cast, dry_run=True)
    assert {shift.after.key for shift in would.shifts if shift.is_told} >= {"notice_service", "first_call"}
    assert (list(Node.objects.order_by("pk").values()), CaseEvent.objects.count(), Entry.objects.count()) == before
    filed.refresh_from_db()
    assert filed.flow != newer


def test_no_case_moves_backwards_twice_or_to_nowhere(cast: Cast, filed: Case, newer: FlowVersion) -> None:
    for version, reason, code in (
        ("2031.99-9", BECAUSE, "flow_version_unknown"),
        ("2026.11-1", BECAUSE, "flow_not_newer"),
        ("2026.11-2", BECAUSE, "flow_not_newer"),
        (NEWER, " ", "note_required"),
        (NEWER, "长" * 501, "note_too_long"),
    ):
        with pytest.raises(DomainError) as refused:
            move(filed, cast, version, reason=reason)
        assert refused.value.code == code
    move(filed, cast)
    with pytest.raises(DomainError) as refused:
        move(filed, cast)
    assert (refused.value.code, refused.value.details["newer"]) == ("flow_not_newer", [])


def test_a_closed_case_stays_where_it_is(cast: Cast, filed: Case, newer: FlowVersion) -> None:
    close_case(case=filed, closing_mode="COMPLETED")
    with pytest.raises(DomainError) as refused:
        move(filed, cast)
    assert refused.value.code == "case_closed"


def test_the_director_moves_it_over_http_and_who_holds_it_does_not(cast: Cast, filed: Case, newer: FlowVersion) -> None:
    path, asked = f"/api/v1/cases/{filed.pk}/flow", {"version": NEWER, "reason": BECAUSE}
    refused = browser_of(cast.holder).post(path, asked, content_type="application/json")
    assert (refused.status_code, refused.json()["code"]) == (403, "role_required")
    browser = browser_of(cast.director)
    would = browser.post(path, {**asked, "dry_run": True}, content_type="application/json").json()
    assert not would["is_moved"]
    done = browser.post(path, asked, content_type="application/json").json()
    assert done == {**would, "is_moved": True}
    shift = next(node for node in done["nodes"] if node["key"] == "network_inquiry_launch")
    assert (shift["before"]["due_on"], shift["after"]["due_on"]) == ("2026-01-09", "2026-01-16")
    again = browser.post(path, asked, content_type="application/json")
    assert (again.status_code, again.json()["code"]) == (409, "flow_not_newer")


def command(case: Case, *words: str, version: str = NEWER) -> str:
    out = io.StringIO()
    call_command("move_flow", case.case_no, version, *words, "--reason", BECAUSE, "--language", "en", stdout=out)
    return out.getvalue()


def test_an_operator_moves_it_in_somebodys_name(cast: Cast, filed: Case, newer: FlowVersion) -> None:
    by = ("--by", cast.director.staff_no)
    would = command(filed, *by, "--dry-run")
    assert "network_inquiry_launch): RUNNING 2026-01-06 2026-01-09 → RUNNING 2026-01-06 2026-01-16" in would
    assert "first_call): - → RUNNING 2026-01-06 2026-01-16" in would
    assert would.endswith("A dry run: nothing was changed.\n")
    assert node_of(filed, "notice_service").state == "RUNNING"
    assert "nodes stand otherwise" in command(filed, *by)
    assert node_of(filed, "notice_service").state == "DONE"
    out = io.StringIO()
    call_command("replay", "--language", "en", stdout=out)
    assert '"differences": 0' in out.getvalue()


def test_an_operator_is_told_what_is_wrong(cast: Cast, filed: Case, newer: FlowVersion) -> None:
    director = ("--by", cast.director.staff_no)
    for words, version, fault in (
        (("--by", "nobody"), NEWER, "no officer with staff number nobody"),
        (("--by", cast.holder.staff_no), NEWER, "role_required"),
        (director, "1", "flow_version_unknown"),
        (director, "2026.11-2", "flow_not_newer"),
    ):
        with pytest.raises(CommandError, match=fault):
            command(filed, *words, version=version)


def test_an_act_that_names_a_step_that_is_gone_waits_for_a_person(cast: Cast, filed: Case, newer: FlowVersion) -> None:
    phone = phone_of(cast.holder)
    move(filed, cast)
    phone.record("complete_node", case_id=filed.pk, fields={"node": "notice_service"})
    answer = phone.push()
    assert statuses(answer) == [("parked", "node_unknown")]
    assert node_of(filed, "notice_service").finished_on == date(2026, 5, 20)
