"""What people decide about the clocks of a case, as rows."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from server.common.clock import now
from server.common.ids import new_id


class ClockPause(models.Model):
    """The clocks of a case stand still from `started_on` up to, not including, `ended_on`; null: it is open."""

    class Reason(models.TextChoices):
        PUBLIC_NOTICE = "PUBLIC_NOTICE", _("Service by public notice")
        STAYED = "STAYED", _("Stay of enforcement")
        STAYED_BY_SUPERIOR = "STAYED_BY_SUPERIOR", _("Stay ordered by a higher court")
        SUSPENDED = "SUSPENDED", _("Suspension")
        CONSULT_SUPERIOR = "CONSULT_SUPERIOR", _("Question of law put to a higher court")
        DISPUTE_COORDINATION = "DISPUTE_COORDINATION", _("Dispute between courts")
        AUDIT_VALUATION = "AUDIT_VALUATION", _("Audit or valuation")
        AUCTION_SALE = "AUCTION_SALE", _("Auction or sale")
        JURISDICTION = "JURISDICTION", _("Dispute over jurisdiction")

    id = models.UUIDField(primary_key=True, default=new_id)
    case = models.ForeignKey("cases.Case", on_delete=models.CASCADE, related_name="pauses")
    reason = models.CharField(max_length=30, choices=Reason)
    started_on = models.DateField()
    ended_on = models.DateField(null=True)
    document = models.CharField(max_length=40)
    """The ruling or notice it rests on, by its number."""
    approved_by = models.ForeignKey("people.Officer", on_delete=models.PROTECT, related_name="+")
    entered_by = models.ForeignKey("people.Officer", null=True, on_delete=models.PROTECT, related_name="+")
    entered_at = models.DateTimeField(default=now)
    is_late_entry = models.BooleanField(default=False)
    """Entered more than three days after it began: whoever supervises the court looks at it."""

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ended_on=None) | models.Q(ended_on__gte=models.F("started_on")),
                name="pause_ends_after_it_begins",
            )
        ]


class Extension(models.Model):
    """A limit of a case prolonged, to a date or by what the limit itself says; each was valid when it was granted."""

    class Level(models.TextChoices):
        VICE_PRESIDENT = "VICE_PRESIDENT", _("Vice-president")
        PRESIDENT = "PRESIDENT", _("President")
        HIGHER_COURT = "HIGHER_COURT", _("Higher court")

    id = models.UUIDField(primary_key=True, default=new_id)
    case = models.ForeignKey("cases.Case", on_delete=models.CASCADE, related_name="extensions")
    key = models.CharField(max_length=60)
    chain = models.CharField(max_length=60, default="", blank=True)
    asked_on = models.DateField()
    new_due = models.DateField()
    level = models.CharField(max_length=20, choices=Level)
    document = models.CharField(max_length=40)
    approved_by = models.ForeignKey("people.Officer", on_delete=models.PROTECT, related_name="+")
    entered_by = models.ForeignKey("people.Officer", null=True, on_delete=models.PROTECT, related_name="+")
    entered_at = models.DateTimeField(default=now)
