"""The same debtor elsewhere, on the device: told in the unit of a held case, new under a new tag, and on record."""

import json
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from server.cases.models import Case, Party
from server.cases.services import PartyDraft, assign_subject, close_case, touch
from server.field import related_units
from server.field.models import RelatedShown
from server.ledger.models import Entry
from tests.actors import Cast
from tests.devices import TestDevice
from tests.sync.pushing import COMPLETE, file_one, phone_of
from tests.sync.replica import Replica, phone
from tests.sync.test_pull import assert_converged

pytestmark = pytest.mark.django_db
ID_NO = "11010519491231002X"
SEAL = {**COMPLETE, "expires_on": "2029-11-20", "property_class": "REAL_ESTATE", "priority_order": "FIRST"}


def same_debtor(cast: Cast, number: int, **changes: Any) -> Case:
    return file_one(cast, number, parties=[PartyDraft("debtor", "被执行人乙", id_no=ID_NO)], **changes)


@pytest.fixture
def ours(cast: Cast) -> Case:
    case = same_debtor(cast, 41)
    assign_subject(case=case, group=cast.group, reason="ROTA")
    return case


@pytest.fixture
def theirs(cast: Cast) -> Case:
    case = same_debtor(cast, 42, court=cast.other_court, case_no="（2026）闽0925执42号", cause="抚养费纠纷")
    assign_subject(case=case, officer=cast.stranger, reason="分案")
    return case


@pytest.fixture
def their_phone(cast: Cast) -> TestDevice:
    return phone_of(cast.stranger)


@pytest.fixture
def replica(cast: Cast, ours: Case) -> Replica:
    return Replica(phone(cast.holder))


def told(replica: Replica, case: Case) -> list[dict[str, Any]]:
    related = replica.case(case.pk).get("related", {"cases": []})
    return list(related["cases"])


def record(device: TestDevice, case: Case, kind: str, **fields: Any) -> str:
    operation = device.record(kind, case_id=case.pk, fields={**COMPLETE, **fields})
    device.push()
    return operation.hash.hex()


def shown() -> list[dict[str, Any]]:
    entries = Entry.objects.filter(kind="related_shown").order_by("pk")
    return [json.loads(view) for view in entries.values_list("view", flat=True)]


def test_a_case_of_another_court_is_named_and_no_more(ours: Case, theirs: Case, cast: Cast, replica: Replica) -> None:
    file_one(cast, 43, parties=[PartyDraft("debtor", "被执行人乙", id_no="110105194912310038")])
    replica.sync()
    (case,) = told(replica, ours)
    stage = case["stage"]
    assert case == {"stage": stage, "case_no": theirs.case_no, "court": cast.other_court.name, "status": "OPEN"}
    text = json.dumps(replica.case(ours.pk), ensure_ascii=False)
    identity_hash = Party.objects.get(case=ours).identity_hash
    for secret in (str(theirs.pk), theirs.cause, ID_NO, identity_hash, identity_hash.partition(":")[2]):
        assert secret not in text
    assert_converged(replica)


def test_without_another_case_nothing_is_said(ours: Case, replica: Replica) -> None:
    replica.sync()
    assert "related" not in replica.case(ours.pk)
    assert shown() == []


def test_what_is_done_in_the_other_case_reaches_this_unit_under_a_new_tag(
    ours: Case, theirs: Case, their_phone: TestDevice, replica: Replica
) -> None:
    replica.sync()
    version = Case.objects.get(pk=ours.pk).version
    record(their_phone, theirs, "SEAL", **SEAL, items=[{"name": "轿车", "plate_no": "闽A12345", "owner_claim": "某甲"}])
    record(their_phone, theirs, "LOCATE", obstruction={"kind": "VIOLENCE", "facts": "持械阻拦"})
    record(their_phone, theirs, "LOCATE", obstruction={"kind": "他说他要动手", "facts": "…"})
    page = replica.ask()
    assert [unit["id"] for unit in page["put"]] == [str(ours.pk)]
    replica.apply(page)
    (case,) = told(replica, ours)
    assert [(seal["kind"], seal["expires_on"], seal["property"]) for seal in case["seals"]] == [
        ("SEAL", "2029-11-20", "REAL_ESTATE")
    ]
    assert (case["seals"][0]["order"], case["seals"][0]["refs"]) == ("FIRST", ["闽A12345"])
    assert [each["kind"] for each in case["resistance"]] == ["VIOLENCE", "OTHER"]
    text = json.dumps(case, ensure_ascii=False)
    for words in ("持械", "动手", "轿车", "某甲"):
        assert words not in text
    assert Case.objects.get(pk=ours.pk).version == version, "an act writes to its own case alone"
    assert_converged(replica)


