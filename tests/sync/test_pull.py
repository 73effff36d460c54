"""A pull sends the difference between what a device holds and what it may see at that moment."""

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from server.cases.models import Case
from server.cases.services import assign_subject, close_case, grant_subject, record_event, touch
from server.common import clock
from server.common.clock import SHANGHAI, now, to_wire
from server.ledger.queries import current_server_epoch, head_of
from server.ledger.services import begin_server_life
from server.people.models import Device, GroupMember
from server.people.services import end_group_membership, revoke_device, suspend_officer
from server.sync.models import DeviceView
from server.sync.units import VisibleUnits
from tests.actors import Cast
from tests.cases.conftest import file_one
from tests.devices import Refused
from tests.sync.replica import Replica, phone


@pytest.fixture
def held(cast: Cast) -> Case:
    case = file_one(cast)
    assign_subject(case=case, group=cast.group)
    return case


@pytest.fixture
def replica(cast: Cast, held: Case) -> Replica:
    return Replica(phone(cast.holder))


def visible_now(replica: Replica) -> VisibleUnits:
    device = Device.objects.select_related("officer__court", "court").get(pk=replica.device.id)
    return VisibleUnits(device, now(), current_server_epoch(), 1)


def assert_converged(replica: Replica) -> None:
    """I8: a complete pull is a direct query, tag for tag and word for word."""
    visible = visible_now(replica)
    assert replica.tags == visible.tags
    for unit in visible.contents(list(visible.tags)):
        assert replica.units[unit["type"], unit["id"]] == (unit["tag"], json.loads(json.dumps(unit["data"])))


def test_a_new_device_gets_profile_catalogue_and_its_cases(cast: Cast, held: Case, replica: Replica) -> None:
    replica.sync()
    assert replica.case_ids == {str(held.pk)}
    profile = replica.units["profile", str(cast.holder.pk)][1]
    assert profile["staff_no"] == cast.holder.staff_no
    assert profile["roles"] == ["officer"]
    assert profile["group"]["id"] == str(cast.group.pk)
    catalogue = replica.units["catalogue", "1"][1]
    assert len(catalogue["kinds"]["kinds"]) == 14
    assert catalogue["flows"]["enforcement_implementation@2026.11-1"]["nodes"]["triage"]["zh"] == "繁简分流"
    assert_converged(replica)


def test_a_case_unit_has_what_the_officer_works_with(held: Case, replica: Replica) -> None:
    replica.sync()
    unit = replica.case(held.pk)
    assert unit["case_no"] == "（2026）闽0924执123号"
    assert unit["parties"] == [
        {"role": "applicant", "kind": "PERSON", "name": "申请人甲"},
        {"role": "debtor", "kind": "ENTITY", "name": "被执行人乙"},
    ]
    assert unit["claim_amount"] == "120000.00"
    assert unit["assignment_no"] == 1
    limit = next(node for node in unit["nodes"] if node["key"] == "case_limit_normal")
    assert (limit["state"], limit["due_on"], limit["limit_kind"]) == ("RUNNING", "2027-05-03", "statutory"), (
        "2 May is a Sunday"
    )


def test_a_debtors_identity_number_stays_on_the_server(held: Case, replica: Replica) -> None:
    replica.sync()
    assert "SECRET-9135" not in json.dumps(replica.case(held.pk))


def test_nothing_changed_means_nothing_sent(replica: Replica) -> None:
    replica.sync()
    page = replica.ask()
    assert (page["put"], page["remove"], page["complete"]) == ([], [], True)
    assert page["base"] == replica.cursor
    assert page["cursor"] != replica.cursor


def test_a_change_sends_that_unit_whole_and_no_other(cast: Cast, held: Case, replica: Replica) -> None:
    other = file_one(cast, 124)
    assign_subject(case=other, group=cast.group)
    replica.sync()
    record_event(case=held, key="track_set", occurred_at=datetime(2026, 11, 3, 9, tzinfo=SHANGHAI))
    page = replica.ask()
    assert [unit["id"] for unit in page["put"]] == [str(held.pk)]
    replica.apply(page)
    triage = next(node for node in replica.case(held.pk)["nodes"] if node["key"] == "triage")
    assert triage["finished_on"] == "2026-11-03"
    assert_converged(replica)


