"""Clocks that protect people and property start on any claim received, and say that they run by a claim alone."""

from datetime import date
from typing import Any

import pytest

from client_sdk.cases import case_of
from client_sdk.replica import Unit
from server.cases.models import Case, CaseEvent, Node
from server.cases.services import assign_subject
from server.ledger.models import Entry
from server.sync import operations
from server.sync.models import Operation, Review
from tests.actors import Cast, browser_of
from tests.devices import TestDevice
from tests.sync.pushing import statuses
from tests.sync.replica import Replica
from tests.sync.reviewing import decide, other_group
from tests.wire.records import vectors

pytestmark = pytest.mark.django_db

# A Friday; fifteen days later is a Saturday, and a detention ends then.
DETAINED: dict[str, Any] = {"detained_at": "2026-11-20T09:30:00+08:00", "result": "DONE"}
# Expiring in National Day's week: counted back from there, and never moved.
SEALED: dict[str, Any] = {"expires_on": "2027-10-03", "result": "DONE"}


@pytest.fixture(params=["DETAIN", "SEAL"])
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def fields(kind: str) -> dict[str, Any]:
    return DETAINED if kind == "DETAIN" else SEALED


def running(case: Case) -> list[tuple[str, date | None]]:
    nodes = Node.objects.filter(case=case, state=Node.State.RUNNING, key__in=("detention_term", "control_renewal"))
    return [(node.key, node.due_on) for node in nodes]


def expected(kind: str) -> list[tuple[str, date | None]]:
    """15 days from the 20th of November: Saturday the 5th of December; 30 days before the 3rd of October 2027."""
    return [("detention_term", date(2026, 12, 5)) if kind == "DETAIN" else ("control_renewal", date(2027, 9, 3))]


def claims(case: Case, cast: Cast) -> list[str]:
    reply = browser_of(cast.duty).get(f"/api/v1/cases/{case.pk}/claims")
    assert reply.status_code == 200
    return [each["key"] for each in reply.json()]


def unit_of(phone: TestDevice, case: Case) -> dict[str, Any]:
    replica = Replica(phone)
    replica.sync()
    return replica.units["case", str(case.pk)][1]


@pytest.mark.parametrize("state", ["incomplete", "parked", "id_reuse"])
def test_incomplete_parked_or_quarantined_its_clock_runs_and_says_that_it_is_a_claim(
    held: Case, phone: TestDevice, cast: Cast, kind: str, fields: dict[str, Any], state: str
) -> None:
    members: dict[str, Any] = {"id": "again"} if state == "id_reuse" else {}
    if state == "id_reuse":
        phone.record("LOCATE", case_id=held.pk, **members)
    phone.record(kind, case_id=held.pk, fields=fields, **members)
    if state == "parked":
        assign_subject(case=held, group=other_group(cast), reason="HANDOVER")
    phone.push()
    assert running(held) == expected(kind)
    assert claims(held, cast) == [expected(kind)[0][0]]
    assert not CaseEvent.objects.filter(source_type="operation").exists(), "credit waits"


def test_a_fault_of_our_own_code_stops_no_clock(
    held: Case, phone: TestDevice, cast: Cast, kind: str, fields: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    def faulty(*_: Any) -> Any:
        raise ZeroDivisionError

    sound = operations.HANDLERS[kind]
    monkeypatch.setitem(
        operations.HANDLERS, kind, operations.Handler(sound.load, faulty, sound.write, faulty, sound.annul)
    )
    phone.record(kind, case_id=held.pk, fields=fields)
    assert statuses(phone.push()) == [("quarantined", "handler_fault")]
    assert running(held) == expected(kind)
    assert claims(held, cast) == [expected(kind)[0][0]]
    assert Entry.objects.filter(kind="protective_clock", subject_id=held.pk).count() == 1


def test_a_second_history_of_a_copied_phone_starts_it_once(
    held: Case, phone: TestDevice, cast: Cast, kind: str, fields: dict[str, Any]
) -> None:
    copy = TestDevice(phone.transport)
    assert phone.enrolment is not None
    copy.id, copy.private_key = phone.id, phone.private_key
    copy.adopt(phone.enrolment)
    phone.record("LOCATE", case_id=held.pk)
    phone.push()
    copy.server_epoch = phone.server_epoch
    copy.record(kind, case_id=held.pk, fields=fields)
    for _ in range(2):
        status, answer = copy.push_envelope(copy.envelope(first_seq=1))
        assert (status, "fork" in answer) == (200, True)
    assert running(held) == expected(kind)
    assert Entry.objects.filter(kind="protective_clock").count() == 1
    assert Operation.objects.count() == 1


def test_the_page_shows_it_as_a_claim_until_the_act_counts(held: Case, phone: TestDevice, cast: Cast) -> None:
    phone.record("DETAIN", case_id=held.pk, fields=DETAINED)
    assign_subject(case=held, group=other_group(cast), reason="HANDOVER")
    phone.push()
    page = browser_of(cast.duty).get(f"/centre/cases/{held.pk}").content.decode()
    assert "按申报起算" in page
    assert decide(cast.director, Review.objects.get(), "ratify")[0] == 200
    assert claims(held, cast) == ["detention_term"], "ratified it still lacks what its kind asks for"


def test_a_unit_names_such_nodes_and_an_older_one_names_none(held: Case, phone: TestDevice) -> None:
    phone.record("DETAIN", case_id=held.pk, fields=DETAINED)
    phone.push()
    unit = unit_of(phone, held)
    node = Node.objects.get(case=held, key="detention_term")
    assert unit["claimed_nodes"] == [str(node.pk)]
    shown = case_of(Unit(str(held.pk), "t", 1, unit), [], 1)
    assert [each.key for each in shown.nodes if each.is_claimed] == ["detention_term"]
    older = {name: value for name, value in unit.items() if name != "claimed_nodes"}
    assert not any(each.is_claimed for each in case_of(Unit(str(held.pk), "t", 1, older), [], 1).nodes)


def test_once_its_act_counts_it_is_no_claim_any_more(held: Case, phone: TestDevice, cast: Cast) -> None:
    record = next(each["record"] for each in vectors() if each["name"] == "DETAIN: complete")
    shots = [(f"photo {n}".encode(), each["shot_code"]) for n, each in enumerate(record["evidence"])]
    promised = [{**phone.evidence(content), "shot_code": shot} for content, shot in shots]
    phone.record("DETAIN", case_id=held.pk, fields=record["fields"], photos=promised)
    assert statuses(phone.push()) == [("applied", "ok")]
    assert claims(held, cast) == ["detention_term"]
    for content, _ in shots:
        phone.upload(content)
    assert running(held)
    assert claims(held, cast) == []
    assert "claimed_nodes" not in unit_of(phone, held)


def test_strangers_do_not_read_the_claims_of_a_case(held: Case, cast: Cast) -> None:
    assert browser_of(cast.stranger).get(f"/api/v1/cases/{held.pk}/claims").status_code == 404
