"""The order of care knows the hour: a limit in hours is over at its moment, not at the end of its day."""

from datetime import UTC, date, datetime, timedelta

import pytest

from server.cases.levels import Level, level_at, turns
from server.cases.models import Case, CaseEvent, Node
from server.cases.queries import flow_of
from server.cases.watched import term_of
from server.centre.care import level_of_care, with_care
from server.centre.desk import flow_names, level_of
from server.common.clock import SHANGHAI, local_date
from tests.supervision.conftest import Bureau, Clock, bureau, case, cast, clock

__all__ = ["bureau", "case", "cast", "clock"]
pytestmark = pytest.mark.django_db
BEGUN = datetime(2026, 11, 9, 10, tzinfo=SHANGHAI)
MOMENTS = [(9, 12), (10, 9), (11, 9), (11, 10), (11, 11), (12, 9), (12, 10), (12, 11), (18, 9), (18, 10)]


@pytest.fixture(params=["triage", "property_report_order"])
def limited(request: pytest.FixtureRequest, case: Case, bureau: Bureau) -> Node:
    """Forty-eight hours from Monday at ten."""
    event = CaseEvent.objects.create(case=case, key="x", occurred_at=BEGUN.astimezone(UTC), source_type="desk")
    Node.objects.filter(case=case).exclude(key=request.param).update(state=Node.State.DONE)
    Node.objects.filter(case=case, key=request.param).update(
        state=Node.State.RUNNING,
        started_on=date(2026, 11, 9),
        due_on=date(2026, 11, 11),
        due_at=(BEGUN + timedelta(hours=48)).astimezone(UTC),
        start_event=event,
    )
    return Node.objects.get(case=case, key=request.param)


@pytest.mark.parametrize(("day", "hour"), MOMENTS)
def test_desk_page_and_warnings_agree_at_every_hour(limited: Node, clock: Clock, day: int, hour: int) -> None:
    clock.on(11, day, hour)
    names = flow_names()[limited.case.flow_id]
    today = local_date(clock())
    (found,) = with_care(Case.objects.all(), today, [(limited.case.flow_id, names.statutory)])
    term = term_of(limited, flow_of(limited.case.flow))
    assert term is not None
    expected = level_at(turns(term), clock())
    assert level_of_care(found.care) is expected
    assert level_of(limited, names, today) is expected


def test_at_its_moment_it_is_overdue(limited: Node, clock: Clock) -> None:
    names = flow_names()[limited.case.flow_id]
    for hour, level in ((9, Level.DUE), (10, Level.OVERDUE)):
        clock.on(11, 11, hour)
        assert level_of(limited, names, local_date(clock())) is level