def test_a_reassigned_case_leaves_one_device_and_arrives_whole_on_the_other(
    cast: Cast, held: Case, replica: Replica
) -> None:
    other = Replica(phone(cast.bystander))
    replica.sync()
    other.sync()
    assert other.case_ids == set()
    assign_subject(case=held, officer=cast.bystander)
    replica.sync()
    other.sync()
    assert replica.case_ids == set()
    assert replica.removed == [(str(held.pk), "reassigned")]
    assert other.case_ids == {str(held.pk)}
    assert_converged(replica)
    assert_converged(other)


def test_a_grant_that_ends_by_the_clock_alone_leaves_the_device(cast: Cast, held: Case) -> None:
    other = Replica(phone(cast.bystander))
    ends = now() + timedelta(days=2)
    grant_subject(case=held, officer=cast.bystander, reason="ASSISTING", valid_to=ends)
    other.sync()
    assert other.case_ids == {str(held.pk)}
    rows = list(Case.objects.values())
    clock.set_clock(lambda: ends)
    try:
        other.sync()
    finally:
        clock.set_clock(None)
    assert list(Case.objects.values()) == rows
    assert other.case_ids == set()
    assert other.removed == [(str(held.pk), "expired")]


def test_content_does_not_depend_on_the_clock(replica: Replica) -> None:
    replica.sync()
    before = dict(replica.units)
    clock.set_clock(lambda: datetime(2027, 8, 1, tzinfo=SHANGHAI))
    try:
        page = replica.ask()
    finally:
        clock.set_clock(None)
    assert page["put"] == []
    assert replica.units == before


def test_who_leaves_the_group_loses_its_cases(cast: Cast, held: Case) -> None:
    colleague = Replica(phone(cast.colleague))
    colleague.sync()
    assert colleague.case_ids == {str(held.pk)}
    end_group_membership(membership=GroupMember.objects.get(officer=cast.colleague))
    colleague.sync()
    assert colleague.case_ids == set()
    assert_converged(colleague)


def test_a_closed_case_stays_with_who_holds_it(held: Case, replica: Replica) -> None:
    replica.sync()
    close_case(case=held, closing_mode="COMPLETED")
    replica.sync()
    assert replica.case(held.pk)["status"] == "CLOSED"


def test_a_suspended_officer_keeps_nothing_to_read(cast: Cast, held: Case, replica: Replica) -> None:
    replica.sync()
    suspend_officer(officer=cast.holder, reason="inquiry")
    replica.sync()
    assert replica.case_ids == set()
    assert replica.removed == [(str(held.pk), "suspended")]
    assert replica.units["profile", str(cast.holder.pk)][1]["roles"] == []


@pytest.mark.parametrize("who", ["bystander", "stranger", "duty", "supervisor", "sysadmin"])
def test_a_device_holds_nothing_its_officer_does_not_hold(cast: Cast, held: Case, who: str) -> None:
    """I9, also for who may read the case on the court's own pages: a phone holds what was assigned."""
    other = Replica(phone(getattr(cast, who)))
    text = json.dumps(other.ask(), ensure_ascii=False)
    for secret in (str(held.pk), held.case_no, "申请人甲"):
        assert secret not in text


def test_a_revoked_device_gets_nothing(replica: Replica) -> None:
    replica.sync()
    revoke_device(device=Device.objects.get(pk=replica.device.id), reason="lost")
    with pytest.raises(Refused) as refused:
        replica.ask()
    assert (refused.value.status, refused.value.code) == (403, "device_revoked")


def test_the_statement_covers_the_answer_and_names_where_the_court_stands(cast: Cast, replica: Replica) -> None:
    statement = replica.ask(nonce="a-nonce-of-my-own")["statement"]
    assert statement["nonce"] == "a-nonce-of-my-own"
    assert statement["acked_seq"] == 0
    assert statement["position"] == head_of(f"court:{cast.court.pk}").position
    assert statement["server_epoch"] == current_server_epoch()


def test_pages_keep_to_their_budget_and_every_page_gets_on(cast: Cast, replica: Replica) -> None:
    for number in range(200, 212):
        assign_subject(case=file_one(cast, number), group=cast.group)
    replica.max_bytes = 1
    replica.sync()
    assert len(replica.case_ids) == 13
    assert replica.pages > 4
    assert_converged(replica)


