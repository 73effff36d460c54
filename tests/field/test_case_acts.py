"""A node completed, a note, a clue, recorded far from the desk: judged like acts on site, read where those are read."""

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.core.management import call_command

from server.cases.models import Case, CaseEvent, Node
from server.cases.services import assign_subject, close_case, record_event
from server.common.clock import local_date, now
from server.field.case_acts import CURRENT, case_document
from server.field.kinds import FILES
from server.field.kinds_check import mistakes_in
from server.field.models import FieldAction
from server.ledger.models import Entry
from server.sync.models import Operation, Review
from server.sync.operations import HANDLERS
from tests.actors import Cast, browser_of
from tests.devices import TestDevice
from tests.sync.pushing import phone_of, statuses
from tests.sync.replica import Replica
from tests.sync.reviewing import decide, other_group

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
REVIEWED = "network_feedback_review"


@pytest.fixture
def begun(held: Case) -> Case:
    """The feedback of the network inquiry came three days ago: somebody has to look through it."""
    record_event(case=held, key="inquiry_feedback_received", occurred_at=now() - 3 * DAY)
    return held


@pytest.fixture
def many(begun: Case) -> Case:
    """Nodes of every sort are under way."""
    for key in ("investigation_requested", "notice_served", "closing_requested"):
        record_event(case=begun, key=key, occurred_at=now() - 3 * DAY)
    return begun


def node_of(case: Case, key: str = REVIEWED) -> Node:
    return Node.objects.get(case=case, key=key, chain="")


def completed(phone: TestDevice, case: Case, node: Any = REVIEWED, **fields: Any) -> dict[str, Any]:
    phone.record("complete_node", case_id=case.pk, fields={"node": node, **fields})
    return phone.push()


def effect(answer: dict[str, Any]) -> str:
    return str(answer["results"][-1]["subjects"][0]["node_effect"])


def test_the_file_of_case_acts_has_no_mistakes() -> None:
    assert mistakes_in((FILES / f"{CURRENT}.yaml").read_text(encoding="utf-8")) == []
    kinds = [kind["key"] for kind in case_document()["kinds"]]
    assert kinds[:3] == ["complete_node", "add_note", "submit_clue"]
    assert kinds[3:] == ["accept_handover", "reject_handover", "complete_task", "reply_urge", "request_approval"]


def test_a_node_is_done_as_of_the_day_it_was_done_on_not_of_its_arrival(phone: TestDevice, begun: Case) -> None:
    answer = completed(phone, begun, occurred_at=(now() - 2 * DAY).isoformat(), note="无可供执行财产")
    assert (statuses(answer), effect(answer)) == ([("applied", "ok")], "applied")
    node = node_of(begun)
    assert (node.state, node.finished_on) == (Node.State.DONE, local_date(now() - 2 * DAY))
    event = CaseEvent.objects.get(key="feedback_reviewed")
    assert (event.source_type, event.source_id) == ("operation", str(FieldAction.objects.get().pk))
    assert Entry.objects.filter(kind="action_recorded", subject_id=begun.pk).count() == 1


def test_pushed_twice_it_is_one(phone: TestDevice, begun: Case) -> None:
    phone.record("complete_node", case_id=begun.pk, fields={"node": REVIEWED})
    phone.duplicate_next_request()
    assert phone.push()["results"][0]["repeated"]
    assert CaseEvent.objects.filter(key="feedback_reviewed").count() == FieldAction.objects.count() == 1


@pytest.mark.parametrize(
    ("node", "code"),
    [
        ("no_such_node", "node_unknown"),
        (["a list"], "node_unknown"),
        (None, "node_unknown"),
        ("close_case", "node_by_deed"),
        ("debtor_interview", "node_ending_unclear"),
        ("dishonest_decision", "node_not_started"),
        ("field_investigation", "node_needs_act"),
    ],
)
def test_what_cannot_be_completed_is_kept_and_says_why(phone: TestDevice, many: Case, node: Any, code: str) -> None:
    assert statuses(completed(phone, many, node)) == [("parked", code)]
    assert Review.objects.get().cause == code
    assert not CaseEvent.objects.filter(source_type="operation").exists()


