"""Marks: what of this system stands in the national one, by whose word."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from server.common.clock import now
from server.common.ids import new_id


class Kind(models.TextChoices):
    ACT = "act", _("Act")
    WITHDRAWAL = "withdrawal", _("Act to be withdrawn there")
    """Carried back, and annulled here since."""
    STEP = "step", _("Step at the desk")
    CLOSING = "closing", _("Closing")
    PROPERTY = "property", _("Property")
    PAUSE = "pause", _("Pause")
    PAUSE_END = "pause_end", _("End of a pause")
    EXTENSION = "extension", _("Extension")
    HOLD = "hold", _("Third party's claim")
    HOLD_END = "hold_end", _("Decision of a third party's claim")


class FilledBack(models.Model):
    """One row carried back. Taken back where it was marked by mistake or withdrawn there: then another may follow."""

    class Via(models.TextChoices):
        PERSON = "person", _("Marked by a person")
        LIST = "list", _("By a list of the national system")

    id = models.UUIDField(primary_key=True, default=new_id)
    case = models.ForeignKey("cases.Case", on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=20, choices=Kind)
    source_id = models.UUIDField()
    """Of the act, event, pause … that it is."""
    via = models.CharField(max_length=10, choices=Via, default=Via.PERSON)
    by = models.ForeignKey("people.Officer", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=now)
    undone_by = models.ForeignKey("people.Officer", null=True, on_delete=models.PROTECT, related_name="+")
    undone_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["case", "kind", "source_id"],
                condition=models.Q(undone_at=None),
                name="filled_back_once",
            )
        ]
