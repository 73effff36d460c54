from datetime import timedelta

import pytest
from axes.models import AccessAttempt
from django.contrib.sessions.models import Session

from server.common.clock import now
from server.config.beat import JOBS, Beat, Job
from server.people.models import EnrolmentAttempt


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def test_each_job_runs_at_its_own_pace_from_the_start() -> None:
    ran, clock = list[str](), Clock()
    beat = Beat([Job("often", 10, lambda: ran.append("often")), Job("seldom", 25, lambda: ran.append("seldom"))], clock)
    assert beat.run_due() == 10
    for clock.now in (105, 110, 120, 125):
        beat.run_due()
    assert ran == ["often", "seldom", "often", "often", "seldom"]
    assert beat.run_due() == 5


def test_a_failing_job_is_logged_stops_no_other_and_is_tried_again(caplog: pytest.LogCaptureFixture) -> None:
    ran, clock = list[str](), Clock()

    def fail() -> None:
        ran.append("failed")
        raise RuntimeError("planned")

    beat = Beat([Job("fails", 10, fail), Job("works", 10, lambda: ran.append("worked"))], clock)
    beat.run_due()
    clock.now += 10
    beat.run_due()
    assert ran == ["failed", "worked"] * 2
    assert "fails" in caplog.text


@pytest.mark.django_db
def test_what_is_expired_is_forgotten_and_the_rest_is_kept() -> None:
    for key, age in (("old", -1), ("new", 1)):
        Session.objects.create(session_key=key, session_data="x", expire_date=now() + timedelta(hours=age))
    for name, days in (("old", 2), ("new", 0)):
        EnrolmentAttempt.objects.create(address=name, failed_at=now() - timedelta(days=days))
        AccessAttempt.objects.create(username=name, failures_since_start=1)
    AccessAttempt.objects.filter(username="old").update(attempt_time=now() - timedelta(days=2))
    Beat(JOBS).run_due()
    assert [session.session_key for session in Session.objects.all()] == ["new"]
    assert [attempt.address for attempt in EnrolmentAttempt.objects.all()] == ["new"]
    assert [attempt.username for attempt in AccessAttempt.objects.all()] == ["new"]
