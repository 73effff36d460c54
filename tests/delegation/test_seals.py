"""Seals go along with the case: renewed first where they are short, their clocks run there, rank and first day stay."""

from datetime import date, timedelta

import pytest

from server.cases.measures import chain_of_act
from server.cases.models import Case, Node
from server.common.clock import local_date, now
from server.common.errors import DomainError
from server.delegation.models import DelegatedMeasure
from server.delegation.seals import standing_in
from server.delegation.states import Move
from tests.actors import Cast
from tests.delegation.conftest import FILED_AS, Journey, Partners
from tests.devices import TestDevice
from tests.field.test_measures import FIRST, FOURTH, SECOND, THIRD, freeze, push, renew, replays
from tests.sync.pushing import phone_of

pytestmark = pytest.mark.django_db


def ahead(days: int) -> str:
    return (local_date(now()) + timedelta(days=days)).isoformat()


def taken() -> date:
    """When every seal here was first taken."""
    return local_date(now()) - timedelta(days=200)


@pytest.fixture
def phone(cast: Cast) -> TestDevice:
    return phone_of(cast.holder)


def sealed(phone: TestDevice, case: Case, act: str, days: int, order: str = "FIRST") -> None:
    freeze(phone, case, act, taken().isoformat(), ahead(days), priority_order=order)


def clock(case: Case, act: str) -> tuple[str, str]:
    node = Node.objects.get(case=case, key="control_renewal", chain=chain_of_act(act))
    return node.state, str(node.due_on)


def by_act(case: Case) -> dict[str, tuple[str, date | None, str | None]]:
    rows = standing_in(case, local_date(now()))
    return {
        row.chain[-1]: (row.rank, row.taken_on, row.expires_on.isoformat() if row.expires_on else None) for row in rows
    }


def test_a_seal_of_less_than_a_month_is_renewed_first(
    journey: Journey, cast: Cast, case: Case, phone: TestDevice
) -> None:
    sealed(phone, case, FIRST, 20)
    push(phone)
    delegation = journey.with_papers(journey.draft())
    with pytest.raises(DomainError) as caught:
        journey.move(delegation, Move.CHECK, cast.holder)
    assert caught.value.code == "delegation_seals_short"
    assert caught.value.details["seals"] == [{"chain": chain_of_act(FIRST), "expires_on": ahead(20)}]
    renew(phone, case, THIRD, ahead(0), ahead(380), renews=FIRST)
    push(phone)
    delegation = journey.move(delegation, Move.CHECK, cast.holder)
    assert delegation.state == "CHECKED"


def test_a_seal_that_grows_short_meanwhile_holds_up_the_letter(
    journey: Journey, cast: Cast, case: Case, phone: TestDevice
) -> None:
    sealed(phone, case, FIRST, 400)
    push(phone)
    delegation = journey.checked()
    sealed(phone, case, SECOND, 25)
    push(phone)
    with pytest.raises(DomainError) as caught:
        journey.move(delegation, Move.SEND, cast.director, record_no="备7号")
    assert caught.value.code == "delegation_seals_short"


def test_what_lapsed_or_was_never_sealed_holds_up_nothing(journey: Journey, case: Case, phone: TestDevice) -> None:
    sealed(phone, case, FIRST, -3)
    push(phone)
    assert journey.checked().state == "CHECKED"


def test_seals_count_as_the_receiving_courts_with_rank_and_first_day(
    journey: Journey, case: Case, phone: TestDevice
) -> None:
    """Art 6: a renewal of a first seal is one of the first day; one in waiting has no clock, and keeps its rank."""
    sealed(phone, case, FIRST, 90)
    sealed(phone, case, SECOND, 90, order="WAITING")
    renew(phone, case, THIRD, ahead(0), ahead(380), renews=FIRST)
    push(phone)
    delegation = journey.taken_over()
    received = Case.objects.get(case_no=FILED_AS)
    assert clock(received, THIRD) == ("RUNNING", ahead(350))
    rows = DelegatedMeasure.objects.filter(delegation=delegation).order_by("chain")
    assert [(row.chain, row.rank, row.taken_on) for row in rows] == [
        (chain_of_act(SECOND), "WAITING", local_date(now())),
        (chain_of_act(THIRD), "FIRST", taken()),
    ]
    assert by_act(received) == {
        "2": ("WAITING", local_date(now()), None),
        "3": ("FIRST", taken(), ahead(380)),
    }
    assert Node.objects.filter(case=received, key="control_renewal", state="RUNNING").count() == 1
    replays()


def test_what_was_renewed_there_comes_back(
    journey: Journey, cast: Cast, partners: Partners, case: Case, phone: TestDevice
) -> None:
    sealed(phone, case, FIRST, 90)
    push(phone)
    delegation = journey.running()
    received = Case.objects.get(case_no=FILED_AS)
    theirs = phone_of(partners.handler)
    renew(theirs, received, FOURTH, ahead(0), ahead(400), renews=FIRST)
    push(theirs)
    assert clock(received, FIRST)[0] == "DONE"
    journey.back(delegation)
    assert (clock(case, FIRST)[0], clock(case, FOURTH)) == ("DONE", ("RUNNING", ahead(370)))
    assert by_act(case) == {"4": ("FIRST", taken(), ahead(400))}
    replays()


def test_a_seal_that_nobody_renewed_there_runs_on_here(journey: Journey, case: Case, phone: TestDevice) -> None:
    sealed(phone, case, FIRST, 90)
    push(phone)
    before = clock(case, FIRST)
    journey.back(journey.running())
    assert clock(case, FIRST) == before
    assert by_act(case) == {"1": ("FIRST", taken(), ahead(90))}
    replays()


def test_seals_go_on_to_a_court_that_is_appointed(
    journey: Journey, partners: Partners, case: Case, phone: TestDevice
) -> None:
    sealed(phone, case, FIRST, 400)
    push(phone)
    delegation = journey.running()
    delegation.state = "ESCALATABLE"
    delegation.save(update_fields=["state"])
    said = {"to_court": partners.neighbour.pk, "handler": partners.neighbour_handler.pk, "handler_phone": "0570-3"}
    case_no = "（2027）浙9703执5号"
    done = journey.done(
        delegation, Move.APPOINT, partners.superior, case_no=case_no, applicant_asked_on=local_date(now()), **said
    )
    assert done.following
    received = Case.objects.get(case_no=case_no)
    assert clock(received, FIRST) == ("RUNNING", ahead(370))
    assert by_act(received) == {"1": ("FIRST", taken(), ahead(400))}
    replays()