def test_where_a_node_ends_in_several_ways_the_one_said_counts(phone: TestDevice, many: Case) -> None:
    record_event(case=many, key="resume_requested", occurred_at=now() - DAY)
    answer = completed(phone, many, "resume_decision", event="feedback_reviewed")
    assert statuses(answer) == [("parked", "node_ending_unclear")]
    answer = completed(phone, many, "resume_decision", event="refused")
    assert statuses(answer) == [("parked", "node_of_another")], "the filing clerk decides it"


def test_what_waits_for_a_leader_counts_by_his_word_as_of_its_day(phone: TestDevice, many: Case, cast: Cast) -> None:
    completed(phone, many, "field_investigation", occurred_at=(now() - DAY).isoformat())
    status, said = decide(cast.director, Review.objects.get(), "ratify")
    assert (status, said["state"]) == (200, "ratified")
    node = node_of(many, "field_investigation")
    assert (node.state, node.finished_on) == (Node.State.DONE, local_date(now() - DAY))


def test_no_word_makes_a_node_that_is_not_there(phone: TestDevice, many: Case, cast: Cast) -> None:
    completed(phone, many, "no_such_node")
    status, refused = decide(cast.director, Review.objects.get(), "ratify")
    assert (status, refused["code"], refused["reason"]) == (409, "review_not_ratifiable", "node_unknown")


def test_a_minimum_that_has_not_passed_is_a_leaders_to_judge(phone: TestDevice, begun: Case) -> None:
    record_event(case=begun, key="case_filed", occurred_at=now() - 3 * DAY)
    record_event(case=begun, key="no_property_concluded", occurred_at=now() - DAY)
    answer = completed(phone, begun, "final_round_review", event="panel_approved")
    assert statuses(answer) == [("parked", "node_too_early")]


def test_a_node_that_a_colleague_or_the_desk_ended_keeps_its_first_end(
    phone: TestDevice, begun: Case, cast: Cast
) -> None:
    completed(phone_of(cast.colleague), begun)
    assert statuses(completed(phone, begun)) == [("superseded", "parallel")]
    record_event(case=begun, key="materials_received_by_handler", occurred_at=now() - 3 * DAY)
    record_event(case=begun, key="applicant_notified", occurred_at=now() - 2 * DAY)
    assert statuses(completed(phone, begun, "applicant_notice")) == [("superseded", "parallel")]


def test_authority_is_judged_as_of_an_act_on_site(phone: TestDevice, begun: Case, cast: Cast) -> None:
    phone.record("complete_node", case_id=begun.pk, fields={"node": REVIEWED})
    phone.record("add_note", case_id=begun.pk, fields={"text": "申请人来电"})
    phone.record("submit_clue", case_id=begun.pk, fields={"text": "城东仓库", "source": "REPORT"})
    assign_subject(case=begun, group=other_group(cast), reason="HANDOVER")
    assert statuses(phone.push()) == [("parked", "not_assigned")] * 3
    assert node_of(begun).state == Node.State.RUNNING
    reviews = list(Review.objects.order_by("pk"))
    assert [decide(cast.director, review, "ratify")[0] for review in reviews] == [200] * 3
    assert node_of(begun).state == Node.State.DONE
    assert Node.objects.filter(case=begun, key="clue_verification", state=Node.State.RUNNING).exists()


def test_annulled_its_event_is_void_and_reinstated_it_counts_again(phone: TestDevice, begun: Case, cast: Cast) -> None:
    completed(phone, begun)
    browser, path = browser_of(cast.director), f"/api/v1/actions/{FieldAction.objects.get().pk}"
    annulled = browser.post(f"{path}/annul", {"note": "并未核查"}, content_type="application/json")
    assert (annulled.status_code, node_of(begun).state) == (200, Node.State.RUNNING)
    assert CaseEvent.objects.get(key="feedback_reviewed").voided_at
    counted = browser.post(f"{path}/reinstate", {}, content_type="application/json")
    assert (counted.status_code, node_of(begun).state) == (200, Node.State.DONE)


def test_a_completion_whose_photograph_is_on_its_way_moves_its_node_with_it(phone: TestDevice, begun: Case) -> None:
    phone.record("complete_node", case_id=begun.pk, fields={"node": REVIEWED}, photos=[b"a page"])
    assert effect(phone.push()) == "withheld"
    phone.upload(b"a page")
    assert node_of(begun).state == Node.State.DONE


