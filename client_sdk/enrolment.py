"""From a one-time code to a certified device; a lost answer is asked for again unchanged. I/O-free."""

import json
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

from client_sdk import wire
from client_sdk.answers import OK, busy_error, is_transient, json_object, named_error, texts
from client_sdk.contact import prove_keys
from client_sdk.errors import NotSent, Rejected
from client_sdk.identity import Applicant, Enrolled, Identity
from client_sdk.patience import Patience, retry_after_seconds
from client_sdk.steps import Flow, Reply, Request, Send, Unreachable, Wait, ask

ENROL_PATH = "/api/v1/devices/enrol"


def enrol(
    applicant: Applicant,
    code: str,
    *,
    described: Mapping[str, Any],
    new_nonce: Callable[[], str],
    patience: Patience,
) -> Flow[Enrolled]:
    """`described` is `name`, `app` and `sdk`, and what it goes on from (R57).

    Raises Rejected (wrong code, a server of another court), NotSent.
    """
    secret, fingerprint = read_code(code)
    while True:
        nonce = new_nonce()
        reply = yield from ask(Send(_request(applicant, {**described, "secret": secret, "nonce": nonce})))
        if isinstance(reply, Reply) and not is_transient(reply):
            return _read(reply, nonce, applicant, fingerprint)
        fault = NotSent("unreachable", note=reply.reason) if isinstance(reply, Unreachable) else busy_error(reply)
        wait = patience.next_wait(retry_after_seconds(reply.headers) if isinstance(reply, Reply) else None)
        if wait is None:
            raise fault
        yield from ask(Wait(wait))


def read_code(code: str) -> tuple[str, bytes]:
    try:
        return wire.read_enrolment_code(code)
    except wire.WireError:
        raise Rejected("enrolment_code_unreadable") from None


def require_address(server: str) -> None:
    """Raises Rejected for what is no address of a server, before anything is made or sent."""
    try:
        address = urlsplit(server)
        is_right = address.scheme in ("http", "https") and bool(address.hostname) and address.port != 0
    except ValueError:  # a port that is no number
        is_right = False
    if not is_right:
        raise Rejected("server_address_invalid", server=server)


def packed(members: Mapping[str, Any]) -> bytes:
    return json.dumps(members).encode()


def _request(applicant: Applicant, members: Mapping[str, Any]) -> Request:
    body = packed(
        {
            "protocol": wire.PROTOCOL,
            "device": str(applicant.device),
            "device_key": wire.to_base64(applicant.key.public),
            "alg": applicant.key.alg,
            **members,
        }
    )
    signature = wire.request_signature(applicant.key, applicant.device, members["nonce"], body)
    return Request("POST", ENROL_PATH, {"Content-Type": "application/json", "Zhixing-Signature": signature}, body)


def _read(reply: Reply, nonce: str, applicant: Applicant, fingerprint: bytes) -> Enrolled:
    members = json_object(reply.body)
    if reply.status != OK:
        raise named_error(reply.status, members)
    try:
        return proved(members, nonce, applicant, root_key=_root_of(members, fingerprint))
    except (wire.WireError, KeyError, TypeError) as fault:
        raise NotSent("answer_unproven", note=str(fault)) from None


def _root_of(members: Mapping[str, Any], fingerprint: bytes) -> bytes:
    """A court that is not the code's is refused before anything else is read."""
    root_key = wire.from_base64(str(members["root_key"]))
    if not wire.matches_fingerprint(root_key, fingerprint):
        raise Rejected("court_not_proven")
    return root_key


def proved(members: Mapping[str, Any], nonce: str, applicant: Applicant, *, root_key: bytes) -> Enrolled:
    """R25, under a root that is trusted already. Raises WireError, KeyError, TypeError."""
    certificate = wire.verify_certificate(str(members["certificate"]), root_key)
    if (certificate.device, certificate.device_key) != (applicant.device, applicant.key.public):
        raise wire.WireError("certifies another device")
    identity = Identity(
        server=applicant.server,
        device=applicant.device,
        key=applicant.key,
        certificate=certificate,
        root_key=root_key,
        escrow_key=wire.from_base64(str(members["escrow_key"])),
        court=dict(members["court"]),
        officer=dict(members["officer"]),
    )
    key_texts = texts(members.get("keys"))
    newer = prove_keys(key_texts, identity)
    statement = wire.verify_statement(str(members["statement"]), certificate, nonce=nonce, newer_keys=newer)
    if (statement.acked_seq, statement.acked_hash) != (0, identity.genesis().hex()):
        raise wire.WireError("states another log than a new one")
    return Enrolled(identity, statement, key_texts)
