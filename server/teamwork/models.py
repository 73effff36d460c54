"""Handovers of a stage between teams, notes of what to look out for (注意事项), plans (执行方案), tasks,
weekly meetings (周例会)."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from server.common.clock import now
from server.common.ids import new_id


class Handover(models.Model):
    """移交: a stage of a case offered to another team or officer. Once decided it stays as it is."""

    class State(models.TextChoices):
        PROPOSED = "PROPOSED", _("Waiting to be taken over")
        ACCEPTED = "ACCEPTED", _("Taken over")
        REJECTED = "REJECTED", _("Sent back")

    id = models.UUIDField(primary_key=True, default=new_id)
    case = models.ForeignKey("cases.Case", on_delete=models.CASCADE, related_name="handovers")
    stage = models.CharField(max_length=40)
    """Key of the stage that begins for who takes over."""
    from_team = models.ForeignKey("people.Team", null=True, on_delete=models.PROTECT, related_name="+")
    from_officer = models.ForeignKey("people.Officer", null=True, on_delete=models.PROTECT, related_name="+")
    to_team = models.ForeignKey("people.Team", null=True, on_delete=models.PROTECT, related_name="+")
    to_officer = models.ForeignKey("people.Officer", null=True, on_delete=models.PROTECT, related_name="+")
    """Null: any officer of the team may take it over."""
    state = models.CharField(max_length=10, choices=State, default=State.PROPOSED)
    proposed_by = models.ForeignKey("people.Officer", on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField(default=now)
    due_on = models.DateField()
    """Waiting longer is late; an internal limit (`Court.handover_days`)."""
    decided_by = models.ForeignKey("people.Officer", null=True, on_delete=models.PROTECT, related_name="+")
    """Who accepted owns the stage from `decided_at` on."""
    decided_at = models.DateTimeField(null=True)
    """When it was decided, in the field perhaps; `received_at` is when we heard of it."""
    received_at = models.DateTimeField(null=True)
    group = models.ForeignKey("people.Group", null=True, on_delete=models.PROTECT, related_name="+")
    """The group that does the stage, with whoever accepted."""
    reason = models.CharField(max_length=1000, default="", blank=True)
    """Why it was sent back."""
    source_type = models.CharField(max_length=20, default="", blank=True)
    """Of the decision: `desk` or `operation`."""
    source_id = models.CharField(max_length=64, default="", blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["case"], condition=models.Q(state="PROPOSED"), name="handover_one_waiting_per_case"
            ),
            models.CheckConstraint(
                condition=models.Q(to_team__isnull=False) | models.Q(to_officer__isnull=False),
                name="handover_names_somebody",
            ),
        ]
        indexes = [models.Index(fields=["state", "due_on"], name="handover_by_due")]


class Note(models.Model):
    """注意事项: what whoever works on the case must look out for. Written once, never changed."""

    id = models.UUIDField(primary_key=True, default=new_id)
    case = models.ForeignKey("cases.Case", on_delete=models.CASCADE, related_name="notes")
    handover = models.ForeignKey(Handover, null=True, on_delete=models.CASCADE, related_name="notes")
    text = models.CharField(max_length=1000)
    by = models.ForeignKey("people.Officer", on_delete=models.PROTECT, related_name="+")
    noted_at = models.DateTimeField(default=now)
    received_at = models.DateTimeField(default=now)
    source_type = models.CharField(max_length=20, default="desk")
    source_id = models.CharField(max_length=64)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case", "source_type", "source_id"], name="note_once_per_source")
        ]


class Plan(models.Model):
    """执行方案: how a case is to be enforced. Written anew, never changed; the one with the highest number counts."""

    id = models.UUIDField(primary_key=True, default=new_id)
    case = models.ForeignKey("cases.Case", on_delete=models.CASCADE, related_name="plans")
    number = models.PositiveIntegerField()
    text = models.TextField(max_length=5000)
    by = models.ForeignKey("people.Officer", on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField(default=now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "number"], name="plan_number_once")]


class Task(models.Model):
    """What whoever is in charge of a case asks of somebody who works on it, until a day."""

    class State(models.TextChoices):
        OPEN = "OPEN", _("To do")
        DONE = "DONE", _("Done")
        RETURNED = "RETURNED", _("Given back")
        WITHDRAWN = "WITHDRAWN", _("Withdrawn")

    id = models.UUIDField(primary_key=True, default=new_id)
    case = models.ForeignKey("cases.Case", on_delete=models.CASCADE, related_name="tasks")
    text = models.CharField(max_length=1000)
    to = models.ForeignKey("people.Officer", on_delete=models.PROTECT, related_name="tasks")
    by = models.ForeignKey("people.Officer", on_delete=models.PROTECT, related_name="+")
    given_at = models.DateTimeField(default=now)
    due_on = models.DateField()
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    said = models.CharField(max_length=1000, default="", blank=True)
    """The last word: what was done, why it was given back, what is still wanted."""
    moved_at = models.DateTimeField(null=True)
    """When that was said, in the field perhaps; `received_at` is when we heard of it."""
    received_at = models.DateTimeField(null=True)
    source_type = models.CharField(max_length=20, default="", blank=True)
    source_id = models.CharField(max_length=64, default="", blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["state", "due_on"], name="task_by_due"),
            models.Index(fields=["to", "state"], name="task_by_officer"),
        ]


class Approval(models.Model):
    """紧急审批: what an officer in the field asks the leaders to approve, or reports to them as done already."""

    class State(models.TextChoices):
        WAITING = "WAITING", _("Waiting for a decision")
        APPROVED = "APPROVED", _("Approved")
        REFUSED = "REFUSED", _("Not approved")

    id = models.UUIDField(primary_key=True, default=new_id)
    case = models.ForeignKey("cases.Case", on_delete=models.CASCADE, related_name="approvals")
    act_kind = models.CharField(max_length=30)
    """What is to be done, as the catalogue calls it: SEAL, SEARCH, DETAIN, …"""
    text = models.CharField(max_length=1000)
    act_id = models.UUIDField(null=True)
    """The act, where it was done first (先行拘留): then it is reported, and must be within `due_at`."""
    asked_by = models.ForeignKey("people.Officer", on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    received_at = models.DateTimeField(default=now)
    due_at = models.DateTimeField(null=True)
    lateness_told_at = models.DateTimeField(null=True)
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    decided_by = models.ForeignKey("people.Officer", null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)
    said = models.CharField(max_length=1000, default="", blank=True)
    paper = models.ForeignKey("evidence.Paper", null=True, on_delete=models.PROTECT, related_name="+")
    """The signed document: on the device with its next pull."""
    operation = models.CharField(max_length=64, unique=True)
    """Hash of the operation that asked."""

    class Meta:
        indexes = [models.Index(fields=["state", "asked_at"], name="approval_by_state")]


class Meeting(models.Model):
    """周例会: of a team, or of the whole bureau. Its items are what was to be talked about when it was opened."""

    id = models.UUIDField(primary_key=True, default=new_id)
    court = models.ForeignKey("people.Court", on_delete=models.PROTECT, related_name="meetings")
    team = models.ForeignKey("people.Team", null=True, on_delete=models.PROTECT, related_name="meetings")
    week_of = models.DateField()
    """The Monday of its week."""
    opened_by = models.ForeignKey("people.Officer", on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField(default=now)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["team", "week_of"], condition=models.Q(team__isnull=False), name="meeting_once_a_week"
            ),
            models.UniqueConstraint(
                fields=["court", "week_of"], condition=models.Q(team__isnull=True), name="bureau_meeting_once_a_week"
            ),
        ]


class MeetingItem(models.Model):
    class Kind(models.TextChoices):
        NOTE = "NOTE", _("Note")
        HANDOVER = "HANDOVER", _("Handover that waits too long")
        NODE = "NODE", _("Overdue node")
        OTHER = "OTHER", _("Other matter")

    id = models.UUIDField(primary_key=True, default=new_id)
    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="items")
    ordinal = models.PositiveIntegerField()
    kind = models.CharField(max_length=10, choices=Kind)
    case = models.ForeignKey("cases.Case", on_delete=models.CASCADE, related_name="+")
    about = models.UUIDField(null=True)
    """The note, the act by which a phone noted it, the handover or the node."""
    due_on = models.DateField(null=True)
    said = models.CharField(max_length=1000, default="", blank=True)
    """The minutes of it."""
    task = models.OneToOneField(Task, null=True, on_delete=models.PROTECT, related_name="item")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["meeting", "ordinal"], name="meeting_item_once")]
