"""An act as the bytes that will be signed, sent, stored and shown for ever. Pure but for the salt and the ids."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import uuid_utils

from client_sdk import case_acts, ijson, safety, wire
from client_sdk.alarms import alarm_facts
from client_sdk.case_acts import said_in
from client_sdk.clock import Clock, to_wire, zone_name
from client_sdk.errors import InvalidRecord
from client_sdk.views import Photo

BODY_VERSION = 1
MAX_NAME_CHARACTERS = 64
MAX_CASE_NO_CHARACTERS = 200


@dataclass(frozen=True)
class Subject:
    """What an act is about, and what this device knew of it."""

    type: str
    id: str
    assignment_no: int | None = None
    node_id: str | None = None
    tag: str | None = None

    def as_members(self) -> dict[str, Any]:
        members = {"type": self.type, "id": self.id, "assignment_no": self.assignment_no}
        return {**members, "node_id": self.node_id}


@dataclass(frozen=True)
class Act:
    """What the officer says happened."""

    kind: str
    fields: Mapping[str, Any]
    subjects: tuple[Subject, ...]
    photos: tuple[Photo, ...] = ()
    position: Mapping[str, Any] | None = None
    corrects: str | None = None
    action_id: str | None = None
    """Of the act it joins; a new one without."""


@dataclass(frozen=True)
class Context:
    """What the device knew when the act was recorded."""

    officer_id: str
    catalogue: str | None
    last_statement: str | None
    recorded_at: datetime
    zone: str
    boot_ms: int
    boot_id: str


@dataclass(frozen=True)
class Draft:
    """A body ready for the log, and what the device keeps of it for its lists."""

    action_id: str
    body: bytes
    photos: tuple[Photo, ...]
    summary: dict[str, Any] = field(default_factory=dict)


def context_now(clock: Clock, officer_id: str, catalogue: str | None, last_statement: str | None) -> Context:
    now = clock.now()
    return Context(
        officer_id=officer_id,
        catalogue=catalogue,
        last_statement=last_statement,
        recorded_at=now,
        zone=zone_name(now),
        boot_ms=clock.boot_ms(),
        boot_id=clock.boot_id(),
    )


def members_of(act: Act, context: Context) -> dict[str, Any]:
    """The body's members (docs/reference/protocol.md, section 4). Raises InvalidRecord for a form no server takes."""
    _require_forms(act)
    return {
        "v": BODY_VERSION,
        "id": new_id(),
        "action_id": act.action_id or new_id(),
        "kind": act.kind,
        "subjects": [subject.as_members() for subject in act.subjects],
        "catalogue": context.catalogue,
        "officer_id": context.officer_id,
        "recorded_at": to_wire(context.recorded_at),
        "zone": context.zone,
        "boot_ms": context.boot_ms,
        "boot_id": context.boot_id,
        "last_statement": context.last_statement,
        "position": dict(act.position) if act.position is not None else None,
        "seen": {f"{subject.type}:{subject.id}": subject.tag for subject in act.subjects if subject.tag},
        "fields": dict(act.fields),
        "evidence": [_promise(photo) for photo in act.photos],
        "corrects": act.corrects,
        "salt": wire.to_base64(secrets.token_bytes(16)),
    }


def _promise(photo: Photo) -> dict[str, Any]:
    return {
        "id": photo.id,
        "sha256": photo.sha256,
        "size": photo.size,
        "media_type": photo.media_type,
        "origin": photo.origin,
        "shot_code": photo.shot_code,
        "recorded_at": to_wire(photo.recorded_at),
        "thumbnail_sha256": photo.thumbnail_sha256,
    }


def draft_of(members: Mapping[str, Any], act: Act, missing: Sequence[Any], warnings: Sequence[Any]) -> Draft:
    """Raises InvalidRecord, naming the place, for what strict I-JSON or the limits of the protocol forbid."""
    summary = {
        "kind": act.kind,
        "recorded_at": members["recorded_at"],
        "case_ids": [subject.id for subject in act.subjects if subject.type == "case"],
        "matter_ids": [subject.id for subject in act.subjects if subject.type == "matter"],
        "case_no": next((subject.id for subject in act.subjects if subject.type == "case_no"), None),
        "missing": list(missing),
        "warnings": list(warnings),
        "files": [photo.sha256 for photo in act.photos],
        "corrects": act.corrects,
        **_kept_of(members),
    }
    return Draft(members["action_id"], body_bytes(members), act.photos, summary)


def _kept_of(members: Mapping[str, Any]) -> dict[str, Any]:
    """What outlives the body: the words of acts on file, and what alarms are counted from."""
    kind, fields = members["kind"], members["fields"]
    said = {"said": said_in(fields)} if kind in case_acts.KINDS else {}
    if kind in safety.KINDS:
        said = {"said": safety.said_in(fields, members["id"])}
    counted = alarm_facts(members)
    return said | ({"alarms": counted} if counted else {})


def body_bytes(members: Mapping[str, Any]) -> bytes:
    try:
        body = ijson.dump(members)
    except ijson.NotIJson as fault:
        raise InvalidRecord(fault.reason, _printable(fault.where)) from None
    if len(body) > wire.MAX_BODY_BYTES:
        raise InvalidRecord("too_large", "/fields", note=f"{len(body)} > {wire.MAX_BODY_BYTES}")
    return body


def _printable(place: str) -> str:
    """A name may hold what no terminal takes."""
    return "".join(letter if letter.isprintable() else ascii(letter)[1:-1] for letter in place)


def new_id() -> str:
    return str(UUID(int=uuid_utils.uuid7().int))


def require_name(text: Any, place: str, longest: int = MAX_NAME_CHARACTERS) -> str:
    if not isinstance(text, str) or not 1 <= len(text) <= longest:
        raise InvalidRecord("member_invalid", place)
    return text


def require_uuid(text: Any, place: str) -> str:
    """The one spelling of an id; a UUID object will do."""
    try:
        return str(UUID(str(text)))
    except ValueError:
        raise InvalidRecord("member_invalid", place) from None


def _require_forms(act: Act) -> None:
    require_name(act.kind, "/kind")
    for name, value in (("fields", act.fields), ("position", act.position)):
        if not isinstance(value, Mapping | None) or (name == "fields" and value is None):
            raise InvalidRecord("member_invalid", f"/{name}")
    for subject in act.subjects:
        if subject.type == "case_no":
            require_name(subject.id, "/case_no", MAX_CASE_NO_CHARACTERS)
    if act.position is not None:
        _require_position(act.position)
    if act.corrects is not None and (len(act.corrects) != 64 or set(act.corrects) - set("0123456789abcdef")):
        raise InvalidRecord("member_invalid", "/corrects")


def _require_position(position: Mapping[str, Any]) -> None:
    for name, reach in (("lat", 90), ("lon", 180)):
        value = position.get(name)
        if isinstance(value, bool) or not isinstance(value, int | float) or not -reach <= value <= reach:
            raise InvalidRecord("position_invalid", f"/position/{name}")
