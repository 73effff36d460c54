"""The officer's word on a device that was enrolled in his name: was it he? I/O-free."""

from datetime import UTC, datetime
from uuid import UUID

from client_sdk import wire
from client_sdk.answers import OK
from client_sdk.engine import Engine
from client_sdk.errors import Rejected
from client_sdk.steps import Flow

ANSWER_PATH = "/api/v1/devices/answer"


def answer(engine: Engine, device: str, *, was_me: bool) -> Flow[None]:
    """Raises NotSent, Rejected (`device_not_doubted`, …)."""
    members = {
        "protocol": wire.PROTOCOL,
        "certificate": engine.identity.certificate.text,
        "device": device,
        "was_me": was_me,
    }
    reply = yield from engine.exchange(ANSWER_PATH, members)
    if reply.status != OK:
        raise Rejected(str(reply.members.get("code")), status=reply.status)


def made_at(device: str) -> datetime:
    """The time inside a UUIDv7; the beginning of time for anything else."""
    try:
        return datetime.fromtimestamp((UUID(device).int >> 80) / 1000, UTC)
    except (ValueError, OverflowError):
        return datetime.fromtimestamp(0, UTC)
