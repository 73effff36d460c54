"""Calls for help by the way of their own: before the log, without its chain, past budgets and revocation (R131).

The request is signed by the device's key, as a push is. Its operation comes with the log later, and is known by its id.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from server.common.clock import now
from server.common.hashing import sha256_hex
from server.common.ijson import NotIJson, parse_object
from server.common.signing import SignatureError, decode_base64
from server.field.operation import SignedOperation
from server.ledger.services import Draft, append
from server.people.models import Device
from server.safety.queries import call_told
from server.safety.said import CALLS, SOS
from server.safety.writing import write_calls
from server.sync.arrivals import read_body, reporter_of
from server.sync.body import BodyInvalid
from server.sync.envelope import Framed, invalid, require_protocol
from server.sync.logs import open_log
from server.sync.models import IssuedStatement
from server.sync.statements import stated
from server.sync.timing import bounds_of


@dataclass(frozen=True, slots=True)
class CallRequest:
    certificate: str
    nonce: str
    body: bytes


def parse_call(raw: bytes) -> CallRequest:
    """Raises DomainError `envelope_invalid` with `where`, `protocol_unsupported`."""
    try:
        members = parse_object(raw)
    except NotIJson as fault:
        raise invalid(fault.where, fault.reason) from None
    require_protocol(members.get("protocol"))
    certificate, nonce, body = (members.get(name) for name in ("certificate", "nonce", "body"))
    if not isinstance(certificate, str):
        raise invalid("/certificate", "member_invalid")
    if not isinstance(nonce, str) or not 1 <= len(nonce) <= 64:
        raise invalid("/nonce", "member_invalid")
    try:
        return CallRequest(certificate, nonce, decode_base64(body if isinstance(body, str) else "?"))
    except SignatureError:
        raise invalid("/body", "member_invalid") from None


@transaction.atomic
def take_call(device: Device, request: CallRequest) -> dict[str, Any]:
    """The call, or the word that takes one back; told again it is answered as things stand.

    The answer is covered by a statement for this request: nobody but the court can say that it has heard.
    """
    operation = _operation(device, request.body)
    append(write_calls([operation], is_of_revoked=device.revoked_at is not None))
    named = operation.body["id"] if operation.kind == SOS else operation.body["fields"].get("sos")
    answer = json.dumps({"sos": call_told(device.officer_id, str(named))}, ensure_ascii=False, separators=(",", ":"))
    return {**stated(device, request.nonce, answer_sha256=sha256_hex(answer.encode())), "answer": answer}


def _operation(device: Device, raw: bytes, seq: int = 0, hash_: str = "") -> SignedOperation:
    """Raises DomainError `envelope_invalid` for what is no call."""
    try:
        body = read_body(raw)
    except BodyInvalid as fault:
        raise invalid(f"/body{fault.where}", fault.reason) from None
    if body["kind"] not in CALLS:
        raise invalid("/body/kind", "member_invalid")
    issued = IssuedStatement.objects.filter(pk=body.get("last_statement") or "", device_id=device.pk)
    at = now()
    bounds = bounds_of(body.get("recorded_at"), issued.values_list("issued_at", flat=True).first(), at)
    return SignedOperation(reporter_of(open_log(device), device.incarnation), seq, hash_, body, at, bounds)


def sealed_calls(device: Device, operations: Sequence[Framed]) -> list[Draft]:
    """Of what a revoked device sends everything waits for two persons, but not a call for help; shown as what it is.

    Inside the caller's transaction, which appends what is given back. What cannot be read is sealed like the rest.
    """
    return write_calls([call for each in operations if (call := _call_in(device, each))], is_of_revoked=True)


def _call_in(device: Device, framed: Framed) -> SignedOperation | None:
    try:
        if read_body(framed.body)["kind"] not in CALLS:
            return None
    except BodyInvalid:
        return None
    return _operation(device, framed.body, framed.seq, framed.hash.hex())
