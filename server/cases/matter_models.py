"""What acts, files and grants know of a matter: whose officers do it, and until when. The rest is in `matters`."""

from django.db import models

from server.common.ids import new_id


class MatterSubject(models.Model):
    """One errand between courts as a subject; the row that is held while an act for it is judged."""

    id = models.UUIDField(primary_key=True, default=new_id)
    number = models.CharField(max_length=40, unique=True)
    court = models.ForeignKey("people.Court", on_delete=models.PROTECT, related_name="+")
    """Whose officers do it."""
    asked_by = models.ForeignKey("people.Court", on_delete=models.PROTECT, related_name="+")
    case = models.ForeignKey("cases.Case", null=True, on_delete=models.PROTECT, related_name="+")
    """Of the court that asked; the other one is told of it by a snapshot. Null where it asks from another server."""
    is_urgent = models.BooleanField(default=False)
    assignment_no = models.PositiveIntegerField(default=0)
    sent_at = models.DateTimeField(null=True)
    """Before it the other court knows nothing of it."""
    told_at = models.DateTimeField(null=True)
    """When it was last told what is asked; papers added since are the asking court's own."""
    fed_back_at = models.DateTimeField(null=True)
    """What was done and proved by then the court that asked may see."""
    ended_at = models.DateTimeField(null=True)
    version = models.BigIntegerField(default=1)
    """Version of its sync unit: bumped in every transaction that touches it."""

    def __str__(self) -> str:
        return self.number