def test_a_clue_starts_a_verification_of_its_own(phone: TestDevice, begun: Case) -> None:
    given_at = datetime(2026, 11, 23, 2, tzinfo=UTC)
    for text in ("城东仓库有货", "名下有车"):
        fields = {"source": "APPLICANT", "text": text, "property_kind": "MOVABLE", "occurred_at": given_at.isoformat()}
        phone.record("submit_clue", case_id=begun.pk, fields=fields)
    assert statuses(phone.push()) == [("applied", "ok")] * 2
    nodes = Node.objects.filter(case=begun, key="clue_verification", state=Node.State.RUNNING)
    assert {node.chain for node in nodes} == set(map(str, FieldAction.objects.values_list("pk", flat=True)))
    # A Monday; seven days later is a Monday, too.
    assert {(node.started_on, node.due_on) for node in nodes} == {(date(2026, 11, 23), date(2026, 11, 30))}


def test_a_note_moves_nothing_and_is_read_in_the_case_the_unit_and_the_api(
    phone: TestDevice, begun: Case, cast: Cast
) -> None:
    phone.record("add_note", case_id=begun.pk, fields={"text": "申请人来电催办", "node": REVIEWED})
    answer = phone.push()
    assert (statuses(answer), effect(answer)) == ([("applied", "ok")], "none")
    replica = Replica(phone)
    replica.sync()
    (shown,) = replica.units["case", str(begun.pk)][1]["actions"]
    assert (shown["kind"], shown["text"], shown["node"]) == ("add_note", "申请人来电催办", REVIEWED)
    browser = browser_of(cast.duty)
    act = browser.get(f"/api/v1/actions/{shown['id']}").json()
    assert act["records"][0]["fields"]["text"] == "申请人来电催办"
    page = browser.get(f"/centre/actions/{shown['id']}").content.decode()
    assert "办案记事" in page
    assert "申请人来电催办" in page
    views = [json.dumps(json.loads(entry.view), ensure_ascii=False) for entry in Entry.objects.all()]
    assert not any("申请人来电" in view for view in views), "words are no part of what every watcher gets"


def test_the_catalogue_brings_the_kinds_and_the_ways_in_which_nodes_end(phone: TestDevice, begun: Case) -> None:
    replica = Replica(phone)
    replica.sync()
    catalogue = replica.units["catalogue", "1"][1]
    assert catalogue["case_kinds"] == json.loads(json.dumps(case_document()))
    assert f"{begun.flow.key}@{begun.flow.version}" in catalogue["flows"]
    for flow in catalogue["flows"].values():
        assert flow["nodes"]["debtor_interview"]["ends"] == ["interview_done", "debtor_untraceable_recorded"]


def test_an_empty_note_is_kept_with_a_warning(phone: TestDevice, begun: Case) -> None:
    phone.record("add_note", case_id=begun.pk, fields={})
    assert statuses(phone.push()) == [("applied", "ok")]
    assert FieldAction.objects.get().warnings == ["field:text"]


def test_after_closing_a_note_waits_for_a_person(phone: TestDevice, begun: Case) -> None:
    phone.record("add_note", case_id=begun.pk, fields={"text": "补记"})
    close_case(case=begun, closing_mode="COMPLETED")
    assert statuses(phone.push()) == [("parked", "case_closed")]


def test_a_correction_stands_beside_a_note_and_ends_no_node_twice(phone: TestDevice, begun: Case) -> None:
    first = phone.record("complete_node", case_id=begun.pk, fields={"node": REVIEWED})
    act = json.loads(first.body)["action_id"]
    more = {"note": "另见附卷", "correction_reason": "补充"}
    phone.record("complete_node", case_id=begun.pk, fields=more, action_id=act, corrects=first.hash_hex)
    assert statuses(phone.push()) == [("applied", "ok")] * 2
    assert CaseEvent.objects.filter(key="feedback_reviewed").count() == 1


def test_an_older_server_keeps_the_kinds_of_a_newer_device_until_it_knows_them(
    phone: TestDevice, begun: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = HANDLERS["complete_node"]
    monkeypatch.delitem(HANDLERS, "complete_node")
    done_at = (now() - DAY).isoformat()
    assert statuses(completed(phone, begun, occurred_at=done_at)) == [("quarantined", "kind_unknown")]
    monkeypatch.setitem(HANDLERS, "complete_node", known)
    call_command("replay_quarantined", cause="kind_unknown")
    assert (node_of(begun).state, node_of(begun).finished_on) == (Node.State.DONE, local_date(now() - DAY))
    assert Operation.objects.get().status == "applied"
