"""What a reply is worth: proved by the court's signature, a problem the server names, or nothing. Pure."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from client_sdk import wire
from client_sdk.contact import prove_keys
from client_sdk.errors import CHAIN_INVALID, FieldError, NotSent, ProtocolTooOld, Rejected
from client_sdk.identity import Identity
from client_sdk.patience import retry_after_seconds
from client_sdk.steps import Reply

TOO_LARGE = 413
# These carry a statement, or are worth nothing.
OK, FORBIDDEN, CONFLICT, GONE, UNPROCESSABLE = 200, 403, 409, 410, 422
REVOKED = "device_revoked"
_STATED = (OK, CONFLICT, GONE)
_TRANSIENT = (408, 425, 429)


@dataclass(frozen=True)
class Answer:
    """A reply that counts: `statement` is verified and answers our nonce, or `is_too_large`."""

    status: int
    members: Mapping[str, Any] = field(default_factory=dict)
    statement: wire.Statement | None = None
    key_texts: tuple[str, ...] = ()
    newer_keys: Mapping[str, bytes] = field(default_factory=dict)

    def require_statement(self) -> wire.Statement:
        if self.statement is None:
            raise NotSent("answer_unproven")
        return self.statement


def is_transient(reply: Reply) -> bool:
    """Worth the same request again, after a while."""
    return reply.status >= 500 or reply.status in _TRANSIENT


def busy_error(reply: Reply) -> NotSent:
    wait = retry_after_seconds(reply.headers)
    if reply.status in (429, 503):
        return NotSent("server_busy", retry_after_seconds=wait, status=reply.status)
    return NotSent("server_fault", retry_after_seconds=wait, status=reply.status)


def read_answer(
    reply: Reply, nonce: str, identity: Identity, known_keys: Mapping[str, bytes], *, is_pull: bool = False
) -> Answer:
    """Raises NotSent for what is not proved, Rejected and ProtocolTooOld for what the server names."""
    members = json_object(reply.body)
    if reply.status == TOO_LARGE:
        return Answer(reply.status, members)
    if reply.status not in _STATED and not (_is_revocation(reply, members) or _is_damage(reply, members)):
        raise named_error(reply.status, members)
    try:
        key_texts = texts(members.get("keys"))
        newer_keys = {**known_keys, **prove_keys(key_texts, identity)}
        covered = _text(members.get("answer")) if is_pull and reply.status == OK else None
        text = _text(members.get("statement"))
        statement = wire.verify_statement(
            text, identity.certificate, nonce=nonce, answer=covered, newer_keys=newer_keys
        )
    except (wire.WireError, TypeError) as fault:
        raise NotSent("answer_unproven", note=str(fault)) from None
    if reply.status == UNPROCESSABLE:
        raise named_error(reply.status, members)
    return Answer(reply.status, members, statement, key_texts, newer_keys)


def _is_revocation(reply: Reply, members: Mapping[str, Any]) -> bool:
    """R70. Without a statement it is a 403 like any other, and changes nothing."""
    return reply.status == FORBIDDEN and members.get("code") == REVOKED and "statement" in members


def _is_damage(reply: Reply, members: Mapping[str, Any]) -> bool:
    """R58: a log begins anew over it, so that a late or a stranger's word must not do."""
    return reply.status == UNPROCESSABLE and members.get("code") == CHAIN_INVALID


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError("a signed text is missing")
    return value


def named_error(status: int, members: Mapping[str, Any]) -> FieldError:
    """The problem the server names; a page of somebody else's names none."""
    code, note = members.get("code"), members.get("detail") or members.get("title") or ""
    if not isinstance(code, str):
        return NotSent("answer_unproven", note=f"HTTP {status}")
    if status == 426:
        return ProtocolTooOld(minimum=members.get("min"), maximum=members.get("max"))
    return Rejected(code, note=str(note), status=status)


def json_object(body: bytes) -> dict[str, Any]:
    try:
        parsed = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return parsed if isinstance(parsed, dict) else {}


def texts(value: Any) -> tuple[str, ...]:
    if value is None:
        return ()
    if not isinstance(value, list) or any(not isinstance(text, str) for text in value):
        raise TypeError("keys are no list of texts")
    return tuple(value)
