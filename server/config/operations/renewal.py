"""What a restored database must not carry on: epochs, codes, sessions, tickets, what it believes devices hold."""

from dataclasses import dataclass

from django.contrib.sessions.models import Session
from django.db import transaction
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from server.common.clock import now
from server.evidence.models import Paper, StoredFile
from server.evidence.services.scrub import Scrubbed, scrub_absent_files
from server.ledger.services import begin_life_after_restore
from server.people.models import EnrolmentCode
from server.realtime.models import Ticket
from server.sync.models import DeviceView
from server.sync.safety import copy_of_now, raise_safe


@dataclass(frozen=True, slots=True)
class Renewal:
    server_epoch: str
    codes: int
    sessions: int
    scrubbed: Scrubbed


@dataclass(frozen=True, slots=True)
class NewLife:
    server_epoch: str
    codes: int
    sessions: int


@transaction.atomic
def begin_new_life() -> NewLife:
    """New epochs; void, whatever the lost end of the old life may have used up or ended."""
    server_epoch = begin_life_after_restore()
    # A code may have been used after the backup, by a device this database never saw.
    codes = EnrolmentCode.objects.filter(device=None, voided_at=None).update(voided_at=now())
    sessions, _rows = Session.objects.all().delete()
    Ticket.objects.all().delete()
    DeviceView.objects.all().delete()
    # What lies in a second copy is asked of that copy.
    for copied in (StoredFile.objects, Paper.objects):
        copied.exclude(replicated_at=None).update(replicated_at=None)
    # The worker that had begun them is not here; each may be done twice.
    DBTaskResult.objects.filter(status=TaskResultStatus.RUNNING).update(status=TaskResultStatus.READY)
    return NewLife(server_epoch, codes, sessions)


@transaction.atomic
def renew() -> Renewal:
    """Begin a life of its own. Evidence must be in the store already: what is not there is owed again."""
    life = begin_new_life()
    scrubbed = scrub_absent_files()
    # What stands here came out of a verified copy.
    raise_safe(copy_of_now())
    return Renewal(life.server_epoch, life.codes, life.sessions, scrubbed)
