"""What is done again and again, and how often. One small loop; every job may run twice, anywhere, harmlessly."""

import logging
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import timedelta

from axes.models import AccessAttempt, AccessLog
from django.conf import settings
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.db import close_old_connections

from server.bundle.stamping import stamp_heads
from server.common.clock import now
from server.config.operations.standby import call_flushed_safe
from server.config.operations.takeover import take_over_if_promoted
from server.custody.services import find_odd_readings
from server.delegation.services import pass_delegation_limits, tell_of_late_delegations
from server.evidence.services import (
    count_late_promises,
    enqueue_overdue_previews,
    replicate_files,
    scrub_turn,
    sweep_parts,
)
from server.evidence.services.scrubbing import TURN_SECONDS
from server.exchange.services import (
    apply_waiting,
    enqueue_due_peers,
    forget_nonces,
    parts_of_wanted,
    tell_of_silent_peers,
)
from server.field.recordings import match_waiting_recordings
from server.matters.services import pass_limits, watch_matters
from server.notices.services import enqueue_due_deliveries, forget_old_notices, make_digests
from server.people.services import forget_failed_enrolments
from server.safety.services import watch_safety
from server.supervision.services import ring_hour_clocks, tell_of_late_replies, watch_levels
from server.sync.held_files import forget_abandoned_parcels, parts_on_their_way
from server.sync.parcels import take_waiting_parcels
from server.teamwork.services import tell_of_late_approvals

logger = logging.getLogger(__name__)
_LONGEST_SLEEP_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Job:
    name: str
    every_seconds: float
    run: Callable[[], None]


def forget_expired_sessions() -> None:
    Session.objects.filter(expire_date__lt=now()).delete()


def forget_old_attempts() -> None:
    forget_failed_enrolments(before=now() - timedelta(days=1))
    AccessAttempt.objects.filter(attempt_time__lt=now() - timedelta(days=1)).delete()
    AccessLog.objects.filter(attempt_time__lt=now() - timedelta(days=180)).delete()


def forget_finished_tasks() -> None:
    call_command("prune_db_task_results", queue_name="*", min_age_days=7, verbosity=0)


def forget_read_notices() -> None:
    forget_old_notices(before=now() - timedelta(days=settings.NOTICE_DAYS))


def sweep_evidence() -> None:
    forget_abandoned_parcels()
    sweep_parts(named_elsewhere=lambda: parts_on_their_way() | parts_of_wanted())


def read_stored_files_again() -> None:
    scrub_turn()


def count_promises_left_open() -> None:
    count_late_promises()


def ask_again_for_previews() -> None:
    enqueue_overdue_previews()


def copy_files_a_second_time() -> None:
    replicate_files()


def call_safe_what_a_standby_has() -> None:
    if take_over_if_promoted() is None:
        call_flushed_safe()


def take_parcels_that_waited() -> None:
    take_waiting_parcels()


def watch_warning_levels() -> None:
    watch_levels()


def watch_people_in_the_field() -> None:
    watch_safety()


def ring_hours_of_compelled() -> None:
    ring_hour_clocks()


def tell_of_urges_unanswered() -> None:
    tell_of_late_replies()


def tell_of_approvals_undecided() -> None:
    tell_of_late_approvals()


def look_for_odd_readings() -> None:
    find_odd_readings()


def match_films_to_acts() -> None:
    match_waiting_recordings()


def move_matters_whose_time_passed() -> None:
    pass_limits()


def watch_levels_of_matters() -> None:
    watch_matters()


def move_delegations_whose_time_passed() -> None:
    pass_delegation_limits()
    tell_of_late_delegations()


def deliver_to_other_courts() -> None:
    enqueue_due_peers()


def take_messages_that_waited() -> None:
    apply_waiting()


def forget_old_nonces() -> None:
    forget_nonces()


def tell_of_peers_that_are_silent() -> None:
    tell_of_silent_peers()


def send_notices() -> None:
    enqueue_due_deliveries()


def make_daily_digests() -> None:
    make_digests()


def stamp_ledger_heads() -> None:
    stamp_heads()


JOBS = (
    Job("watch_warning_levels", 2, watch_warning_levels),
    Job("watch_people_in_the_field", 2, watch_people_in_the_field),
    Job("deliver_to_other_courts", 2, deliver_to_other_courts),
    Job("take_messages_that_waited", 60, take_messages_that_waited),
    Job("ring_hours_of_compelled", 5, ring_hours_of_compelled),
    Job("send_notices", 10, send_notices),
    Job("move_matters_whose_time_passed", 300, move_matters_whose_time_passed),
    Job("watch_levels_of_matters", 10, watch_levels_of_matters),
    Job("move_delegations_whose_time_passed", 300, move_delegations_whose_time_passed),
    Job("match_films_to_acts", 900, match_films_to_acts),
    Job("look_for_odd_readings", 60, look_for_odd_readings),
    Job("tell_of_urges_unanswered", 900, tell_of_urges_unanswered),
    Job("tell_of_approvals_undecided", 60, tell_of_approvals_undecided),
    Job("tell_of_peers_that_are_silent", 300, tell_of_peers_that_are_silent),
    Job("make_daily_digests", 300, make_daily_digests),
    Job("take_parcels_that_waited", 30, take_parcels_that_waited),
    Job("copy_files_a_second_time", 10, copy_files_a_second_time),
    Job("call_safe_what_a_standby_has", 10, call_safe_what_a_standby_has),
    Job("read_stored_files_again", TURN_SECONDS, read_stored_files_again),
    Job("ask_again_for_previews", 900, ask_again_for_previews),
    Job("count_promises_left_open", 900, count_promises_left_open),
    Job("stamp_ledger_heads", 60, stamp_ledger_heads),
    Job("forget_old_nonces", 300, forget_old_nonces),
    Job("forget_expired_sessions", 3600, forget_expired_sessions),
    Job("forget_old_attempts", 3600, forget_old_attempts),
    Job("forget_finished_tasks", 3600, forget_finished_tasks),
    Job("forget_read_notices", 3600, forget_read_notices),
    Job("sweep_evidence", 86400, sweep_evidence),
)


@dataclass(slots=True)
class Beat:
    """Runs each job when it is due; a fault is logged and the job is tried again at its next turn."""

    jobs: Iterable[Job]
    clock: Callable[[], float] = time.monotonic
    _due: dict[Job, float] = field(default_factory=dict)

    def run_due(self) -> float:
        """Seconds until the next job."""
        for job in self.jobs:
            if self._due.get(job, 0.0) <= self.clock():
                _run(job)
                self._due[job] = self.clock() + job.every_seconds
        return max(0.0, min(self._due.values(), default=_LONGEST_SLEEP_SECONDS) - self.clock())

    def run(self, stop: threading.Event) -> None:
        while not stop.is_set():
            close_old_connections()
            stop.wait(min(self.run_due(), _LONGEST_SLEEP_SECONDS))


def _run(job: Job) -> None:
    try:
        job.run()
    except Exception:
        logger.exception("Job %s failed; it is tried again in %d s", job.name, job.every_seconds)
