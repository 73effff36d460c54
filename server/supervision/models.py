"""Warnings given, findings of limits that passed, and urges with their replies."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from server.cases.levels import Level
from server.common.clock import now
from server.common.ids import new_id

LEVELS = [(level.value, level.value) for level in Level]


class NodeWarning(models.Model):
    """A node reached a level: said once for the node, the level and the date it was due then.

    A date that moves makes the same level another warning; one that moves back makes none.
    """

    id = models.UUIDField(primary_key=True, default=new_id)
    node = models.ForeignKey("cases.Node", on_delete=models.CASCADE, related_name="warnings")
    case = models.ForeignKey("cases.Case", on_delete=models.CASCADE, related_name="+")
    level = models.CharField(max_length=10, choices=LEVELS)
    due = models.CharField(max_length=30)
    """The due day, or of a limit in hours its moment, as text."""
    person = models.ForeignKey("people.Officer", null=True, on_delete=models.PROTECT, related_name="+")
    silent_devices = models.JSONField(default=list)
    """Ids of devices that may still have held an unsent act when it was given."""
    raised_at = models.DateTimeField(default=now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["node", "level", "due"], name="warning_once")]


class Finding(models.Model):
    """A limit passed: whose it was, why, what he says, what a leader concludes. One for the node and its date."""

    class State(models.TextChoices):
        OPEN = "open", _("Waits for an explanation")
        EXPLAINED = "explained", _("Waits for a conclusion")
        CONCLUDED = "concluded", _("Concluded")
        CLEARED = "cleared", _("There was no breach")

    class Cause(models.TextChoices):
        CASELOAD = "caseload", _("Too many cases at once")
        PERSON_NOT_FOUND = "person_not_found", _("The person could not be found")
        ASSISTING_BODY = "assisting_body", _("Waiting for a bank or another body")
        PARTNER_COURT = "partner_court", _("Waiting for another court")
        PAPERS_MISSING = "papers_missing", _("Papers were missing")
        HANDOVER = "handover", _("Lost in a handover")
        DONE_UNSENT = "done_unsent", _("Done in time, but not sent yet")
        OVERSIGHT = "oversight", _("Overlooked")
        OTHER = "other", _("Another cause")

    class Conclusion(models.TextChoices):
        BREACH = "breach", _("A breach")
        EXCUSED = "excused", _("Late with good cause")
        NO_BREACH = "no_breach", _("No breach")

    id = models.UUIDField(primary_key=True, default=new_id)
    node = models.ForeignKey("cases.Node", on_delete=models.CASCADE, related_name="findings")
    case = models.ForeignKey("cases.Case", on_delete=models.CASCADE, related_name="+")
    court = models.ForeignKey("people.Court", on_delete=models.PROTECT, related_name="+")
    due = models.CharField(max_length=30)
    due_on = models.DateField()
    due_at = models.DateTimeField(null=True)
    level = models.CharField(max_length=10, choices=LEVELS)
    """The worst reached. SEVERE is a candidate for a supervision order (督办)."""
    person = models.ForeignKey("people.Officer", null=True, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    opened_at = models.DateTimeField(default=now)
    cause = models.CharField(max_length=20, choices=Cause, default="", blank=True)
    explanation = models.TextField(default="", blank=True)
    explained_by = models.ForeignKey("people.Officer", null=True, on_delete=models.PROTECT, related_name="+")
    explained_at = models.DateTimeField(null=True)
    conclusion = models.CharField(max_length=10, choices=Conclusion, default="", blank=True)
    note = models.TextField(default="", blank=True)
    concluded_by = models.ForeignKey("people.Officer", null=True, on_delete=models.PROTECT, related_name="+")
    concluded_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["node", "due"], name="finding_once")]
        indexes = [models.Index(fields=["court", "state"], name="finding_by_state")]


class Urge(models.Model):
    """催办: somebody who may asks for news of a case or a node, and is answered within two working days."""

    class State(models.TextChoices):
        OPEN = "open", _("Waits for a reply")
        ANSWERED = "answered", _("Answered")
        SETTLED = "settled", _("Settled by what happened")

    id = models.UUIDField(primary_key=True, default=new_id)
    case = models.ForeignKey("cases.Case", on_delete=models.CASCADE, related_name="urges")
    court = models.ForeignKey("people.Court", on_delete=models.PROTECT, related_name="+")
    node = models.ForeignKey("cases.Node", null=True, on_delete=models.CASCADE, related_name="urges")
    due = models.CharField(max_length=30, default="", blank=True)
    """Of an automatic one: the date that passed."""
    asked_by = models.ForeignKey("people.Officer", null=True, on_delete=models.PROTECT, related_name="+")
    """None: made by itself when the node was overdue."""
    person = models.ForeignKey("people.Officer", null=True, on_delete=models.PROTECT, related_name="+")
    text = models.TextField()
    asked_at = models.DateTimeField(default=now)
    reply_due_on = models.DateField()
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    reply = models.TextField(default="", blank=True)
    replied_by = models.ForeignKey("people.Officer", null=True, on_delete=models.PROTECT, related_name="+")
    replied_at = models.DateTimeField(null=True)
    lateness_told_at = models.DateTimeField(null=True)
    """When it was told that no reply had come in time."""

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["node", "due"], condition=models.Q(asked_by=None), name="automatic_urge_once"
            )
        ]
        indexes = [
            models.Index(fields=["case", "state"], name="urge_by_case"),
            models.Index(
                fields=["reply_due_on"],
                name="urge_reply_due",
                condition=models.Q(state="open", lateness_told_at__isnull=True),
            ),
        ]
