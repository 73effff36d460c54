"""The photos of one act as its page shows them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from server.centre.awaited import Awaited, awaited_by
from server.centre.language import content_language
from server.centre.states import Look, file_look, preview_reason_text
from server.common.clock import SHANGHAI
from server.evidence.media_types import is_film, is_sound
from server.evidence.models import Promise, ProvisionalThumbnail, StoredFile, Upload
from server.field.kinds import kinds_document
from server.field.models import ActionRecord
from server.people.models import Officer

PREVIEWLESS = "no_preview_for_type"
"""Of a video the device's own picture is all there is; of what is no picture it would mislead."""


@dataclass(frozen=True, slots=True)
class Shot:
    sha256: str
    name: str
    look: Look
    is_shown: bool
    is_being_drawn: bool
    """A picture, or a better one, is on its way from the worker; no entry of the ledger will tell."""
    preview_reason: str
    is_film: bool
    is_sound: bool
    """Played on the page, unless the worker could not read it."""
    duration: str
    """Of what is played, as the file states it: `1:05`."""
    origin: str
    stated_at: datetime | None
    file_time: str
    stated_place: str
    """Where the device was by its own account of the act."""
    file_place: str
    verified_at: datetime | None
    size: int
    awaited: Awaited | None
    """Of one that may still come."""


@dataclass(frozen=True, slots=True)
class Around:
    """What stands beside the promises of an act, read once for all of them."""

    files: Mapping[str, StoredFile]
    uploads: Mapping[tuple[UUID, str], Upload]
    thumbnails: Mapping[tuple[UUID, str], str]
    """What the worker made of a device's thumbnail: a hash, or "" until it has."""
    awaited: Mapping[UUID, Awaited]
    positions: Mapping[str, Any]
    """What the device stated, by operation."""

    @classmethod
    def of(cls, promises: Sequence[Promise], reader: Officer) -> "Around":
        hashes, devices = {promise.sha256 for promise in promises}, {promise.device_id for promise in promises}
        uploads = Upload.objects.filter(sha256__in=hashes, device_id__in=devices)
        thumbnails = ProvisionalThumbnail.objects.filter(
            sha256__in={promise.thumbnail_sha256 for promise in promises} - {""}, device_id__in=devices
        )
        records = ActionRecord.objects.filter(operation_hash__in={promise.operation_hash for promise in promises})
        return cls(
            StoredFile.objects.in_bulk(hashes),
            {(upload.device_id, upload.sha256): upload for upload in uploads},
            {(row[0], row[1]): row[2] for row in thumbnails.values_list("device_id", "sha256", "stored_sha256")},
            awaited_by(reader, promises),
            dict(records.values_list("operation_hash", "position")),
        )


def shots_of(action_id: UUID, reader: Officer) -> list[Shot]:
    rows = Promise.objects.filter(holder_id=action_id).select_related("device")
    promises = list(rows.order_by("recorded_at", "id"))
    around, names = Around.of(promises, reader), shot_names()
    return [_shot(promise, around, names) for promise in promises]


def shot_names() -> dict[str, str]:
    language = content_language()
    return {shot["key"]: shot[language] for shot in kinds_document()["shots"]}


def shot_labels(kind: str) -> dict[str, str]:
    """What a photo the kind asks for may show, by the finding that says it is missing."""
    rows: list[dict[str, Any]] = next((row["shots"] for row in kinds_document()["kinds"] if row["key"] == kind), [])
    names = shot_names()
    return {row["code"]: " / ".join(names[code] for code in row["any"]) for row in rows}


def _shot(promise: Promise, around: Around, names: Mapping[str, str]) -> Shot:
    known = around.files.get(promise.sha256) if promise.state == Promise.State.VERIFIED else None
    upload = around.uploads.get((promise.device_id, promise.sha256))
    percent = int(100 * upload.offset / upload.length) if upload and upload.length else None
    thumbnail = around.thumbnails.get((promise.device_id, promise.thumbnail_sha256))
    return Shot(
        sha256=promise.sha256,
        name=names.get(promise.shot_code, promise.shot_code),
        look=file_look("partial" if percent and not known else promise.state, percent),
        is_shown=_has_picture(known, thumbnail),
        is_being_drawn=_is_being_drawn(known, thumbnail),
        preview_reason=preview_reason_text(known.preview_reason) if known else "",
        is_film=is_film(_played_type(known)),
        is_sound=is_sound(_played_type(known)),
        duration=_duration(known.exif.get("duration_seconds")) if known else "",
        origin=promise.origin,
        stated_at=promise.recorded_at,
        file_time=_beside(known.exif.get("taken_at"), promise.recorded_at) if known else "",
        stated_place=place_text(around.positions.get(promise.operation_hash)),
        file_place=place_text(known.exif.get("position")) if known else "",
        verified_at=promise.verified_at,
        size=promise.size,
        awaited=around.awaited.get(promise.pk),
    )


def _beside(claimed: Any, stated_at: datetime | None) -> str:
    """A file's own time, written so that it compares with the device's; as it stands where it is no time."""
    try:
        moment = datetime.fromisoformat(str(claimed or ""))
    except ValueError:
        return str(claimed or "")
    moment = moment.astimezone(SHANGHAI) if moment.tzinfo else moment
    is_same_year = stated_at is not None and stated_at.astimezone(SHANGHAI).year == moment.year
    return moment.strftime("%m-%d %H:%M:%S" if is_same_year else "%Y-%m-%d %H:%M:%S")


def _played_type(file: StoredFile | None) -> str:
    return file.detected_type if file and file.preview_reason in ("", PREVIEWLESS) else ""


def _duration(stated: Any) -> str:
    if not isinstance(stated, int | float):
        return ""
    minutes, seconds = divmod(round(stated), 60)
    return f"{minutes}:{seconds:02}"


def place_text(stated: Any) -> str:
    """Degrees, and the system they are in where that is stated: a Chinese map is some hundred metres off WGS 84."""
    match stated:
        case {"lat": int() | float() as lat, "lon": int() | float() as lon}:
            crs = stated.get("crs")
            return f"{lat:.5f}, {lon:.5f}" + (f" {crs[:20]}" if isinstance(crs, str) and crs else "")
    return ""


def _has_picture(file: StoredFile | None, thumbnail: str | None) -> bool:
    """Whether the thumbnail's address answers with one: no page asks for what is not there."""
    if file and file.preview == StoredFile.Preview.READY:
        return True
    is_helpful = file is None or file.preview_reason in ("", PREVIEWLESS)
    return bool(thumbnail) and is_helpful


def _is_being_drawn(file: StoredFile | None, thumbnail: str | None) -> bool:
    if file:
        return file.preview == StoredFile.Preview.PENDING
    return thumbnail == ""
