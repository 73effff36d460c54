"""A file's whole life: how it was captured, what became of it here, and everybody who read it."""

from collections.abc import Iterable, Iterator
from dataclasses import asdict
from datetime import datetime, timedelta
from math import asin, cos, radians, sin, sqrt
from typing import Any
from uuid import UUID

from ninja import Schema

from server.common.clock import SHANGHAI
from server.custody.access import inspects
from server.custody.models import Reading
from server.custody.queries import readings_of_file
from server.evidence.access import Readable
from server.evidence.likeness import alike_to
from server.evidence.models import Promise, Recording, ScrubPass, StoredFile
from server.field.models import ActionRecord
from server.people.access import courts_watched_by
from server.people.models import Officer

APART_SECONDS, APART_METRES = 120, 500
"""Beyond these the file and the device do not say the same (C)."""
_EARTH_METRES = 6_371_000


class Captured(Schema):
    """One device's account of it, and beside it what the file says of itself: a claim, never proof."""

    action_id: UUID | None
    device: str
    shot_code: str
    origin: str
    stated_at: datetime | None
    clock_verdict: str
    earliest_at: datetime | None
    latest_at: datetime | None
    position: dict[str, Any] | None
    file_time: str
    file_position: dict[str, Any] | None
    seconds_apart: int | None
    metres_apart: int | None

    @property
    def is_apart(self) -> bool:
        return abs(self.seconds_apart or 0) > APART_SECONDS or (self.metres_apart or 0) > APART_METRES


class Step(Schema):
    at: datetime
    code: str
    who: str = ""
    device: str = ""
    reason: str = ""


class AlikeView(Schema):
    case_id: UUID | None
    case_no: str
    is_of_this_court: bool
    is_same_file: bool


class FileLife(Schema):
    sha256: str
    sm3: str
    size: int
    media_type: str
    captured: list[Captured]
    steps: list[Step]
    alike: list[AlikeView]


def file_life(officer: Officer, sha256: str, readable: Readable) -> FileLife:
    """Of a file he may read. Who watches a court of it sees everybody's readings, others their own."""
    file = StoredFile.objects.filter(pk=sha256).first() if readable.is_verified else None
    steps = [
        *_promised(readable.promises),
        *_filmed(readable.recordings),
        *(_kept(file) if file else ()),
        *_read(officer, sha256, readable, file.stored_at if file else None),
    ]
    return FileLife(
        sha256=sha256,
        sm3=file.sm3 if file else "",
        size=file.size if file else readable.promises[0].size,
        media_type=file.detected_type if file else "",
        captured=_captured(readable.promises, file.exif if file else {}),
        steps=sorted(steps, key=lambda step: step.at),
        alike=[AlikeView(**asdict(each)) for each in alike_to(officer, [sha256]).get(sha256, ())],
    )


def _captured(promises: Iterable[Promise], exif: dict[str, Any]) -> list[Captured]:
    hashes = [promise.operation_hash for promise in promises]
    records = {row.operation_hash: row for row in ActionRecord.objects.filter(operation_hash__in=hashes)}
    return [_account(promise, records.get(promise.operation_hash), exif) for promise in promises]


def _account(promise: Promise, record: ActionRecord | None, exif: dict[str, Any]) -> Captured:
    position, stated = record.position if record else None, promise.recorded_at
    file_time, file_position = str(exif.get("taken_at") or ""), exif.get("position")
    return Captured(
        action_id=record.action_id if record else None,
        device=promise.device.name,
        shot_code=promise.shot_code,
        origin=promise.origin,
        stated_at=stated,
        clock_verdict=record.clock_verdict if record else "",
        earliest_at=record.earliest_at if record else None,
        latest_at=record.latest_at if record else None,
        position=position,
        file_time=file_time,
        file_position=file_position,
        seconds_apart=_seconds_apart(file_time, stated),
        metres_apart=_metres_apart(position, file_position),
    )


def _seconds_apart(file_time: str, stated: datetime | None) -> int | None:
    """A file that names no zone is read in China's."""
    try:
        moment = datetime.fromisoformat(file_time)
    except ValueError:
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=SHANGHAI)
    return round((moment - stated) / timedelta(seconds=1)) if stated else None


def _metres_apart(stated: dict[str, Any] | None, claimed: dict[str, Any] | None) -> int | None:
    """Where both are in one system: the same place is some hundred metres apart between WGS 84 and GCJ-02."""
    if not (stated and claimed and _system(stated) == _system(claimed)):
        return None
    match stated, claimed:
        case (
            {"lat": int() | float() as lat, "lon": int() | float() as lon},
            {"lat": int() | float() as other_lat, "lon": int() | float() as other_lon},
        ):
            across, along = radians(other_lat - lat) / 2, radians(other_lon - lon) / 2
            chord = sin(across) ** 2 + cos(radians(lat)) * cos(radians(other_lat)) * sin(along) ** 2
            return round(2 * _EARTH_METRES * asin(sqrt(min(1, chord))))
    return None


def _system(place: dict[str, Any]) -> str:
    """Satellites, and so cameras that say nothing, speak WGS 84."""
    return "".join(char for char in str(place.get("crs") or "").upper() if char.isalnum()) or "WGS84"


def _promised(promises: Iterable[Promise]) -> Iterator[Step]:
    for promise in promises:
        device = promise.device.name
        if promise.recorded_at:
            yield Step(at=promise.recorded_at, code="captured", device=device)
        yield Step(at=promise.promised_at, code="promised", device=device)
        if promise.verified_at:
            yield Step(at=promise.verified_at, code="verified", device=device)
        if promise.verified_at and promise.receipt:
            yield Step(at=promise.verified_at, code="receipt", device=device)


def _filmed(recordings: Iterable[Recording]) -> Iterator[Step]:
    for film in recordings:
        if film.starts_at:
            yield Step(at=film.starts_at, code="filmed", device=film.serial)
        yield Step(at=film.imported_at, code="imported", who=film.imported_by.name if film.imported_by else "")


def _kept(file: StoredFile) -> Iterator[Step]:
    yield Step(at=file.stored_at, code="stored")
    if file.replicated_at:
        yield Step(at=file.replicated_at, code="copied")
    for turn in ScrubPass.objects.filter(started_at__gte=file.stored_at).order_by("started_at"):
        if turn.finished_at or turn.cursor >= file.sha256:
            yield Step(at=turn.finished_at or turn.started_at, code="scrubbed")


def _read(officer: Officer, sha256: str, readable: Readable, since: datetime | None) -> Iterator[Step]:
    readings = readings_of_file(sha256, of_cases=readable.cases, since=since)
    if readable.courts.isdisjoint(courts_watched_by(officer)):
        readings = readings.filter(officer=officer)
    if not inspects(officer):
        readings = readings.exclude(purpose=Reading.Purpose.REFUSED)
    for reading in readings.exclude(officer=officer, purpose=Reading.Purpose.REFUSED):
        who, reason = reading.officer.name, reading.reason
        yield Step(at=reading.read_at, code=reading.purpose, who=who, device=reading.device, reason=reason)
