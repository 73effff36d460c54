"""Films of body cameras, imported at the station and matched to the acts that name the camera and the time."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db import transaction

from server.cases.models import SubjectType
from server.cases.services.entries import append_case_entry
from server.cases.services.events import locked_case
from server.evidence.film_times import span_of
from server.evidence.models import Recording
from server.evidence.services.originals import hash_of, keep_original
from server.field.models import ActionRecord, ActionSubject
from server.field.operation import plausible_time
from server.ledger.services import Draft, append
from server.people.models import Court, Officer
from server.people.streams import court_stream

MARGIN = timedelta(minutes=2)
"""Camera and phone have clocks of their own (CLOCK_SKEW, domain.md 3.4)."""
AROUND = timedelta(days=3)
"""So far from its film an act may be written down."""


def import_recording(*, court: Court, serial: str, path: Path, by: Officer | None = None) -> Recording:
    """Keep one film as evidence and match it; the same bytes again are the same film, matched anew while it has no act.

    Raises OSError, StoreUnavailable.
    """
    with path.open("rb") as film:
        sha256 = hash_of(film)
        known = Recording.objects.filter(court=court, sha256=sha256).first()
        if known is None:
            file, span = keep_original(film, sha256), span_of(path.name, film)
            starts_at, ends_at = span or (None, None)
            known = Recording(court=court, serial=serial, sha256=sha256, size=file.size, name=path.name[:200])
            known.starts_at, known.ends_at, known.imported_by = starts_at, ends_at, by
            _enter(known)
    return known if known.action_id else match_recording(known, by=by)


@transaction.atomic
def _enter(recording: Recording) -> None:
    recording.save(force_insert=True)
    view = {"recording": _view(recording), "by": str(recording.imported_by_id) if recording.imported_by_id else None}
    append([Draft((court_stream(recording.court_id),), "recording_imported", view, {})])


@transaction.atomic
def match_recording(recording: Recording, by: Officer | None = None) -> Recording:
    """To the one act that names this camera at this time; several are candidates for a person to choose from.

    What a person has chosen meanwhile stands.
    """
    recording = Recording.objects.select_for_update().get(pk=recording.pk)
    if recording.action_id:
        return recording
    found = acts_filmed(recording)
    if len(found) == 1:
        return give_to_act(recording, found[0], by=by)
    recording.candidates = [str(action_id) for action_id in found]
    recording.save(update_fields=["candidates"])
    return recording


@transaction.atomic
def give_to_act(recording: Recording, action_id: UUID, by: Officer | None = None, reason: str = "") -> Recording:
    """`reason`: of a person who chose. Raises ActionSubject.DoesNotExist for an act in no case of the film's court."""
    of_cases = ActionSubject.objects.filter(action_id=action_id, action__court_id=recording.court_id)
    case_id = of_cases.filter(subject_type=SubjectType.CASE).order_by("pk")[0:1].get().subject_id
    case = locked_case(case_id)
    recording.action_id, recording.case_id, recording.candidates = action_id, case_id, []
    recording.save(update_fields=["action_id", "case_id", "candidates"])
    why: dict[str, Any] = {"reason": reason} if reason else {}
    append_case_entry(case, "recording_matched", {"recording": _view(recording)}, by=by, **why)
    return recording


def _view(recording: Recording) -> dict[str, Any]:
    action = str(recording.action_id) if recording.action_id else None
    return {"id": str(recording.pk), "sha256": recording.sha256, "serial": recording.serial, "action": action}


def acts_filmed(recording: Recording) -> list[UUID]:
    """Acts of the court with a record that names this camera at this time, in the order of their ids."""
    if recording.starts_at is None or recording.ends_at is None:
        return []
    around = (recording.starts_at - AROUND, recording.ends_at + AROUND)
    records = ActionRecord.objects.filter(action__court_id=recording.court_id, recorded_at__range=around)
    in_cases = records.filter(subjects__subject_type=SubjectType.CASE).distinct()
    return sorted({record.action_id for record in in_cases if _names(record, recording)})


def _names(record: ActionRecord, recording: Recording) -> bool:
    named = record.fields.get("recordings")
    cameras = [each for each in named if isinstance(each, dict)] if isinstance(named, list) else []
    serial = recording.serial.strip().casefold()
    own = [each for each in cameras if str(each.get("device_serial", "")).strip().casefold() == serial]
    return any(_overlaps(_span(each, record.recorded_at), recording) for each in own)


def _span(camera: dict[str, Any], recorded_at: datetime) -> tuple[datetime, datetime]:
    """As the act states it; without a readable time, the moment of the act."""
    begins = _moment(camera.get("from")) or recorded_at
    return begins, max(begins, _moment(camera.get("to")) or begins)


def _moment(said: Any) -> datetime | None:
    """None also for one that no calendar holds with its margin: one act's text stops no film of others."""
    try:
        return plausible_time(said)
    except (TypeError, ValueError, OverflowError):
        return None


def _overlaps(span: tuple[datetime, datetime], recording: Recording) -> bool:
    assert recording.starts_at is not None
    assert recording.ends_at is not None
    return span[0] - MARGIN <= recording.ends_at and recording.starts_at <= span[1] + MARGIN


def match_waiting_recordings() -> int:
    """Again for films without an act, since acts may arrive after them; how many found theirs."""
    return sum(bool(match_recording(each).action_id) for each in _waiting())


def _waiting() -> Iterable[Recording]:
    return list(Recording.objects.filter(action_id=None).exclude(starts_at=None).order_by("pk"))
