"""The last act of some seeds: a phone is copied, store and all, and both go on with one key and one log.

I19: the court keeps both histories, applies nothing of what is disputed by itself, and both phones go on.
"""

from collections import Counter
from collections.abc import Callable
from uuid import UUID

from server.field.models import ActionRecord
from server.people.models import Device, Officer
from server.people.services import issue_enrolment_code
from server.sync.models import Fork, ForkedOperation, Operation
from tests.simulation.closing import own_work_shows_once
from tests.simulation.findings import require
from tests.simulation.phone import Phone

Sync = Callable[[Phone], bool]
MOST_TURNS = 8


def go_on(phones: list[Phone], sync: Sync) -> None:
    """Over a fair network: who is told that its log is disputed goes on by a fresh code."""
    for _ in range(2):
        for phone in phones:
            _until_done(phone, sync)


def _until_done(phone: Phone, sync: Sync) -> None:
    for _ in range(MOST_TURNS):
        if phone.field is None:
            phone.start()
        if sync(phone):
            return
        if phone.is_disputed:
            phone.renew(issue_enrolment_code(officer=Officer.objects.get(pk=phone.officer.pk)))
            own_work_shows_once(phone)
    require(False, "I17", f"{phone.name} does not get out of a fork")


def account_for(family: list[Phone], original: UUID) -> None:
    devices = {original, *(phone.device_id for phone in family)}
    _both_histories_are_kept(family, devices)
    _nothing_disputed_is_applied(original)
    _each_act_once(devices)
    for phone in family:
        _its_own_log_is_whole(phone)
        own_work_shows_once(phone)


def _both_histories_are_kept(family: list[Phone], devices: set[UUID]) -> None:
    """Every body that either phone has recorded since, byte for byte."""
    kept = {bytes(row) for row in Operation.objects.filter(device_id__in=devices).values_list("body", flat=True)}
    kept |= {bytes(row) for row in ForkedOperation.objects.filter(device_id__in=devices).values_list("body", flat=True)}
    for phone in family:
        missing = phone.journal.bodies - kept
        require(not missing, "I19", f"{phone.name}: {len(missing)} operations of a fork are kept nowhere")


def _nothing_disputed_is_applied(original: UUID) -> None:
    """From the moment at which the fork is known, whatever comes of either history waits for a person."""
    applied = Operation.objects.filter(status=Operation.Status.APPLIED).exclude(result__contains='"continued"')
    for fork in Fork.objects.filter(device_id=original):
        later = applied.filter(device_id=original, incarnation=fork.incarnation, received_at__gt=fork.found_at)
        require(not later.exists(), "I19", f"{later.count()} operations of a disputed log were applied by themselves")
    branch = ForkedOperation.objects.filter(device_id=original).values_list("body", flat=True)
    again = applied.filter(device__continues_id=original, body__in=list(branch))
    require(not again.exists(), "I19", f"{again.count()} operations of the other history were applied by themselves")


def _each_act_once(devices: set[UUID]) -> None:
    """One body, one effect, in however many logs it stands."""
    recorded = set(ActionRecord.objects.values_list("operation_hash", flat=True))
    rows = Operation.objects.filter(device_id__in=devices).values_list("body", "hash")
    effects = Counter(bytes(body) for body, hash_ in rows if hash_ in recorded)
    require(all(count == 1 for count in effects.values()), "I2", "an act of a forked log took effect twice")


def _its_own_log_is_whole(phone: Phone) -> None:
    rows = Operation.objects.filter(device_id=phone.device_id).order_by("seq").values_list("seq", "hash")
    kept = dict(rows)
    missing = [each.seq for each in phone.journal.operations if kept.get(each.seq) != each.hash]
    missing = [seq for seq in missing if seq > phone.let_go]
    require(not missing, "I19", f"{phone.name}: {len(missing)} of its log are not on the server")
    require(not Device.objects.get(pk=phone.device_id).revoked_at, "I17", f"{phone.name} is revoked")