def test_a_corrected_seal_is_told_as_it_was_said_last(
    ours: Case, theirs: Case, their_phone: TestDevice, replica: Replica
) -> None:
    first = record(their_phone, theirs, "SEAL", **SEAL)
    their_phone.record("SEAL", case_id=theirs.pk, fields={**SEAL, "expires_on": "2027-11-20"}, corrects=first)
    their_phone.push()
    replica.sync()
    assert [seal["expires_on"] for seal in told(replica, ours)[0]["seals"]] == ["2027-11-20"]


def test_closing_and_another_debtor_reach_it_too(ours: Case, theirs: Case, cast: Cast, replica: Replica) -> None:
    replica.sync()
    close_case(case=theirs, closing_mode="COMPLETED")
    replica.sync()
    assert [case["status"] for case in told(replica, ours)] == ["CLOSED"]
    same_debtor(cast, 44)
    replica.sync()
    assert [case["case_no"] for case in told(replica, ours)] == ["（2026）闽0924执44号", theirs.case_no]
    assert_converged(replica)


def test_what_changes_nothing_of_it_sends_nothing(ours: Case, theirs: Case, replica: Replica) -> None:
    """A version alone is no content: of a debtor in many cases each act would else go to all who hold one."""
    replica.sync()
    touch([theirs.pk])
    assert replica.ask()["put"] == []


def test_it_leaves_with_its_case(ours: Case, theirs: Case, cast: Cast, replica: Replica) -> None:
    replica.sync()
    assert theirs.case_no in json.dumps([*replica.units.values()], ensure_ascii=False)
    assign_subject(case=ours, officer=cast.bystander, reason="DESK")
    replica.sync()
    assert theirs.case_no not in json.dumps([*replica.units.values()], ensure_ascii=False)


def test_giving_it_out_is_on_record_once_for_each_content_and_device(
    ours: Case, theirs: Case, their_phone: TestDevice, cast: Cast, replica: Replica
) -> None:
    replica.sync()
    touch([ours.pk])
    replica.sync()
    (first,) = shown()
    device = {"by": str(cast.holder.pk), "device": str(replica.device.id)}
    assert {**first, "case": str(ours.pk), **device, "found": 1} == first
    record(their_phone, theirs, "SEAL", **SEAL)
    replica.sync()
    replica.sync()
    Replica(phone(cast.colleague)).sync()
    assert [each["by"] for each in shown()] == [str(cast.holder.pk)] * 2 + [str(cast.colleague.pk)]
    assert RelatedShown.objects.count() == 2, "one row a device and case, however often it changes"
    facts = str(list(Entry.objects.filter(kind="related_shown").values_list("view", "facts")))
    assert theirs.case_no not in facts


def test_of_very_many_cases_the_dangerous_ones_are_told_first(
    ours: Case, theirs: Case, their_phone: TestDevice, cast: Cast, replica: Replica, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(related_units, "MOST_CASES", 2)
    record(their_phone, theirs, "LOCATE", obstruction={"kind": "CROWD", "facts": "聚众"})
    for number in (51, 52, 53):
        same_debtor(cast, number)
    replica.sync()
    assert [case["case_no"] for case in told(replica, ours)] == [theirs.case_no, "（2026）闽0924执53号"]
    assert replica.case(ours.pk)["related"]["more"] == 2


def test_its_cost_does_not_grow_with_the_cases_of_a_debtor(ours: Case, cast: Cast, replica: Replica) -> None:
    """Three SELECTs more than any pull where others moved, one of them for the record of what was shown."""
    costs, ids = [], [ours.pk]
    for numbers in (range(61, 62), range(62, 74)):
        ids = [same_debtor(cast, number).pk for number in numbers]
        replica.sync()
        touch([ours.pk, *ids])
        with CaptureQueriesContext(connection) as queries:
            replica.apply(replica.ask())
        costs.append(len(queries))
    assert costs[0] == costs[1] <= 28
    touch(ids)
    with CaptureQueriesContext(connection) as queries:
        replica.apply(replica.ask())
    writes = [each["sql"] for each in queries if each["sql"].startswith(("INSERT", "UPDATE"))]
    assert all("cases_case" not in sql for sql in writes)


def test_a_version_forgotten_is_not_hidden_by_what_a_process_keeps(ours: Case, theirs: Case, replica: Replica) -> None:
    """I13 is checked on what the rows say: the content kept for a version is given up first."""
    replica.sync()
    Case.objects.filter(pk=theirs.pk).update(status="SUSPENDED")
    assert_converged(replica)
    related_units.forget_entries()
    with pytest.raises(AssertionError):
        assert_converged(replica)
