"""What an operation's body must be before anyone asks what it means: strict I-JSON of a known outer shape. Pure.

`docs/reference/protocol.md`, section 4. A body refused here is still stored verbatim; it is quarantined `body_invalid`.
"""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from server.common.clock import from_wire
from server.common.ijson import MAX_DEPTH, NotIJson, parse_object

__all__ = ["MAX_BODY_BYTES", "MAX_DEPTH", "BodyInvalid", "check_shape", "parse_body"]

MAX_BODY_BYTES = 256 * 1024
MAX_ID_CHARACTERS = 64


class BodyInvalid(ValueError):
    """`reason` is a code of the protocol, `where` a path inside the body; both go into the review's details."""

    def __init__(self, reason: str, where: str = "") -> None:
        self.reason = reason
        self.where = where
        super().__init__(f"{reason} at {where}" if where else reason)


def parse_body(raw: bytes) -> dict[str, Any]:
    """The object of a body. Raises BodyInvalid and nothing else, whatever the bytes."""
    if len(raw) > MAX_BODY_BYTES:
        raise BodyInvalid("too_large")
    try:
        return parse_object(raw)
    except NotIJson as fault:
        raise BodyInvalid(fault.reason, fault.where) from None


def check_shape(body: dict[str, Any]) -> None:
    """Are the members that every kind shares of the right form? Raises BodyInvalid.

    Only `v`, `id`, `kind` and `fields` must be there: a body without subjects is no broken text, it is parked.
    """
    for name, is_right in _REQUIRED.items():
        if name not in body:
            raise BodyInvalid("member_missing", f"/{name}")
        _check(is_right, body[name], f"/{name}")
    _check_members(_OPTIONAL, body, "")
    for index, subject in enumerate(body.get("subjects") or []):
        _check(_is_object, subject, f"/subjects/{index}")
        _check_members(_SUBJECT, subject, f"/subjects/{index}")
    for index, item in enumerate(body.get("evidence") or []):
        _check_evidence(item, f"/evidence/{index}")


def _check_evidence(item: Any, where: str) -> None:
    _check(_is_object, item, where)
    for name in ("sha256", "size"):
        if name not in item:
            raise BodyInvalid("member_missing", f"{where}/{name}")
    _check_members(_EVIDENCE, item, where)


def _check_members(checks: dict[str, Callable[[Any], bool]], members: dict[str, Any], where: str) -> None:
    for name, is_right in checks.items():
        if members.get(name) is not None:
            _check(is_right, members[name], f"{where}/{name}")


def _check(is_right: Callable[[Any], bool], value: Any, where: str) -> None:
    if not is_right(value):
        raise BodyInvalid("member_invalid", where)


def _is_object(value: Any) -> bool:
    return isinstance(value, dict)


def _is_list(value: Any) -> bool:
    return isinstance(value, list)


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _is_version(value: Any) -> bool:
    return _is_count(value) and value >= 1


def _is_name(value: Any) -> bool:
    return isinstance(value, str) and 1 <= len(value) <= MAX_ID_CHARACTERS


def _is_uuid(value: Any) -> bool:
    try:
        return isinstance(value, str) and str(UUID(value)) == value
    except ValueError:
        return False


def _is_hash(value: Any) -> bool:
    return isinstance(value, str) and len(value) == 64 and set(value) <= set("0123456789abcdef")


def _is_time(value: Any) -> bool:
    try:
        return isinstance(value, str) and bool(from_wire(value))
    except (ValueError, OverflowError):
        return False


def _is_case_no_or_id(value: Any) -> bool:
    return isinstance(value, str) and 1 <= len(value) <= 200


def _is_subject_type(value: Any) -> bool:
    return value in ("case", "matter", "case_no")


def _is_origin(value: Any) -> bool:
    return value in ("CAMERA", "IMPORTED")


_REQUIRED: dict[str, Callable[[Any], bool]] = {
    "v": _is_version,
    "id": _is_name,
    "kind": _is_name,
    "fields": _is_object,
}
_OPTIONAL: dict[str, Callable[[Any], bool]] = {
    "action_id": _is_uuid,
    "officer_id": _is_uuid,
    "subjects": _is_list,
    "recorded_at": _is_time,
    "boot_ms": _is_count,
    "boot_id": _is_name,
    "last_statement": _is_hash,
    "position": _is_object,
    "seen": _is_object,
    "evidence": _is_list,
    "corrects": _is_hash,
}
_SUBJECT: dict[str, Callable[[Any], bool]] = {
    "type": _is_subject_type,
    "id": _is_case_no_or_id,
    "assignment_no": _is_count,
    "node_id": _is_uuid,
}
_EVIDENCE: dict[str, Callable[[Any], bool]] = {
    "id": _is_uuid,
    "sha256": _is_hash,
    "size": _is_count,
    "media_type": _is_case_no_or_id,
    "origin": _is_origin,
    "shot_code": _is_name,
    "recorded_at": _is_time,
    "thumbnail_sha256": _is_hash,
}
