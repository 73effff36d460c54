"""Heads, entries and the epochs of this database's life."""

from typing import Any, NoReturn

from django.db import models

from server.common.clock import now
from server.common.ids import new_id


class ServerLife(models.Model):
    """The newest row is the current server epoch; a restore adds one."""

    server_epoch = models.CharField(primary_key=True, max_length=40)
    started_at = models.DateTimeField(default=now)
    reason = models.CharField(max_length=40, default="installed")
    timeline = models.CharField(max_length=8, default="", blank=True)
    """PostgreSQL's, as this life was last seen on it; another one means that a standby was promoted."""


class Head(models.Model):
    """The end of one stream. Locked last in every transaction, in order of `stream`."""

    stream = models.CharField(primary_key=True, max_length=80)
    ledger_epoch = models.CharField(max_length=40)
    position = models.BigIntegerField(default=0)
    hash = models.CharField(max_length=64, default="0" * 64)
    safe_position = models.BigIntegerField(default=0)
    """Up to here entries, and the files they verify, are in a verified copy elsewhere."""


class EntriesAreImmutable(TypeError):
    """Somebody tried to change what was written. A correction is a new entry."""


class EntryQuerySet(models.QuerySet["Entry"]):
    """Reads, and the one bulk insert of `services.append`; the database holds the same rule by a trigger."""

    def _refuse(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise EntriesAreImmutable("ledger entries are appended by services.append and never changed")

    create = get_or_create = update_or_create = update = delete = bulk_update = _refuse
    _raw_delete = _update = _refuse


class Entry(models.Model):
    """One accepted change. `view` and `facts` are the exact JSON texts that were hashed; rows are never updated.

    Only facts may be erased, with their salt (`erasing.py`); both are empty then.
    """

    id = models.UUIDField(primary_key=True, default=new_id)
    stream = models.CharField(max_length=80)
    ledger_epoch = models.CharField(max_length=40)
    position = models.BigIntegerField()
    kind = models.CharField(max_length=60)
    subject_id = models.UUIDField(null=True)
    """The case or matter it is about, for its timeline."""
    view = models.TextField()
    facts = models.TextField()
    salt = models.BinaryField()
    hash = models.CharField(max_length=64)
    appended_at = models.DateTimeField()

    objects = EntryQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["stream", "position"], name="entry_position_once")]
        indexes = [models.Index(fields=["subject_id", "appended_at"], name="entry_by_subject")]

    def save(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise EntriesAreImmutable("ledger entries are appended by services.append and never changed")

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise EntriesAreImmutable("ledger entries are never deleted")


class SeenHeight(models.Model):
    """Somebody saw an earlier life of a stream reach further than this database does: what lies between is lost."""

    stream = models.CharField(max_length=80)
    ledger_epoch = models.CharField(max_length=40)
    """Of the life that was lost."""
    reporter = models.CharField(max_length=60)
    """`device:<uuid>` or `officer:<uuid>`: a claim, and whose."""
    position = models.BigIntegerField()
    kept_position = models.BigIntegerField()
    """How far this database holds that life."""
    reported_at = models.DateTimeField(default=now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["stream", "ledger_epoch", "reporter"], name="seen_height_once")]
