"""The end of each device's log: opened at enrolment, locked first by everything that adds to it."""

from server.common.statements import Given, Statement
from server.people.models import Device
from server.sync.chain import genesis
from server.sync.models import DeviceLog

_HELD_LOG = Statement(
    lambda: (
        DeviceLog.objects.select_for_update(no_key=True, of=("self", "device", "device__officer"))
        .select_related("device__officer")
        .filter(device_id=Given("device_id"))
    )
)


def open_log(device: Device) -> DeviceLog:
    """The log of an enrolled device, at its beginning where it is new: nothing acknowledged, h_0."""
    log, _ = DeviceLog.objects.get_or_create(
        device=device,
        defaults={"incarnation": device.incarnation, "acked_hash": genesis(device.certificate).hex()},
    )
    return log


def locked_log(device: Device) -> DeviceLog:
    """The log with its device and officer as they are now, held to the end of the transaction.

    The device's row is held as well: verification of its files waits, and is waited for. So is the officer's: nobody is
    suspended between check and commit. Only rows that are held are read here: PostgreSQL shows a statement that waited
    any other as it was before the wait. The court, which all its devices share, is read by the next statement.
    """
    log = _HELD_LOG.first(device_id=device.pk)
    if log is None:
        open_log(device)
        (log,) = _HELD_LOG.rows(device_id=device.pk)
    return log
