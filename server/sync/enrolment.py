"""Enrolment as a device asks for it: one transaction for the device, its log and the first statement."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NoReturn
from uuid import UUID

from django.db import transaction

from server.common.ijson import NotIJson, parse_object
from server.common.members import read_count, read_hash, read_uuid
from server.common.schemes import is_public_key
from server.common.signing import (
    ALGORITHMS,
    MAX_NONCE_CHARACTERS,
    MAX_TEXT_CHARACTERS,
    SignatureError,
    decode_base64,
    encode_base64,
)
from server.people.keys import escrow_public_key, newer_keys, root_public_key, signing_key_of
from server.people.models import Device
from server.people.services import Applicant, continue_device, enrol_device
from server.sync.chain import MAX_SEQ
from server.sync.continuing import Claimed, before_of
from server.sync.envelope import invalid, require_protocol
from server.sync.logs import open_log
from server.sync.statements import statement_for

_MAX_SECRET_CHARACTERS = 64
_MAX_NAME_CHARACTERS = 100


@dataclass(frozen=True, slots=True)
class EnrolmentRequest:
    secret: str
    device: UUID
    device_key: bytes
    alg: str
    nonce: str
    name: str
    app: str
    sdk: str
    continues: Claimed | None = None


def parse_members(raw: bytes) -> dict[str, Any]:
    """Raises DomainError: envelope_invalid with `where`, protocol_unsupported."""
    try:
        members = parse_object(raw)
    except NotIJson as fault:
        raise invalid(fault.where, fault.reason) from None
    require_protocol(members.get("protocol"))
    return members


def parse_enrolment(raw: bytes) -> EnrolmentRequest:
    """Raises DomainError: envelope_invalid with `where`, protocol_unsupported."""
    members = parse_members(raw)
    alg = _text(members, "alg", 10)
    return EnrolmentRequest(
        secret=_text(members, "secret", _MAX_SECRET_CHARACTERS),
        device=_device(members),
        device_key=_key(members, alg),
        alg=alg,
        nonce=_text(members, "nonce", MAX_NONCE_CHARACTERS),
        name=_text(members, "name", _MAX_NAME_CHARACTERS, default=""),
        app=_text(members, "app", _MAX_NAME_CHARACTERS, default=""),
        sdk=_text(members, "sdk", _MAX_NAME_CHARACTERS, default=""),
        continues=_continues(members.get("continues")),
    )


@transaction.atomic
def enrol(request: EnrolmentRequest) -> dict[str, Any]:
    """The answer of `docs/reference/protocol.md`, section 6. Raises what `enrol_device` raises."""
    device = enrol_device(secret=request.secret, applicant=_applicant(request))
    return _answer(device, request.nonce)


@transaction.atomic
def begin_anew(device: Device, raw: bytes) -> dict[str, Any]:
    """The repair lane: the same key, a new identifier and log; the answer is that of an enrolment.

    Raises DomainError envelope_invalid, 409 `device_id_taken`, 429 `too_many_attempts`.
    """
    members = parse_members(raw)
    claimed = Claimed(device.certificate, *_place(members))
    applicant = Applicant(
        id=_device(members),
        key=bytes(device.public_key),
        alg=device.alg,
        name=device.name,
        app=_text(members, "app", _MAX_NAME_CHARACTERS, default=""),
        sdk=_text(members, "sdk", _MAX_NAME_CHARACTERS, default=""),
        before=before_of(claimed),
    )
    return _answer(continue_device(applicant=applicant), _text(members, "nonce", MAX_NONCE_CHARACTERS))


def _applicant(request: EnrolmentRequest) -> Applicant:
    before = before_of(request.continues) if request.continues else None
    names = {"name": request.name, "app": request.app, "sdk": request.sdk}
    return Applicant(id=request.device, key=request.device_key, alg=request.alg, before=before, **names)


def _answer(device: Device, nonce: str) -> dict[str, Any]:
    return {**_identity(device), "statement": statement_for(device, nonce, log=open_log(device))}


def _continues(value: Any) -> Claimed | None:
    if value is None:
        return None
    if not isinstance(value, dict):
        _refuse("continues")
    return Claimed(_text(value, "certificate", MAX_TEXT_CHARACTERS), *_place(value))


def _place(members: Mapping[str, Any]) -> tuple[int, str]:
    try:
        return read_count(members, "seq", 0, MAX_SEQ), read_hash(members, "hash")
    except SignatureError:
        _refuse("seq")


def _identity(device: Device) -> dict[str, Any]:
    court, officer = device.court, device.officer
    newer = newer_keys(device.certificate, signing_key_of(court))
    return {
        "certificate": device.certificate,
        "root_key": encode_base64(root_public_key(court)),
        "escrow_key": encode_base64(escrow_public_key(court)),
        "court": {"id": str(court.pk), "code": court.code, "name": court.name},
        "officer": {"id": str(officer.pk), "staff_no": officer.staff_no, "name": officer.name},
        **({"keys": newer} if newer else {}),
    }


def _text(members: Mapping[str, Any], name: str, longest: int, default: str | None = None) -> str:
    value = members.get(name, default)
    if not isinstance(value, str) or len(value) > longest or (not value and default is None):
        _refuse(name)
    return value


def _device(members: Mapping[str, Any]) -> UUID:
    try:
        return read_uuid(members, "device")
    except SignatureError:
        _refuse("device")


def _key(members: Mapping[str, Any], alg: str) -> bytes:
    if alg not in ALGORITHMS:
        _refuse("alg")
    try:
        key = decode_base64(_text(members, "device_key", 200))
    except SignatureError:
        _refuse("device_key")
    return key if is_public_key(alg, key) else _refuse("device_key")


def _refuse(name: str) -> NoReturn:
    raise invalid(f"/{name}", "member_invalid")
