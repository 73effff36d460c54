"""The text of a case's unit says what the rows say, whatever stands in them."""

import json
from datetime import date, datetime
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from server.cases.models import Case, Node, Party
from server.cases.queries import flow_of
from server.cases.services import record_event
from server.cases.units import case_texts, case_units
from server.common.clock import SHANGHAI
from tests.actors import Cast
from tests.cases.conftest import file_one

pytestmark = pytest.mark.django_db
SET_ON = datetime(2026, 11, 3, 9, tzinfo=SHANGHAI)


def test_every_node_is_told_with_its_names_and_dates_in_the_order_of_the_flow(case: Case) -> None:
    record_event(case=case, key="track_set", occurred_at=SET_ON)
    definitions = flow_of(case.flow).tracked
    expected = [
        {
            "id": str(node.pk),
            "key": node.key,
            "chain": node.chain,
            "stage": node.stage,
            "zh": definitions[node.key].zh,
            "en": definitions[node.key].en,
            "state": node.state,
            "started_on": node.started_on.isoformat() if node.started_on else None,
            "due_on": node.due_on.isoformat() if node.due_on else None,
            "finished_on": node.finished_on.isoformat() if node.finished_on else None,
            "limit_kind": definitions[node.key].kind,
            **({"is_provisional": True} if node.is_provisional else {}),
        }
        for node in Node.objects.filter(case=case).order_by("ordinal", "chain")
    ]
    assert [node["key"] for node in expected if "is_provisional" in node] == ["case_limit_normal"], "it ends in 2027"
    assert {node["state"] for node in expected} == {"NOT_STARTED", "RUNNING", "DONE"}
    assert case_units([case.pk])[case.pk]["nodes"] == expected


def test_two_cases_at_different_points_are_not_taken_for_one_another(cast: Cast, case: Case) -> None:
    other = file_one(cast, 124)
    record_event(case=other, key="track_set", occurred_at=SET_ON)
    Node.objects.filter(case=case, key="triage").update(chain='（甲）"房"\\', state="RUNNING", due_on=date(2027, 1, 2))
    units = case_units([case.pk, other.pk])
    nodes = [next(node for node in units[pk]["nodes"] if node["key"] == "triage") for pk in (case.pk, other.pk)]
    assert [(node["chain"], node["state"], node["due_on"]) for node in nodes] == [
        ('（甲）"房"\\', "RUNNING", "2027-01-02"),
        ("", "DONE", nodes[1]["due_on"]),
    ]
    assert all(node["id"] for node in nodes)


def test_what_people_typed_stays_as_they_typed_it(case: Case) -> None:
    odd = 'a "quoted" \\ text\n</script>{}%s'
    Case.objects.filter(pk=case.pk).update(cause=odd[:100], claim_amount=Decimal("0.10"))
    Party.objects.filter(case=case).update(name=odd)
    unit = json.loads(case_texts([case.pk], {})[case.pk])
    assert (unit["cause"], unit["claim_amount"], unit["filed_on"]) == (odd, "0.10", case.filed_on.isoformat())
    assert {party["name"] for party in unit["parties"]} == {odd}


def test_many_cases_cost_as_many_statements_as_one(cast: Cast, case: Case) -> None:
    others = [file_one(cast, 200 + number).pk for number in range(5)]
    with CaptureQueriesContext(connection) as queries:
        assert case_units([case.pk, *others]).keys() == {case.pk, *others}
    assert len(queries) == 3
    assert case_units([]) == {}
