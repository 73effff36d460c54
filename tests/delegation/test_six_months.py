"""Six months without an end: the applicant asks the superior, who sets a deadline, takes it up or appoints a court."""

from datetime import date
from typing import Any

import pytest

from server.cases.models import Assignment, Case
from server.common.errors import DomainError
from server.delegation.models import CaseDelegation
from server.delegation.services import pass_delegation_limits
from server.delegation.states import Move
from server.notices.models import Notice
from tests.actors import Cast, browser_of
from tests.delegation.conftest import FILED_AS, Journey, Partners, on

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]
ASKED = {"applicant_asked_on": date(2027, 5, 6)}


@pytest.fixture
def late(journey: Journey) -> CaseDelegation:
    """Filed on the 2nd of November 2026: six months end on the 2nd of May 2027, a Sunday in the holiday."""
    journey.move(journey.running(), Move.REPORT, journey.partners.handler, words="评估中")
    on(date(2027, 5, 6))
    pass_delegation_limits()
    return CaseDelegation.objects.get()


def refused(journey: Journey, delegation: CaseDelegation, move: Move, **said: Any) -> str:
    with pytest.raises(DomainError) as caught:
        journey.move(delegation, move, journey.partners.superior, **said)
    return caught.value.code


def test_it_is_so_once_six_months_have_passed(journey: Journey, partners: Partners) -> None:
    delegation = journey.move(journey.running(), Move.REPORT, partners.handler, words="评估中")
    assert delegation.due_on
    on(delegation.due_on)
    assert pass_delegation_limits() == 0, "the last day is a day of the limit"
    on(date(2027, 5, 10))
    assert (pass_delegation_limits(), pass_delegation_limits()) == (1, 0)
    delegation.refresh_from_db()
    assert delegation.state == "ESCALATABLE"
    assert Notice.objects.filter(officer=partners.superior, view__move="pass_six_months").exists()


def test_the_superior_acts_when_the_applicant_asks(journey: Journey, late: CaseDelegation) -> None:
    assert late.state == "ESCALATABLE"
    assert refused(journey, late, Move.SET_DEADLINE, deadline_on=date(2027, 7, 1)) == "delegation_not_asked"
    assert refused(journey, late, Move.SET_DEADLINE, **ASKED) == "delegation_deadline_needed"
    today = {"deadline_on": date(2027, 5, 6)}
    assert refused(journey, late, Move.SET_DEADLINE, **ASKED, **today) == "delegation_deadline_needed"


def test_a_deadline_is_set_and_passes(journey: Journey, late: CaseDelegation, partners: Partners) -> None:
    late = journey.move(late, Move.SET_DEADLINE, partners.superior, deadline_on=date(2027, 7, 3), **ASKED)
    assert (late.state, late.due_clock) == ("RUNNING", "deadline")
    on(date(2027, 7, 3))
    assert pass_delegation_limits() == 0, "a Saturday, and the day he set"
    on(date(2027, 7, 4))
    assert pass_delegation_limits() == 1


def test_the_superior_takes_it_up(journey: Journey, late: CaseDelegation, cast: Cast, partners: Partners) -> None:
    said = {"case_no": "（2027）浙97执3号", "handler": partners.superior_judge.pk, "handler_phone": "0570-9"}
    assert refused(journey, late, Move.LIFT, **ASKED, **{**said, "handler": partners.handler.pk}) == (
        "delegation_handler_unfit"
    )
    done = journey.done(late, Move.LIFT, partners.superior, **ASKED, **said)
    following = done.following
    assert following
    assert (done.delegation.state, following.state, following.relation) == ("LIFTED", "TAKEN_OVER", "LIFTED")
    assert (following.to_court, following.due_clock, following.due_on) == (partners.middle, "start", date(2027, 5, 21))
    received = Case.objects.get(case_no="（2027）浙97执3号")
    assert Assignment.objects.get(subject_id=received.pk, ended_at=None).officer == partners.superior_judge
    assert Case.objects.get(case_no=FILED_AS).closing_mode == "CANCELLED"
    shown = browser_of(cast.holder).get(f"/api/v1/delegations/{following.pk}").json()
    assert (shown["received_case_no"], shown["handler"]) == ("（2027）浙97执3号", "中办")
    assert journey.move(following, Move.START, partners.superior_judge).state == "RUNNING"


def test_another_court_is_appointed(journey: Journey, late: CaseDelegation, cast: Cast, partners: Partners) -> None:
    said = {"case_no": "（2027）浙9703执5号", "handler": partners.neighbour_handler.pk, "handler_phone": "0570-3"}
    for court in (partners.court, cast.other_court, partners.high):
        assert refused(journey, late, Move.APPOINT, **ASKED, **said, to_court=court.pk) == "delegation_court_unfit"
    done = journey.done(late, Move.APPOINT, partners.superior, **ASKED, **said, to_court=partners.neighbour.pk)
    assert done.following
    assert (done.delegation.state, done.following.to_court) == ("APPOINTED", partners.neighbour)
    back = journey.move(done.following, Move.START, partners.neighbour_handler)
    assert back.state == "RUNNING"
    browser = browser_of(partners.handler)
    assert browser.get(f"/api/v1/delegations/{late.pk}").status_code == 200, "it reads what was its own"
    assert browser.get(f"/api/v1/delegations/{done.following.pk}").status_code == 404
