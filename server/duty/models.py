"""Acknowledged limits (确认), mutes (静音), shifts with their notes (值班日志), daily reports (日报)."""

from django.db import models

from server.common.clock import now
from server.common.ids import new_id


class Acknowledgement(models.Model):
    """Somebody at a desk has seen that a node is late, or about to be, and says what is done. At another level, and
    with another date, it asks anew.
    """

    id = models.UUIDField(primary_key=True, default=new_id)
    court = models.ForeignKey("people.Court", on_delete=models.PROTECT, related_name="+")
    """Whose desk."""
    node = models.ForeignKey("cases.Node", on_delete=models.CASCADE, related_name="acknowledgements")
    level = models.CharField(max_length=10)
    due_on = models.DateField()
    said = models.CharField(max_length=500)
    by = models.ForeignKey("people.Officer", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["court", "node", "level", "due_on"], name="acknowledged_once_as_it_stands")
        ]


class Mute(models.Model):
    """Alarms a desk will not hear of until a moment, and why: of one cause, of one case, or of one cause in one case.

    It ends by itself. An alarm that rises above `level` is heard again.
    """

    id = models.UUIDField(primary_key=True, default=new_id)
    court = models.ForeignKey("people.Court", on_delete=models.PROTECT, related_name="mutes")
    """Whose desk: it holds for those who watch there."""
    cause = models.CharField(max_length=60, default="", blank=True)
    """Key of a node; empty for all that may be muted in the case."""
    case = models.ForeignKey("cases.Case", null=True, on_delete=models.CASCADE, related_name="mutes")
    level = models.CharField(max_length=10)
    """The worst level it covers."""
    reason = models.CharField(max_length=500)
    by = models.ForeignKey("people.Officer", on_delete=models.PROTECT, related_name="+")
    since = models.DateTimeField(default=now)
    until = models.DateTimeField()
    ended_by = models.ForeignKey("people.Officer", null=True, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(cause="") | models.Q(case__isnull=False), name="mute_names_something"
            )
        ]
        indexes = [models.Index(fields=["court", "until"], name="mute_standing")]


class Shift(models.Model):
    """Somebody's time on duty, from taking over to handing over. One stands for a court at a time."""

    id = models.UUIDField(primary_key=True, default=new_id)
    court = models.ForeignKey("people.Court", on_delete=models.PROTECT, related_name="shifts")
    officer = models.ForeignKey("people.Officer", on_delete=models.PROTECT, related_name="shifts")
    began_at = models.DateTimeField(default=now)
    summary = models.TextField(max_length=2000, default="", blank=True)
    """What whoever takes over should know."""
    left_open = models.JSONField(default=dict)
    """What was open when it was handed over, counted by figure."""
    handed_over_at = models.DateTimeField(null=True)
    taken_by = models.ForeignKey("people.Officer", null=True, on_delete=models.PROTECT, related_name="+")
    """Who acknowledged it, and was on duty from then on."""
    taken_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["court"], condition=models.Q(taken_at__isnull=True), name="shift_one_standing_per_court"
            )
        ]


class ShiftNote(models.Model):
    """A line of the log. Written once, never changed."""

    id = models.UUIDField(primary_key=True, default=new_id)
    shift = models.ForeignKey(Shift, on_delete=models.CASCADE, related_name="notes")
    case = models.ForeignKey("cases.Case", null=True, on_delete=models.CASCADE, related_name="+")
    text = models.CharField(max_length=1000)
    by = models.ForeignKey("people.Officer", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=now)


class DailyReport(models.Model):
    """日报: of a court and a day, as somebody left it. Written anew, never changed; the highest number counts."""

    id = models.UUIDField(primary_key=True, default=new_id)
    court = models.ForeignKey("people.Court", on_delete=models.PROTECT, related_name="daily_reports")
    day = models.DateField()
    number = models.PositiveIntegerField()
    text = models.TextField(max_length=10_000)
    figures = models.JSONField(default=dict)
    """As they were counted when it was saved, by key."""
    by = models.ForeignKey("people.Officer", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["court", "day", "number"], name="daily_report_version_once")]
