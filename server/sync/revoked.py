"""What a revoked device is told: no, since when, signed; and how far what it still has was taken and sealed."""

from typing import Any

from django.db import transaction

from server.evidence.bearer import issue_bearer
from server.people.device_auth import DeviceRevoked
from server.people.models import Device
from server.sync.envelope import Envelope
from server.sync.sealed import seal_operations
from server.sync.statements import stated

SEALED_UPLOADS = "/api/v1/sync/sealed/"


@transaction.atomic
def refusal(device: Device, nonce: str, **more: Any) -> DeviceRevoked:
    """403 with a statement that carries `revoked_at` (R70): a device that verifies it ends reading by itself."""
    refused = DeviceRevoked(device)
    refused.details.update({**stated(device, nonce), **more})
    return refused


def sealed_refusal(device: Device, envelope: Envelope) -> DeviceRevoked:
    """Keep what it pushed, sealed; the answer says how far, and how its files may follow."""
    sealing = seal_operations(device=device, operations=envelope.operations, behind=envelope)
    uploads = {"upload_bearer": issue_bearer(device), "uploads": SEALED_UPLOADS}
    return refusal(device, envelope.nonce, sealed={**sealing.members(), **uploads})
