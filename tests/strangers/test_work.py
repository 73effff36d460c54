"""What the work on cases tells those who read a case and do not work on it, and those of the court."""

import json

import pytest

from tests.actors import Cast, browser_of
from tests.strangers.test_every_endpoint import WORK, ask, known, tells_of
from tests.strangers.work import COURT_WORK, OPENING, WORK_REFUSALS

MOVING_A_FLOW = "POST /api/v1/cases/{case_id}/flow"
"""Also for the command centre, which reads here."""
__all__ = ["known"]
pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("endpoint", sorted(COURT_WORK))
@pytest.mark.parametrize("who", ["stranger", "bystander"])
def test_how_a_court_works_is_its_own(known: dict[str, str], cast: Cast, who: str, endpoint: str) -> None:
    answer = ask(browser_of(getattr(cast, who)), endpoint, known)
    own = 403 if endpoint.startswith("PUT") else 200
    assert answer.status_code == (404 if who == "stranger" else own)
    assert not tells_of(answer, known)


@pytest.mark.parametrize("who", ["stranger", "bystander", "sysadmin", "duty"])
def test_a_meeting_is_opened_by_those_who_lead(known: dict[str, str], cast: Cast, who: str) -> None:
    assert ask(browser_of(getattr(cast, who)), OPENING, known).status_code == 403


@pytest.mark.parametrize("endpoint", sorted(WORK - {MOVING_A_FLOW}))
def test_one_who_reads_a_case_and_does_not_work_on_it_changes_nothing(
    known: dict[str, str], cast: Cast, endpoint: str
) -> None:
    answer = ask(browser_of(cast.duty), endpoint, known)
    assert (answer.status_code, json.loads(answer.spoken)["code"] in WORK_REFUSALS) == (403, True)
