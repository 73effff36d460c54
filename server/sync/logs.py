"""The end of each device's log: opened at enrolment, locked first by everything that adds to it."""

from server.people.models import Device
from server.sync.chain import genesis
from server.sync.models import DeviceLog


def open_log(device: Device) -> DeviceLog:
    """The log of an enrolled device, at its beginning where it is new: nothing acknowledged, h_0."""
    log, _ = DeviceLog.objects.get_or_create(
        device=device,
        defaults={"incarnation": device.incarnation, "acked_hash": genesis(device.certificate).hex()},
    )
    return log


def locked_log(device: Device) -> DeviceLog:
    """The log with its device, court and officer as they are now, held to the end of the transaction.

    The device's row is held as well: verification of its files waits, and is waited for.
    """
    rows = DeviceLog.objects.select_for_update(no_key=True, of=("self", "device"))
    rows = rows.select_related("device__court", "device__officer")
    log = rows.filter(device=device).first()
    if log is None:
        open_log(device)
        log = rows.get(device=device)
    return log
