"""Readings, and those that are odd."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from server.common.clock import now
from server.common.ids import new_id


class Reading(models.Model):
    """A person read a file, paper, case or list: one row, and one entry, for the person, thing, purpose and window."""

    class Thing(models.TextChoices):
        FILE = "file", _("File")
        PAPER = "paper", _("Paper")
        CASE = "case", _("Case")
        LIST = "list", _("List")

    class Purpose(models.TextChoices):
        VIEW = "view", _("Viewed")
        DOWNLOAD = "download", _("Downloaded")
        PRINT = "print", _("Printed")
        EXPORT = "export", _("Exported")
        REFUSED = "refused", _("Asked without a right, and refused")

    id = models.UUIDField(primary_key=True, default=new_id)
    key = models.CharField(max_length=64, unique=True)
    """Hash of all that makes it one reading: ranges of a film and a double click are the same one."""
    officer = models.ForeignKey("people.Officer", on_delete=models.PROTECT, related_name="+")
    device = models.CharField(max_length=36, default="", blank=True)
    """The device that fetched it by its bearer; empty for a person at a desk."""
    thing = models.CharField(max_length=10, choices=Thing)
    sha256 = models.CharField(max_length=64, default="", blank=True)
    case_id = models.UUIDField(null=True)
    """The case through which it was read: what he had to do with it."""
    purpose = models.CharField(max_length=10, choices=Purpose)
    reason = models.CharField(max_length=200, default="", blank=True)
    in_hand = models.BooleanField(default=False)
    """He worked on that case then; others read it by their role."""
    read_at = models.DateTimeField(default=now)

    class Meta:
        indexes = [
            models.Index(fields=["officer", "read_at"], name="reading_by_officer"),
            models.Index(fields=["sha256"], name="reading_by_hash", condition=~Q(sha256="")),
            models.Index(fields=["read_at"], name="reading_by_time"),
            models.Index(fields=["case_id"], name="export_by_case", condition=Q(purpose="export")),
        ]


class OddReading(models.Model):
    """Readings of one person, or of several about one debtor, on one day, that a rule calls odd: a question."""

    id = models.UUIDField(primary_key=True, default=new_id)
    open_key = models.CharField(max_length=200, null=True, unique=True)
    """Rule, court, whom or whose, and day, until it was looked at: what comes later opens another."""
    rule = models.CharField(max_length=30)
    court = models.ForeignKey("people.Court", on_delete=models.PROTECT, related_name="+")
    officer = models.ForeignKey("people.Officer", null=True, on_delete=models.PROTECT, related_name="+")
    """None where it is about several."""
    about = models.CharField(max_length=80, default="", blank=True)
    """Keyed hash of the debtor several looked up; else empty."""
    day = models.DateField()
    readings = models.ManyToManyField(Reading, related_name="odd")
    found_at = models.DateTimeField(default=now)
    looked_at = models.DateTimeField(null=True)
    looked_by = models.ForeignKey("people.Officer", null=True, on_delete=models.PROTECT, related_name="+")
    word = models.TextField(default="", blank=True)
    """What inspection found."""

    class Meta:
        indexes = [models.Index(fields=["court", "looked_at"], name="odd_reading_by_court")]


class OddPass(models.Model):
    """How far readings have been judged; one row."""

    judged_until = models.DateTimeField()
