"""A case is filed under the newest flow and keeps it; its clocks run from the day of filing."""

import json
from datetime import date
from typing import Any

import pytest

from server.cases.flow_file import FLOWS, read_flow
from server.cases.live import node_view
from server.cases.models import Case, CaseEvent, FlowVersion, Node
from server.cases.queries import flow_of
from server.cases.services import FlowChanged, load_flows
from server.common.errors import DomainError
from server.ledger.queries import entries_after, head_of
from server.ledger.verify import verify_stream
from tests.actors import Cast
from tests.cases.conftest import file_one


def last_view(case: Case) -> dict[str, object]:
    stream = f"court:{case.court_id}"
    (entry,) = entries_after(stream, head_of(stream).position - 1, 1)
    view: dict[str, object] = json.loads(entry.view)
    return view


def test_the_flow_is_there_without_a_step(db: None) -> None:
    assert FlowVersion.objects.filter(key="enforcement_implementation").exists()


def test_loading_again_changes_nothing(db: None) -> None:
    before = list(FlowVersion.objects.values_list("pk", "sha256"))
    load_flows()
    assert list(FlowVersion.objects.values_list("pk", "sha256")) == before


def test_an_edited_flow_is_taken_while_no_case_relies_on_it(db: None) -> None:
    FlowVersion.objects.update(sha256="0" * 64)
    load_flows()
    assert not FlowVersion.objects.filter(sha256="0" * 64).exists()


def test_an_edited_flow_that_cases_rely_on_is_refused(case: Case) -> None:
    FlowVersion.objects.update(sha256="0" * 64)
    with pytest.raises(FlowChanged):
        load_flows()


def test_the_frozen_document_reads_as_the_file_it_came_from(case: Case) -> None:
    text = (FLOWS / f"{case.flow.key}@{case.flow.version}.yaml").read_text(encoding="utf-8")
    assert flow_of(case.flow) == read_flow(text)


def test_a_new_case_has_every_node_its_facts_call_for(case: Case) -> None:
    nodes = {node.key: node for node in case.nodes.all()}
    assert nodes["triage"].stage == "filing"
    assert "case_limit_normal" in nodes
    assert "case_limit_nonlit" not in nodes
    assert "property_report_order" in nodes


def test_filing_starts_the_clocks_of_filing(case: Case) -> None:
    limit, triage = case.nodes.get(key="case_limit_normal"), case.nodes.get(key="triage")
    assert (limit.state, limit.started_on, limit.due_on) == ("RUNNING", date(2026, 11, 2), date(2027, 5, 3))
    assert triage.due_on == date(2026, 11, 3)
    assert triage.start_event == CaseEvent.objects.get(case=case, key="case_filed")
    assert case.nodes.get(key="execution_notice").state == "NOT_STARTED"


def test_the_ledger_is_told_of_codes_and_keeps_names_to_itself(case: Case) -> None:
    view = last_view(case)
    assert view["kind"] == "case_filed"
    assert view["subject"] == {"type": "case", "id": str(case.pk)}
    assert "申请人甲" not in json.dumps(view, ensure_ascii=False)
    assert "买卖" not in json.dumps(view, ensure_ascii=False)
    entries = entries_after(f"court:{case.court_id}", 0, 100)
    assert "申请人甲" in entries[-1].facts
    assert verify_stream(f"court:{case.court_id}").is_sound


def test_nodes_in_entries_are_the_same_objects_as_in_a_snapshot(case: Case) -> None:
    told = last_view(case)["nodes"]
    assert isinstance(told, list)
    assert told
    assert told == [node_view(Node.objects.get(pk=node["id"])) for node in told]


def test_a_typed_number_is_kept_in_its_one_form(cast: Cast) -> None:
    assert file_one(cast, case_no="(2026) 闽0924执7").case_no == "（2026）闽0924执7号"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"case_no": "something"}, "case_no_invalid"),
        ({"case_no": "（2026）闽0924执123号"}, "case_no_taken"),
        ({"flow_facts": {"track": "QUICK"}}, "flow_fact_unknown"),
        ({"flow_facts": {"weather": "rain"}}, "flow_fact_unknown"),
    ],
)
def test_what_cannot_be_filed_says_why(cast: Cast, case: Case, change: dict[str, Any], code: str) -> None:
    with pytest.raises(DomainError) as refused:
        file_one(cast, **{"number": 9, **change})
    assert refused.value.code == code
    assert Case.objects.count() == 1