def test_urgent_cases_come_first(cast: Cast, replica: Replica) -> None:
    urgent = file_one(cast, 201, priority="HIGH")
    assign_subject(case=urgent, group=cast.group)
    cases = [unit["id"] for unit in replica.ask()["put"] if unit["type"] == "case"]
    assert cases[0] == str(urgent.pk)


def test_removals_go_before_anything_new(cast: Cast, held: Case, replica: Replica) -> None:
    replica.sync()
    fresh = file_one(cast, 202)
    assign_subject(case=fresh, group=cast.group)
    assign_subject(case=held, officer=cast.bystander)
    page = replica.ask()
    assert [gone["id"] for gone in page["remove"]] == [str(held.pk)]
    assert str(fresh.pk) in [unit["id"] for unit in page["put"]]


def test_the_cost_of_a_pull_does_not_grow_with_its_cases(cast: Cast, held: Case, replica: Replica) -> None:
    ids = [held.pk]
    replica.sync()
    costs = []
    for count in (1, 12):
        while len(ids) < count:
            case = file_one(cast, 300 + len(ids), parties=[])
            assign_subject(case=case, group=cast.group)
            ids.append(case.pk)
        replica.sync()
        touch(ids)
        with CaptureQueriesContext(connection) as queries:
            page = replica.ask()
        assert len(page["put"]) == count
        replica.apply(page)
        costs.append(len(queries))
    assert costs[0] == costs[1] <= 25


def test_what_a_device_holds_is_kept_as_what_changed_and_whole_now_and_then(
    held: Case, replica: Replica, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.sync.pull._MOST_CHANGES", 2)
    replica.sync()
    replica.sync()
    whole = DeviceView.objects.get().acked_tags
    assert whole == replica.tags
    for _ in range(3):
        touch([held.pk])
        replica.sync()
    view = DeviceView.objects.get()
    assert view.acked_tags == whole
    assert view.acked_changes.keys() | view.sent_tags.keys() == {f"case:{held.pk}"}
    monkeypatch.setattr("server.sync.pull._MOST_CHANGES", 0)
    touch([held.pk])
    replica.sync()
    view = DeviceView.objects.get()
    assert (view.acked_changes, {**view.acked_tags, **view.sent_tags}) == ({}, replica.tags)
    assert_converged(replica)


def test_a_restored_server_is_told_apart_before_anything_is_sent(replica: Replica) -> None:
    replica.device.server_epoch = current_server_epoch()
    replica.sync()
    epoch = begin_server_life(reason="restored")
    with pytest.raises(Refused) as refused:
        replica.ask()
    assert (refused.value.status, refused.value.code) == (409, "epoch_changed")
    statement = replica.device.verified(refused.value.problem["statement"], "statement")
    assert statement["server_epoch"] == epoch
    replica.device.server_epoch = epoch
    before = replica.tags
    replica.sync()
    assert set(replica.tags) == set(before)
    assert not set(replica.tags.values()) & set(before.values())


@pytest.mark.parametrize(
    ("members", "status", "code"),
    [
        ({"protocol": 2}, 426, "protocol_unsupported"),
        ({"schema": 2}, 426, "schema_unsupported"),
        ({"schema": "1"}, 422, "envelope_invalid"),
        ({"cursor": 7}, 422, "envelope_invalid"),
        ({"max_bytes": -1}, 422, "envelope_invalid"),
        ({"certificate": "a.b"}, 401, "certificate_invalid"),
    ],
)
def test_what_is_no_pull_is_told_so(replica: Replica, members: dict[str, Any], status: int, code: str) -> None:
    answered, problem = replica.device.pull(**members)
    assert (answered, problem["code"]) == (status, code)


def test_a_pull_signed_by_another_key_is_refused(cast: Cast, replica: Replica) -> None:
    replica.device.private_key = phone(cast.bystander).private_key
    status, problem = replica.device.pull()
    assert (status, problem["code"]) == (401, "request_signature_invalid")


def test_what_was_refused_is_not_remembered(replica: Replica) -> None:
    for members in ({"protocol": 2}, {"schema": 2}, {"cursor": "never-sent"}):
        replica.device.pull(**members)
    assert not DeviceView.objects.exists()


def test_the_answer_says_as_of_when(replica: Replica) -> None:
    before = to_wire(now())
    page = replica.ask()
    assert before <= page["as_of"] <= to_wire(now())
