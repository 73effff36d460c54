"""The first lock of all: whoever counts a device's files holds its row."""

from uuid import UUID

from server.common.statements import Given, Statement
from server.people.models import Device

_HELD_DEVICE = Statement(
    lambda: Device.objects.select_for_update(no_key=True).filter(pk=Given("device_id")).values_list("pk")
)


def lock_device(device_id: UUID) -> None:
    """To the end of the transaction. Rows that refer to the device, as a push inserts them, need not wait for us."""
    _HELD_DEVICE.rows(device_id=device_id)
