"""Courts that can sign, devices that have gone silent with work on them, and whether the worker works."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.db.models import Count, Q
from django.utils.translation import gettext as _
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from server.cases.models import FlowVersion
from server.common.clock import local_date, now
from server.config.operations.findings import Finding, fault, fine, note
from server.config.operations.key import courts_without_working_key
from server.evidence.models import Promise, StoredFile
from server.people.last_words import Unsent, unsent_of
from server.people.models import Court, Device
from server.sync.models import Review

SILENT_FOR = timedelta(days=3)
WORKER_LATE = timedelta(minutes=10)
FAILED_SINCE = timedelta(days=1)
NAMED_AT_MOST = 5
_OPEN = ~Q(promises__state__in=[Promise.State.VERIFIED, Promise.State.MISSING]) & Q(promises__fault="")


def people_findings() -> Iterator[Finding]:
    yield from _courts()
    yield from _silent_devices()
    yield from _our_faults()


def _courts() -> Iterator[Finding]:
    unable = courts_without_working_key()
    if unable:
        says = _("These courts can sign nothing, so no device of theirs can sync: %s.") % "、".join(unable)
        do = _("Their keys are missing or sealed under another SECRET_KEY: set the one they were made under.")
        yield fault("court_keys", says, do)
    if not FlowVersion.objects.exists():
        yield fault("flow_missing", _("No case flow is loaded, so no case can be filed."), "manage.py load_flows")
    if not Court.objects.filter(reach=Court.Reach.HERE).exists():
        says = _("There is no court yet.")
        yield note("no_court", says, _("Create one, with its people, before anybody can sign in."))
    elif not unable:
        yield fine("courts", _("%d courts can sign.") % Court.objects.filter(reach=Court.Reach.HERE).count())


def _silent_devices() -> Iterator[Finding]:
    rows = Device.objects.filter(revoked_at=None, last_contact_at__lt=now() - SILENT_FOR)
    rows = (
        rows.select_related("officer", "log").annotate(owed=Count("promises", filter=_OPEN)).order_by("last_contact_at")
    )
    owing = [device for device in rows if device.owed or _unsent(device)]
    if owing:
        named = "；".join(map(_described, owing[:NAMED_AT_MOST]))
        figures = {"count": len(owing), "named": named}
        says = _("%(count)d devices have been silent for days and still hold work: %(named)s.") % figures
        yield fault("devices_silent", says, _("Ask their officers to bring them into the net and sync."))


def _unsent(device: Device) -> list[Unsent]:
    return unsent_of(device.last_status, device.log.acked_seq if hasattr(device, "log") else 0) or []


def _described(device: Any) -> str:
    figures = {
        "officer": device.officer.name,
        "staff_no": device.officer.staff_no,
        "day": local_date(device.last_contact_at).isoformat(),
        "acts": len(_unsent(device)),
        "files": device.owed,
    }
    return _("%(officer)s (%(staff_no)s), last heard %(day)s, %(acts)d acts and %(files)d files") % figures


def _our_faults() -> Iterator[Finding]:
    waiting = Review.objects.filter(state=Review.State.OPEN, cause="handler_fault").count()
    if waiting:
        says = _("%d records wait because our own code failed on them. Nothing of them is lost.") % waiting
        yield fault("handler_faults", says, _("Find their trace ids in the log and report them; then ratify."))


def worker_findings() -> Iterator[Finding]:
    late = now() - WORKER_LATE
    waiting = DBTaskResult.objects.ready().filter(enqueued_at__lt=late).count()
    previews = StoredFile.objects.filter(preview=StoredFile.Preview.PENDING, stored_at__lt=late).count()
    if waiting or previews:
        figures = {"tasks": waiting, "previews": previews}
        says = _("The worker is behind: %(tasks)d tasks and %(previews)d previews are more than ten minutes old.")
        yield fault("worker_stale", says % figures, _("Is the worker running? Start it, then: manage.py make_previews"))
    failed = DBTaskResult.objects.filter(status=TaskResultStatus.FAILED, finished_at__gt=now() - FAILED_SINCE).count()
    if failed:
        yield note(
            "tasks_failed", _("%d tasks failed since yesterday.") % failed, _("Their tracebacks are in the log.")
        )
    if not waiting and not previews:
        yield fine("worker", _("No work is waiting for the worker."))
