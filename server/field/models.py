"""What officers did on site. A row is made once from an operation; a correction is another action."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from server.common.clock import now
from server.common.ids import new_id


class FieldAction(models.Model):
    """One act on site; several devices may contribute records to it."""

    id = models.UUIDField(primary_key=True)
    """`action_id` as made on the device; joined by another device's record only for a common subject."""
    court = models.ForeignKey("people.Court", on_delete=models.PROTECT)
    kind = models.CharField(max_length=30)
    officer = models.ForeignKey("people.Officer", on_delete=models.PROTECT)
    recorded_at = models.DateTimeField()
    received_at = models.DateTimeField(default=now)
    is_complete = models.BooleanField(default=False)
    """All blocking rules met and every promised file verified."""
    missing = models.JSONField(default=list)
    warnings = models.JSONField(default=list)
    files_promised = models.PositiveIntegerField(default=0)
    files_verified = models.PositiveIntegerField(default=0)


class ActionRecord(models.Model):
    """One operation's account of an action, verbatim fields beside what was judged of them."""

    id = models.UUIDField(primary_key=True, default=new_id)
    action = models.ForeignKey(FieldAction, on_delete=models.PROTECT, related_name="records")
    operation_hash = models.CharField(max_length=64, unique=True)
    device = models.ForeignKey("people.Device", on_delete=models.PROTECT)
    officer = models.ForeignKey("people.Officer", on_delete=models.PROTECT)
    recorded_at = models.DateTimeField()
    earliest_at = models.DateTimeField(null=True)
    latest_at = models.DateTimeField(null=True)
    clock_verdict = models.CharField(max_length=12, default="unbounded")
    position = models.JSONField(null=True)
    fields = models.JSONField(default=dict)
    corrects = models.CharField(max_length=64, default="", blank=True)
    catalogue = models.CharField(max_length=40, default="")
    missing = models.JSONField(default=list)
    warnings = models.JSONField(default=list)

    class Meta:
        indexes = [models.Index(fields=["corrects"], condition=~models.Q(corrects=""), name="record_by_corrected")]


class ActionSubject(models.Model):
    """What one act did to one case or matter: each subject is judged alone."""

    class Status(models.TextChoices):
        APPLIED = "applied", _("Applied")
        SUPERSEDED = "superseded", _("Superseded")
        ANNULLED = "annulled", _("Annulled")
        PARKED = "parked", _("Parked for review")
        QUARANTINED = "quarantined", _("Quarantined")

    class NodeEffect(models.TextChoices):
        APPLIED = "applied", _("Node moved")
        WITHHELD = "withheld", _("Waits for completeness")
        NONE = "none", _("No node concerned")

    id = models.UUIDField(primary_key=True, default=new_id)
    action = models.ForeignKey(FieldAction, on_delete=models.PROTECT, related_name="subjects")
    record = models.ForeignKey(ActionRecord, on_delete=models.PROTECT, related_name="subjects")
    subject_type = models.CharField(max_length=10)
    subject_id = models.UUIDField()
    node_id = models.UUIDField(null=True)
    status = models.CharField(max_length=12, choices=Status)
    code = models.CharField(max_length=40, default="")
    node_effect = models.CharField(max_length=10, choices=NodeEffect, default=NodeEffect.NONE)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["record", "subject_type", "subject_id"], name="subject_once_per_record")
        ]
        indexes = [models.Index(fields=["subject_id", "action"], name="action_by_subject")]


class HourClock(models.Model):
    """A person compelled to appear (拘传), from arrival to release: begun by any claim, never rolled, never paused."""

    id = models.UUIDField(primary_key=True, default=new_id)
    action_id = models.UUIDField()
    """No key: what starts it may have been set aside, and made no action."""
    case = models.ForeignKey("cases.Case", on_delete=models.CASCADE, related_name="hour_clocks")
    officer = models.ForeignKey("people.Officer", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=30)
    person = models.CharField(max_length=100, default="", blank=True)
    began_at = models.DateTimeField()
    may_be_detained = models.BooleanField(default=False)
    """Twenty-four hours then, and not eight (民诉法解释482)."""
    released_at = models.DateTimeField(null=True)
    """As an act or a desk said first."""
    rung = models.CharField(max_length=40, default="", blank=True)
    """Code of the alarm that was told last."""
    next_alarm_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["action_id", "case"], name="hour_clock_once")]
        indexes = [
            models.Index(
                fields=["next_alarm_at"],
                name="hour_clock_to_ring",
                condition=models.Q(next_alarm_at__isnull=False),
            ),
            models.Index(fields=["case"], name="hour_clock_running", condition=models.Q(released_at=None)),
        ]


class RelatedShown(models.Model):
    """What a device was last given of the same debtors' other cases, in one case: given again it is no new access."""

    id = models.UUIDField(primary_key=True, default=new_id)
    device = models.ForeignKey("people.Device", on_delete=models.PROTECT)
    case = models.ForeignKey("cases.Case", on_delete=models.CASCADE, related_name="+")
    sha256 = models.CharField(max_length=64)
    shown_at = models.DateTimeField(default=now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["device", "case"], name="related_shown_once")]
