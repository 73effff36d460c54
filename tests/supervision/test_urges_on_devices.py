"""What phones hold of an urge: while it waits for a reply, and in the old form where there is none."""

from typing import Any

import pytest

from server.cases.models import Case, Grant
from server.cases.services import assign_subject, grant_subject
from server.supervision.models import Urge
from server.supervision.services import answer_urge, urge
from server.supervision.units import urge_units
from tests.actors import Cast
from tests.cases.conftest import file_one
from tests.supervision.conftest import Bureau, node
from tests.sync.pushing import phone_of
from tests.sync.replica import Replica

BEFORE = {"id", "case_no", "court_id", "cause", "status", "filed_on", "claim_amount", "recovered_amount"}
BEFORE |= {"assignment_no", "priority", "parties", "nodes", "papers", "actions"}


@pytest.fixture
def today_case(cast: Cast, db: None) -> Case:
    """By the machine's clock, which phones go by."""
    case = file_one(cast)
    assign_subject(case=case, group=cast.group, reason="ROTA")
    return case


def unit(replica: Replica, case: Case) -> dict[str, Any]:
    replica.sync()
    held: dict[str, Any] = replica.units["case", str(case.pk)][1]
    return held


def test_a_case_nobody_urges_is_told_in_the_old_form(today_case: Case, cast: Cast) -> None:
    assert set(unit(Replica(phone_of(cast.holder)), today_case)) == BEFORE


def test_an_urge_is_on_the_phones_of_the_case_until_it_is_answered(today_case: Case, cast: Cast) -> None:
    replica = Replica(phone_of(cast.holder))
    before = unit(replica, today_case)
    triage = node(today_case, "triage")
    made = urge(case_id=today_case.pk, node_id=triage.pk, text="进展如何？", by=cast.duty)
    (told,) = unit(replica, today_case)["urges"]
    assert told == {
        "id": str(made.pk),
        "text": "进展如何？",
        "by": cast.duty.name,
        "node": str(triage.pk),
        "asked_at": told["asked_at"],
        "reply_due_on": made.reply_due_on.isoformat(),
    }
    answer_urge(urge_id=made.pk, text="明日上门", by=cast.colleague)
    assert unit(replica, today_case) == before


def test_a_phone_of_another_court_holds_no_urge(today_case: Case, cast: Cast) -> None:
    grant_subject(case=today_case, officer=cast.stranger, reason=Grant.Reason.ASSISTING)
    urge(case_id=today_case.pk, text="进展如何？", by=cast.duty)
    assert set(unit(Replica(phone_of(cast.stranger)), today_case)) == BEFORE


def test_one_made_by_a_passed_limit_names_nobody(case: Case, bureau: Bureau) -> None:
    Urge.objects.create(case=case, court=case.court, text="逾期", reply_due_on=case.filed_on)
    (told,) = urge_units([case.pk], case.court_id)[case.pk]["urges"]
    assert "by" not in told
    assert "node" not in told
